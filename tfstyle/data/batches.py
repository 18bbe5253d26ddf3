"""Endless, repeatable streams of training crops with tf.data.

The k-th example of a stream is a function of its seed and k alone, so a run that was stopped
goes on with the batches that it would have seen.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import tensorflow as tf

from tfstyle import images, messages
from tfstyle.data import datasets
from tfstyle.data.cache import cached
from tfstyle.data.folders import DIRECTIONS

LARGEST_SIDE = 640  # longer sides are reduced to this while reading
CACHED_BYTES = 1 << 30  # of decoded pictures are kept by each stream


@dataclasses.dataclass(frozen=True)
class Part:
    """The replicas whose shares of every batch a stream holds, one after the other.

    Args:
        first: Index of the first replica.
        here: Number of replicas that the stream feeds.
        replicas: Number of replicas of all machines together.
    """

    first: int = 0
    here: int = 1
    replicas: int = 1

    def examples(self, batch: int, start: int) -> tf.data.Dataset:
        """Numbers of the examples from a step on, `batch / replicas` of them to a share.

        Raises:
            ValueError: The batch does not divide by the replicas.
        """
        if batch % self.replicas:
            raise ValueError(
                f"Expected a batch that {self.replicas} replicas can share. Received: {batch}."
            )
        share = batch // self.replicas

        def number(index):
            round_of_shares = index // share
            replica = self.first + round_of_shares % self.here
            return round_of_shares // self.here * batch + replica * share + index % share

        return tf.data.Dataset.counter(start * share * self.here).map(number)

    def share(self, batch: int) -> int:
        """Examples of a batch that a replica gets."""
        return batch // self.replicas


WHOLE = Part()


def crops(
    paths: Sequence[Path],
    size: int,
    seed: int,
    start: int = 0,
    zoom: tuple[float, float] = (0.6, 1.0),
) -> tf.data.Dataset:
    """Random square crops, every picture once an epoch.

    Args:
        paths: Picture files.
        size: Side of the crops in pixels.
        seed: Chooses the order, the crops and the flips.
        start: Number of crops to pass over without reading them.
        zoom: Smallest and largest side of a crop, as a share of the picture's shorter side; no
            crop is enlarged unless the picture is smaller than `size`.

    Returns:
        Endless dataset of float32 tensors, shape (size, size, 3), in [0, 1]; what cannot be read
        is left out, and logged.

    Raises:
        OSError: None can be read.
    """
    files = [(Path(p),) for p in paths]
    numbers = tf.data.Dataset.counter(start)
    return _crops(files, numbers, size, seed, zoom).map(lambda pictures: pictures[0])


def _crops(files, numbers, size, seed, zoom, decode=None):
    """Crops of pictures that belong together, shape (pictures, size, size, 3), by number."""
    decode = cached(decode or _decoded, CACHED_BYTES)
    _readable(files, 0, seed, decode)

    def crop(number):
        pictures = _readable(files, number, seed, decode)
        random = np.random.default_rng((seed, number))
        return np.stack(list(_cropped(pictures, size, zoom, random)))

    def load(number):
        pictures = tf.numpy_function(crop, [number], tf.uint8, stateful=False)
        pictures = tf.ensure_shape(pictures, (None, size, size, 3))
        return tf.cast(pictures, tf.float32) / 255.0

    return numbers.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _decoded(files):
    return tuple(images.read_bytes(path, LARGEST_SIDE) for path in files)


def _readable(files, number, seed, decode):
    for attempt in range(len(files)):
        epoch, position = divmod(int(number) + attempt, len(files))
        try:
            return decode(files[_order(len(files), seed, epoch)[position]])
        except (OSError, ValueError) as error:
            messages.warn_once(f"Left out: {error}")
            last_error = error
    raise OSError(
        f"Expected pictures that can be read. Received: none in {len(files)}. {last_error}"
    )


@functools.lru_cache(maxsize=16)
def _order(count, seed, epoch):
    return np.random.default_rng((count, seed, epoch)).permutation(count)


def _cropped(pictures, size, zoom, random):
    """The same random square of every picture, resized to `size`."""
    height, width, _ = pictures[0].shape
    shorter = min(height, width)
    side = max(round(shorter * random.uniform(*zoom)), min(size, shorter))
    top, left = random.integers(height - side + 1), random.integers(width - side + 1)
    flip = -1 if random.random() < 0.5 else 1
    for picture in pictures:
        patch = images.resize_bytes(picture[top : top + side, left : left + side], size, size)
        yield np.ascontiguousarray(patch[:, ::flip])


def contents(
    paths: Sequence[Path], batch: int, size: int, seed: int, start: int = 0
) -> tf.data.Dataset:
    """Batches of content crops.

    Args:
        paths: Photographs.
        batch: Pictures a batch.
        size: Side in pixels.
        seed: See `crops`.
        start: Batches to pass over.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3)}.
    """
    examples = crops(paths, size, seed, start * batch).batch(batch, drop_remainder=True)
    return examples.map(lambda content: {"content": content}).prefetch(4)


class ContentSettings(Protocol):
    """The settings that `of_contents` needs."""

    batch: int
    size: int
    seed: int


def of_contents(
    content: Sequence[Path] | tf.data.Dataset, settings: ContentSettings, shown: int = 8
) -> tuple[Callable[..., tf.data.Dataset], Sequence]:
    """A function of a step to the endless batches of `contents` from it on, and pictures to show.

    Args:
        content: Photographs, or a dataset of batches of them, as {"content"}.
        settings: The numbers.
        shown: Number of pictures of a dataset to show.

    Returns:
        The function, and the photographs' files or a dataset's first pictures.
    """
    if isinstance(content, tf.data.Dataset):
        return datasets.from_step(content), datasets.pictures(content, "content", shown)
    numbers = (settings.batch, settings.size, settings.seed)
    return lambda step: contents(content, *numbers, step), content


def contents_and_choices(
    paths: Sequence[Path],
    styles: int,
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    own_share: float = 0.0,
) -> tf.data.Dataset:
    """Batches of content crops, each with one of some styles or its own.

    Args:
        paths: Photographs.
        styles: How many there are.
        batch: Pictures a batch.
        size: Side in pixels.
        seed: See `crops`.
        start: Batches to pass over.
        own_share: Share of the photographs whose style is their own.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "vector": (batch, 1 + styles), "own":
        (batch,)}; the vector has ones at the photograph itself or at the style, zeros elsewhere.
    """

    def choice(index, content):
        own, which = tf.unstack(tf.random.stateless_uniform((2,), (seed, index)))
        style = 1 + tf.cast(which * styles, tf.int32)
        vector = tf.one_hot(tf.where(own < own_share, 0, style), 1 + styles)
        return {"content": content, "vector": vector, "own": vector[0]}

    examples = (
        tf.data.Dataset.counter(start * batch),
        crops(paths, size, seed, start * batch),
    )
    choices = tf.data.Dataset.zip(examples).map(choice)
    return choices.batch(batch, drop_remainder=True).prefetch(4)


def contents_and_numbers(
    paths: Sequence[Path],
    table: np.ndarray,
    order: Sequence[int],
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    own_share: float = 0.0,
    few: int = 1,
    growing: int = 0,
) -> tf.data.Dataset:
    """Batches of content crops, each with a row of a table of paintings.

    Args:
        paths: Photographs.
        table: Numbers of each painting, shape (paintings, numbers).
        order: Indices of the rows; one that stands twice is drawn twice as often.
        batch: Pictures a batch.
        size: Side in pixels.
        seed: See `crops`.
        start: Batches to pass over.
        own_share: Share of the photographs whose style is their own.
        few: Number of paintings that are drawn from at the beginning.
        growing: Number of batches after which all paintings are drawn from.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "numbers": (batch, numbers), "own":
        (batch,)}, 1 where a photograph is its own style, whatever its numbers are.
    """
    order = np.asarray(order)

    def row(number):
        own, which = np.random.default_rng((seed, 1, number)).random(2)
        grown = min(1.0, number / (batch * growing)) if growing else 1.0
        open_to = few + int(grown**2 * max(0, len(order) - few))
        chosen = order[min(int(which * open_to), len(order) - 1)]
        return table[chosen], np.float32(own < own_share)

    def example(number, content):
        numbers, own = tf.numpy_function(row, [number], (tf.float32, tf.float32), stateful=False)
        numbers, own = tf.ensure_shape(numbers, table.shape[1:]), tf.ensure_shape(own, ())
        return {"content": content, "numbers": numbers, "own": own}

    examples = (tf.data.Dataset.counter(start * batch), crops(paths, size, seed, start * batch))
    dataset = tf.data.Dataset.zip(examples).map(example, tf.data.AUTOTUNE, deterministic=True)
    return dataset.batch(batch, drop_remainder=True).prefetch(4)


def contents_and_styles(
    contents: Sequence[Path],
    styles: Sequence[Path],
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    own_share: float = 0.0,
    grey_share: float = 0.0,
) -> tf.data.Dataset:
    """Batches of content crops beside style crops.

    Args:
        contents: Photographs.
        styles: Paintings.
        batch: Pairs a batch.
        size: Side of the crops in pixels.
        seed: See `crops`.
        start: Batches to pass over.
        own_share: Share of the pairs whose style is their own content.
        grey_share: Share of the other styles that lose their colours.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "style": the same shape, "own":
        (batch,)}, 1 where the style is the content.
    """
    pairs = (
        tf.data.Dataset.counter(start * batch),
        crops(contents, size, seed, start * batch),
        crops(styles, size, seed + 1, start * batch, zoom=(0.7, 1.0)),
    )

    def pair(index, content, style):
        same, grey = tf.unstack(tf.random.stateless_uniform((2,), (seed, index)))
        style = tf.where(grey < grey_share, tf.image.rgb_to_grayscale(style), style)
        own = same < own_share
        style = tf.where(own, content, style)
        return {"content": content, "style": style, "own": tf.cast(own, tf.float32)}

    return tf.data.Dataset.zip(pairs).map(pair).batch(batch, drop_remainder=True).prefetch(4)


def unpaired(
    a: Sequence[Path],
    b: Sequence[Path],
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    zoom: tuple[float, float] = (0.7, 1.0),
    part: Part = WHOLE,
) -> tf.data.Dataset:
    """Batches of independent crops of two domains.

    Args:
        a: Pictures of one domain.
        b: Pictures of the other.
        batch: Of each domain a step, over all replicas.
        size: Side of the crops in pixels.
        seed: See `crops`.
        start: Batches to pass over.
        zoom: See `crops`.
        part: Of every batch.

    Returns:
        Endless dataset of {"a": (batch, size, size, 3), "b": the same shape}.
    """
    streams = [
        _crops([(Path(p),) for p in paths], part.examples(batch, start), size, seed + i, zoom)
        for i, paths in enumerate((a, b))
    ]
    pairs = tf.data.Dataset.zip(tuple(streams))
    examples = pairs.map(lambda a, b: {"a": a[0], "b": b[0]})
    return examples.batch(part.share(batch), drop_remainder=True).prefetch(4)


def paired(
    pairs: Sequence[tuple[Path, ...]],
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    zoom: tuple[float, float] = (0.7, 1.0),
    part: Part = WHOLE,
    direction: str = "a-to-b",
) -> tf.data.Dataset:
    """Batches of crops of two aligned pictures, at the same position.

    Args:
        pairs: Of each pair either two files, a and b, or one with a and b side by side.
        batch: Pairs a step, over all replicas.
        size: Side of the crops in pixels.
        seed: See `crops`.
        start: Batches to pass over.
        zoom: See `crops`.
        part: Of every batch.
        direction: One of `folders.DIRECTIONS`.

    Returns:
        Endless dataset of {"from": (batch, size, size, 3), "to": the same shape}.
    """
    numbers = part.examples(batch, start)
    decode = functools.partial(pair, direction=direction)
    examples = _crops(pairs, numbers, size, seed, zoom, decode)
    named = examples.map(lambda pictures: {"from": pictures[0], "to": pictures[1]})
    return named.batch(part.share(batch), drop_remainder=True).prefetch(4)


def pair(files: tuple[Path, ...], direction: str = "a-to-b") -> tuple[np.ndarray, np.ndarray]:
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
    a, b = _halves(files[0]) if len(files) == 1 else _decoded(files)
    source, target = (a, b) if direction == "a-to-b" else (b, a)
    return source, images.resize_bytes(target, *source.shape[:2])


def _halves(path):
    whole = images.read_bytes(path, 2 * LARGEST_SIDE)
    middle = whole.shape[1] // 2
    if not middle:
        raise ValueError(f"Expected two pictures side by side. Received: {path}, 1 pixel wide.")
    return whole[:, :middle], whole[:, whole.shape[1] - middle :]
