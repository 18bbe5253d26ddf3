"""A temporal filter, which reduces the flicker of painted frames.

Each painted frame is blended with the one before it. Of that one there are two candidates: as it
is, and warped along the clip's optical flow. The candidate that agrees more with the painted frame
weighs more: flat areas, which networks paint from noise at fixed positions, stay in place, and
strokes on moving objects move along. Where forward and backward flow disagree, or the clip has
changed, the frame stays as it was painted.
"""

import dataclasses

import numpy as np

from tfstyle.video import packages
from tfstyle.video.flow import flow, in_frame, luma, squared_length, warped

STEADY = 0.7  # share of the previous frame, chosen by warp error and by eye
SCALE = 0.5  # of the sides that flow is computed on
CHANGE = 0.06  # difference of luma in [0, 1] at which trust has fallen to 1 / e
PATCH = 9  # pixels of a side over which differences are averaged
TEMPERATURE = 0.008  # difference in [0, 1] at which one candidate has 0.73 of the weight
TRUSTED = 0.25  # share of trusted pixels, below which there may be a cut
CUT_DIFFERENCE = 0.10  # mean difference of luma in [0, 1] along the flow, above which it is one


@dataclasses.dataclass(frozen=True)
class Motion:
    """The motion from a frame to the one before.

    Args:
        flow: At the frame's size, shape (height, width, 2).
        moved: Trust in the previous frame warped along the flow, in [0, 1], shape (height, width).
        stayed: Trust in the previous frame as it is, in [0, 1], shape (height, width).
        is_cut: Whether the frame begins another shot.
    """

    flow: np.ndarray
    moved: np.ndarray
    stayed: np.ndarray
    is_cut: bool


def checked_steady(steady: float) -> float:
    """The share of the temporal filter, in [0, 1].

    Raises:
        ValueError: It is outside of that range.
    """
    if not 0.0 <= steady <= 1.0:
        raise ValueError(f"Expected --steady from 0 to 1. Received: {steady}.")
    return float(steady)


def reduced_luma(picture: np.ndarray) -> np.ndarray:
    """A frame's luma at half its size, uint8, of which `motion` is computed."""
    return luma(picture, SCALE)


def motion(current: np.ndarray, previous: np.ndarray, height: int, width: int) -> Motion:
    """The motion from a frame to the one before.

    Args:
        current: Of the frame, as from `reduced_luma`.
        previous: Of the one before.
        height: Of the frames, in pixels.
        width: Of the frames, in pixels.
    """
    cv2 = packages.cv2()
    forward, backward = flow(current, previous), flow(previous, current)
    returned = warped(backward, forward)
    lengths = squared_length(forward) + squared_length(returned)
    consistency = cv2.exp(-squared_length(forward + returned) / (0.05 * lengths + 0.25))
    moved_difference = _difference(current, warped(previous, forward))
    trusted = consistency * _trust(moved_difference) * in_frame(forward)
    scale = width / current.shape[1], height / current.shape[0], 0.0, 0.0  # across, down

    def full(array):
        return cv2.resize(np.float32(array), (width, height), interpolation=cv2.INTER_LINEAR)

    return Motion(
        cv2.multiply(full(forward), scale),
        full(trusted),
        full(_trust(_difference(current, previous))),
        bool(trusted.mean() < TRUSTED and moved_difference.mean() > CUT_DIFFERENCE),
    )


def _difference(a, b):
    return packages.cv2().absdiff(a, b).astype(np.float32) / np.float32(255)


def _trust(difference):
    return packages.cv2().exp(-np.square(difference / np.float32(CHANGE)))


class TemporalFilter:
    """The filter, with the previous painted frame as its state.

    Args:
        share: Of the previous frame where it is trusted, in [0, 1]; 0 leaves frames as painted.

    Attributes:
        previous: The last frame that was filtered; None before the first one.

    Raises:
        ValueError: The share is out of its range.
    """

    def __init__(self, share: float = STEADY):
        self.share, self.previous = checked_steady(share), None

    def __call__(self, painted: np.ndarray, motion: Motion | None) -> np.ndarray:
        """Filters a painted frame.

        Args:
            painted: Shape (height, width, 3), float32 in [0, 1].
            motion: To the frame before; None for the first frame.
        """
        if self.share and motion is not None and not motion.is_cut and self.previous is not None:
            painted = self._blended(painted, motion)
        self.previous = painted
        return painted

    def _blended(self, painted, motion):
        cv2 = packages.cv2()
        moved = warped(self.previous, motion.flow, smooth=True)
        np.clip(moved, 0.0, 1.0, out=moved)  # cubic interpolation overshoots
        weight = _weight_of_stayed(painted, self.previous, moved)
        share = motion.moved + weight * (motion.stayed - motion.moved)
        share *= np.float32(self.share)
        candidate = cv2.blendLinear(self.previous, moved, weight, 1.0 - weight)
        return cv2.blendLinear(candidate, painted, share, 1.0 - share)


def _weight_of_stayed(painted, stayed, moved):
    """The weight of the candidate that stayed against the one that moved, from 0 to 1."""
    cv2 = packages.cv2()
    current, *candidates = (
        cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (painted, stayed, moved)
    )
    differences = [cv2.blur(cv2.absdiff(current, other), (PATCH, PATCH)) for other in candidates]
    return 1.0 / (1.0 + cv2.exp((differences[0] - differences[1]) / np.float32(TEMPERATURE)))
