"""Windows over a picture that is too large to be worked on whole."""

from collections.abc import Iterator

Span = tuple[slice, slice, slice]


def windows(height: int, width: int, tile: int, overlap: int) -> Iterator[tuple[Span, Span]]:
    """Overlapping windows whose kept parts cover a picture exactly once.

    Args:
        height: Pixels of the picture.
        width: Pixels of the picture.
        tile: Side of the kept part, in pixels.
        overlap: Pixels of surroundings that a window sees beyond its kept part.

    Yields:
        Three slices for the rows and three for the columns: what the window sees of the picture,
        the kept part in the picture, and the kept part in the window.
    """
    for rows in _spans(height, tile, overlap):
        for columns in _spans(width, tile, overlap):
            yield rows, columns


def _spans(extent, tile, overlap):
    for start in range(0, extent, tile):
        stop = min(start + tile, extent)
        first = max(0, start - overlap)
        seen = slice(first, min(extent, stop + overlap))
        yield seen, slice(start, stop), slice(start - first, stop - first)
