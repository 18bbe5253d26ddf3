"""A painted film, made segment by segment, so that it can be stopped and goes on."""

import contextlib
import itertools
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tfstyle import images
from tfstyle.video import gif, joining
from tfstyle.video.encoding import Encoding, Packet, Segment
from tfstyle.video.frames import Frame
from tfstyle.video.painting import Painter, State, painted
from tfstyle.video.steady import Steady
from tfstyle.video.works import Work

SEGMENT = 50  # frames, which a kill loses at most; segments begin with a key frame


def make(
    clip,
    crew: Sequence[Painter],
    steady: float,
    encoding: Encoding,
    work: Work,
    copied: Sequence[int],
    count: Callable[[], object] = lambda: None,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Paints a clip, or what is left of it, and writes the film; a part of it where it is stopped.

    Args:
        clip: As from `clips.opened`.
        crew: As from `painting.painters`.
        steady: As of `Steady`.
        encoding: Of the film.
        work: Of the film.
        copied: Streams of the clip that go with it.
        count: Called after each frame.
        stopped: Asked after each frame whether to stop.

    Returns:
        Whether the film is finished.

    Raises:
        ValueError: There are no frames.
        OSError: The clip cannot be read, or the disk is full.
    """
    work.begin()
    part: list[Packet] = []
    if not work.told["ended"]:
        part = _paint(clip, crew, steady, encoding, work, count, stopped)
    ended, frames = work.told["ended"], work.told["frames"] + len(part)
    if not frames and ended:
        work.remove()
        raise ValueError(f"Expected frames to paint. Received: {clip.path}, none of those asked.")
    if frames:
        if not ended:
            work.show()
        until = _until(clip, encoding, ended, part[-1] if part else work.last())

        def packets():
            return itertools.chain(work.packets(), part)

        _write(work.target, clip, encoding, packets, frames, copied, until)
    if ended:
        work.remove()
    return ended


def growing(
    clip,
    crew: Sequence[Painter],
    steady: float,
    encoding: Encoding,
    target: Path,
    copied: Sequence[int],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Frame, Path | None]]:
    """A short film as it grows: each painted frame, and after every segment the film so far.

    Args:
        clip: As of `make`.
        crew: As of `make`.
        steady: As of `make`.
        encoding: As of `make`.
        target: The last film; those before it have a number in their names.
        copied: As of `make`.
        stopped: Asked after each frame whether the film ends there.

    Raises:
        ValueError, OSError: As of `make`.
    """
    packets: list[Packet] = []
    with contextlib.closing(painted(clip.frames(), crew, State(Steady(steady)))) as found:
        frame, ended, last = None, False, False
        while not (ended or last):
            segment, number = Segment(encoding), 0
            for frame in itertools.islice(found, SEGMENT):
                segment.add(frame)
                number += 1
                yield frame, None
                last = stopped()
                if last:
                    break
            ended = number < SEGMENT and not last
            packets += segment.finish() if number else []
            if not packets:
                raise ValueError(f"Expected frames to paint. Received: {clip.path}, none.")
            path = target if ended or last else target.with_stem(f"{target.stem}-{len(packets)}")
            until = _until(clip, encoding, ended, packets[-1])
            _write(path, clip, encoding, packets.copy, len(packets), copied, until)
            yield frame, path


def _paint(clip, crew, steady, encoding, work, count, stopped):
    """Paints until the clip ends, or it is stopped: then the packets of the segment so far."""
    state = State(Steady(steady))
    state.restore(work.arrays)
    frames = clip.frames(work.told["tick"])
    with contextlib.closing(painted(frames, crew, state)) as found:
        while True:
            segment, number = Segment(encoding), 0
            for frame in itertools.islice(found, SEGMENT):
                segment.add(frame)
                number += 1
                count()
                if stopped() and number < SEGMENT:
                    return segment.finish()
            ended = number < SEGMENT
            packets = segment.finish() if number else []
            work.keep(packets, state.arrays(), ended, clip.broken if ended else None)
            if ended or stopped():
                return []


def _write(target, clip, encoding, packets, count, copied, until):
    """Writes a film whole or not at all: beside its place, then renamed."""
    if joining.is_folder(target):
        joining.frames(target, packets())
        return
    temporary = target.parent / f".tfstyle-{secrets.token_hex(8)}{target.suffix}"
    try:
        with images.writing(target):
            if target.suffix.lower() == ".gif":
                gif.write(temporary, packets, count, encoding)
            else:
                joining.film(temporary, clip, encoding, packets(), copied, until)
            os.replace(temporary, target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _until(clip, encoding, ended, last):
    """Seconds of what is taken, after which nothing is copied; None where all of it is."""
    if not ended:
        return (last.tick + last.ticks) * encoding.look.time_base
    return None if clip.cut.end is None else clip.cut.end - clip.cut.start
