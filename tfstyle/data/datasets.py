"""Datasets of batches that users make themselves, in place of folders."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf


def checked(dataset: tf.data.Dataset, names: Sequence[str]) -> tf.data.Dataset:
    """A dataset of batches of pictures by name, shape (batch, height, width, 3), float32.

    Args:
        dataset: Its elements are dictionaries.
        names: Of the pictures.

    Raises:
        ValueError: It holds something else.
    """
    spec = dataset.element_spec
    if (
        not isinstance(spec, dict)
        or sorted(spec) != sorted(names)
        or not all(map(_fits, spec.values()))
    ):
        shapes = ", ".join(f"{name!r}: (batch, height, width, 3)" for name in names)
        raise ValueError(f"Expected a dataset of {{{shapes}}}, float32. Received: {spec}.")
    return dataset


def _fits(spec):
    pictures = isinstance(spec, tf.TensorSpec) and spec.dtype == tf.float32
    return pictures and spec.shape.rank == 4 and spec.shape[-1] == 3


def from_step(dataset: tf.data.Dataset) -> Callable[..., tf.data.Dataset]:
    """A function of a step to the endless repetition of a dataset from that batch on.

    It takes the argument of `devices.dataset`, a shard of the batches, and refuses it.
    """

    def batches(step, shard=None):
        if shard is not None:
            raise ValueError("Expected folders where replicas share batches. Received: a dataset.")
        return dataset.repeat().skip(step)

    return batches


def pictures(dataset: tf.data.Dataset, name: str, count: int) -> list[np.ndarray]:
    """The first pictures of a dataset of batches, shape (height, width, 3) each."""
    examples = dataset.map(lambda batch: batch[name]).unbatch().take(count)
    return list(examples.as_numpy_iterator())
