"""How a photograph of any size reaches a network with instance norm."""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from tfstyle import images, masks, stages, tiles
from tfstyle.sheets import Sheet

WHOLE_PIXELS = 3_000_000  # larger photographs are painted in tiles
THUMBNAIL_PIXELS = 1_000_000  # of which fast tiles take a larger photograph's statistics
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

        Tiles are normalised with the statistics of a thumbnail; or, where the signature can be
        computed by stages, with those of the whole photograph.

        Args:
            content: The photograph.
            mask: Shape (height, width, 1), of a region whose statistics are taken; tiles outside
                of it stay as they are. None takes the photograph's.
        """
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS or isinstance(content, Sheet):
            return self._tiled(content, mask)
        inside = (slice(self.margin, self.margin + side) for side in (height, width))
        return self.whole(**self._framed(content, mask))[self.output][0][tuple(inside)]

    def _framed(self, content, mask):
        """The inputs of `whole`, by name."""
        spans = [tiles.span(side, self.margin, self.stride) for side in content.shape[:2]]
        given = {"content": content} | ({} if mask is None else {"mask": mask})
        return {k: tiles.mirrored(v, *spans)[None] for k, v in given.items()}

    def _tiled(self, content, mask=None):
        if isinstance(content, Sheet):
            return content.painted(functools.partial(self._tiles, content, mask))
        painted = content.copy()
        for (rows, columns), seen in self._tiles(content, mask):
            if mask is None or mask[rows[1], columns[1]].any():
                painted[rows[1], columns[1]] = seen()[rows[2], columns[2]]
        return painted

    def _tiles(self, content, mask, steps=None):
        """Windows of a photograph, and functions to what is painted of all that each sees.

        With steps, those of them that are left.
        """
        network = self._stages()
        if network is not None:
            return self._by_stages(network, content, mask, steps)
        return self._by_thumbnail(content, mask, steps)

    def _by_thumbnail(self, content, mask, steps):
        tile = functools.partial(self.tile, **self._measured(content, mask))

        def paint(rows, columns):
            given = tiles.mirrored(content, rows[0], columns[0])[None]
            return tile(content=given)[self.output][0]

        sizes = (self.overlap, self.margin, self.stride, self.aligned)
        found = list(tiles.windows(*content.shape[:2], self._side, *sizes))
        for number in range(steps.tiles if steps else 0, len(found)):
            if steps:
                content.tell(number / len(found))
            yield found[number], functools.partial(paint, *found[number])

    @property
    def _side(self):
        return math.lcm(TILE, self.stride)

    @property
    def _signature(self):
        return getattr(self.tile, "func", self.tile)

    def _stages(self):
        """The stages of the network that paints tiles, or None."""
        if not hasattr(self._signature, "stages"):
            return None
        return self._signature.stages(getattr(self.tile, "keywords", {}), self.statistics)

    def _by_stages(self, network, content, mask, steps):
        spans = [tiles.span(side, self.margin, self.stride) for side in content.shape[:2]]

        def see(rows, columns):
            return tiles.mirrored(content, *(_shifted(x, -self.margin) for x in (rows, columns)))

        extent, weights = tuple(map(len, spans)), None
        if mask is not None:
            weights = self._signature.weights(tiles.mirrored(mask, *spans))
        geometry = tiles.Geometry(self.stride, self.overlap)
        tell = getattr(content, "tell", None)
        painted = stages.paint(network, see, extent, self._side, geometry, weights, tell, steps)
        for window, seen in painted:
            sides = zip((window.rows, window.columns), window.kept, content.shape[:2], strict=True)
            yield [self._placed(*each) for each in sides], functools.partial(np.asarray, seen)

    def _placed(self, seen, kept, side):
        """A window of the frame as `tiles.windows` tells it, without the frame's borders."""
        start, stop = (min(max(x - self.margin, 0), side) for x in (kept.start, kept.stop))
        begin = seen.start - self.margin
        return _shifted(seen, -self.margin), slice(start, stop), slice(start - begin, stop - begin)

    def _measured(self, content, mask):
        """The statistics of a thumbnail, by name; of networks that take none, nothing."""
        extent = content.shape[:2]
        small = images.fitted(
            extent, round(max(extent) * (THUMBNAIL_PIXELS / np.prod(extent)) ** 0.5)
        )
        mask = None if mask is None else masks.resized(mask, *small)
        found = self.whole(**self._framed(images.resize(content, *small), mask))
        return {self.statistics: found[self.statistics]} if self.statistics in found else {}


def _shifted(pixels, by):
    return range(pixels.start + by, pixels.stop + by)
