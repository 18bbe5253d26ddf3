"""Methods whose networks take a style's code, through Keras or LiteRT alike."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image

from tfstyle import color, images, masks
from tfstyle.large_images import blended
from tfstyle.methods import checked_inputs
from tfstyle.methods.kinds import Code, Method, Signatures

STYLE_SIDE = 640  # pixels; longer paintings are reduced before an encoder looks at them
CROSS_FADE = 0.1  # strengths below this mix pixels


class Conditioned(Method):
    """A picture's style, or several, in one pass; `encode_style` and `render` are the method's own.

    Args:
        signatures: Functions from arrays to arrays by name: the method's.
        networks: The Keras models behind them, by file name; empty where LiteRT runs.
        styles: Codes of named styles.
    """

    style_side = STYLE_SIDE

    def __init__(
        self,
        signatures: Signatures,
        networks: Mapping | None = None,
        styles: Mapping[str, Code] | None = None,
    ):
        self.signatures = dict(signatures)
        self.networks = dict(networks or {})
        self.styles = dict(styles or {})

    def encode_style(self, style: np.ndarray) -> Code:
        """The code of a picture: all that `render` wants to know of it.

        Args:
            style: Shape (1, height, width, 3), floats in [0, 1].

        Returns:
            Arrays of shape (1, ...) by name, which mix by their mean.
        """
        raise NotImplementedError

    def render(
        self,
        content: np.ndarray,
        code: Code,
        strength: float = 1.0,
        mask: np.ndarray | None = None,
    ) -> np.ndarray:
        """A photograph in the style of a code.

        Args:
            content: Shape (height, width, 3), float32 in [0, 1].
            code: As from `encode_style` or `style_code`.
            strength: Above 0, at most 1.
            mask: Shape (height, width, 1), of a region that counts as if it were the whole
                photograph; None is all of it.

        Returns:
            Float32 array of the content's shape.
        """
        raise NotImplementedError

    def forward(self, content: np.ndarray, code: Code) -> object:
        """The method's work on a photograph without what is done once, to be timed.

        Args:
            content: See `render`.
            code: See `render`.
        """
        return self.render(content, code)

    def stylize(
        self,
        content: checked_inputs.Picture,
        style: checked_inputs.Style | Sequence[checked_inputs.Style],
        strength: float = 1.0,
        weights: Sequence[float] | None = None,
        keep_colors: str | None = None,
        masks: Sequence[masks.Mask] | None = None,
        out: str = "float",
    ) -> np.ndarray | Image.Image | list[Image.Image]:
        """The photograph in the style of a painting, or of several.

        Args:
            content: Shape (height, width, 3) or (batch, height, width, 3), floats in [0, 1] or
                bytes; or a Pillow picture; or the path of a file.
            style: A painting of any size, as one content is, or with a batch axis of one; or the
                name of one of `styles`; or a list of these.
            strength: 0 is the photograph, 1 the full style; between them the method's own features
                are blended, and below 0.1 pixels cross-fade.
            weights: Of several styles, 0 and above; their codes are averaged with these shares.
                None is the same for each.
            keep_colors: "luminance" or "covariance" keeps the photograph's colours, as
                `tfstyle.color` says.
            masks: Where each style goes, instead of weights: shape (height, width) of any size,
                floats in [0, 1] or booleans, one a style, and what none of them claims stays the
                photograph; or one fewer, and the last style takes it. On Keras each region is
                painted with its own statistics, on LiteRT and by a module with the whole
                photograph's; where masks overlap, styles blend.
            out: "float", "uint8" or "pil".

        Returns:
            Float32 array of the content's shape in [0, 1]; or bytes of that shape; or a Pillow
            picture, or a list of them for a batch.

        Raises:
            TypeError: A picture is an array of something else.
            ValueError: A shape, a range, a name, the strength or a weight is another; there are
                masks and weights.

        Examples:
            >>> import tfstyle
            >>> from tfstyle import examples
            >>> photo, painting = examples.lake(48, 64), examples.discs(64, 64)
            >>> stylizer = tfstyle.load("ghiasi")
            >>> stylizer.stylize(photo, painting, strength=0.8).shape
            (48, 64, 3)
            >>> mixed = stylizer.stylize(
            ...     photo, [painting, "starry-night"], weights=[0.3, 0.7], keep_colors="luminance"
            ... )
            >>> sky = examples.lake_regions(48, 64)[..., 2] > 0.8
            >>> picture = stylizer.stylize(
            ...     photo, ["red-fuji", painting], masks=[sky, ~sky], out="pil"
            ... )
            >>> picture.size
            (64, 48)
        """
        painter = self.painter(style, strength, weights, keep_colors, masks)
        return checked_inputs.paint_pictures(content, painter, out)

    def painter(
        self,
        style: checked_inputs.Style | Sequence[checked_inputs.Style],
        strength: float = 1.0,
        weights: Sequence[float] | None = None,
        keep_colors: str | None = None,
        masks: Sequence[masks.Mask] | None = None,
    ) -> Callable[[np.ndarray], np.ndarray]:
        """`stylize` as a function of one photograph; the style is looked at once, now."""
        strength, keep = checked_inputs.checked_strength(strength), color.keeper(keep_colors)
        if masks is not None:
            return self._regional(style, strength, weights, keep, masks)
        code = self.style_code(style, weights)

        def paint(content):
            content = checked_inputs.checked_picture(content, "content")
            if strength == 0.0:
                return keep(content, content.copy())
            painted = self.render(content, code, max(strength, CROSS_FADE))
            return keep(content, _faded(content, painted, strength))

        return paint

    def _regional(self, style, strength, weights, keep, style_masks):
        if weights is not None:
            raise ValueError("Expected masks or weights. Received: both.")
        styles = checked_inputs.checked_styles(style)
        style_masks = masks.checked(style_masks, len(styles))
        codes = [self._code(style) for style in styles]

        def render(content, code, region):
            if strength == 0.0:
                return content
            painted = self.render(content, code, max(strength, CROSS_FADE), region)
            return _faded(content, painted, strength)

        def paint(content):
            content = checked_inputs.checked_picture(content, "content")
            painted = content.copy()
            for code, share in zip(
                codes, masks.shares(style_masks, len(codes), *content.shape[:2]), strict=True
            ):
                if share.any():
                    region = share if self.networks else None  # files know the whole alone
                    own = keep(content, render(content, code, region), share)
                    painted += share * (own - content)
            return np.clip(painted, 0.0, 1.0)

        return paint

    def style_code(
        self,
        style: checked_inputs.Style | Sequence[checked_inputs.Style],
        weights: Sequence[float] | None = None,
    ) -> Code:
        """The code of a style, or the mean of several's, arrays of shape (1, ...) by name.

        Args:
            style: See `stylize`.
            weights: See `stylize`.
        """
        styles = checked_inputs.checked_styles(style)
        shares = checked_inputs.checked_weights(weights, len(styles))
        codes = [self._code(style) for style in styles]
        return {
            name: np.float32(sum(s * code[name] for s, code in zip(shares, codes, strict=True)))
            for name in codes[0]
        }

    def _code(self, style):
        if checked_inputs.is_name(style, self.styles):
            return self.styles[style]
        style = checked_inputs.checked_painting(style)
        height, width = style.shape[:2]
        if max(height, width) > self.style_side:
            style = images.resize(style, *images.fitted((height, width), self.style_side))
        return self.encode_style(checked_inputs.roomy(style)[None])


def _faded(content, painted, strength):
    """Below CROSS_FADE pixels lie between the photograph and what is painted at that strength."""
    if strength >= CROSS_FADE:
        return painted
    return blended(content, painted, strength / CROSS_FADE)
