"""Distances of the feature statistics of a pastiche and a painting."""

import numpy as np
from keras import ops

from tfstyle import losses, statistics
from tfstyle.metrics.picture_features import PictureFeatures

DEEP = ("relu3_1", "relu4_1", "relu5_1")  # what the mean Wasserstein distance is of


def moment_distance(style: dict, pastiche: dict) -> float:
    """Mean over the taps of the distance of channel means and deviations.

    Args:
        style: Features of the painting by tap, shape (1, height, width, channels).
        pastiche: The same of the result; height and width may differ.

    Returns:
        Squared, as a share of the painting's own.
    """
    return float(np.mean([_moment_distance(style[tap], pastiche[tap]) for tap in style]))


def _moment_distance(style, pastiche):
    style_moments, pastiche_moments = (
        ops.concatenate(statistics.moments(x, 0.0), -1) for x in (style, pastiche)
    )
    return ops.sum(ops.square(pastiche_moments - style_moments)) / ops.sum(
        ops.square(style_moments)
    )


def wasserstein_distances(style: PictureFeatures, pastiche: PictureFeatures) -> dict[str, float]:
    """Wasserstein distances of covariances, as shares of the painting's trace, by metric."""
    distances = {tap: _spread_distance(style, pastiche, tap) for tap in style.spreads}
    by_tap = {f"wasserstein_{tap}": distance for tap, distance in distances.items()}
    return {"wasserstein": float(np.mean([distances[tap] for tap in DEEP])), **by_tap}


def _spread_distance(style, pastiche, tap):
    pairs = (
        (ops.zeros_like(spread[..., 0]), spread)
        for spread in (style.spreads[tap], pastiche.spreads[tap])
    )
    return float(losses.wasserstein_loss(*pairs, root=style.roots[tap], ridge=0.0))
