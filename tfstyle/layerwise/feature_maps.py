"""Feature maps of a large picture, and the windows of them that a tile reads and writes."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfstyle import disk
from tfstyle.large_images import ArrayFile
from tfstyle.layerwise.partition import Name

SIDES = {2: slice(0, 2), 4: slice(1, 3)}  # height and width in a shape of so many numbers


@dataclasses.dataclass(frozen=True)
class TileWindow:
    """What a network sees of the frame around a picture, to compute one tile.

    Args:
        rows: Pixels that the network sees, from the frame's first one.
        columns: The same.
        kept: Of both sides, the pixels that the tile contributes.
    """

    rows: range
    columns: range
    kept: tuple[range, range]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of what the network sees."""
        return len(self.rows), len(self.columns)


@dataclasses.dataclass(frozen=True)
class Scale:
    """The length of a feature map's sides, from those of the picture.

    Args:
        stride: Pixels between positions.
        extra: Positions beyond the picture's length over the stride.
    """

    stride: int
    extra: int

    def length(self, pixels: int) -> int:
        """Positions of so many pixels."""
        return pixels // self.stride + self.extra

    def visible(self, pixels: range) -> slice:
        """Positions of the pixels that a window sees."""
        start = pixels.start // self.stride
        return slice(start, start + self.length(len(pixels)))

    def kept(self, pixels: range, total: int) -> slice:
        """Positions that a window contributes; the last window's go on to the end.

        Args:
            pixels: That the window contributes.
            total: Pixels of the whole side.
        """
        stop = self.length(total) if pixels.stop == total else pixels.stop // self.stride
        return slice(pixels.start // self.stride, stop)


@dataclasses.dataclass(frozen=True)
class ComputedSize:
    """Numbers that a network computes from a feature map's size, such as a shape to reshape it to.

    Args:
        values: Of a map of one size: height and width, or the shape of the map, or the shape
            (batch, positions, channels).
        scale: The map's.
    """

    values: np.ndarray
    scale: Scale

    def of(self, window: TileWindow) -> np.ndarray:
        """The numbers for what a window sees."""
        values, lengths = self.values.copy(), [self.scale.length(side) for side in window.size]
        if len(values) == 3:
            values[1] = np.prod(lengths)
        else:
            values[SIDES[len(values)]] = lengths
        return values


class FeatureMaps:
    """Feature maps by name, in memory up to a limit, the others in files.

    Args:
        folder: Takes the files; a file that is there already keeps its content.
        memory: Limit in bytes.
    """

    def __init__(self, folder: Path, memory: int):
        self.folder, self.memory, self.maps = Path(folder), memory, {}

    def add(self, name: Name, shape: tuple[int, int, int]) -> None:
        """Allocates a map, shape (height, width, channels).

        Raises:
            OSError: The disk has no room for it.
        """
        file = ArrayFile(self.folder / str(name), shape, np.float32)
        if file.nbytes <= self.memory:
            self.memory -= file.nbytes
            self.maps[name] = np.empty(shape, np.float32)
            return
        if not file.path.exists():
            disk.check_space(self.folder, file.nbytes)
        with disk.explained_write_errors(file.path):
            file.allocate()
        self.maps[name] = file

    def remove_except(self, names: Iterable[Name]) -> None:
        """Removes all other maps, and their files."""
        for name in set(self.maps) - set(names):
            feature_map = self.maps.pop(name)
            if isinstance(feature_map, np.ndarray):
                self.memory += feature_map.nbytes
            else:
                feature_map.path.unlink()

    def shape(self, name: Name) -> tuple[int, int, int]:
        """A map's height, width and channels."""
        return self.maps[name].shape

    def read(self, name: Name, rows: slice, columns: slice) -> np.ndarray:
        """A window, shape (1, height, width, channels)."""
        feature_map = self.maps[name]
        if isinstance(feature_map, np.ndarray):
            return np.array(feature_map[None, rows, columns])
        return feature_map.read(rows, columns)[None]

    def write(self, name: Name, rows: slice, columns: slice, values: np.ndarray) -> None:
        """Writes a window's values, shape (height, width, channels)."""
        feature_map = self.maps[name]
        if isinstance(feature_map, np.ndarray):
            feature_map[rows, columns] = values
            return
        with disk.explained_write_errors(feature_map.path):
            feature_map.write(rows, columns, values)
