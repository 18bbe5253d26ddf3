"""Windows of pictures: what a network sees to paint a part, mirrored beyond the borders."""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np

PERIOD = 768  # pixels after which a network's noise repeats; tiles that begin so far apart agree


@dataclasses.dataclass(frozen=True)
class Geometry:
    """The stride and the receptive field of a network, for tiles.

    Args:
        stride: Pixels that sides have to be multiples of.
        reach: Pixels that a painted pixel sees to each side.
    """

    stride: int
    reach: int

    @property
    def overlap(self) -> int:
        """Pixels to see around a tile, a multiple of the stride."""
        return -(-self.reach // self.stride) * self.stride


def span(extent: int, margin: int, multiple: int = 1) -> range:
    """Pixels of one side with a margin at both ends, the last one filled up to a multiple."""
    missing = -(extent + 2 * margin) % multiple
    return range(-margin, extent + margin + missing)


def windows(
    height: int,
    width: int,
    tile: int,
    overlap: int,
    margin: int = 0,
    multiple: int = 1,
    aligned: bool = False,
) -> Iterator[tuple[tuple[range, slice, slice], tuple[range, slice, slice]]]:
    """Tiles that cover a picture, each with its surroundings.

    Args:
        height: Of the picture in pixels.
        width: Of the picture in pixels.
        tile: Side of the part that each tile contributes.
        overlap: Pixels seen around it, as far as `span` goes.
        margin: See `span`.
        multiple: See `span`.
        aligned: Whether windows begin a multiple of `tile` apart; the first part is then as much
            longer as the overlap is wider than the margin.

    Yields:
        For the rows and for the columns: the pixels that the window sees, the kept part in the
        picture, and the kept part in the window.
    """
    spans = span(height, margin, multiple), span(width, margin, multiple)
    for rows in _parts(height, spans[0], tile, overlap, aligned):
        for columns in _parts(width, spans[1], tile, overlap, aligned):
            yield rows, columns


def _parts(extent, padded, tile, overlap, aligned):
    shift = padded.start + overlap if aligned else 0
    borders = [0, *range(tile + shift, extent, tile), extent]
    for start, stop in itertools.pairwise(borders):
        end = padded.stop if stop == extent else min(padded.stop, stop + overlap)
        window = range(max(padded.start, start - overlap), end)
        yield window, slice(start, stop), slice(start - window.start, stop - window.start)


def mirrored_window(image: np.ndarray, rows: range, columns: range) -> np.ndarray:
    """A window of a picture, which goes on mirrored beyond its borders.

    Args:
        image: Shape (height, width, channels).
        rows: Of the window; they may begin below 0 and end beyond the height.
        columns: The same for the width.
    """
    (down, rows), (across, columns) = map(_reflected, (rows, columns), image.shape[:2])
    return image[down, across][rows][:, columns]


def _reflected(pixels, extent):
    """The part of a side that pixels are in, and where in it."""
    periodic = np.arange(pixels.start, pixels.stop) % (2 * extent)
    indices = np.minimum(periodic, 2 * extent - 1 - periodic)
    start = int(indices.min())
    return slice(start, int(indices.max()) + 1), indices - start
