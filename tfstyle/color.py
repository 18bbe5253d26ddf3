"""Keep the photograph's colours in its pastiche.

Gatys et al. 2016, "Preserving color in neural artistic style transfer",
https://arxiv.org/abs/1606.05897. The paper recolours the painting before its style is taken; here
the pastiche is recoloured, so that a style without a picture (a name) can be used as well.
"""

from collections.abc import Callable

import numpy as np

from tfstyle import masks

LUMA = np.float32([0.299, 0.587, 0.114])  # ITU-R BT.601, the Y of the paper's YIQ
WARM = np.float32([1.0, 0.0, -1.0])  # what a warmer picture has more of
FLOOR = 1e-4  # least variance of a colour direction, in squared units of [0, 1]


def luminance(
    content: np.ndarray, pastiche: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """The pastiche's luminance with the photograph's chrominance.

    Section 4 of the paper; the luminance first gets the photograph's mean and deviation.

    Args:
        content: Photograph, shape (height, width, 3), floats in [0, 1].
        pastiche: Its pastiche, the same shape.
        mask: Of which both statistics are, shape (height, width, 1); None is the whole picture.

    Returns:
        Float32 array of that shape in [0, 1].
    """
    content_luma, luma = content @ LUMA, pastiche @ LUMA
    content_mean, content_deviation = _moments(content_luma, mask)
    mean, deviation = _moments(luma, mask)
    matched = (luma - mean) * (content_deviation / max(deviation, FLOOR**0.5)) + content_mean
    change = matched - content_luma
    return np.clip(content + change[..., None], 0.0, 1.0, dtype=np.float32)


def covariance(
    content: np.ndarray, pastiche: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """The pastiche with the photograph's mean and covariance of colours.

    Equations 1 to 4 of the paper with the symmetric square roots of its section 3.1.

    Args:
        content: Photograph, shape (height, width, 3), floats in [0, 1].
        pastiche: Its pastiche, the same shape.
        mask: Of which both statistics are, shape (height, width, 1); None is the whole picture.

    Returns:
        Float32 array of that shape in [0, 1].
    """
    content_mean, root, _ = _mean_and_roots(content, mask)
    mean, _, inverse_root = _mean_and_roots(pastiche, mask)
    recoloured = (pastiche - mean) @ np.float32(inverse_root @ root) + content_mean
    return np.clip(recoloured, 0.0, 1.0, dtype=np.float32)


Keep = Callable[[np.ndarray, np.ndarray, np.ndarray | None], np.ndarray]

KEEP: dict[str, Keep] = {
    "luminance": luminance,
    "covariance": covariance,
}


def keeper(mode: str | None) -> Keep:
    """The function of a mode; of None, one that returns the pastiche.

    Raises:
        ValueError: There is no such mode.
    """
    if mode is None:
        return lambda content, pastiche, mask=None: pastiche
    if mode not in KEEP:
        raise ValueError(f"Expected to keep colours by {' or '.join(KEEP)}. Received: {mode!r}.")
    return KEEP[mode]


def _moments(plane, mask):
    plane, weights = plane.reshape(-1), masks.weights(mask)
    mean = np.average(plane, weights=weights)
    deviation = np.average(np.square(plane - mean), weights=weights) ** 0.5
    return np.float32(mean), np.float32(deviation)


def _mean_and_roots(image, mask):
    flat, weights = image.reshape(-1, 3).astype(np.float64), masks.weights(mask)
    mean = np.average(flat, axis=0, weights=weights)
    values, vectors = np.linalg.eigh(np.cov(flat.T, aweights=weights, bias=True))
    deviations = np.sqrt(np.maximum(values, FLOOR))
    root, inverse = (vectors * scale @ vectors.T for scale in (deviations, 1 / deviations))
    return np.float32(mean), root, inverse
