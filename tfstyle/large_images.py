"""Pictures too large for memory: arrays in files, of which windows are read and written."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

MAX_VALUE = np.float32(65535.0)
ROWS = 256  # that are blended, or averaged, at a time


class ArrayFile:
    """An array in a file, of which windows are read and written, row by row.

    Files are not mapped into memory: mapping is slower, and the system counts the pages that were
    read as memory of the process.

    Args:
        path: A file of the numbers alone, row by row.
        shape: Height, width and channels.
        dtype: Of the numbers.
    """

    def __init__(self, path: Path, shape: tuple[int, int, int], dtype: type):
        self.path, self.shape, self.dtype = Path(path), tuple(shape), np.dtype(dtype)

    @property
    def nbytes(self) -> int:
        """The file's size."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def allocate(self) -> None:
        """Brings the file to its size; what is in it already stays."""
        with open(self.path, "ab") as file:
            file.truncate(self.nbytes)

    def read(self, rows: slice, columns: slice) -> np.ndarray:
        """A window, shape (height, width, channels).

        Raises:
            OSError: The file is shorter than its shape says.
        """
        rows, columns = self._ranges(rows, columns)
        window = np.empty((len(rows), columns.stop - columns.start, self.shape[2]), self.dtype)
        with open(self.path, "rb", buffering=0) as file:
            for row, values in zip(rows, window, strict=True):
                file.seek(self._offset(row, columns.start))
                if file.readinto(values) != values.nbytes:
                    raise OSError(f"Expected {self.nbytes} bytes. Received: {self.path}, fewer.")
        return window[:, :: columns.step]

    def write(self, rows: slice, columns: slice, values: np.ndarray) -> None:
        """Writes a window's values; its columns are neighbours."""
        rows, columns = self._ranges(rows, columns)
        values = np.broadcast_to(values, (len(rows), len(columns), self.shape[2]))
        with open(self.path, "r+b", buffering=0) as file:
            for row, numbers in zip(rows, np.ascontiguousarray(values, self.dtype), strict=True):
                file.seek(self._offset(row, columns.start))
                file.write(numbers)

    def _ranges(self, rows, columns):
        height, width, _ = self.shape
        return range(*rows.indices(height)), range(*columns.indices(width))

    def _offset(self, row, column):
        return (row * self.shape[1] + column) * self.shape[2] * self.dtype.itemsize


class TileProgress:
    """How far a large image is painted, as its checkpoint saves it.

    Args:
        image: The one to be painted.

    Attributes:
        folder: For feature maps.
        stage: Index of the network's stage that tiles pass now.
        tiles: How many have passed it.
        arrays: What the next tile needs besides feature maps, by name.
    """

    def __init__(self, image: "LargeImage"):
        self.checkpoint, self.name = image.checkpoint, image.path.name
        self.folder = image.path.with_name(f"{self.name}-maps")
        self.stage, self.tiles, self.arrays = 0, 0, {}
        if self.checkpoint is not None and self.checkpoint.state["sheet"] == self.name:
            state = self.checkpoint.state
            self.stage, self.tiles = state["stage"], state["tiles"]
            self.arrays = self.checkpoint.arrays

    def save(self, stage: int, tiles: int, arrays: Mapping | None = None) -> None:
        """Saves how far painting is; without arrays those of before stay."""
        self.stage, self.tiles = stage, tiles
        self.arrays = self.arrays if arrays is None else arrays
        if self.checkpoint is not None:
            state = {"sheet": self.name, "stage": stage, "tiles": tiles}
            self.checkpoint.save(self.checkpoint.state | state, self.arrays)


class LargeImage(ArrayFile):
    """An RGB picture of 16 bit in a file, which is indexed like an array of floats in [0, 1].

    Args:
        path: A file of the numbers alone, row by row; made where it is missing.
        shape: Height, width and 3.
        report: Called with the share of a pass over the picture that is done, from 0 to 1.
        checkpoint: A `checkpoint.Checkpoint` that saves how far large images of this folder are
            painted; None saves nothing.
    """

    ndim = 3

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int, int],
        report: Callable[[float], None] = lambda share: None,
        checkpoint=None,
    ):
        super().__init__(path, shape, np.uint16)
        self.report, self.checkpoint, self.numbers = report, checkpoint, itertools.count()
        if not self.path.exists():
            self.allocate()

    def __getitem__(self, index) -> np.ndarray:
        window = np.float32(self.read(*_rows_and_columns(index)))
        window /= MAX_VALUE
        return window

    def __setitem__(self, index, values) -> None:
        numbers = np.uint16(np.clip(values, 0.0, 1.0) * MAX_VALUE + np.float32(0.5))
        self.write(*_rows_and_columns(index), numbers)

    def _next_path(self):
        return self.path.with_name(f"{self.path.name}-{next(self.numbers)}")

    def _at(self, path):
        return LargeImage(path, self.shape, self.report, self.checkpoint)

    def copy(self) -> "LargeImage":
        """Another file of the same numbers, in the same folder."""
        path = self._next_path()
        shutil.copyfile(self.path, path)
        return self._at(path)

    def painted(self, tiles: Callable[[TileProgress], Iterable]) -> "LargeImage":
        """Another file, painted tile by tile; continues what a stopped command began.

        Args:
            tiles: A function of the progress to the tiles that are left. Each one is a window, as
                from `tiles.windows`, and a function to what is painted of all that it sees.
        """
        path = self._next_path()
        if path.exists():
            return self._at(path)
        image = self._at(path.with_name(f"{path.name}-begun"))
        progress = TileProgress(image)
        for (rows, columns), paint in tiles(progress):
            image[rows[1], columns[1]] = paint()[rows[2], columns[2]]
            progress.save(progress.stage, progress.tiles + 1)
        os.replace(image.path, path)
        return self._at(path)

    def reduced(self, height: int, width: int) -> np.ndarray:
        """The picture reduced by a whole factor, to at least the height and the width.

        Returns:
            Means of squares of pixels, shape (height, width, 3), float32 in [0, 1].
        """
        step = max(1, min(self.shape[0] // height, self.shape[1] // width))
        rows, columns = (side // step for side in self.shape[:2])
        means = np.empty((rows, columns, 3), np.float32)
        for row in range(rows):
            strip = self[row * step : (row + 1) * step, : columns * step]
            means[row] = strip.reshape(step, columns, step, 3).mean(axis=(0, 2))
        return means


def _rows_and_columns(index):
    return index if isinstance(index, tuple) else (index, slice(None))


def blended(content, painted, share: float):
    """A painted picture mixed with its photograph.

    Args:
        content: The photograph, an array of floats or a large image.
        painted: Its painted picture, of the same type.
        share: Of the painted one, from 0 to 1.
    """
    if not isinstance(content, LargeImage):
        return content + np.float32(share) * (painted - content)
    if share == 1.0:
        return painted
    mixed = painted.copy()
    for start in range(0, content.shape[0], ROWS):
        rows = slice(start, start + ROWS)
        mixed[rows] = blended(content[rows], painted[rows], share)
    return mixed
