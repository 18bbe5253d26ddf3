"""Distances of the feature statistics of a picture and a painting."""

from collections.abc import Mapping

import numpy as np
from keras import ops

from tfstyle import losses, statistics
from tfstyle.training.settings import STYLE_LOSSES


class StyleDistance:
    """Distance of a layer's statistics, of VGG-19's channels if there is a readout to them.

    Args:
        readouts: Linear maps (kernel, bias) from layers to VGG-19's own channels; layers that have
            none are compared as they are.
        kind: "wasserstein", `losses.wasserstein_loss`; "gram", Gatys' Gram matrices; or "moments",
            AdaIN's means and deviations. Each is a share of the painting's.
    """

    def __init__(self, readouts: Mapping[str, tuple], kind: str = STYLE_LOSSES[0]):
        self.readouts, self.kind = readouts, kind
        self.isometric = {layer: isometric(*view) for layer, view in readouts.items()}

    def target(self, layer: str, mean, covariance) -> tuple:
        """The target of `distance`.

        Args:
            layer: Paper name.
            mean: Mean of the painting's channels, shape (batch, channels).
            covariance: Their covariance, shape (batch, channels, channels).
        """
        statistics_of_style = self._compared(layer, mean, covariance)
        if self.kind == "wasserstein":
            return *statistics_of_style, ops.stop_gradient(
                statistics.square_root(statistics_of_style[1])
            )
        return statistics_of_style

    def distance(self, layer: str, target: tuple, mean, covariance, weights=None):
        """The distance, a scalar: 0 where the statistics agree, about 1 where the picture's are 0.

        Args:
            layer: Paper name.
            target: The painting's `target`.
            mean: Of the picture's channels.
            covariance: Their covariance.
            weights: Weight of each picture, shape (batch,), with "wasserstein" alone.
        """
        pastiche = self._compared(layer, mean, covariance)
        if self.kind == "moments":
            return losses.moment_loss(target, pastiche)
        if self.kind == "gram":
            return losses.gram_loss(target, pastiche)
        return losses.wasserstein_loss(target[:2], pastiche, target[2], weights=weights)

    def _compared(self, layer, *pair):
        """Moments, a Gram matrix, or mean and covariance."""
        if self.kind == "moments" and layer in self.readouts:
            return statistics.projected_moments(*pair, *self.readouts[layer])
        if self.kind == "moments":
            return statistics.channel_moments(*pair)
        if layer in self.isometric:
            pair = statistics.projected_statistics(*pair, *self.isometric[layer])
        return statistics.gram_matrix(*pair) if self.kind == "gram" else pair


def isometric(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A linear map to fewer channels with the same distances as a wider map.

    Args:
        kernel: Shape (channels, outputs).
        bias: Shape (outputs,).

    Returns:
        The map itself where it is no wider than its channels; else (channels, channels + 1) and
        (channels + 1,).
    """
    if kernel.shape[0] >= kernel.shape[1]:
        return kernel, bias
    left, size, right = np.linalg.svd(kernel, full_matrices=False)
    along = right @ bias
    beside = np.linalg.norm(bias - right.T @ along)
    kernel = np.concatenate([left * size, np.zeros((len(kernel), 1))], axis=1)
    return np.float32(kernel), np.float32([*along, beside])
