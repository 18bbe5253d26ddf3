"""Distillation of a wide network's taps into a narrow encoder."""

from collections.abc import Iterable

import keras
import numpy as np
from keras import ops

from tfstyle.networks.vgg import TAPS

TAP_WEIGHTS = {"relu1_1": 3.0, "relu2_1": 2.0, "relu3_1": 3.0, "relu4_1": 1.0, "relu5_1": 0.5}


def unexplained(target, prediction):
    """Unexplained share of the target's variance, 1 - R2 over all channels.

    Args:
        target: Feature map, shape (batch, height, width, channels).
        prediction: Feature map of the same shape.

    Returns:
        Scalar, 0 for a perfect prediction, 1 for the channels' means.
    """
    target, prediction = ops.cast(target, "float32"), ops.cast(prediction, "float32")
    mean = ops.mean(target, axis=(0, 1, 2), keepdims=True)
    return ops.mean(ops.square(prediction - target)) / ops.mean(ops.square(target - mean))


class DistillationLoss:
    """Criterion: the variance of the teacher's taps that the encoder's readouts do not explain.

    Args:
        teacher: Frozen model, pictures to a dictionary of taps.
        weights: Weight of each tap.
    """

    def __init__(self, teacher: keras.Model, weights: dict[str, float] = TAP_WEIGHTS):
        self.teacher, self.weights, self.names = teacher, weights, tuple(weights)

    def __call__(self, batch, outputs):
        targets = self.teacher(batch["content"], training=False)
        return {
            tap: self.weights[tap] * unexplained(ops.stop_gradient(targets[tap]), outputs[tap])
            for tap in TAPS
        }


class Readout:
    """The best linear map, with a bias, from a student's features to a teacher's (ridge).

    Args:
        ridge: Added to the normal equations' diagonal, as a share of its mean.
    """

    def __init__(self, ridge: float = 1e-6):
        self.ridge, self.inputs, self.products = ridge, 0.0, 0.0

    def add(self, student: np.ndarray, teacher: np.ndarray) -> None:
        """Adds the feature maps of one picture, shapes (height, width, channels), to the fit."""
        x, y = _rows(student), _flat(teacher)
        self.inputs, self.products = self.inputs + x.T @ x, self.products + x.T @ y

    def __call__(self, student: np.ndarray) -> np.ndarray:
        """Predicted features of the teacher, shape (positions, channels)."""
        load = self.ridge * np.trace(self.inputs) / len(self.inputs)
        kernel = np.linalg.solve(self.inputs + load * np.eye(len(self.inputs)), self.products)
        return _rows(student) @ kernel


def _flat(features):
    return np.float64(features).reshape(-1, features.shape[-1])


def _rows(features):
    flat = _flat(features)
    return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)


def explained(
    student: keras.Model,
    teacher: keras.Model,
    fit: Iterable[np.ndarray],
    held_out: Iterable[np.ndarray],
) -> dict[str, float]:
    """R2 at each tap of the best ridge readout of the teacher's features.

    Args:
        student: Pictures to a dictionary of taps.
        teacher: The same, of wider taps.
        fit: Pictures that the readouts are fitted on, shape (height, width, 3), sides that are
            multiples of 16 so that both networks' taps have the same size.
        held_out: Pictures that R2 is measured on.

    Returns:
        1 - squared error / variance over all positions and channels, by tap.
    """
    readouts = {tap: Readout() for tap in TAPS}
    for mine, theirs in _both(student, teacher, fit):
        for tap, readout in readouts.items():
            readout.add(mine[tap], theirs[tap])
    sums = {tap: [0.0, 0.0, 0.0, 0] for tap in TAPS}
    for mine, theirs in _both(student, teacher, held_out):
        for tap, readout in readouts.items():
            target = _flat(theirs[tap])
            error = np.square(target - readout(mine[tap])).sum()
            parts = error, np.square(target).sum(), target.sum(axis=0), len(target)
            sums[tap] = [a + b for a, b in zip(sums[tap], parts, strict=True)]
    return {
        tap: float(1 - error / (squares - np.square(total).sum() / count))
        for tap, (error, squares, total, count) in sums.items()
    }


def _both(student, teacher, pictures):
    for picture in pictures:
        batch = ops.convert_to_tensor(picture[None])
        yield tuple(
            {
                tap: ops.convert_to_numpy(value)[0]
                for tap, value in network(batch, training=False).items()
            }
            for network in (student, teacher)
        )
