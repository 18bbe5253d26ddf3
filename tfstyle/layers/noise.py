"""Noise that a network paints flat places from, the same for the same place of every picture."""

import keras
import numpy as np
from keras import ops

from tfstyle.tiles import PERIOD

VALUES = 1021  # a prime, so that rows, each shifted against the next, do not line up


@keras.saving.register_keras_serializable("tfstyle")
class PositionNoise(keras.layers.Layer):
    """Uniform noise in [-1, 1], which depends on a pixel's place alone.

    Call with pictures (batch, height, width, channels); returns (batch, height, width,
    `channels`). One sequence of numbers goes through every row, shifted by another number of
    another sequence, with integers throughout, so that every backend makes the same noise. It
    repeats every `tiles.PERIOD` pixels down and across, where tiles begin. In training it begins
    anywhere, as the picture's own pixels say: a network would else learn the places.

    Args:
        channels: Of the noise.
        seed: Chooses it.
    """

    def __init__(self, channels=3, seed=1, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.seed = channels, seed
        random = np.random.RandomState(seed)  # whose numbers never change
        self.shifts = np.int32(random.randint(0, VALUES, PERIOD))
        self.values = np.float32(2.0 * random.random_sample((VALUES, channels)) - 1.0)

    def call(self, image, training=False):
        ones = ops.cast(image[..., 0] > -np.inf, "int32")  # of the picture's size, in any export
        down, across = (ops.cumsum(ones, axis=axis) - 1 for axis in (1, 2))
        if training:
            key = ops.sum(ops.cast(ops.round(255.0 * image), "int32"), axis=(1, 2, 3))
            down = down + (key % PERIOD)[:, None, None]
            across = across + (key // PERIOD % PERIOD)[:, None, None]
        shifts = ops.take(self.shifts, down % PERIOD, axis=0)
        numbers = ops.take(self.values, (shifts + across % PERIOD) % VALUES, axis=0)
        return ops.cast(numbers, self.compute_dtype)

    def compute_output_shape(self, image_shape):
        return (*image_shape[:3], self.channels)

    def get_config(self):
        return {**super().get_config(), "channels": self.channels, "seed": self.seed}
