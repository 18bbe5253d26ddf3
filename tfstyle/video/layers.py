"""Frames with opacity: kept, or laid on a colour, and brought to a size."""

import numpy as np
from PIL import ImageColor

from tfstyle import images, masks


def laid(layer: np.ndarray, alpha: str, kept: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """The colours of a frame, and its opacity where that is kept.

    Args:
        layer: Shape (height, width, 4), float32 in [0, 1].
        alpha: Colour that it is laid on; white where that is "keep".
        kept: Whether opacity is kept; hidden colours are then those of what is seen around them.
    """
    colours, opacity = layer[..., :3], layer[..., 3:]
    if kept:
        return images.filled(colours, opacity), layer[..., 3]
    ground = np.float32(ImageColor.getrgb("white" if alpha == "keep" else alpha)[:3]) / 255
    return colours * opacity + ground * (1.0 - opacity), None


def resized(
    picture: np.ndarray, opacity: np.ndarray | None, height: int, width: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """A frame and its opacity, if any, at a size in pixels."""
    if picture.shape[:2] == (height, width):
        return picture, opacity
    if opacity is not None:
        opacity = masks.resized(opacity[..., None], height, width)[..., 0]
    return images.resize(picture, height, width), opacity
