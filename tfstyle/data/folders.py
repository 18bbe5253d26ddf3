"""Folders of pictures."""

import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from tfstyle import images, messages
from tfstyle.data import catalog

DIRECTIONS = ("a-to-b", "b-to-a")  # of pairs: what is learned from what


def pictures(folder: str | os.PathLike) -> list[Path]:
    """Every picture below a folder, in name order.

    Args:
        folder: Searched with its subfolders, linked ones too; hidden files and folders are passed
            over.

    Raises:
        OSError: There is no such folder, or it holds no picture.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(f"Expected a folder of pictures. Received: {folder}.")
    files = sorted(_files(folder))
    readable = [path for path in files if path.suffix.lower() in images.READABLE]
    unread = Counter(s for path in files if (s := path.suffix.lower()) in images.UNREAD)
    words = ", ".join(f"{count} {suffix}" for suffix, count in unread.items())
    if not readable:
        raise FileNotFoundError(
            f"Expected a folder with pictures ({', '.join(images.READABLE)}). "
            f"Received: {folder}{f', with {words}' if unread else ''}."
        )
    if unread:
        messages.warn_once(f"Left out of {folder}, since they are not read: {words}.")
    return readable


def _files(folder, above: frozenset = frozenset()) -> Iterator[Path]:
    """Files below a folder; a link to a folder above it is not followed."""
    above |= {folder.resolve()}
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            yield path
        elif path.resolve() not in above:
            yield from _files(path, above)


def several(folders: Sequence[str | os.PathLike]) -> list[Path]:
    """The pictures of several folders; those of a folder that is named twice come twice.

    Raises:
        OSError: A folder is missing or holds no picture.
    """
    return [path for folder in folders for path in pictures(folder)]


def fingerprint(pictures: Sequence[Path | tuple[Path, ...]]) -> str:
    """The number of files, and a checksum of their names, sizes and order.

    Args:
        pictures: Files, or tuples of them.
    """
    files = [path for item in pictures for path in (item if isinstance(item, tuple) else (item,))]
    text = "\n".join(f"{path.name} {path.stat().st_size}" for path in files)
    return f"{len(files)} files, {zlib.crc32(text.encode()):08x}"


def spread(items: Sequence, count: int | None = None) -> list:
    """Some items at equal distances: about `count`, or all for None."""
    return list(items)[:: max(1, len(items) // count)][:count] if count else list(items)


def readable(items: Sequence, count: int, read: Callable) -> list:
    """Reads a number of items at equal distances; the next item replaces an unreadable one.

    Args:
        items: Files, or tuples of them.
        count: Number of items to read, at most all.
        read: A function of an item.

    Raises:
        OSError: None can be read.
    """
    results, count = [], min(count, len(items))
    for index in range(count):
        first = index * len(items) // count
        for item in items[first : (index + 1) * len(items) // count]:
            try:
                results.append(read(item))
                break
            except (OSError, ValueError) as error:
                messages.warn_once(f"Left out: {error}")
                last = error
    if not results:
        raise OSError(f"Expected pictures that can be read. Received: none in {len(items)}. {last}")
    return results


def read_squares(
    folders: Sequence[str | os.PathLike], side: int, count: int | None = None
) -> list[np.ndarray]:
    """Pictures of several folders, resized to squares.

    Args:
        folders: Folders of pictures; those of a folder that is named twice come twice.
        side: Side of the squares in pixels.
        count: Number of pictures; None for all.
    """
    return [read_square(path, side) for path in spread(several(folders), count)]


def shown(picture: Path | np.ndarray, side: int, longest: int = 640) -> np.ndarray:
    """A picture, or that of a file, resized to a square of `side` pixels.

    Args:
        picture: A file, which is read at up to `longest` pixels, or shape (height, width, 3).
        side: Of the square.
        longest: Longer side of a file's picture in pixels.
    """
    picture = picture if isinstance(picture, np.ndarray) else images.read(picture, longest)
    return images.squash(picture, side)


def read_square(path: Path, side: int) -> np.ndarray:
    """The picture of a file, resized to a square of `side` pixels."""
    return images.squash(images.read(path, 4 * side), side)


def domains(
    a: Sequence[str | os.PathLike] | None,
    b: Sequence[str | os.PathLike] | None,
    data: str | os.PathLike | None = None,
    split: str = "train",
) -> tuple[list[Path], list[Path]]:
    """The pictures of two domains; those of a folder that is named twice come twice.

    Args:
        a: Folders of one domain.
        b: Folders of the other.
        data: Instead, a folder with trainA, trainB, testA and testB, as CycleGAN's authors lay
            it out, or the name of a TensorFlow dataset of the same splits.
        split: "train" or "test", of `data`.

    Raises:
        ValueError: Neither both domains nor `data` are named, or all of them.
        OSError: A folder is missing or holds no picture; the dataset cannot be had.
    """
    if bool(data) == bool(a and b) or bool(a) != bool(b):
        raise ValueError("Expected --a and --b, or --data. Received: both, or too few.")
    if data:
        home = Path(data) if Path(data).is_dir() else catalog.folder(str(data))
        a, b = ([home / f"{split}{domain}"] for domain in "AB")
    return several(a), several(b)


def pairs(
    together: str | os.PathLike | None,
    a: str | os.PathLike | None = None,
    b: str | os.PathLike | None = None,
) -> list[tuple[Path, ...]]:
    """Pairs of pictures: files with two of them side by side, or files of two folders.

    Args:
        together: Folder of pictures that hold a pair each.
        a: Instead, a folder of one half.
        b: Folder of the other, with the same names but for the suffix.

    Raises:
        ValueError: Neither `together` nor both folders are named, or all of them; a picture of
            one folder is missing from the other.
        OSError: A folder is missing or holds no picture.
    """
    if bool(together) == bool(a and b) or bool(a) != bool(b):
        raise ValueError(
            "Expected --pairs, or --a and --b. Received: both, neither, or one of two."
        )
    if together:
        return [(path,) for path in pictures(together)]
    halves = [{p.relative_to(f).with_suffix(""): p for p in pictures(f)} for f in (a, b)]
    alone = sorted(map(str, halves[0].keys() ^ halves[1].keys()))
    if alone:
        raise ValueError(f"Expected the same names in {a} and {b}. Received: {alone[0]} in one.")
    return [(path, halves[1][name]) for name, path in halves[0].items()]
