"""Windows of pictures: what a network sees to paint a part, mirrored beyond the borders."""

from collections.abc import Iterator

import numpy as np

PERIOD = 768  # pixels after which a network's noise repeats; tiles that begin so far apart agree


def span(extent: int, margin: int, multiple: int = 1) -> range:
    """Pixels of one side with a margin at both ends, the last one filled up to a multiple."""
    missing = -(extent + 2 * margin) % multiple
    return range(-margin, extent + margin + missing)


def windows(
    height: int, width: int, tile: int, overlap: int, margin: int = 0, multiple: int = 1
) -> Iterator[tuple[tuple[range, slice, slice], tuple[range, slice, slice]]]:
    """Tiles that cover a picture, each with its surroundings.

    Args:
        height: Of the picture in pixels.
        width: Of the picture in pixels.
        tile: From the beginning of a window to that of the next, in pixels.
        overlap: Pixels seen around it, as far as `span` goes.
        margin: As of `span`.
        multiple: As of `span`.

    Yields:
        For the rows and for the columns: the pixels that the window sees, the kept part in the
        picture, and the kept part in the window.
    """
    spans = span(height, margin, multiple), span(width, margin, multiple)
    for rows in _parts(height, spans[0], tile, overlap):
        for columns in _parts(width, spans[1], tile, overlap):
            yield rows, columns


def _parts(extent, whole, tile, overlap):
    for start in range(whole.start, whole.stop, tile):
        seen = range(start, min(start + tile + 2 * overlap, whole.stop))
        first = 0 if start == whole.start else start + overlap
        stop = extent if seen.stop == whole.stop else seen.stop - overlap
        yield seen, slice(first, stop), slice(first - start, stop - start)
        if seen.stop == whole.stop:
            return


def mirrored(image: np.ndarray, rows: range, columns: range) -> np.ndarray:
    """A window of a picture, which goes on mirrored beyond its borders.

    Args:
        image: Shape (height, width, channels).
        rows: Of the window; they may begin below 0 and end beyond the height.
        columns: The same for the width.
    """
    height, width = image.shape[:2]
    return image[_reflected(rows, height)][:, _reflected(columns, width)]


def _reflected(pixels, extent):
    turn = np.arange(pixels.start, pixels.stop) % (2 * extent)
    return np.minimum(turn, 2 * extent - 1 - turn)
