"""Masks: which pixels of a photograph take which style; needs only Pillow and numpy."""

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from tfstyle import images

FEATHER = 0.01  # of the longer side, deviation of the blur that softens a mask's edges
BEYOND = 0.05  # share that the whole photograph has in a region's statistics; those of a few
# pixels, or of one flat colour, would make the pixels around them diverge
NOTHING = 1e-6  # mean of an empty mask; the statistics are then those of the whole photograph

Mask = np.ndarray


def checked(masks: Sequence[Mask], styles: int) -> list[np.ndarray]:
    """Masks of float32, shape (height, width, 1), one a style or one fewer.

    Args:
        masks: Shape (height, width) or (height, width, 1), floats in [0, 1] or booleans.
        styles: Their number.

    Raises:
        TypeError: One is not an array of floats or booleans.
        ValueError: A shape, a range or their number is another.
    """
    check_count(len(masks), styles)
    return [_checked(mask) for mask in masks]


def check_count(masks: int, styles: int) -> None:
    """Checks that there are as many masks as styles, or one fewer.

    Raises:
        ValueError: There is another number of them.
    """
    if masks not in (styles, styles - 1):
        raise ValueError(
            f"Expected {styles} masks, one a style, or one fewer, for the last style to take the "
            f"rest. Received: {masks}."
        )


def _checked(mask):
    mask = np.asarray(mask)
    if mask.dtype.kind not in "fb":
        raise TypeError(
            f"Expected a mask of floats in [0, 1] or booleans. Received: dtype={mask.dtype}."
        )
    if mask.ndim == 2:
        mask = mask[..., None]
    if mask.ndim != 3 or mask.shape[-1] != 1 or 0 in mask.shape:
        raise ValueError(f"Expected a mask, shape (height, width). Received: shape={mask.shape}.")
    low, high = float(mask.min()), float(mask.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise ValueError(f"Expected a mask in [0, 1]. Received: values in [{low:g}, {high:g}].")
    return np.clip(mask.astype(np.float32), 0.0, 1.0)


def shares(masks: Sequence[Mask], styles: int, height: int, width: int) -> list[np.ndarray]:
    """The share of each style in each pixel; the rest is the photograph's.

    Args:
        masks: As from `checked`, of any size; with one fewer than styles the last takes the rest.
        styles: Their number.
        height: Of the photograph.
        width: Of the photograph.

    Returns:
        Arrays of shape (height, width, 1), each in [0, 1] and their sum too: where masks sum to
        more they are divided by the sum.
    """
    resized_masks = [resized(mask, height, width) for mask in masks]
    total = sum(resized_masks, np.zeros((height, width, 1), np.float32))
    if len(resized_masks) < styles:
        resized_masks.append(np.maximum(1.0 - total, 0.0))
    return [mask / np.maximum(total, 1.0) for mask in resized_masks]


def resized(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """A mask resampled (bilinear, antialiased) to another size.

    Args:
        mask: Shape (height, width, 1), float32.
        height: Pixels.
        width: Pixels.
    """
    if mask.shape[:2] == (height, width):
        return mask
    plane = Image.fromarray(np.ascontiguousarray(mask[..., 0]))
    return np.asarray(plane.resize((width, height), Image.Resampling.BILINEAR))[..., None]


def weights(mask: np.ndarray | None) -> np.ndarray | None:
    """The weight of each pixel in the statistics of a region.

    Args:
        mask: Shape (height, width, 1), floats in [0, 1]; None is the whole picture.

    Returns:
        Array of shape (height * width,); None of None.
    """
    if mask is None:
        return None
    return mask.reshape(-1) / (mask.mean() + NOTHING) + BEYOND


def read(path: str | os.PathLike) -> np.ndarray:
    """A mask's file: white is inside, black and transparency are outside.

    Returns:
        Array of shape (height, width, 1), float32 in [0, 1].

    Raises:
        OSError, ValueError: See `images.read`.
    """
    return of(images.read(path, background="black"))


def of(picture: np.ndarray) -> np.ndarray:
    """A picture's mask, shape (height, width, 1): the mean of its channels."""
    return picture.mean(axis=-1, keepdims=True)


def feathered(mask: np.ndarray, share: float = FEATHER) -> np.ndarray:
    """A mask with softer edges, by Pillow's Gaussian blur of 256 levels.

    Args:
        mask: Shape (height, width, 1), floats in [0, 1].
        share: Of the mask's longer side, the blur's standard deviation; 0 leaves the mask.
    """
    if not share:
        return mask
    plane = Image.fromarray(images.to_bytes(mask[..., 0]))
    blur = ImageFilter.GaussianBlur(share * max(mask.shape))
    return images.to_float(np.asarray(plane.filter(blur)))[..., None]
