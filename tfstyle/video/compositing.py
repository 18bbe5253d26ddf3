"""Transparent frames: composited over a colour, or resized with their opacity."""

import numpy as np
from PIL import ImageColor

from tfstyle import images, masks


def composited(
    layer: np.ndarray, alpha: str, keeps_opacity: bool
) -> tuple[np.ndarray, np.ndarray | None]:
    """The colours of a frame, and its opacity where that is kept.

    Args:
        layer: Shape (height, width, 4), float32 in [0, 1].
        alpha: Colour of the ground that it is composited over; white where that is "keep".
        keeps_opacity: Whether opacity is kept. Invisible pixels then have the colours of visible
            ones around them.

    Returns:
        Shape (height, width, 3), and shape (height, width) or None.
    """
    colours, opacity = layer[..., :3], layer[..., 3:]
    if keeps_opacity:
        return images.filled(colours, opacity), layer[..., 3]
    ground = np.float32(ImageColor.getrgb("white" if alpha == "keep" else alpha)[:3]) / 255
    return colours * opacity + ground * (1.0 - opacity), None


def resized(
    picture: np.ndarray, opacity: np.ndarray | None, height: int, width: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """A frame and its opacity, if any, resampled to a size in pixels."""
    if picture.shape[:2] == (height, width):
        return picture, opacity
    if opacity is not None:
        opacity = masks.resized(opacity[..., None], height, width)[..., 0]
    return images.resize(picture, height, width), opacity
