"""Optical flow between frames: where each pixel was, and whether it can be seen there.

DIS, Kroeger et al. 2016, https://arxiv.org/abs/1603.03590, as OpenCV has it.
"""

import functools

import numpy as np

from tfstyle.video import packages

LEAST = 32  # pixels of a side that flow is found on


def grey(picture: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The luma of a frame at a scale, shape (height, width), uint8.

    Args:
        picture: Shape (height, width, 3), floats in [0, 1].
        scale: Of its sides, which stay at LEAST and above.
    """
    cv2 = packages.cv2()
    luma = cv2.convertScaleAbs(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), alpha=255.0)
    width, height = (max(LEAST, round(scale * side)) for side in luma.shape[::-1])
    return cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)


def flow(here: np.ndarray, there: np.ndarray, thorough: bool = False) -> np.ndarray:
    """Where each pixel of one frame is in another, shape (height, width, 2): across, down.

    Args:
        here: As from `grey`.
        there: The same of the other frame.
        thorough: Whether to take two to four times as long over it.
    """
    cv2 = packages.cv2()
    presets = cv2.DISOPTICAL_FLOW_PRESET_FAST, cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
    return cv2.DISOpticalFlow_create(presets[thorough]).calc(here, there, None)


@functools.lru_cache(maxsize=8)
def places(height: int, width: int) -> np.ndarray:
    """The coordinates of pixels, shape (height, width, 2), float32: across, down."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([across, down], axis=-1).astype(np.float32)


def warped(picture: np.ndarray, flow: np.ndarray, smooth: bool = False) -> np.ndarray:
    """A picture of the other frame as seen from this one.

    Args:
        picture: Shape (height, width) or (height, width, channels).
        flow: From this frame to the other, shape (height, width, 2).
        smooth: Whether to interpolate by cubics, which keep strokes sharp, and not linearly.
    """
    cv2 = packages.cv2()
    kind = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
    at = places(*flow.shape[:2]) + flow
    return cv2.remap(picture, at, None, kind, borderMode=cv2.BORDER_REPLICATE)


def inside(flow: np.ndarray) -> np.ndarray:
    """Which pixels are not beyond the borders of the other frame, shape (height, width)."""
    across, down = packages.cv2().split(places(*flow.shape[:2]) + flow)
    height, width = flow.shape[:2]
    return (across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)


def squared(flow: np.ndarray) -> np.ndarray:
    """The squared lengths of a flow, shape (height, width)."""
    across, down = packages.cv2().split(flow)
    return across * across + down * down


def visible(forth: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Which pixels are seen in both frames, shape (height, width).

    Equations 5 and 6 of Ruder et al. 2016, https://arxiv.org/abs/1604.08610, as Lai et al. 2018
    use them: flow there and back meets, and it is no border of motions.

    Args:
        forth: Flow from this frame to the other.
        back: Flow from the other to this one.
    """
    returned = warped(back, forth)
    apart, lengths = squared(forth + returned), squared(forth)
    occluded = apart > 0.01 * (lengths + squared(returned)) + 0.5
    steps = [np.square(d) for c in (0, 1) for d in np.gradient(forth[..., c])]
    bordering = sum(steps) > 0.01 * lengths + 0.002
    return ~occluded & ~bordering & inside(forth)
