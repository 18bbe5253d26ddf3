"""Paints with a style predictor and a transformer, through Keras or LiteRT alike."""

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tfstyle import color, images
from tfstyle.methods import stylizer
from tfstyle.methods.canvas import Canvas

STYLE_SIDE = 640  # pixels; longer paintings are reduced before the predictor looks at them
CROSS_FADE = 0.1  # strengths below this mix pixels
STRIDE = 8  # pixels, of the transformer
MARGIN = 8  # pixels, mirrored around a photograph, against a frame; a multiple of the stride
FLAT = 0.03  # deviation of a photograph that is all but one colour; its padding shows most
FLAT_MARGIN = 80  # pixels, of such a photograph
OVERLAP = 96  # pixels, a multiple of the stride; a pixel sees 83 to each side


class Ghiasi:
    """Any painting's style in one pass.

    Args:
        signatures: Functions from arrays to arrays by name: `predict(style)` to vector,
            `paint(content, vector)` to pastiche and moments, and `tile(content, vector,
            moments)` to pastiche.
        networks: The Keras models behind them, by file name; empty where LiteRT runs.
        styles: Vectors of named styles, shape (100,).
    """

    style_side = STYLE_SIDE

    def __init__(
        self,
        signatures: Mapping[str, Callable],
        networks: Mapping | None = None,
        styles: Mapping[str, np.ndarray] | None = None,
    ):
        self.signatures = signatures
        self.networks = dict(networks or {})
        self.styles = dict(styles or {})

    def stylize(
        self,
        content: np.ndarray,
        style: stylizer.Style | Sequence[stylizer.Style],
        strength: float = 1.0,
        weights: Sequence[float] | None = None,
        keep_colors: str | None = None,
    ) -> np.ndarray:
        """The photograph in the style of a painting, or of several.

        Args:
            content: Shape (height, width, 3) or (batch, height, width, 3), floats in [0, 1].
            style: A painting, shape (height, width, 3), floats in [0, 1], of any size; or the
                name of one of `styles`; or a list of these.
            strength: 0 is the photograph, 1 the full style; between them the style vector moves
                from the photograph's own to the painting's, and below 0.1 pixels cross-fade.
            weights: Of several styles, 0 and above; their vectors are averaged with these shares
                (section 3.4 of the paper). None is the same for each.
            keep_colors: "luminance" or "covariance" keeps the photograph's colours, as
                `tfstyle.color` says.

        Returns:
            Float32 array of the content's shape in [0, 1].

        Raises:
            TypeError: A picture is not an array of floats.
            ValueError: A shape, a range, a name, the strength or a weight is another.
        """
        return stylizer.each(content, self.painter(style, strength, weights, keep_colors))

    def painter(
        self,
        style: stylizer.Style | Sequence[stylizer.Style],
        strength: float = 1.0,
        weights: Sequence[float] | None = None,
        keep_colors: str | None = None,
    ) -> Callable[[np.ndarray], np.ndarray]:
        """`stylize` as a function of one photograph; the style is looked at once, now."""
        strength, keep = stylizer.checked_strength(strength), color.keeper(keep_colors)
        vector = self.vector(style, weights)
        return lambda content: keep(content, self.paint(content, vector, strength))

    def vector(
        self,
        style: stylizer.Style | Sequence[stylizer.Style],
        weights: Sequence[float] | None = None,
    ) -> np.ndarray:
        """The vector of a style, or the mean of several's, shape (1, 100).

        Args:
            style: As of `stylize`.
            weights: As of `stylize`.
        """
        styles = stylizer.checked_styles(style)
        shares = stylizer.checked_weights(weights, len(styles))
        return np.float32(sum(s * self._vector(one) for s, one in zip(shares, styles, strict=True)))

    def _vector(self, style):
        if isinstance(style, str):
            return self.styles[stylizer.checked_name(style, self.styles)][None]
        style = stylizer.checked_picture(style, "style")
        height, width = style.shape[:2]
        if max(height, width) > STYLE_SIDE:
            style = images.resize(style, *images.fitted((height, width), STYLE_SIDE))
        return self.signatures["predict"](style=stylizer.roomy(style)[None])["vector"]

    def paint(self, content: np.ndarray, vector: np.ndarray, strength: float = 1.0) -> np.ndarray:
        """One photograph in the style of a vector.

        Args:
            content: Shape (height, width, 3), floats in [0, 1].
            vector: As from `vector`.
            strength: As of `stylize`.
        """
        strength = stylizer.checked_strength(strength)
        content = stylizer.checked_picture(content, "content")
        if strength == 0.0:
            return content.copy()
        along = max(strength, CROSS_FADE)
        if along < 1.0:
            vector = (1.0 - along) * self._vector(content) + along * vector
        painted = self._canvas(content, np.float32(vector)).paint(content)
        if strength < CROSS_FADE:
            painted = content + np.float32(strength / CROSS_FADE) * (painted - content)
        return painted

    def _canvas(self, content, vector):
        paint, tile = (
            functools.partial(self.signatures[name], vector=vector) for name in ("paint", "tile")
        )
        return Canvas(paint, tile, "pastiche", STRIDE, _margin(content), OVERLAP)


def _margin(content):
    height, width = content.shape[:2]
    sample = content[:: 1 + height // 256, :: 1 + width // 256]
    return FLAT_MARGIN if sample.std(axis=(0, 1)).max() < FLAT else MARGIN
