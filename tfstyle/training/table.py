"""What a network says of many paintings, computed once and kept in a file."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tfstyle import color, images

MISSING, READ, UNREADABLE = 0.0, 1.0, -1.0


@dataclasses.dataclass(frozen=True)
class View:
    """How a painting is looked at.

    Args:
        path: Its file.
        grey: Without its colours.
    """

    path: Path
    grey: bool = False

    def read(self, longest: int) -> np.ndarray:
        """The picture, its longer side at most so many pixels."""
        picture = images.read(self.path, longest)
        return picture @ np.float32([color.LUMA] * 3).T if self.grey else picture


def table(
    path: str | os.PathLike,
    views: Sequence[View],
    longest: int,
    describe: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, list[int]]:
    """A row of numbers a view; what a stopped call has computed is kept.

    Args:
        path: The file, of numpy's format, which is mapped into memory.
        views: In the order of the rows.
        longest: Side in pixels that larger paintings are reduced to.
        describe: A painting, shape (height, width, 3), to a vector.

    Returns:
        Array (views, numbers), and the rows of those that can be read.

    Raises:
        ValueError: None can be read.
    """
    rows = _opened(Path(path), len(views), lambda: describe(np.zeros((64, 64, 3), np.float32)).size)
    missing = np.flatnonzero(rows[:, 0] == MISSING)
    for index in tqdm(missing, "paintings", unit="", disable=not len(missing)):
        try:
            rows[index, 1:] = describe(views[index].read(longest))
            rows[index, 0] = READ
        except (OSError, ValueError):
            rows[index, 0] = UNREADABLE
    known = np.flatnonzero(rows[:, 0] == READ).tolist()
    if not known:
        raise ValueError(
            f"Expected paintings that can be read. Received: {len(views)} broken."
        )
    return rows[:, 1:], known


def _opened(path, count, numbers):
    if path.exists():
        rows = np.lib.format.open_memmap(path, "r+")
        if len(rows) == count:
            return rows
    return np.lib.format.open_memmap(path, "w+", np.float32, (count, 1 + numbers()))
