"""Paints with a style predictor and a transformer, through Keras or LiteRT alike."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tfstyle import color, images, tiles
from tfstyle.methods import stylizer

STYLE_SIDE = 640  # pixels; longer paintings are reduced before the predictor looks at them
CROSS_FADE = 0.1  # strengths below this mix pixels
WHOLE_PIXELS = 3_000_000  # larger photographs are painted in tiles
THUMBNAIL_PIXELS = 1_000_000  # of which the moments of a larger photograph are taken
STRIDE = 8  # pixels, of the transformer
MARGIN = 8  # pixels, mirrored around a photograph, against a frame; a multiple of the stride
FLAT = 0.03  # deviation of a photograph that is all but one colour; its padding shows most
FLAT_MARGIN = 80  # pixels, of such a photograph
TILE = 768  # pixels, a multiple of the stride
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
        keep = color.keeper(keep_colors)
        vector = self.vector(style, weights)
        return stylizer.each(
            content, lambda image: keep(image, self.paint(image, vector, strength))
        )

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
        painted = self._whole_or_tiled(content, np.float32(vector))
        if strength < CROSS_FADE:
            painted = content + np.float32(strength / CROSS_FADE) * (painted - content)
        return painted

    def _whole_or_tiled(self, content, vector):
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS:
            return self._tiled(content, vector)
        margin = _margin(content)
        inside = slice(margin, margin + height), slice(margin, margin + width)
        return self._framed(content, vector, margin)["pastiche"][0][inside]

    def _framed(self, content, vector, margin):
        spans = (tiles.span(side, margin, STRIDE) for side in content.shape[:2])
        return self.signatures["paint"](
            content=tiles.mirrored(content, *spans)[None], vector=vector
        )

    def _tiled(self, content, vector):
        small = images.fitted(content.shape[:2], _side_of(content.shape, THUMBNAIL_PIXELS))
        painted, margin = np.empty_like(content), _margin(content)
        moments = self._framed(images.resize(content, *small), vector, margin)["moments"]
        for rows, columns in tiles.windows(*content.shape[:2], TILE, OVERLAP, margin, STRIDE):
            seen = tiles.mirrored(content, rows[0], columns[0])[None]
            tile = self.signatures["tile"](content=seen, vector=vector, moments=moments)
            painted[rows[1], columns[1]] = tile["pastiche"][0, rows[2], columns[2]]
        return painted


def _margin(content):
    height, width = content.shape[:2]
    sample = content[:: 1 + height // 256, :: 1 + width // 256]
    return FLAT_MARGIN if sample.std(axis=(0, 1)).max() < FLAT else MARGIN


def _side_of(shape, pixels):
    return round(max(shape[:2]) * (pixels / (shape[0] * shape[1])) ** 0.5)
