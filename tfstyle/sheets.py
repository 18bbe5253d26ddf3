"""Pictures too large for memory: numbers in a file, of which windows are read and written."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

MOST = np.float32(65535.0)
ROWS = 256  # that are blended, or averaged, at a time


class Numbers:
    """An array in a file, of which windows are read and written, row by row.

    Files are not mapped into memory, where a system would count what was looked at, and which takes
    it longer.

    Args:
        path: A file of the numbers alone.
        shape: Height, width and channels.
        kind: Of the numbers.
    """

    def __init__(self, path: Path, shape: tuple[int, int, int], kind: type):
        self.path, self.shape, self.kind = Path(path), tuple(shape), np.dtype(kind)

    @property
    def nbytes(self) -> int:
        """The file's size."""
        return int(np.prod(self.shape)) * self.kind.itemsize

    def make(self) -> None:
        """Brings the file to its size; what is in it already stays."""
        with open(self.path, "ab") as file:
            file.truncate(self.nbytes)

    def read(self, rows: slice, columns: slice) -> np.ndarray:
        """A window, shape (height, width, channels)."""
        rows, columns = self._ranges(rows, columns)
        sides = (len(rows), columns.stop - columns.start, self.shape[2])
        found = np.empty(sides, self.kind)
        with open(self.path, "rb", buffering=0) as file:
            for row, numbers in zip(rows, found, strict=True):
                file.seek(self._place(row, columns.start))
                if file.readinto(numbers) != numbers.nbytes:
                    raise OSError(f"Expected {self.nbytes} bytes. Received: {self.path}, fewer.")
        return found[:, :: columns.step]

    def write(self, rows: slice, columns: slice, values: np.ndarray) -> None:
        """A window's values; its columns are neighbours."""
        rows, columns = self._ranges(rows, columns)
        values = np.broadcast_to(values, (len(rows), len(columns), self.shape[2]))
        with open(self.path, "r+b", buffering=0) as file:
            for row, numbers in zip(rows, np.ascontiguousarray(values, self.kind), strict=True):
                file.seek(self._place(row, columns.start))
                file.write(numbers)

    def _ranges(self, *sides):
        return [range(*each.indices(whole)) for each, whole in zip(sides, self.shape, strict=False)]

    def _place(self, row, column):
        return (row * self.shape[1] + column) * self.shape[2] * self.kind.itemsize


class Steps:
    """How far a sheet is painted, which the folder's work keeps.

    Args:
        sheet: The one to be painted.

    Attributes:
        folder: For feature maps.
        stage: Of the network, at which painting is.
        tiles: That have passed it.
        arrays: What the next tile needs besides feature maps.
    """

    def __init__(self, sheet: "Sheet"):
        self.work, self.sheet = sheet.work, sheet.path.name
        self.folder = sheet.path.with_name(f"{self.sheet}-maps")
        begun = self.work is not None and self.work.told["sheet"] == self.sheet
        told = self.work.told if begun else {"stage": 0, "tiles": 0}
        self.stage, self.tiles = told["stage"], told["tiles"]
        self.arrays = self.work.arrays if begun else {}

    def keep(self, stage: int, tiles: int, arrays: Mapping | None = None) -> None:
        """Keeps how far it is; without arrays those of before."""
        self.stage, self.tiles = stage, tiles
        self.arrays = self.arrays if arrays is None else arrays
        if self.work is not None:
            told = {"sheet": self.sheet, "stage": stage, "tiles": tiles}
            self.work.write(self.work.told | told, self.arrays)


class Sheet(Numbers):
    """An RGB picture of 16 bit in a file, which looks like an array of floats in [0, 1].

    Args:
        path: A file of the numbers alone, row by row; made where it is missing.
        shape: Height, width and 3.
        tell: Is told which share of a pass over the picture is done, from 0 to 1.
        work: Keeps how far sheets of this folder are painted, as of `works.Work`; None keeps
            nothing.
    """

    ndim = 3

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int, int],
        tell: Callable[[float], None] = lambda share: None,
        work=None,
    ):
        super().__init__(path, shape, np.uint16)
        self.tell, self.work, self.names = tell, work, itertools.count()
        if not self.path.exists():
            self.make()

    def __getitem__(self, where) -> np.ndarray:
        found = np.float32(self.read(*_sides(where)))
        found /= MOST
        return found

    def __setitem__(self, where, values) -> None:
        numbers = np.uint16(np.clip(values, 0.0, 1.0) * MOST + np.float32(0.5))
        self.write(*_sides(where), numbers)

    def _next(self):
        return self.path.with_name(f"{self.path.name}-{next(self.names)}")

    def _at(self, path):
        return Sheet(path, self.shape, self.tell, self.work)

    def copy(self) -> "Sheet":
        """Another file of the same numbers, in the same folder."""
        path = self._next()
        shutil.copyfile(self.path, path)
        return self._at(path)

    def painted(self, tiles: Callable[[Steps], Iterable]) -> "Sheet":
        """Another file, of tiles; what a stopped command has painted of it stays.

        Args:
            tiles: A function of the steps to what is left: for rows and for columns what is seen,
                the part in the picture and that in the window; and a function to the window.
        """
        path = self._next()
        if path.exists():
            return self._at(path)
        begun = self._at(path.with_name(f"{path.name}-begun"))
        steps = Steps(begun)
        for (rows, columns), seen in tiles(steps):
            begun[rows[1], columns[1]] = seen()[rows[2], columns[2]]
            steps.keep(steps.stage, steps.tiles + 1)
        os.replace(begun.path, path)
        return self._at(path)

    def reduced(self, height: int, width: int) -> np.ndarray:
        """The means of squares, not yet as small as height and width; an array."""
        step = max(1, min(self.shape[0] // height, self.shape[1] // width))
        rows, columns = (side // step for side in self.shape[:2])
        found = np.empty((rows, columns, 3), np.float32)
        for row in range(rows):
            strip = self[row * step : (row + 1) * step, : columns * step]
            found[row] = strip.reshape(step, columns, step, 3).mean(axis=(0, 2))
        return found


def _sides(where):
    return where if isinstance(where, tuple) else (where, slice(None))


def blended(content, painted, share: float):
    """A painted picture that is mixed with its photograph.

    Args:
        content: The photograph, an array of floats or a sheet.
        painted: Its painted picture, of the same kind.
        share: Of the painted one, from 0 to 1.
    """
    if not isinstance(content, Sheet):
        return content + np.float32(share) * (painted - content)
    if share == 1.0:
        return painted
    mixed = painted.copy()
    for start in range(0, content.shape[0], ROWS):
        rows = slice(start, start + ROWS)
        mixed[rows] = blended(content[rows], painted[rows], share)
    return mixed
