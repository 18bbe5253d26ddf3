"""Teach a narrow encoder a wide network's taps."""

import keras
from keras import ops

from tfstyle.networks.vgg import TAPS

TAP_WEIGHTS = {"relu1_1": 0.5, "relu2_1": 1.0, "relu3_1": 2.0, "relu4_1": 1.0, "relu5_1": 1.0}


def unexplained(target, prediction):
    """Share of the target's variance that a prediction leaves, 1 - R2 over all channels.

    Args:
        target: Feature map, shape (batch, height, width, channels).
        prediction: Feature map of the same shape.

    Returns:
        Scalar, 0 for a perfect prediction, 1 for the channels' means.
    """
    target, prediction = ops.cast(target, "float32"), ops.cast(prediction, "float32")
    mean = ops.mean(target, axis=(0, 1, 2), keepdims=True)
    return ops.mean(ops.square(prediction - target)) / ops.mean(ops.square(target - mean))


class Distillation:
    """Criterion: the encoder's taps, read out linearly, against the teacher's.

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
