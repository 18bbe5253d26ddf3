"""Endless, repeatable streams of training crops with tf.data.

The k-th example of a stream is a function of its seed and k alone, so a run that was stopped
goes on with the batches that it would have seen.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfstyle import images

LARGEST_SIDE = 640  # longer sides are reduced to this while reading


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
        Endless dataset of float32 tensors, shape (size, size, 3), in [0, 1].
    """
    paths = [Path(p) for p in paths]

    def crop(index):
        return _crop(
            _readable(paths, index, seed), size, zoom, np.random.default_rng((seed, index))
        )

    def load(index):
        image = tf.numpy_function(crop, [index], tf.uint8, stateful=False)
        return tf.cast(tf.ensure_shape(image, (size, size, 3)), tf.float32) / 255.0

    indices = tf.data.Dataset.counter(start)
    return indices.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _readable(paths, index, seed):
    for attempt in range(len(paths)):
        epoch, position = divmod(int(index) + attempt, len(paths))
        try:
            return images.read_bytes(paths[_order(len(paths), seed, epoch)[position]], LARGEST_SIDE)
        except (OSError, ValueError) as error:
            last = error
    raise last


@functools.lru_cache(maxsize=16)
def _order(count, seed, epoch):
    return np.random.default_rng((count, seed, epoch)).permutation(count)


def _crop(pixels, size, zoom, random):
    height, width, _ = pixels.shape
    shorter = min(height, width)
    side = max(round(shorter * random.uniform(*zoom)), min(size, shorter))
    top, left = random.integers(height - side + 1), random.integers(width - side + 1)
    patch = images.resize_bytes(pixels[top : top + side, left : left + side], size, size)
    return np.ascontiguousarray(patch[:, ::-1] if random.random() < 0.5 else patch)


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


def contents_and_styles(
    contents: Sequence[Path],
    styles: Sequence[Path],
    batch: int,
    size: int,
    seed: int,
    start: int = 0,
    identity_share: float = 0.0,
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
        identity_share: Share of the pairs whose style is their own content.
        grey_share: Share of the other styles that lose their colours.

    Returns:
        Endless dataset of {"content": (batch, size, size, 3), "style": the same shape}.
    """
    pairs = (
        tf.data.Dataset.counter(start * batch),
        crops(contents, size, seed, start * batch),
        crops(styles, size, seed + 1, start * batch, zoom=(0.7, 1.0)),
    )

    def pair(index, content, style):
        same, grey = tf.unstack(tf.random.stateless_uniform((2,), (seed, index)))
        style = tf.where(grey < grey_share, tf.image.rgb_to_grayscale(style), style)
        return {"content": content, "style": tf.where(same < identity_share, content, style)}

    return tf.data.Dataset.zip(pairs).map(pair).batch(batch, drop_remainder=True).prefetch(4)
