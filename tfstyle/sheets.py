"""Pictures too large for memory: numbers in a file, of which windows are read and written."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

MOST = np.float32(65535.0)
ROWS = 256  # that are blended, or averaged, at a time


class Sheet:
    """An RGB picture of 16 bit in a file, which looks like an array of floats in [0, 1].

    Args:
        path: A file of the numbers alone, row by row; made where it is missing.
        shape: Height, width and 3.
        tell: Is told which share of a pass over the picture is done, from 0 to 1.
    """

    ndim = 3

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int, int],
        tell: Callable[[float], None] = lambda share: None,
    ):
        self.path, self.shape, self.tell = Path(path), tuple(shape), tell
        self.names = itertools.count()
        if not self.path.exists():
            with open(self.path, "wb") as file:
                file.truncate(2 * int(np.prod(self.shape)))

    def _array(self):
        return np.memmap(self.path, np.uint16, "r+", shape=self.shape)

    def __getitem__(self, where) -> np.ndarray:
        return np.array(self._array()[where], np.float32) / MOST

    def __setitem__(self, where, values) -> None:
        self._array()[where] = np.clip(values, 0.0, 1.0) * MOST + np.float32(0.5)

    def copy(self) -> "Sheet":
        """Another file of the same numbers, in the same folder."""
        path = self.path.with_name(f"{self.path.name}-{next(self.names)}")
        shutil.copyfile(self.path, path)
        return Sheet(path, self.shape, self.tell)

    def discard(self) -> None:
        """Removes the file."""
        self.path.unlink()

    def reduced(self, height: int, width: int) -> np.ndarray:
        """The means of squares, not yet as small as height and width; an array."""
        step = max(1, min(self.shape[0] // height, self.shape[1] // width))
        rows, columns = (side // step for side in self.shape[:2])
        found = np.empty((rows, columns, 3), np.float32)
        for row in range(rows):
            strip = self[row * step : (row + 1) * step, : columns * step]
            found[row] = strip.reshape(step, columns, step, 3).mean(axis=(0, 2))
        return found


def blended(content, painted, share: float):
    """A painted picture that is mixed with its photograph.

    Args:
        content: The photograph, an array of floats or a sheet.
        painted: Its painted picture, of the same kind; a sheet is written to.
        share: Of the painted one, from 0 to 1.
    """
    if not isinstance(content, Sheet):
        return content + np.float32(share) * (painted - content)
    for start in range(0, content.shape[0] if share != 1.0 else 0, ROWS):
        rows = slice(start, start + ROWS)
        painted[rows] = blended(content[rows], painted[rows], share)
    return painted
