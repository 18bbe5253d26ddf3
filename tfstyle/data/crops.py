"""Endless, repeatable streams of random crops of pictures with tf.data.

The k-th example of a stream is a function of its seed and k alone, so a run that was stopped
goes on with the examples that it would have had.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfstyle import images, messages
from tfstyle.data.cache import Decode, cached

LARGEST_SIDE = 640  # longer sides are reduced to this while reading
CACHED_BYTES = 1 << 30  # of decoded pictures are kept by each stream


def decoded(files: tuple[Path, ...]) -> tuple[np.ndarray, ...]:
    """The pictures of files as bytes, of at most LARGEST_SIDE pixels a side."""
    return tuple(images.read_bytes(path, LARGEST_SIDE) for path in files)


def random_crops(
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
    return aligned_crops(files, numbers, size, seed, zoom).map(lambda _, pictures: pictures[0])


def aligned_crops(
    files: Sequence[tuple[Path, ...]],
    numbers: tf.data.Dataset,
    size: int,
    seed: int,
    zoom: tuple[float, float],
    decode: Decode = decoded,
) -> tf.data.Dataset:
    """Random square crops of pictures of one size that belong together, at the same position.

    Args:
        files: Tuples of the files of such pictures.
        numbers: Numbers of the examples (see `Shard.examples`).
        size: Side of the crops in pixels.
        seed: See `random_crops`.
        zoom: See `random_crops`.
        decode: A function of such files to their pictures, as bytes.

    Returns:
        Dataset of pairs, one for each number: the index of the files, and a float32 tensor, shape
        (pictures, size, size, 3), in [0, 1].

    Raises:
        OSError: None can be read.
    """
    decode = cached(decode, CACHED_BYTES)
    _readable(files, 0, seed, decode)

    def crop(number):
        index, pictures = _readable(files, number, seed, decode)
        random = np.random.default_rng((seed, number))
        return index, np.stack(list(_cropped(pictures, size, zoom, random)))

    def load(number):
        index, pictures = tf.numpy_function(crop, [number], (tf.int64, tf.uint8), stateful=False)
        pictures = tf.ensure_shape(pictures, (None, size, size, 3))
        return tf.ensure_shape(index, ()), tf.cast(pictures, tf.float32) / 255.0

    return numbers.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _readable(files, number, seed, decode):
    """The index of an example's files, or of the next ones that can be read, and their pictures."""
    for attempt in range(len(files)):
        epoch, position = divmod(int(number) + attempt, len(files))
        try:
            index = _order(len(files), seed, epoch)[position]
            return index, decode(files[index])
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
