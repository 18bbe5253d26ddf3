"""What every stylizer checks at the door, and how a picture of any size reaches a network."""

from collections.abc import Callable

import numpy as np

SMALLEST_SIDE = 32  # below this a picture is mirrored outwards before it is painted


def checked_picture(image: np.ndarray, name: str) -> np.ndarray:
    """One float RGB picture.

    Args:
        image: Shape (height, width, 3), floats in [0, 1].
        name: What to call it in an error.

    Raises:
        TypeError: It is not an array of floats.
        ValueError: Its shape or range is another.
    """
    image = np.asarray(image)
    if image.dtype.kind != "f":
        raise TypeError(f"Expected {name} as floats in [0, 1]. Received: dtype={image.dtype}.")
    if image.ndim != 3 or image.shape[-1] != 3 or 0 in image.shape:
        raise ValueError(
            f"Expected {name} as an RGB picture, shape (height, width, 3). "
            f"Received: shape={image.shape}."
        )
    low, high = float(image.min()), float(image.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise ValueError(f"Expected {name} in [0, 1]. Received: values in [{low:g}, {high:g}].")
    return image.astype(np.float32, copy=False)


def checked_strength(strength: float) -> float:
    """A strength in [0, 1].

    Raises:
        ValueError: It is outside.
    """
    if not 0.0 <= strength <= 1.0:
        raise ValueError(f"Expected a strength from 0 to 1. Received: {strength}.")
    return float(strength)


def each(batch: np.ndarray, paint: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Paints a picture, or every picture of a batch.

    Args:
        batch: Shape (height, width, 3) or (batch, height, width, 3).
        paint: From one picture to another of the same size.
    """
    if np.ndim(batch) != 4:
        return paint(batch)
    return np.stack([paint(image) for image in batch])


def roomy(image: np.ndarray, multiple: int = 1) -> np.ndarray:
    """The picture, mirrored outwards at its right and lower sides.

    Args:
        image: Shape (height, width, 3).
        multiple: Pixels that both sides become a multiple of, at least SMALLEST_SIDE.
    """
    sides = [max(SMALLEST_SIDE, -(-side // multiple) * multiple) for side in image.shape[:2]]
    gaps = [(0, side - had) for side, had in zip(sides, image.shape[:2], strict=True)]
    return np.pad(image, (*gaps, (0, 0)), mode="symmetric") if any(map(any, gaps)) else image
