"""Endless, repeatable batches for trainings: crops of pictures beside what else an example has.

The k-th example of a stream is a function of its seed and k alone, so a run that was stopped
goes on with the batches that it would have seen.
"""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import tensorflow as tf

from tfstyle.data import datasets
from tfstyle.data.crops import aligned_crops, random_crops
from tfstyle.data.paired_pictures import read_pair
from tfstyle.data.shards import WHOLE, Shard

PAIR_ZOOM = (0.7, 1.0)  # of crops of two pictures


def contents(
    paths: Sequence[Path], batch: int, size: int, seed: int, start: int = 0
) -> tf.data.Dataset:
    """Batches of content crops.

    Args:
        paths: Photographs.
        batch: Pictures a batch.
        size: Side in pixels.
        seed: See `crops.random_crops`.
        start: Batches to pass over.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3)}.
    """
    examples = random_crops(paths, size, seed, start * batch).batch(batch, drop_remainder=True)
    return examples.map(lambda content: {"content": content}).prefetch(4)


def contents_and_targets(
    pairs: Sequence[tuple[Path, Path]], batch: int, size: int, seed: int, start: int = 0
) -> tf.data.Dataset:
    """Batches of content crops beside the same crops of pictures that results shall be like.

    Args:
        pairs: Photographs, and the targets of each.
        batch: Pictures a batch.
        size: Side in pixels.
        seed: See `crops.random_crops`.
        start: Batches to pass over.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "target": the same shape}.
    """
    examples = paired(pairs, batch, size, seed, start)
    return examples.map(lambda pair: {"content": pair["from"], "target": pair["to"]})


class ContentSettings(Protocol):
    """The settings that `of_contents` needs."""

    batch: int
    size: int
    seed: int


def of_contents(
    content: Sequence[Path] | Sequence[tuple[Path, Path]] | tf.data.Dataset,
    settings: ContentSettings,
    shown: int = 8,
) -> tuple[Callable[..., tf.data.Dataset], Sequence]:
    """A function of a step to the endless batches from it on, and pictures to show.

    Args:
        content: Photographs, for the batches of `contents`; or pairs of them and their targets, for
            those of `contents_and_targets`; or a dataset of batches, as {"content"}.
        settings: The numbers.
        shown: Number of pictures of a dataset to show.

    Returns:
        The function, and the photographs' files or a dataset's first pictures.
    """
    if isinstance(content, tf.data.Dataset):
        return datasets.from_step(content), datasets.pictures(content, "content", shown)
    numbers = (settings.batch, settings.size, settings.seed)
    if isinstance(content[0], tuple):
        photographs = [photograph for photograph, _ in content]
        return lambda step: contents_and_targets(content, *numbers, step), photographs
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
        seed: See `crops.random_crops`.
        start: Batches to pass over.
        own_share: Share of the photographs whose style is their own.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "vector": (batch, 1 + styles), "own":
        (batch,)}; the vector has ones at the photograph itself or at the style, zeros elsewhere.
    """

    def choice(index, content):
        own, draw = tf.unstack(tf.random.stateless_uniform((2,), (seed, index)))
        style = 1 + tf.cast(draw * styles, tf.int32)
        vector = tf.one_hot(tf.where(own < own_share, 0, style), 1 + styles)
        return {"content": content, "vector": vector, "own": vector[0]}

    examples = (
        tf.data.Dataset.counter(start * batch),
        random_crops(paths, size, seed, start * batch),
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
        seed: See `crops.random_crops`.
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
        own, draw = np.random.default_rng((seed, 1, number)).random(2)
        grown = min(1.0, number / (batch * growing)) if growing else 1.0
        open_to = few + int(grown**2 * max(0, len(order) - few))
        chosen = order[min(int(draw * open_to), len(order) - 1)]
        return table[chosen], np.float32(own < own_share)

    def example(number, content):
        numbers, own = tf.numpy_function(row, [number], (tf.float32, tf.float32), stateful=False)
        numbers, own = tf.ensure_shape(numbers, table.shape[1:]), tf.ensure_shape(own, ())
        return {"content": content, "numbers": numbers, "own": own}

    examples = (
        tf.data.Dataset.counter(start * batch),
        random_crops(paths, size, seed, start * batch),
    )
    dataset = tf.data.Dataset.zip(examples).map(example, tf.data.AUTOTUNE, deterministic=True)
    return dataset.batch(batch, drop_remainder=True).prefetch(4)


def targets_and_numbers(
    pairs: Sequence[tuple[Path, Path]],
    rows: Sequence[int],
    table: np.ndarray,
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
) -> tf.data.Dataset:
    """Batches of content crops beside the same crops of what results shall be like.

    Args:
        pairs: Photographs, and the targets of each.
        rows: Of each pair the index of its painting's row.
        table: Numbers of each painting, shape (paintings, numbers).
        batch: Pairs a batch.
        size: Side in pixels.
        seed: See `crops.random_crops`.
        start: Batches to pass over.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "target": the same shape, "numbers":
        (batch, numbers)}.
    """
    rows = np.asarray(rows)

    def example(index, pictures):
        numbers = tf.numpy_function(lambda i: table[rows[i]], [index], tf.float32, stateful=False)
        numbers = tf.ensure_shape(numbers, table.shape[1:])
        return {"content": pictures[0], "target": pictures[1], "numbers": numbers}

    counter = tf.data.Dataset.counter(start * batch)
    crops = aligned_crops(pairs, counter, size, seed, PAIR_ZOOM, read_pair)
    return crops.map(example).batch(batch, drop_remainder=True).prefetch(4)


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
        seed: See `crops.random_crops`.
        start: Batches to pass over.
        own_share: Share of the pairs whose style is their own content.
        grey_share: Share of the other styles that lose their colours.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "style": the same shape, "own":
        (batch,)}, 1 where the style is the content.
    """
    pairs = (
        tf.data.Dataset.counter(start * batch),
        random_crops(contents, size, seed, start * batch),
        random_crops(styles, size, seed + 1, start * batch, zoom=(0.7, 1.0)),
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
    zoom: tuple[float, float] = PAIR_ZOOM,
    shard: Shard = WHOLE,
) -> tf.data.Dataset:
    """Batches of independent crops of two domains.

    Args:
        a: Pictures of one domain.
        b: Pictures of the other.
        batch: Of each domain a step, over all replicas.
        size: Side of the crops in pixels.
        seed: See `crops.random_crops`.
        start: Batches to pass over.
        zoom: See `crops.random_crops`.
        shard: Of every batch.

    Returns:
        Endless dataset of {"a": (batch, size, size, 3), "b": the same shape}.
    """
    streams = [
        aligned_crops(
            [(Path(p),) for p in paths], shard.examples(batch, start), size, seed + i, zoom
        )
        for i, paths in enumerate((a, b))
    ]
    pairs = tf.data.Dataset.zip(tuple(streams))
    examples = pairs.map(lambda a, b: {"a": a[1][0], "b": b[1][0]})
    return examples.batch(shard.share(batch), drop_remainder=True).prefetch(4)


def paired(
    pairs: Sequence[tuple[Path, ...]],
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    zoom: tuple[float, float] = PAIR_ZOOM,
    shard: Shard = WHOLE,
    direction: str = "a-to-b",
) -> tf.data.Dataset:
    """Batches of crops of two aligned pictures, at the same position.

    Args:
        pairs: Of each pair either two files, a and b, or one with a and b side by side.
        batch: Pairs a step, over all replicas.
        size: Side of the crops in pixels.
        seed: See `crops.random_crops`.
        start: Batches to pass over.
        zoom: See `crops.random_crops`.
        shard: Of every batch.
        direction: One of `folders.DIRECTIONS`.

    Returns:
        Endless dataset of {"from": (batch, size, size, 3), "to": the same shape}.
    """
    numbers = shard.examples(batch, start)
    decode = functools.partial(read_pair, direction=direction)
    examples = aligned_crops(pairs, numbers, size, seed, zoom, decode)
    named = examples.map(lambda _, pictures: {"from": pictures[0], "to": pictures[1]})
    return named.batch(shard.share(batch), drop_remainder=True).prefetch(4)
