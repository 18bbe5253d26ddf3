"""A folder of the measured pictures, with names for blind comparisons."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tfstyle import images
from tfstyle.evaluation.models import Paint
from tfstyle.evaluation.pairs import Pair

RESERVED = ("content", "style")  # names of the photograph and the painting


def name(label: str) -> str:
    """A label as part of a file name, in which unusual characters become -."""
    return re.sub(r"[^\w.-]", "-", label)


def check_names(labels: Iterable[str]) -> None:
    """Checks that all labels give different file names.

    Raises:
        ValueError: Two have the same name, or one has the photograph's or the painting's.
    """
    names = list(RESERVED)
    for label in labels:
        if name(label) in names:
            raise ValueError(
                f"Expected models whose pictures have different names. Received: {label!r}, whose "
                f"pictures would have the name {name(label)!r} of others."
            )
        names.append(name(label))


def paint(painters: Mapping[str, Paint], pairs: Sequence[Pair], folder: str | os.PathLike) -> None:
    """Writes every painter's picture of every pair, without measuring them.

    Args:
        painters: Functions of a pair, by label.
        pairs: Photographs with paintings.
        folder: Folder of the pictures; it is created if it is missing.

    Raises:
        ValueError: Two labels give the same file name (see `check_names`).
        OSError: The folder cannot be written, or a picture cannot be read.
    """
    check_names(painters)
    for number, pair in enumerate(tqdm(pairs, unit="pair")):
        pictures = {label: painter(pair) for label, painter in painters.items()}
        write(folder, number, {"content": pair.content, "style": pair.style, **pictures})


def write(folder: str | os.PathLike, number: int, pictures: Mapping[str, np.ndarray]) -> None:
    """Writes a pair's pictures as 00_content.png, 00_style.png, 00_MODEL.png, and replaces files.

    Args:
        folder: Folder of the pictures; it is created if it is missing.
        number: Number of the pair.
        pictures: By label, with `content` and `style`, shape (height, width, 3), in [0, 1].

    Raises:
        OSError: The folder cannot be written.
    """
    for label, picture in pictures.items():
        images.write(picture, Path(folder) / f"{number:02d}_{name(label)}.png")
