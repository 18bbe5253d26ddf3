"""Noise inputs of networks that depend on the position of a pixel alone."""

import keras
import numpy as np
from keras import ops

from tfstyle.layers.static_shapes import constant, has_static_shape
from tfstyle.tiles import PERIOD

VALUES = 1021  # a prime, so that rows, each shifted against the next, do not line up
LINES = (  # length and breadth in pixels, and the share of pixels that one begins at
    (9, 1.0, 0.02),
    (17, 1.2, 0.008),
    (31, 1.8, 0.002),
)
SLANT = np.radians(10.0)  # of lines from the vertical
BANDS = ((30.0, 60.0), (60.0, 120.0), (120.0, 260.0))  # wavelengths of smooth noise, in pixels
WAVES = 6  # that a channel of smooth noise is the sum of


class _PlacedNoise(keras.layers.Layer):
    """Noise that depends on places alone, a constant where the picture's size is known."""

    def __init__(self, channels, seed, scale=1, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.seed, self.scale = channels, seed, scale

    def call(self, image, training=False):
        if has_static_shape(image):
            return constant(self._drawn, image)
        return self._drawn(image, training)

    def get_config(self):
        own = {"channels": self.channels, "seed": self.seed, "scale": self.scale}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("tfstyle")
class PositionNoise(_PlacedNoise):
    """Uniform noise in [-1, 1] that depends on the position of a pixel alone.

    Call with pictures (batch, height, width, any); returns (batch, height, width, `channels`).
    Every row holds the same sequence of values, shifted by an offset of its own. All indices are
    integers, so that every backend computes the same noise. The noise repeats every
    `tiles.PERIOD` pixels in both directions, where tiles begin. In training an offset is computed
    from the picture's pixels, so that the network does not memorise positions.

    Args:
        channels: Number of noise channels.
        seed: Seed of the noise.
        scale: Pixels from one place to the next, where they are those of a smaller feature map.
    """

    def __init__(self, channels=3, seed=1, scale=1, **kwargs):
        super().__init__(channels, seed, scale, **kwargs)
        random = np.random.RandomState(seed)  # whose numbers never change
        self.shifts = np.int32(random.randint(0, VALUES, PERIOD))
        self.values = np.float32(2.0 * random.random_sample((VALUES, channels)) - 1.0)

    def _drawn(self, image, training=False):
        down, across = _places(image, training, scale=self.scale)
        shifts = ops.take(self.shifts, down % PERIOD, axis=0)
        numbers = ops.take(self.values, (shifts + across % PERIOD) % VALUES, axis=0)
        return ops.cast(numbers, self.compute_dtype)

    def compute_output_shape(self, image_shape):
        return (*image_shape[:3], self.channels)


def _places(image, training, stride=1, scale=1):
    """Rows and columns of every stride-th pixel, in training from an offset that pixels tell."""
    ones = image[:, ::stride, ::stride, 0] > -np.inf  # of the picture's size, in any export
    step = stride * scale
    ones = step * ops.cast(ones, "int32")
    down, across = (ops.cumsum(ones, axis=axis) - step for axis in (1, 2))
    if training:
        key = ops.sum(ops.cast(ops.round(255.0 * image), "int32"), axis=(1, 2, 3))
        down = down + (key % PERIOD)[:, None, None]
        across = across + (key // PERIOD % PERIOD)[:, None, None]
    return down, across


@keras.saving.register_keras_serializable("tfstyle")
class SmoothNoise(_PlacedNoise):
    """Smooth noise in [-2, 2] that depends on the position of a pixel alone.

    Call with pictures (batch, height, width, any); returns (batch, height / stride, width / stride,
    `channels`), rounded up. Each channel is the sum of six waves of random directions, their
    lengths from one octave of `BANDS`: the broad scales of the noise of Ulyanov et al. 2016,
    https://arxiv.org/abs/1603.03417, section 3.1. It repeats, is exact and is moved in training as
    `PositionNoise` is.

    Args:
        channels: Number of noise channels, 1 to 3, from short waves to long ones.
        stride: Pixels from one place to the next; a divisor of `tiles.PERIOD`.
        seed: Seed of the noise.
        scale: See `PositionNoise`; the product of it and the stride divides `tiles.PERIOD`.

    Raises:
        ValueError: There are no such channels.
    """

    def __init__(self, channels=3, stride=4, seed=1, scale=1, **kwargs):
        super().__init__(channels, seed, scale, **kwargs)
        if not 0 < channels <= len(BANDS):
            raise ValueError(f"Expected 1 to {len(BANDS)} channels. Received: {channels}.")
        self.stride = stride
        random = np.random.RandomState(seed)  # whose numbers never change
        lengths = np.exp(random.uniform(*np.log(BANDS).T, (WAVES, len(BANDS))))
        angles = np.pi * random.random_sample(lengths.shape)
        directions = np.stack([np.sin(angles), np.cos(angles)])
        turns = np.round(PERIOD / lengths * directions)  # whole, so that waves meet themselves
        starts = random.randint(0, PERIOD, lengths.shape)
        self.waves = np.int32([*turns, starts])[..., :channels]
        self.sine = np.float32(np.sin(2.0 * np.pi * np.arange(PERIOD) / PERIOD) * 2.0 / WAVES)

    def _drawn(self, image, training=False):
        places = _places(image, training, self.stride, self.scale)
        down, across = (ops.expand_dims(place % PERIOD, -1) for place in places)
        waves = (
            ops.take(self.sine, (turns * down + more * across + start) % PERIOD, axis=0)
            for turns, more, start in zip(*self.waves, strict=True)
        )
        return ops.cast(sum(waves), self.compute_dtype)

    def compute_output_shape(self, image_shape):
        sides = (side and -(-side // self.stride) for side in image_shape[1:3])
        return (image_shape[0], *sides, self.channels)

    def get_config(self):
        return {**super().get_config(), "stride": self.stride}


@keras.saving.register_keras_serializable("tfstyle")
class Streaks(PositionNoise):
    """Random bright lines with a slant, like rain, that depend on the position alone.

    Call with pictures (batch, height, width, any); returns (batch, height, width, `channels`) in
    [0, 1]. Each channel has lines of one length and width, from distant rain to near rain: the
    highest values of `PositionNoise` are convolved with a line.

    Args:
        channels: Number of channels, 1 to 3.
        seed: Seed of the noise.
    """

    def __init__(self, channels=3, seed=2, **kwargs):
        if not 0 < channels <= len(LINES):
            raise ValueError(f"Expected 1 to {len(LINES)} channels. Received: {channels}.")
        super().__init__(channels, seed, **kwargs)
        self.shares = np.float32([share for _, _, share in LINES[:channels]])
        side = max(length for length, _, _ in LINES[:channels])
        lines = [_line(side, length, breadth) for length, breadth, _ in LINES[:channels]]
        self.kernel = np.stack(lines, axis=-1)[..., None]

    def _drawn(self, image, training=False):
        numbers = ops.cast(super()._drawn(image, training), "float32")
        begun = ops.relu(numbers - (1.0 - 2.0 * self.shares)) / (2.0 * self.shares)
        drawn = ops.depthwise_conv(begun, self.kernel, padding="same")
        return ops.cast(ops.minimum(drawn, 1.0), self.compute_dtype)


def _line(side, length, breadth):
    """A slanting line with soft edges, 1 in its middle, shape (side, side)."""
    down, across = np.mgrid[:side, :side] - (side - 1) / 2
    along = down * np.cos(SLANT) - across * np.sin(SLANT)
    beside = down * np.sin(SLANT) + across * np.cos(SLANT)
    ends = np.clip((length + 1) / 2 - np.abs(along), 0.0, 1.0)
    return np.float32(ends * np.exp(-0.5 * (2.0 * beside / breadth) ** 2))
