"""Sheets of photographs in styles, which show what a training has learned so far."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tfstyle import contact_sheets, images
from tfstyle.data import folders

SHEET = 5  # photographs and paintings on a sheet


def sheet(
    paint: Callable[[np.ndarray, np.ndarray], np.ndarray],
    photographs: Sequence[Path],
    paintings: Sequence[Path | np.ndarray],
    size: int = 192,
) -> Callable[[], np.ndarray]:
    """A function that paints a sheet of photographs, a row each, in paintings, a column each.

    Args:
        paint: Batches of photographs and of paintings, shape (batch, size, size, 3), to pastiches.
        photographs: Five of them are taken.
        paintings: The same, or all where there are fewer; files or pictures.
        size: Side of a picture in pixels.
    """
    contents, styles = (
        np.stack(folders.readable(pictures, SHEET, lambda picture: _square(picture, size)))
        for pictures in (photographs, paintings)
    )

    def painted():
        rows = [np.concatenate([np.ones_like(contents[:1]), styles])]
        for photograph in contents:
            pastiches = paint(np.repeat(photograph[None], len(styles), axis=0), styles)
            rows.append(np.concatenate([photograph[None], np.clip(pastiches, 0.0, 1.0)]))
        return contact_sheets.from_rows(rows)

    return painted


def sheet_items(items: Sequence) -> list:
    """The items that a sheet shows: at most SHEET, at equal distances."""
    count = min(SHEET, len(items))
    return [items[i * len(items) // count] for i in range(count)]


def _square(picture, size):
    picture = picture if isinstance(picture, np.ndarray) else images.read(picture, 640)
    return images.resize(picture, size, size)
