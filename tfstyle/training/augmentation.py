"""Differentiable augmentation of the discriminators' inputs."""

import keras
import tensorflow as tf
from keras import ops

NUMBERS = 7  # that decide how a picture is changed
SHIFT, HOLE = 0.125, 0.5  # farthest shift and side of the hole, as shares of a picture's side
GREY = 0.5  # 0 in a discriminator's own range


def augmented(pictures, numbers, colors=False):
    """Randomly shifted pictures with a square hole, and with changed colours if asked.

    Zhao et al. 2020, https://arxiv.org/abs/2006.10738, section 3.2, with the strengths of the
    authors' DiffAugment: brightness by half of a discriminator's unit, saturation by 0 to 2,
    contrast by 0.5 to 1.5, shifts of up to an eighth and holes of half a side, both filled with
    grey. Colours may leave [0, 1].

    Args:
        pictures: Shape (batch, height, width, channels), in [0, 1].
        numbers: Of each picture, shape (batch, NUMBERS), in [0, 1): of the shift down and across,
            of the hole's place, of brightness, saturation and contrast.
        colors: Whether the last three count.

    Returns:
        Float32 tensor of `pictures`' shape; 0.5 everywhere for all three leaves the colours.
    """
    down, across, row, column, *grade = (numbers[:, index] for index in range(NUMBERS))
    x = ops.cast(pictures, "float32") - GREY
    if colors:
        x = _graded(x, *(number[:, None, None, None] for number in grade))
    height, width = x.shape[1:3]
    x = ops.einsum("bij,bjwc->biwc", _shift(height, down), x)
    x = ops.einsum("bij,bhjc->bhic", _shift(width, across), x)
    hole = _within(height, row)[:, :, None, None] * _within(width, column)[:, None, :, None]
    return x * (1.0 - hole) + GREY


def _graded(x, brightness, saturation, contrast):
    x = x + 0.5 * (brightness - 0.5)
    grey = ops.mean(x, axis=3, keepdims=True)
    x = grey + 2.0 * saturation * (x - grey)
    mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
    return mean + (0.5 + contrast) * (x - mean)


def _shift(side, number):
    """Matrices that shift rows, shape (batch, side, side)."""
    reach = int(side * SHIFT + 0.5)
    shift = ops.cast(ops.floor(number * (2 * reach + 1)), "int32") - reach
    places = ops.arange(side, dtype="int32")
    apart = places[None, None, :] - places[None, :, None]
    return ops.cast(ops.equal(apart, shift[:, None, None]), "float32")


def _within(side, number):
    """A mask of the hole, which may extend beyond the picture."""
    hole = int(side * HOLE + 0.5)
    middle = ops.cast(ops.floor(number * (side + 1 - hole % 2)), "int32")
    after = ops.arange(side, dtype="int32")[None] - (middle[:, None] - hole // 2)
    return ops.cast(ops.logical_and(after >= 0, after < hole), "float32")


class Augmented:
    """A discriminator of augmented pictures, with other random numbers at each call.

    Args:
        network: Takes pictures by name; those of one call are changed alike.
        colors: Whether brightness, saturation and contrast change too.
        seed: Of this step and discriminator, two whole numbers.
    """

    def __init__(self, network: keras.Model, colors: bool, seed: tf.Tensor):
        self.network, self.colors, self.seed, self.calls = network, colors, seed, 0

    def __call__(self, pictures, training=False):
        count = ops.shape(next(iter(pictures.values())))[0]
        numbers = random_numbers(fold(self.seed, self.calls), count)
        self.calls += 1
        changed = {k: augmented(picture, numbers, self.colors) for k, picture in pictures.items()}
        return self.network(changed, training=training)


def fold(seed: tf.Tensor, number: int) -> tf.Tensor:
    """A new seed of two integers, from a seed and a number."""
    return tf.random.experimental.stateless_fold_in(seed, number)


def random_numbers(seed: tf.Tensor, count: int) -> tf.Tensor:
    """NUMBERS random numbers in [0, 1) for each picture of this replica of a common batch."""
    context = tf.distribute.get_replica_context()
    first = context.replica_id_in_sync_group * count
    shape = (context.num_replicas_in_sync * count, NUMBERS)
    return tf.random.stateless_uniform(shape, seed)[first : first + count]
