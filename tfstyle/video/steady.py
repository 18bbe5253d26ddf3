"""A filter over time that takes the flicker out of painted frames.

Each painted frame is drawn towards the one before it. That one is taken where it lies or carried
along the film's flow, whichever agrees more with what is painted now: flat places, which networks
paint from noise of fixed places, stay where they are, and strokes on what moves go with it. Where
flow there and back does not meet, or the film has changed, the frame stays as it was painted.
"""

import dataclasses

import numpy as np

from tfstyle.video import packages
from tfstyle.video.flow import flow, grey, inside, squared, warped

STEADY = 0.7  # share of the frame before, chosen by warp error and by looking
SCALE = 0.5  # of the sides that flow is found on
CHANGE = 0.06  # difference of luma in [0, 1] at which trust has fallen to 1 / e
PATCH = 9  # pixels of a side over which agreement is taken
SURE = 0.008  # difference of agreement in [0, 1] at which one candidate has 0.73 of the weight
TRUSTED = 0.25  # share of trusted pixels, below which there may be a cut
CUT = 0.10  # mean difference of luma in [0, 1] along the flow, above which it is one


@dataclasses.dataclass(frozen=True)
class Motion:
    """From a frame to the one before.

    Args:
        flow: At the frame's size, shape (height, width, 2).
        moved: Trust in what flow carries here, in [0, 1], shape (height, width).
        stayed: Trust in what lies here, in [0, 1], shape (height, width).
        cut: Whether the frame begins another shot.
    """

    flow: np.ndarray
    moved: np.ndarray
    stayed: np.ndarray
    cut: bool


def checked_steady(steady: float) -> float:
    """A share in [0, 1].

    Raises:
        ValueError: It is outside.
    """
    if not 0.0 <= steady <= 1.0:
        raise ValueError(f"Expected --steady from 0 to 1. Received: {steady}.")
    return float(steady)


def seen(picture: np.ndarray) -> np.ndarray:
    """What of a frame `motion` looks at: its luma at half its size."""
    return grey(picture, SCALE)


def motion(now: np.ndarray, before: np.ndarray, height: int, width: int) -> Motion:
    """The motion from a frame to the one before.

    Args:
        now: Of the frame, as from `seen`.
        before: Of the one before.
        height: Of the frames, in pixels.
        width: Of the frames, in pixels.
    """
    cv2 = packages.cv2()
    forth, back = flow(now, before), flow(before, now)
    returned = warped(back, forth)
    lengths = squared(forth) + squared(returned)
    met = cv2.exp(-squared(forth + returned) / (0.05 * lengths + 0.25))
    carried = _difference(now, warped(before, forth))
    trusted = met * _trust(carried) * inside(forth)
    scale = width / now.shape[1], height / now.shape[0], 0.0, 0.0  # across, down

    def full(array):
        return cv2.resize(np.float32(array), (width, height), interpolation=cv2.INTER_LINEAR)

    return Motion(
        cv2.multiply(full(forth), scale),
        full(trusted),
        full(_trust(_difference(now, before))),
        bool(trusted.mean() < TRUSTED and carried.mean() > CUT),
    )


def _difference(a, b):
    return packages.cv2().absdiff(a, b).astype(np.float32) / np.float32(255)


def _trust(difference):
    return packages.cv2().exp(-np.square(difference / np.float32(CHANGE)))


class Steady:
    """The filter, with the frame before as its state.

    Args:
        share: Of the frame before where it is trusted, in [0, 1]; 0 leaves frames as painted.
    """

    def __init__(self, share: float = STEADY):
        self.share, self.before = checked_steady(share), None

    def __call__(self, painted: np.ndarray, motion: Motion | None) -> np.ndarray:
        """A painted frame without flicker.

        Args:
            painted: Shape (height, width, 3), float32 in [0, 1].
            motion: To the frame before; None where there is none.
        """
        if self.share and motion is not None and not motion.cut and self.before is not None:
            painted = self._drawn(painted, motion)
        self.before = painted
        return painted

    def _drawn(self, painted, motion):
        cv2 = packages.cv2()
        carried = warped(self.before, motion.flow, smooth=True)
        np.clip(carried, 0.0, 1.0, out=carried)  # which cubics leave
        lies = _share_of_lying(painted, self.before, carried)
        share = motion.moved + lies * (motion.stayed - motion.moved)
        share *= np.float32(self.share)
        candidate = cv2.blendLinear(self.before, carried, lies, 1.0 - lies)
        return cv2.blendLinear(candidate, painted, share, 1.0 - share)


def _share_of_lying(painted, lying, carried):
    """How much more the frame before agrees where it lies than carried, from 0 to 1."""
    cv2 = packages.cv2()
    now, *candidates = (
        cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (painted, lying, carried)
    )
    off = [cv2.blur(cv2.absdiff(now, each), (PATCH, PATCH)) for each in candidates]
    return 1.0 / (1.0 + cv2.exp((off[0] - off[1]) / np.float32(SURE)))
