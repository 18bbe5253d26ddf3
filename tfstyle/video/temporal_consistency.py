"""Temporal consistency of films: warp errors along the flow of the clip that was painted.

Lai et al. 2018, Learning blind video temporal consistency, https://arxiv.org/abs/1808.00449,
section 4.2, with DIS for the flow.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from tfstyle.video import temporal_filter
from tfstyle.video.flow import LEAST, flow, luma, visible, warped

LONG_TERM = 5  # of so many frames one is compared with the first of its shot
VISIBLE = 0.01  # share of pixels that have to be visible in both frames
NEIGHBOURS = 10  # of so many pairs of neighbours one is compared by the distance
LINES = 600  # frames that a slice shows at most

Distance = Callable[[np.ndarray, np.ndarray], float]


@dataclasses.dataclass
class Figures:
    """What was measured of a film.

    Args:
        short: Warp errors from each frame to the one before, in squared units of [0, 1].
        long: Warp errors from some frames to the first of their shot.
        neighbours: Distances between some frames and the ones before.
        slice: A line of pixels of each frame, shape (width, 3).
    """

    short: list[float] = dataclasses.field(default_factory=list)
    long: list[float] = dataclasses.field(default_factory=list)
    neighbours: list[float] = dataclasses.field(default_factory=list)
    slice: list[np.ndarray] = dataclasses.field(default_factory=list)

    def means(self) -> tuple[float, float, float]:
        """The means of the first three; not a number where nothing was measured."""
        lists = self.short, self.long, self.neighbours
        return tuple(float(np.mean(values)) if values else float("nan") for values in lists)


def warp_error(
    frame: np.ndarray, other: np.ndarray, forward: np.ndarray, mask: np.ndarray
) -> float:
    """The mean squared difference of pixels that are visible in both frames, summed over channels.

    Args:
        frame: Shape (height, width, 3), in [0, 1].
        other: The other frame.
        forward: Flow from the frame to the other, shape (height, width, 2).
        mask: Which pixels are visible in both, shape (height, width).
    """
    return float(np.square(frame - warped(other, forward)).sum(-1)[mask].mean())


class ShotTracker:
    """The flow between frames of a clip, which are added in order, and the clip's shots.

    Attributes:
        index: Of the last frame, in its shot.
        cuts: How many shots have ended.
    """

    def __init__(self):
        self.index, self.cuts = -1, 0
        self.reduced, self.previous, self.first = None, None, None

    def add(self, picture: np.ndarray) -> tuple[bool, dict[str, tuple]]:
        """Adds a frame, shape (height, width, 3), floats in [0, 1].

        Returns:
            Whether the frame begins a shot; and pairs of flow and mask, as `warp_error` takes
            them, by "short" and "long".
        """
        self.index += 1
        reduced, frame = temporal_filter.reduced_luma(picture), luma(picture)
        last_reduced, previous = self.reduced, self.previous
        self.reduced, self.previous = reduced, frame
        is_cut = last_reduced is not None and (
            temporal_filter.motion(reduced, last_reduced, *frame.shape).is_cut
        )
        if last_reduced is None or is_cut:
            self.cuts += is_cut
            self.first, self.index = frame, 0
            return True, {}
        pairs = {"short": _flow_and_mask(frame, previous)}
        if self.index % LONG_TERM == 0:
            pairs["long"] = _flow_and_mask(frame, self.first)
        return False, {term: pair for term, pair in pairs.items() if pair[1].mean() >= VISIBLE}


def _flow_and_mask(frame, other):
    forward, backward = flow(frame, other, True), flow(other, frame, True)
    return forward, visible(forward, backward)


def measure(
    clip: Iterator[np.ndarray],
    films: Mapping[str, Iterator[np.ndarray]],
    line: float = 0.5,
    distance: Distance | None = None,
) -> tuple[dict[str, Figures], int]:
    """Figures of a clip and of films that were painted from it, by name, and the clip's cuts.

    Args:
        clip: Its frames, shape (height, width, 3), floats in [0, 1].
        films: Frames of the same number and size, by name; the clip's name is "".
        line: Which line of pixels slices show, from 0, the upper, to 1.
        distance: Between neighbours; None measures none.

    Raises:
        ValueError: A film has more or fewer frames, or frames of another size; or frames are too
            small.
    """
    shots, figures = ShotTracker(), {name: Figures() for name in ("", *films)}
    firsts, previous = {}, {}
    for picture, painted in _synchronised(clip, films):
        begins_shot, pairs = shots.add(picture)
        has_neighbour = not begins_shot and shots.index % NEIGHBOURS == 1
        for name, frame in ({"": picture} | painted).items():
            own, others = figures[name], {"short": previous.get(name), "long": firsts.get(name)}
            for term, (forward, mask) in pairs.items():
                getattr(own, term).append(warp_error(frame, others[term], forward, mask))
            if distance and has_neighbour:
                own.neighbours.append(distance(previous[name], frame))
            if len(own.slice) < LINES:
                own.slice.append(frame[round(line * (len(frame) - 1))])
            previous[name] = frame
            if begins_shot:
                firsts[name] = frame
    return figures, shots.cuts


def _synchronised(clip, films):
    """Frames of the clip with those of the films at the same moment."""
    with contextlib.ExitStack() as stack:
        for frames in (clip, *films.values()):
            stack.callback(getattr(frames, "close", lambda: None))
        for number, picture in enumerate(clip, 1):
            if min(picture.shape[:2]) < LEAST:
                raise ValueError(
                    f"Expected frames of at least {LEAST} pixels a side. "
                    f"Received: {picture.shape[1]}x{picture.shape[0]}."
                )
            painted = {name: next(frames, None) for name, frames in films.items()}
            for name, frame in painted.items():
                if frame is None:
                    raise ValueError(
                        f"Expected films of as many frames as the clip. Received: {name}, of "
                        f"{number - 1}."
                    )
                painted[name] = _cropped(name, frame, picture.shape[:2])
            yield picture, painted
        for name, frames in films.items():
            if next(frames, None) is not None:
                raise ValueError(
                    f"Expected films of as many frames as the clip. Received: {name}, of more."
                )


def _cropped(name, frame, extent):
    """A frame without the row and column that codecs add to odd sizes."""
    extra = [side - expected for side, expected in zip(frame.shape[:2], extent, strict=True)]
    if not all(pixels in (0, 1) for pixels in extra):
        raise ValueError(
            f"Expected films of the clip's size, {extent[1]}x{extent[0]}. Received: {name}, "
            f"{frame.shape[1]}x{frame.shape[0]}."
        )
    return frame[: extent[0], : extent[1]]
