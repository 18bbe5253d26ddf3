"""Features at fixed random positions, and the distance of two pictures' sets of them."""

from collections.abc import Sequence

import numpy as np

from tfstyle import images, losses

POSITIONS = 1024  # of a map, fewer where it has fewer
SEED = 0  # the same positions in every map of a size
PATCH = 3  # features on a side
LEAST = 32  # pixels of a side, the least that SqueezeNet takes


def scales(image: np.ndarray, extent: tuple[int, int]) -> list[np.ndarray]:
    """A picture resized to a size, and to half of it.

    Args:
        image: Shape (height, width, 3), in [0, 1].
        extent: Height and width in pixels.
    """
    full = images.resize(image, *extent)
    return [full, images.resize(full, *(max(LEAST, side // 2) for side in extent))]


def features(feature_map: np.ndarray) -> np.ndarray:
    """Features at drawn positions of a map.

    Args:
        feature_map: Feature map of one picture, shape (1, height, width, channels).

    Returns:
        Shape (positions, channels).
    """
    flat = np.asarray(feature_map).reshape(-1, feature_map.shape[-1])
    return flat[_drawn(len(flat))]


def patches(feature_map: np.ndarray) -> np.ndarray:
    """Patches of 3x3 features at drawn positions of a map.

    Args:
        feature_map: Feature map of one picture, shape (1, height, width, channels). Patches are
            smaller on a side below 3.

    Returns:
        Shape (positions, 9 x channels).
    """
    side = [min(PATCH, extent) for extent in feature_map.shape[1:3]]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.asarray(feature_map)[0], side, axis=(0, 1)
    )
    rows, columns = np.divmod(_drawn(windows.shape[0] * windows.shape[1]), windows.shape[1])
    return windows[rows, columns].reshape(len(rows), -1)


def _drawn(count):
    random = np.random.default_rng(SEED)
    return random.choice(count, min(POSITIONS, count), replace=False)


def remd(style: Sequence[np.ndarray], pastiche: Sequence[np.ndarray]) -> float:
    """Mean over the scales of `losses.remd_loss`.

    Args:
        style: Features of the painting at each scale, shape (positions, channels).
        pastiche: The same of the result.
    """
    pairs = zip(style, pastiche, strict=True)
    return float(np.mean([losses.remd_loss(a[None], b[None]) for a, b in pairs]))
