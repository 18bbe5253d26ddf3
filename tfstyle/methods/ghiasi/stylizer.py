"""Paints with a style predictor and a transformer, through Keras or LiteRT alike."""

from collections.abc import Callable, Mapping

import numpy as np

from tfstyle import images, tiles
from tfstyle.methods import stylizer

STYLE_SIDE = 384  # pixels; longer paintings are reduced before the predictor looks at them
CROSS_FADE = 0.1  # strengths below this mix pixels
WHOLE_PIXELS = 3_000_000  # larger photographs are painted in tiles
THUMBNAIL_PIXELS = 1_000_000  # of which the moments of a larger photograph are taken
TILE = 768  # pixels; a multiple of 8, the stride of the transformer
OVERLAP = 96  # pixels, a multiple of 8; a pixel sees 83 to each side


class Ghiasi:
    """Any painting's style in one pass.

    Args:
        signatures: Functions from arrays to arrays by name: `predict(style)` to vector,
            `paint(content, vector)` to pastiche and moments, and `tile(content, vector,
            moments)` to pastiche.
        networks: The Keras models behind them, by file name; empty where LiteRT runs.
    """

    style_side = STYLE_SIDE

    def __init__(self, signatures: Mapping[str, Callable], networks: Mapping | None = None):
        self.signatures = signatures
        self.networks = dict(networks or {})

    def stylize(self, content: np.ndarray, style: np.ndarray, strength: float = 1.0) -> np.ndarray:
        """The photograph in the painting's style.

        Args:
            content: Shape (height, width, 3) or (batch, height, width, 3), floats in [0, 1].
            style: Shape (height, width, 3), floats in [0, 1], of any size.
            strength: 0 is the photograph, 1 the full style; between them the style vector moves
                from the photograph's own to the painting's, and below 0.1 pixels cross-fade.

        Returns:
            Float32 array of the content's shape in [0, 1].

        Raises:
            TypeError: A picture is not an array of floats.
            ValueError: A shape, a range or the strength is another.
        """
        strength = stylizer.checked_strength(strength)
        vector = self.vector(style)
        return stylizer.each(content, lambda image: self._paint(image, vector, strength))

    def vector(self, style: np.ndarray) -> np.ndarray:
        """A painting's style vector, shape (1, 100)."""
        style = stylizer.checked_picture(style, "style")
        height, width = style.shape[:2]
        if max(height, width) > STYLE_SIDE:
            style = images.resize(style, *images.fitted((height, width), STYLE_SIDE))
        return self.signatures["predict"](style=stylizer.roomy(style)[None])["vector"]

    def _paint(self, content, vector, strength):
        content = stylizer.checked_picture(content, "content")
        if strength == 0.0:
            return content.copy()
        along = max(strength, CROSS_FADE)
        if along < 1.0:
            vector = (1.0 - along) * self.vector(content) + along * vector
        painted = self._whole_or_tiled(content, np.float32(vector))
        if strength < CROSS_FADE:
            painted = content + np.float32(strength / CROSS_FADE) * (painted - content)
        return painted

    def _whole_or_tiled(self, content, vector):
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS:
            return self._tiled(stylizer.roomy(content, 8), vector)[:height, :width]
        painted = self.signatures["paint"](content=stylizer.roomy(content)[None], vector=vector)
        return painted["pastiche"][0, :height, :width]

    def _tiled(self, content, vector):
        small = images.fitted(content.shape[:2], _side_of(content.shape, THUMBNAIL_PIXELS))
        thumbnail = images.resize(content, *small)
        moments = self.signatures["paint"](content=thumbnail[None], vector=vector)["moments"]
        painted = np.empty_like(content)
        for rows, columns in tiles.windows(*content.shape[:2], TILE, OVERLAP):
            seen = content[rows[0], columns[0]][None]
            tile = self.signatures["tile"](content=seen, vector=vector, moments=moments)
            painted[rows[1], columns[1]] = tile["pastiche"][0, rows[2], columns[2]]
        return painted


def _side_of(shape, pixels):
    return round(max(shape[:2]) * (pixels / (shape[0] * shape[1])) ** 0.5)
