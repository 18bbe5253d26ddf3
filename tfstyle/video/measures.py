"""How steady films are: warp errors along the flow of the clip that they were painted from.

Lai et al. 2018, Learning blind video temporal consistency, https://arxiv.org/abs/1808.00449,
section 4.2, with DIS for the flow.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from tfstyle.video import steady
from tfstyle.video.flow import LEAST as SMALLEST
from tfstyle.video.flow import flow, grey, visible, warped

FAR = 5  # of so many frames one is compared with the first of its shot
LEAST = 0.01  # share of pixels that have to be seen in both frames
NEIGHBOURS = 10  # of so many pairs of neighbours one is compared by the distance
LINES = 600  # frames that a slice shows at most

Distance = Callable[[np.ndarray, np.ndarray], float]


@dataclasses.dataclass
class Figures:
    """What was measured of a film.

    Args:
        short: Errors from each frame to the one before, in squared units of [0, 1].
        long: Errors from some frames to the first of their shot.
        neighbours: Distances between some frames and the ones before.
        slice: A line of pixels of each frame, bytes of shape (width, 3).
    """

    short: list[float] = dataclasses.field(default_factory=list)
    long: list[float] = dataclasses.field(default_factory=list)
    neighbours: list[float] = dataclasses.field(default_factory=list)
    slice: list[np.ndarray] = dataclasses.field(default_factory=list)

    def means(self) -> tuple[float, float, float]:
        """Of the first three; not a number where nothing was measured."""
        kinds = self.short, self.long, self.neighbours
        return tuple(float(np.mean(kind)) if kind else float("nan") for kind in kinds)


def warp_error(now: np.ndarray, other: np.ndarray, forth: np.ndarray, seen: np.ndarray) -> float:
    """The mean squared difference of what is seen in both frames, summed over channels.

    Args:
        now: Shape (height, width, 3), in [0, 1].
        other: The other frame.
        forth: Flow from this frame to the other, shape (height, width, 2).
        seen: Which pixels are seen in both, shape (height, width).
    """
    return float(np.square(now - warped(other, forth)).sum(-1)[seen].mean())


class Shot:
    """The frames of a clip as they come, and the flow between them."""

    def __init__(self):
        self.index, self.cuts, self.seen, self.before, self.first = -1, 0, None, None, None

    def add(self, picture: np.ndarray) -> tuple[bool, dict[str, tuple]]:
        """Whether a frame begins a shot; else flow and what is seen, by "short" and "long"."""
        self.index += 1
        (seen, now), last, before = (steady.seen(picture), grey(picture)), self.seen, self.before
        self.seen, self.before = seen, now
        if last is None or steady.motion(seen, last, *now.shape).cut:
            self.cuts += last is not None
            self.first, self.index = now, 0
            return True, {}
        found = {"short": _between(now, before)}
        if self.index % FAR == 0:
            found["long"] = _between(now, self.first)
        return False, {kind: pair for kind, pair in found.items() if pair[1].mean() >= LEAST}


def _between(now, other):
    forth, back = flow(now, other, True), flow(other, now, True)
    return forth, visible(forth, back)


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
        ValueError: A film has more or fewer frames, or of another size; frames are too small.
    """
    shot, figures, firsts, befores = Shot(), {name: Figures() for name in ("", *films)}, {}, {}
    for picture, shown in _together(clip, films):
        begins, pairs = shot.add(picture)
        for name, now in ({"": picture} | shown).items():
            found, others = figures[name], {"short": befores.get(name), "long": firsts.get(name)}
            for kind, pair in pairs.items():
                getattr(found, kind).append(warp_error(now, others[kind], *pair))
            if distance and not begins and shot.index % NEIGHBOURS == 1:
                found.neighbours.append(distance(befores[name], now))
            if len(found.slice) < LINES:
                found.slice.append(now[round(line * (len(now) - 1))])
            befores[name] = now
            if begins:
                firsts[name] = now
    return figures, shot.cuts


def _together(clip, films):
    """Frames of the clip with those of the films at the same moment."""
    with contextlib.ExitStack() as stack:
        for each in (clip, *films.values()):
            stack.callback(getattr(each, "close", lambda: None))
        for number, picture in enumerate(clip, 1):
            if min(picture.shape[:2]) < SMALLEST:
                raise ValueError(
                    f"Expected frames of at least {SMALLEST} pixels a side. "
                    f"Received: {picture.shape[1]}x{picture.shape[0]}."
                )
            shown = {name: next(frames, None) for name, frames in films.items()}
            for name, now in shown.items():
                if now is None:
                    raise ValueError(
                        f"Expected films of as many frames as the clip. Received: {name}, of "
                        f"{number - 1}."
                    )
                shown[name] = _fitting(name, now, picture.shape[:2])
            yield picture, shown
        for name, frames in films.items():
            if next(frames, None) is not None:
                raise ValueError(
                    f"Expected films of as many frames as the clip. Received: {name}, of more."
                )


def _fitting(name, now, extent):
    """Without the row and column that codecs add to odd sizes."""
    over = [side - wanted for side, wanted in zip(now.shape[:2], extent, strict=True)]
    if not all(each in (0, 1) for each in over):
        raise ValueError(
            f"Expected films of the clip's size, {extent[1]}x{extent[0]}. Received: {name}, "
            f"{now.shape[1]}x{now.shape[0]}."
        )
    return now[: extent[0], : extent[1]]
