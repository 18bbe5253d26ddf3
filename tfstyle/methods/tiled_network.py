"""Photographs of any size through a network with instance norm: whole, or in tiles."""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from tfstyle import images, masks, tiles
from tfstyle.large_images import LargeImage, TileProgress
from tfstyle.layerwise import inference

WHOLE_PIXELS = 3_000_000  # larger photographs are painted in tiles
THUMBNAIL_PIXELS = 1_000_000  # of which fast tiles take a larger photograph's statistics
TILE = tiles.PERIOD  # pixels, or the next multiple of the stride as well


@dataclasses.dataclass(frozen=True)
class TiledNetwork:
    """A network that paints small photographs whole, and larger ones in tiles.

    Args:
        whole: A batch, named `content`, to the painted batch and its statistics. With a `mask` as
            well the statistics are those of the masked region.
        tile: A batch and a larger photograph's statistics to the painted batch.
        output: The name of the painted batch.
        stride: Pixels that sides are filled up to a multiple of, mirrored.
        margin: Pixels mirrored around a photograph, against a frame; a multiple of the stride.
        overlap: Pixels seen around a tile, a multiple of the stride.
        statistics: Their name; networks with batch norm have none.
        aligned: See `tiles.windows`, for networks with `PositionNoise`.
        inputs: Further inputs of `whole` and `tile` by name, such as a style code.
    """

    whole: Callable[..., dict]
    tile: Callable[..., dict]
    output: str
    stride: int
    margin: int
    overlap: int
    statistics: str = "moments"
    aligned: bool = False
    inputs: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def paint(self, content: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """One photograph, shape (height, width, 3), painted; a large one in tiles.

        Tiles are normalised with the statistics of a thumbnail; or, where the signature can be
        computed by stages, with those of the whole photograph.

        Args:
            content: The photograph.
            mask: Shape (height, width, 1), of a region whose statistics are taken; tiles outside
                of it stay as they are. None takes the photograph's.
        """
        if isinstance(content, LargeImage):
            return content.painted(functools.partial(self._tiles, content, mask))
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS:
            return self._paint_tiles(content, mask)
        inside = (slice(self.margin, self.margin + side) for side in (height, width))
        return self.whole(**self._whole_inputs(content, mask))[self.output][0][tuple(inside)]

    def _whole_inputs(self, content, mask):
        """The inputs of `whole`, by name, with the margin around pictures."""
        spans = self._spans(content)
        maps = {"content": content} | ({} if mask is None else {"mask": mask})
        padded = {name: tiles.mirrored_window(array, *spans)[None] for name, array in maps.items()}
        return {**padded, **self.inputs}

    def _spans(self, content):
        return [tiles.span(side, self.margin, self.stride) for side in content.shape[:2]]

    def _paint_tiles(self, content, mask):
        painted = content.copy()
        for (rows, columns), paint in self._tiles(content, mask):
            if mask is None or mask[rows[1], columns[1]].any():
                painted[rows[1], columns[1]] = paint()[rows[2], columns[2]]
        return painted

    def _tiles(self, content, mask, progress: TileProgress | None = None) -> Iterator:
        """Windows as from `tiles.windows`, and functions to what is painted of all that each sees.

        With a progress, those that are left.
        """
        network = self._staged_network()
        if network is not None:
            return self._staged_tiles(network, content, mask, progress)
        return self._thumbnail_tiles(content, mask, progress)

    def _thumbnail_tiles(self, content, mask, progress):
        """Tiles that are normalised with the statistics of a thumbnail."""
        inputs = {**self.inputs, **self._thumbnail_statistics(content, mask)}

        def paint(rows, columns):
            window = tiles.mirrored_window(content, rows[0], columns[0])[None]
            return self.tile(content=window, **inputs)[self.output][0]

        sizes = (self.overlap, self.margin, self.stride, self.aligned)
        windows = list(tiles.windows(*content.shape[:2], self._tile_side, *sizes))
        for number in range(progress.tiles if progress else 0, len(windows)):
            if progress:
                content.report(number / len(windows))
            yield windows[number], functools.partial(paint, *windows[number])

    @property
    def _tile_side(self):
        return math.lcm(TILE, self.stride)

    def _staged_network(self):
        """The network that paints tiles, by stages; None where it cannot be computed so."""
        if not hasattr(self.tile, "staged"):
            return None
        return self.tile.staged(self.inputs, self.statistics)

    def _staged_tiles(self, network, content, mask, progress):
        """Tiles that are normalised with the statistics of the whole photograph."""
        spans = self._spans(content)

        def read_window(rows, columns):
            return tiles.mirrored_window(
                content, *(_shifted(x, -self.margin) for x in (rows, columns))
            )

        weights = None
        if mask is not None:
            weights = self.tile.statistics_weights(tiles.mirrored_window(mask, *spans))
        painted = inference.paint(
            network,
            read_window,
            tuple(map(len, spans)),
            self._tile_side,
            tiles.Geometry(self.stride, self.overlap),
            weights,
            getattr(content, "report", None),
            progress,
        )
        for window, tile in painted:
            sides = zip((window.rows, window.columns), window.kept, content.shape[:2], strict=True)
            place = [self._without_margin(*side) for side in sides]
            yield place, functools.partial(np.asarray, tile)

    def _without_margin(self, visible, kept, extent):
        """One side of a window of the frame, as `tiles.windows` gives it for the photograph."""
        start, stop = (min(max(x - self.margin, 0), extent) for x in (kept.start, kept.stop))
        begin = visible.start - self.margin
        inside = slice(start - begin, stop - begin)
        return _shifted(visible, -self.margin), slice(start, stop), inside

    def _thumbnail_statistics(self, content, mask):
        """The statistics of a thumbnail, by name; empty for networks that take none."""
        extent = content.shape[:2]
        longer = round(max(extent) * (THUMBNAIL_PIXELS / np.prod(extent)) ** 0.5)
        sides = images.fitted(extent, longer)
        mask = None if mask is None else masks.resized(mask, *sides)
        outputs = self.whole(**self._whole_inputs(images.resize(content, *sides), mask))
        names = {self.statistics} & outputs.keys()
        return {name: outputs[name] for name in names}


def _shifted(pixels, by):
    return range(pixels.start + by, pixels.stop + by)
