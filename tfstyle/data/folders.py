"""Folders of pictures."""

import os
from pathlib import Path

from tfstyle import images


def pictures(folder: str | os.PathLike) -> list[Path]:
    """Every picture below a folder, in name order.

    Args:
        folder: Searched with its subfolders; hidden files are passed over.

    Raises:
        OSError: There is no such folder, or it holds no picture.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(f"Expected a folder of pictures. Received: {folder}.")
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in images.SUFFIXES and not path.name.startswith(".")
    )
    if not found:
        raise FileNotFoundError(
            f"Expected a folder with pictures ({', '.join(images.SUFFIXES)}). Received: {folder}."
        )
    return found
