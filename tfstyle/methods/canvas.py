"""How a photograph of any size reaches a network with instance norm."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from tfstyle import images, tiles

WHOLE_PIXELS = 3_000_000  # larger photographs are painted in tiles
THUMBNAIL_PIXELS = 1_000_000  # of which the moments of a larger photograph are taken
TILE = 768  # pixels, a multiple of every network's stride


@dataclasses.dataclass(frozen=True)
class Canvas:
    """A network's two ways to paint, and what it needs around a picture.

    Args:
        whole: A batch, named `content`, to the painted batch and statistics.
        tile: A batch and a larger photograph's statistics to the painted batch.
        output: The name of the painted batch.
        stride: Pixels that sides are filled up to a multiple of, mirrored; divides TILE.
        margin: Pixels mirrored around a photograph, against a frame; a multiple of the stride.
        overlap: Pixels seen around a tile, a multiple of the stride.
        statistics: Their name.
    """

    whole: Callable[..., dict]
    tile: Callable[..., dict]
    output: str
    stride: int
    margin: int
    overlap: int
    statistics: str = "moments"

    def paint(self, content: np.ndarray) -> np.ndarray:
        """One photograph, shape (height, width, 3), painted; large ones in tiles.

        Tiles are normalised with the statistics of the photograph's thumbnail.
        """
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS:
            return self._tiled(content)
        inside = (slice(self.margin, self.margin + side) for side in (height, width))
        return self._framed(content)[self.output][0][tuple(inside)]

    def _framed(self, content):
        spans = (tiles.span(side, self.margin, self.stride) for side in content.shape[:2])
        return self.whole(content=tiles.mirrored(content, *spans)[None])

    def _tiled(self, content):
        height, width, _ = content.shape
        small = round(max(height, width) * (THUMBNAIL_PIXELS / (height * width)) ** 0.5)
        thumbnail = images.resize(content, *images.fitted((height, width), small))
        found = self._framed(thumbnail)[self.statistics]
        painted, tile = (
            np.empty_like(content),
            functools.partial(self.tile, **{self.statistics: found}),
        )
        for rows, columns in tiles.windows(
            height, width, TILE, self.overlap, self.margin, self.stride
        ):
            seen = tiles.mirrored(content, rows[0], columns[0])[None]
            painted[rows[1], columns[1]] = tile(content=seen)[self.output][0, rows[2], columns[2]]
        return painted
