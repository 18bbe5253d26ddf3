"""How a photograph of any size reaches a network with instance norm."""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from tfstyle import images, masks, tiles

WHOLE_PIXELS = 3_000_000  # larger photographs are painted in tiles
THUMBNAIL_PIXELS = 1_000_000  # of which the moments of a larger photograph are taken
TILE = tiles.PERIOD  # pixels, or the next multiple of the stride as well


@dataclasses.dataclass(frozen=True)
class Canvas:
    """A network's two ways to paint, and what it needs around a picture.

    Args:
        whole: A batch, named `content`, to the painted batch and statistics; with a `mask`,
            where the photograph is painted with one, to those of the region.
        tile: A batch and a larger photograph's statistics to the painted batch.
        output: The name of the painted batch.
        stride: Pixels that sides are filled up to a multiple of, mirrored.
        margin: Pixels mirrored around a photograph, against a frame; a multiple of the stride.
        overlap: Pixels seen around a tile, a multiple of the stride.
        statistics: Their name; networks with batch norm tell none.
        aligned: As of `tiles.windows`, for networks with `PositionNoise`.
    """

    whole: Callable[..., dict]
    tile: Callable[..., dict]
    output: str
    stride: int
    margin: int
    overlap: int
    statistics: str = "moments"
    aligned: bool = False

    def paint(self, content: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """One photograph, shape (height, width, 3), painted; large ones in tiles.

        Tiles are normalised with the statistics of the photograph's thumbnail.

        Args:
            content: The photograph.
            mask: Shape (height, width, 1), of a region whose statistics are taken; tiles outside
                of it stay as they are. None takes the photograph's.
        """
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS:
            return self._tiled(content, mask)
        inside = (slice(self.margin, self.margin + side) for side in (height, width))
        return self._framed(content, mask)[self.output][0][tuple(inside)]

    def _framed(self, content, mask):
        spans = [tiles.span(side, self.margin, self.stride) for side in content.shape[:2]]
        given = {"content": content} | ({} if mask is None else {"mask": mask})
        return self.whole(**{k: tiles.mirrored(v, *spans)[None] for k, v in given.items()})

    def _tiled(self, content, mask=None):
        height, width, _ = content.shape
        tile = functools.partial(self.tile, **self._measured(content, mask))
        painted = content.copy()
        side = math.lcm(TILE, self.stride)
        for rows, columns in tiles.windows(
            height, width, side, self.overlap, self.margin, self.stride, self.aligned
        ):
            if mask is None or mask[rows[1], columns[1]].any():
                seen = tile(content=tiles.mirrored(content, rows[0], columns[0])[None])
                painted[rows[1], columns[1]] = seen[self.output][0, rows[2], columns[2]]
        return painted

    def _measured(self, content, mask):
        """The statistics of a thumbnail, by name; of networks that take none, nothing."""
        extent = content.shape[:2]
        small = images.fitted(
            extent, round(max(extent) * (THUMBNAIL_PIXELS / np.prod(extent)) ** 0.5)
        )
        mask = None if mask is None else masks.resized(mask, *small)
        found = self._framed(images.resize(content, *small), mask)
        return {self.statistics: found[self.statistics]} if self.statistics in found else {}
