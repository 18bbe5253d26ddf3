"""Pairs of aligned pictures, in two files or in the halves of one."""

from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.data.crops import LARGEST_SIDE, decoded
from tfstyle.data.folders import DIRECTIONS


def read_pair(files: tuple[Path, ...], direction: str = "a-to-b") -> tuple[np.ndarray, np.ndarray]:
    """The source and the target picture of a pair, of one size, as bytes.

    Args:
        files: Of a and b, or of one picture with a in its left half and b in its right one.
        direction: One of `folders.DIRECTIONS`.

    Raises:
        OSError: A file cannot be read.
        ValueError: The direction is another; a picture is too narrow for two.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"Expected one of {', '.join(DIRECTIONS)}. Received: {direction!r}.")
    a, b = _halves(files[0]) if len(files) == 1 else decoded(files)
    source, target = (a, b) if direction == "a-to-b" else (b, a)
    return source, images.resize_bytes(target, *source.shape[:2])


def _halves(path):
    whole = images.read_bytes(path, 2 * LARGEST_SIDE)
    middle = whole.shape[1] // 2
    if not middle:
        raise ValueError(f"Expected two pictures side by side. Received: {path}, 1 pixel wide.")
    return whole[:, :middle], whole[:, whole.shape[1] - middle :]
