"""Pairs of photographs and paintings."""

import csv
import dataclasses
import os
from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.data import folders

SIDE = 384  # pixels; the one size that Magenta's TFLite pair takes
STRIDE = 7  # photograph i takes painting 7i modulo their number


@dataclasses.dataclass(frozen=True)
class Pair:
    """A photograph's file and a painting's, and the side in pixels that photographs take."""

    content_path: Path
    style_path: Path
    side: int = SIDE

    @property
    def content(self) -> np.ndarray:
        """The photograph, squashed to a square."""
        return images.squash(images.read(self.content_path), self.side)

    @property
    def style(self) -> np.ndarray:
        """The painting at its file's size."""
        return images.read(self.style_path)


def of_folders(content: str | os.PathLike, style: str | os.PathLike, rounds: int = 1) -> list[Pair]:
    """Every photograph with a painting.

    Args:
        content: Folder of photographs.
        style: Folder of paintings.
        rounds: Number of paintings for each photograph; every round takes the next one.
    """
    photographs, paintings = folders.pictures(content), folders.pictures(style)
    return [
        Pair(photograph, paintings[(STRIDE * i + offset) % len(paintings)])
        for offset in range(rounds)
        for i, photograph in enumerate(photographs)
    ]


def of_file(path: str | os.PathLike) -> list[Pair]:
    """The pairs of a CSV file: a photograph and a painting a line, relative to the file.

    Raises:
        OSError: There is no such file.
        ValueError: A line does not hold two files.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a CSV file of pairs. Received: {path}, which does not exist."
        )
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    wrong = [row for row in rows if len(row) != 2]
    if wrong or not rows:
        raise ValueError(
            f"Expected lines of a photograph's and a painting's file in {path}. "
            f"Received: {','.join(wrong[0]) if wrong else 'none'}."
        )
    return [
        Pair(path.parent / content.strip(), path.parent / style.strip()) for content, style in rows
    ]
