"""Features of many paintings, computed once and kept in a file."""

import collections
import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tqdm import tqdm

from tfstyle import color, disk, images
from tfstyle.data import batches, folders
from tfstyle.networks.files import fingerprint
from tfstyle.training.perceptual import PerceptualObjective
from tfstyle.training.settings import ArbitraryStyleSettings

TABLE = "paintings.npy"  # in a run folder
MISSING, READ, UNREADABLE = 0.0, 1.0, -1.0


@dataclasses.dataclass(frozen=True)
class StyleImage:
    """A painting, in colour or in grey.

    Args:
        path: Its file.
        grey: Whether it is read without its colours.
    """

    path: Path
    grey: bool = False

    def read(self, longest: int) -> np.ndarray:
        """The picture, with a longer side of at most `longest` pixels."""
        picture = images.read(self.path, longest)
        return picture @ np.float32([color.LUMA] * 3).T if self.grey else picture


def cached_rows(
    path: str | os.PathLike,
    style_images: Sequence[StyleImage],
    longest: int,
    describe: Callable[[np.ndarray], np.ndarray],
    identity: str = "",
) -> tuple[np.ndarray, list[int]]:
    """A row of numbers for each style image; an interrupted call keeps the finished rows.

    Args:
        path: The file, of numpy's format, which is mapped into memory.
        style_images: In the order of the rows.
        longest: Side in pixels that larger paintings are reduced to.
        describe: A painting, shape (height, width, 3), to a vector.
        identity: Of the paintings and of what describes them; a file of another one, which stands
            beside it as text, is made anew.

    Returns:
        Array (style_images, numbers), and the rows of those that can be read.

    Raises:
        ValueError: None can be read.
    """
    numbers = describe(np.zeros((64, 64, 3), np.float32)).size
    rows = _opened(Path(path), (len(style_images), 1 + numbers), identity)
    missing = np.flatnonzero(rows[:, 0] == MISSING)
    for index in tqdm(missing, "paintings", unit="", disable=not len(missing)):
        try:
            rows[index, 1:] = describe(style_images[index].read(longest))
            rows[index, 0] = READ
        except (OSError, ValueError):
            rows[index, 0] = UNREADABLE
    known = np.flatnonzero(rows[:, 0] == READ).tolist()
    if not known:
        raise ValueError(
            f"Expected paintings that can be read. Received: {len(style_images)} broken."
        )
    return rows[:, 1:], known


def style_rows(
    path: str | os.PathLike,
    paintings: Sequence[Path],
    reading: keras.Model,
    objective: PerceptualObjective,
    longest: int,
    grey_share: float = 0.0,
) -> tuple[np.ndarray, list[int]]:
    """A table of the features that a network reads of paintings, and of the losses' targets.

    Args:
        path: File in numpy's format (see `cached_rows`).
        paintings: Files; one that stands twice has one row.
        reading: Pictures to vectors, which come first in a row.
        objective: Its `described` gives the remaining numbers of a row.
        longest: Larger paintings are reduced to this longer side in pixels.
        grey_share: So many of the paintings have a row without colours as well.

    Returns:
        Array (style_images, numbers), and rows in the order of the paintings, then the grey ones.

    Raises:
        ValueError: None can be read.
    """
    files = list(dict.fromkeys(paintings))
    grey = [StyleImage(file, grey=True) for file in _share(files, grey_share)]
    style_images = [*map(StyleImage, files), *grey]

    def describe(painting):
        picture = ops.convert_to_tensor(painting[None])
        parts = reading(picture, training=False), objective.described(picture)
        return np.concatenate([ops.convert_to_numpy(part)[0] for part in parts])

    networks = (fingerprint(network) for network in (reading, objective.feature_extractor))
    identity = f"{folders.fingerprint(files)}, {longest}, {grey_share}, {', '.join(networks)}"
    rows, known = cached_rows(path, style_images, longest, describe, identity)
    places = {file: index for index, file in enumerate(files)}
    order = [*(places[file] for file in paintings), *range(len(files), len(style_images))]
    readable = set(known)
    return rows, [row for row in order if row in readable]


def target_pairs(
    folder: str | os.PathLike, photographs: Sequence[Path], paintings: Sequence[Path]
) -> tuple[list[tuple[Path, Path]], list[int]]:
    """Pictures that another method painted, with their photographs and paintings.

    Args:
        folder: Holds a folder for each of some paintings, of its name without suffix, and in each
            pictures of some photographs, of their names without suffix.
        photographs: Files.
        paintings: Files, as of `style_rows`.

    Returns:
        Pairs of photographs and pictures, and the row of each one's painting in `style_rows`.

    Raises:
        OSError: There is no such folder, or it holds no picture.
        ValueError: A picture is of no photograph or painting, or its names are those of several.
    """
    pairs, rows = [], []
    photographs_by_name = _by_name(enumerate(photographs))
    paintings_by_name = _by_name(enumerate(dict.fromkeys(paintings)))
    for path in folders.pictures(folder):
        places = (
            photographs_by_name.get(path.stem, ()),
            paintings_by_name.get(path.parent.name, ()),
        )
        if tuple(map(len, places)) != (1, 1):
            raise ValueError(
                "Expected targets as PAINTING/PHOTOGRAPH.png, each of the names of one painting "
                f"and of one photograph. Received: {path.relative_to(folder)}, of "
                f"{len(places[1])} and {len(places[0])}."
            )
        pairs.append((photographs[places[0][0]], path))
        rows.append(places[1][0])
    return pairs, rows


def _by_name(numbered):
    """The numbers of files by their names without suffix."""
    numbers = collections.defaultdict(list)
    for number, path in numbered:
        numbers[path.stem].append(number)
    return numbers


def _share(items, share):
    """A share of items, at equal distances."""
    every = round(1.0 / share) if share else 1 + len(items)
    return items[every - 1 :: every]


def stream(
    photographs: Sequence[Path],
    rows: np.ndarray,
    order: Sequence[int],
    settings: ArbitraryStyleSettings,
    aimed: tuple[Sequence[tuple[Path, Path]], Sequence[int]] | None = None,
) -> Callable[[int], object]:
    """A function of a step to the endless batches of `batches.contents_and_numbers` from it on.

    Args:
        photographs: Files.
        rows: Numbers of each painting, from `style_rows`.
        order: Indices of the rows, from `style_rows`.
        settings: The numbers.
        aimed: Pairs of photographs and targets, and the rows of their paintings, from
            `target_pairs`: the last examples of each batch are some of these.

    Raises:
        ValueError: No painting of the targets can be read, or all of a batch would have targets.
    """
    last = 0
    if aimed:
        aimed, last = _with_readable_paintings(aimed, order), targets_a_batch(settings)
    crops = (settings.size, settings.seed)

    def plain(step):
        shares = (settings.own_share, settings.few, settings.growing)
        count = settings.batch - last
        return batches.contents_and_numbers(photographs, rows, order, count, *crops, step, *shares)

    def with_targets(step):
        pairs = batches.targets_and_numbers(*aimed, rows, last, *crops, step)
        return tf.data.Dataset.zip((plain(step), pairs)).map(_joined)

    return with_targets if aimed else plain


def _with_readable_paintings(aimed, order):
    readable = set(order)
    chosen = [(pair, row) for pair, row in zip(*aimed, strict=True) if row in readable]
    if not chosen:
        raise ValueError("Expected targets of paintings that can be read. Received: none.")
    return tuple(map(list, zip(*chosen, strict=True)))


def targets_a_batch(settings: ArbitraryStyleSettings) -> int:
    """How many examples of each batch have targets: at least one.

    Args:
        settings: Of a training that takes targets.

    Raises:
        ValueError: All have.
    """
    last = max(1, round(settings.batch * settings.target_share))
    if last >= settings.batch:
        raise ValueError(
            "Expected a batch of which some have no targets. Received: "
            f"batch {settings.batch}, target share {settings.target_share}."
        )
    return last


def _joined(plain, aimed):
    """A batch whose last examples have targets."""
    aimed = aimed | {"own": tf.zeros(len(aimed["content"]))}
    both = {name: tf.concat([plain[name], aimed[name]], axis=0) for name in plain}
    return both | {"target": aimed["target"]}


def _opened(path, shape, identity):
    beside = path.with_suffix(".txt")
    if path.exists() and beside.exists() and beside.read_text() == identity:
        rows = np.lib.format.open_memmap(path, "r+")
        if rows.shape == shape:
            return rows
    rows = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    disk.write_bytes(beside, identity.encode())
    return rows
