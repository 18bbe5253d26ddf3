"""Statistics of a layer's channels, accumulated over tiles."""

from collections.abc import Mapping
from typing import Self

import numpy as np

from tfstyle.matrix_roots import square_root_and_inverse

EPSILON = 1e-5  # of `layers.Moments`
RIDGE = 1e-3  # of `layers.Whitening`
ROWS = 16  # whose deviations are summed at a time, so that they stay small
FIELDS = ("count", "mean", "spread")


class RunningStatistics:
    """Means, and sums of squared deviations or of their products, of channels, in float64.

    Args:
        covariance: Whether of every two channels; else of each with itself.
    """

    def __init__(self, covariance: bool = False):
        self.covariance, self.count, self.mean, self.spread = covariance, 0.0, 0.0, 0.0

    @classmethod
    def restored(
        cls, arrays: Mapping[str, np.ndarray], label: str, covariance: bool = False
    ) -> Self:
        """The statistics that `arrays` gave under a label; of no tile where they have none."""
        statistics = cls(covariance)
        for name in FIELDS:
            setattr(statistics, name, arrays.get(f"{label} {name}", 0.0))
        return statistics

    def arrays(self, label: str) -> dict[str, np.ndarray]:
        """All numbers by name, to go on from."""
        return {f"{label} {name}": getattr(self, name) for name in FIELDS}

    def add(self, features: np.ndarray, weights: np.ndarray | None = None) -> None:
        """Adds a tile.

        Args:
            features: Shape (height, width, channels).
            weights: How much each position counts, shape (height, width, 1); None is all the same.
        """
        for start in range(0, len(features), ROWS):
            rows = slice(start, start + ROWS)
            self._add(
                features[rows].reshape(-1, features.shape[-1]),
                None if weights is None else weights[rows].reshape(-1, 1),
            )

    def _add(self, features, weights):
        """Chan et al. 1983, https://doi.org/10.1080/00031305.1983.10483115, equation 2.1."""
        features = np.float64(features)
        weighted = features if weights is None else features * weights
        count = float(len(features)) if weights is None else float(weights.sum(dtype=np.float64))
        if not count:
            return
        mean = weighted.sum(axis=0) / count
        centred = features - mean
        weighted = centred if weights is None else centred * weights
        covariance = self.covariance
        spread = weighted.T @ centred if covariance else np.einsum("ij,ij->j", weighted, centred)
        total, shift = self.count + count, mean - self.mean
        products = shift[:, None] * shift if self.covariance else shift**2
        self.spread = self.spread + spread + products * (self.count * count / total)
        self.mean = self.mean + shift * (count / total)
        self.count = total

    def result(self) -> np.ndarray:
        """The output of `layers.Moments`, or with covariance of `layers.Whitening`, of no batch.

        Returns:
            Means and deviations, shape (2 * channels,); or the inverse square root of the
            covariance and below it the means, shape (channels + 1, channels).
        """
        spread = self.spread / self.count
        if not self.covariance:
            return np.float32(np.concatenate([self.mean, np.sqrt(spread + EPSILON)]))
        inverse_root = square_root_and_inverse(np.float32(spread[None]), RIDGE, np)[1][0]
        return np.float32(np.concatenate([inverse_root, self.mean[None]]))
