"""A loss of flicker: what a network paints of two frames must move as the frames do.

Ruder et al. 2016, https://arxiv.org/abs/1604.08610, equation 7, compare each painted frame with
the one before, warped by optical flow, where a pixel is seen in both; Huang et al. 2017, "Real-time
neural style transfer for videos", train a network on that loss. Here no films are needed: the
second frame is the photograph, moved by a random motion that is known, in other light and with
sensor noise, against which Gupta et al. 2017, https://arxiv.org/abs/1705.02092, found networks of
one frame to be unstable. Pixels that come from outside of the photograph are left out; a smooth
motion that is looked up backwards hides none.
"""

from collections.abc import Callable, Mapping

import numpy as np
from keras import ops

from tfstyle.layers import PositionNoise
from tfstyle.training.trainer import FrozenInputs

SHIFT = 8  # pixels at most, whole ones, which no interpolation softens
MOVING = 0.5  # share of the frames that turn, grow and bend as well
ANGLE, ZOOM = np.radians(2.0), 0.03  # at most
BEND, KNOTS = 2.0, 4  # pixels at most of a smooth field, and its random numbers a side
GAIN, OFFSET, NOISE = 0.1, 0.03, 0.03  # at most, of values in [0, 1]
ROWS, SEED = 1021, 11  # of random motions; a prime
NUMBERS = 8 + 2 * KNOTS**2


def random_numbers(pictures):
    """Random numbers of each picture, computed from its pixels, so that every step has its own.

    Args:
        pictures: Shape (batch, height, width, 3), in [0, 1].

    Returns:
        Shape (batch, NUMBERS), in [-1, 1].
    """
    table = 2.0 * np.random.RandomState(SEED).random_sample((ROWS, NUMBERS)) - 1.0
    key = ops.sum(ops.cast(ops.round(255.0 * pictures), "int32"), axis=(1, 2, 3))
    return ops.take(np.float32(table), key % ROWS, axis=0)


def random_flow(numbers, height: int, width: int):
    """A random smooth motion: where each pixel of the second frame comes from.

    Args:
        numbers: As from `random_numbers`.
        height: Of the frames, in pixels.
        width: Of the frames, in pixels.

    Returns:
        Pixels down and across from each pixel to its place in the first frame, shape (batch,
        height, width, 2).
    """
    shift = ops.round(SHIFT * numbers[:, None, None, :2])
    moving = ops.cast(numbers[:, 2] < 2.0 * MOVING - 1.0, "float32")
    angle, zoom = ANGLE * numbers[:, 3, None, None], 1.0 + ZOOM * numbers[:, 4, None, None]
    down = ops.arange(height, dtype="float32")[None, :, None] - (height - 1) / 2
    across = ops.arange(width, dtype="float32")[None, None, :] - (width - 1) / 2
    cos, sin = zoom * ops.cos(angle), zoom * ops.sin(angle)
    turned = ops.stack(
        [cos * down + sin * across - down, cos * across - sin * down - across], axis=-1
    )
    knots = ops.reshape(numbers[:, 8:], (-1, KNOTS, KNOTS, 2))
    bent = BEND * ops.image.resize(
        knots, (height, width), interpolation="bilinear", data_format="channels_last"
    )
    return shift + moving[:, None, None, None] * (turned + bent)


def warped(pictures, flow):
    """Pictures, each pixel taken from where the flow points, between pixels by their weights.

    Args:
        pictures: Shape (batch, height, width, channels).
        flow: As from `random_flow`.
    """
    pictures = ops.cast(pictures, "float32")
    height, width, channels = pictures.shape[1:]
    down, across = (
        ops.clip(p, 0.0, s - 1.0) for p, s in zip(_places(flow), (height, width), strict=True)
    )
    top, left = ops.floor(down), ops.floor(across)
    below, right = (down - top)[..., None], (across - left)[..., None]
    rows = [ops.cast(row, "int32") for row in (top, ops.minimum(top + 1.0, height - 1.0))]
    columns = [ops.cast(column, "int32") for column in (left, ops.minimum(left + 1.0, width - 1.0))]
    flat = ops.reshape(pictures, (-1, channels))
    first = ops.arange(ops.shape(pictures)[0], dtype="int32")[:, None, None] * (height * width)

    def between(row):
        one, other = (ops.take(flat, first + row * width + column, axis=0) for column in columns)
        return one + right * (other - one)

    upper, lower = map(between, rows)
    return upper + below * (lower - upper)


def judged(flow, margin: int = 0):
    """1 of pixels within a margin whose places in the first frame are so too, else 0.

    Args:
        flow: As from `random_flow`.
        margin: Pixels of the border of both frames that are left out.

    Returns:
        Shape (batch, height, width).
    """
    height, width = flow.shape[1:3]
    inner = np.zeros((height, width), np.float32)
    inner[margin : height - margin, margin : width - margin] = 1.0
    down, across = (
        ops.logical_and(place >= margin, place <= side - 1.0 - margin)
        for place, side in zip(_places(flow), (height, width), strict=True)
    )
    return inner * ops.cast(ops.logical_and(down, across), "float32")


def _places(flow):
    """Rows and columns that a flow points to, each of shape (batch, height, width)."""
    height, width = flow.shape[1:3]
    return (
        flow[..., 0] + ops.arange(height, dtype="float32")[None, :, None],
        flow[..., 1] + ops.arange(width, dtype="float32")[None, None, :],
    )


class SecondFrames(FrozenInputs):
    """Batches with a second frame of every photograph behind all first ones."""

    def __init__(self):
        super().__init__()
        self.noise = PositionNoise(3, SEED, dtype="float32")

    def __call__(self, batch):
        second = self.second(ops.cast(batch["content"], "float32"))
        return {
            name: ops.concatenate([value, second if name == "content" else value], axis=0)
            for name, value in batch.items()
        }

    def second(self, pictures):
        """The photographs moved, in other light and with noise.

        Args:
            pictures: Shape (batch, height, width, 3), in [0, 1].
        """
        numbers = random_numbers(pictures)
        moved = warped(pictures, random_flow(numbers, *pictures.shape[1:3]))
        gain, offset, noise = (numbers[:, index, None, None, None] for index in (5, 6, 7))
        lit = (1.0 + GAIN * gain) * moved + OFFSET * offset
        return ops.clip(lit + NOISE * noise * self.noise(pictures, training=True), 0.0, 1.0)


class TemporalObjective:
    """A criterion of first frames, and the loss "temporal" of first and second ones.

    Args:
        objective: Criterion of a batch and what is painted of it.
        weight: Of the temporal loss.
        margin: Pixels of the border that are painted but not judged.
    """

    def __init__(self, objective: Callable[[Mapping, object], dict], weight: float, margin: int):
        self.objective, self.weight, self.margin = objective, weight, margin
        self.names = (*objective.names, "temporal")

    def __call__(self, batch, painted):
        first, second = ops.split(painted, 2, axis=0)
        flow = random_flow(random_numbers(ops.cast(batch["content"], "float32")), *first.shape[1:3])
        value = temporal_loss(first, second, flow, self.margin)
        return self.objective(batch, first) | {"temporal": self.weight * value}


def temporal_loss(first, second, flow, margin: int = 0):
    """Mean squared difference of the second frame from the first one, moved.

    Args:
        first: Painted frames, shape (batch, height, width, 3).
        second: The same of the second frames.
        flow: As from `random_flow`.
        margin: See `judged`.

    Returns:
        Scalar, 0 where what is painted moves as the frames do.
    """
    error = ops.mean(ops.square(ops.cast(second, "float32") - warped(first, flow)), axis=-1)
    counted = judged(flow, margin)
    return ops.sum(counted * error) / ops.maximum(ops.sum(counted), 1.0)


def with_second_frames(
    objective: Callable[[Mapping, object], dict], weight: float, margin: int
) -> tuple[Callable[[Mapping, object], dict], FrozenInputs | None]:
    """The criterion and the frozen inputs of a `Trainer`; weight 0 leaves it as it was.

    Args:
        objective: See `TemporalObjective`.
        weight: See `TemporalObjective`.
        margin: See `TemporalObjective`.
    """
    if not weight:
        return objective, None
    return TemporalObjective(objective, weight, margin), SecondFrames()
