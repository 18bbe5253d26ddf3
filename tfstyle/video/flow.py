"""Optical flow between frames, and which pixels are visible in both of them.

DIS, Kroeger et al. 2016, https://arxiv.org/abs/1603.03590, as OpenCV implements it.
"""

import functools

import numpy as np

from tfstyle.video import packages

LEAST = 32  # pixels of a side that flow is computed on


def luma(picture: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The luma of a frame at a scale, shape (height, width), uint8.

    Args:
        picture: Shape (height, width, 3), floats in [0, 1].
        scale: Of its sides, which stay at LEAST and above.
    """
    cv2 = packages.cv2()
    values = cv2.convertScaleAbs(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), alpha=255.0)
    width, height = (max(LEAST, round(scale * side)) for side in values.shape[::-1])
    return cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA)


def flow(source: np.ndarray, target: np.ndarray, thorough: bool = False) -> np.ndarray:
    """The optical flow from one frame to another, shape (height, width, 2): across, down.

    Args:
        source: As from `luma`.
        target: The other frame's, of the same size.
        thorough: Whether to compute a more exact flow, which takes two to four times as long.
    """
    cv2 = packages.cv2()
    presets = cv2.DISOPTICAL_FLOW_PRESET_FAST, cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
    return cv2.DISOpticalFlow_create(presets[thorough]).calc(source, target, None)


@functools.lru_cache(maxsize=8)
def pixel_grid(height: int, width: int) -> np.ndarray:
    """The coordinates of pixels, shape (height, width, 2), float32: across, down."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([across, down], axis=-1).astype(np.float32)


def warped(picture: np.ndarray, flow: np.ndarray, smooth: bool = False) -> np.ndarray:
    """A picture of the flow's target frame, warped to its source frame.

    Args:
        picture: Shape (height, width) or (height, width, channels).
        flow: Shape (height, width, 2).
        smooth: Whether to interpolate by cubics, which keep strokes sharp, and not linearly.
    """
    cv2 = packages.cv2()
    interpolation = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
    positions = pixel_grid(*flow.shape[:2]) + flow
    return cv2.remap(picture, positions, None, interpolation, borderMode=cv2.BORDER_REPLICATE)


def in_frame(flow: np.ndarray) -> np.ndarray:
    """Which pixels the flow leaves within the frame's borders, shape (height, width)."""
    across, down = packages.cv2().split(pixel_grid(*flow.shape[:2]) + flow)
    height, width = flow.shape[:2]
    return (across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)


def squared_length(flow: np.ndarray) -> np.ndarray:
    """The squared lengths of a flow's vectors, shape (height, width)."""
    across, down = packages.cv2().split(flow)
    return across * across + down * down


def visible(forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
    """Which pixels are visible in both frames, shape (height, width).

    Equations 5 and 6 of Ruder et al. 2016, https://arxiv.org/abs/1604.08610, as Lai et al. 2018
    use them: a pixel is visible where forward and backward flow agree and motion has no boundary.

    Args:
        forward: Flow from this frame to the other, shape (height, width, 2).
        backward: Flow from the other frame to this one.
    """
    returned = warped(backward, forward)
    difference, lengths = squared_length(forward + returned), squared_length(forward)
    occluded = difference > 0.01 * (lengths + squared_length(returned)) + 0.5
    gradients = [np.square(d) for c in (0, 1) for d in np.gradient(forward[..., c])]
    boundary = sum(gradients) > 0.01 * lengths + 0.002
    return ~occluded & ~boundary & in_frame(forward)
