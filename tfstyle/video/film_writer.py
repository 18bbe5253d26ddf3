"""Painted films, written segment by segment, so that a film that is stopped can be continued."""

import contextlib
import itertools
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tfstyle import disk
from tfstyle.video import gif, muxing
from tfstyle.video.encoding import Encoding, Packet, Segment
from tfstyle.video.film_checkpoint import FilmCheckpoint
from tfstyle.video.frames import Frame
from tfstyle.video.painting import Painter, State, painted
from tfstyle.video.temporal_filter import TemporalFilter

SEGMENT = 50  # frames, which a kill loses at most; segments begin with a key frame


def write(
    clip,
    painters: Sequence[Painter],
    steady: float,
    encoding: Encoding,
    checkpoint: FilmCheckpoint,
    copied: Sequence[int],
    count: Callable[[], object] = lambda: None,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Paints a clip, or what is left of it, and writes the film, or the part up to a stop.

    Args:
        clip: As from `clips.open_clip`.
        painters: As from `painting.painters`.
        steady: Share of the temporal filter, in [0, 1] (see `TemporalFilter`).
        encoding: Of the film.
        checkpoint: Of the film.
        copied: Indices of the clip's streams that are copied into the film.
        count: Called after each frame.
        stopped: Called after each frame; whether to stop.

    Returns:
        Whether the film is finished.

    Raises:
        ValueError: There are no frames.
        OSError: The clip cannot be read, or the disk is full.
    """
    checkpoint.begin()
    tail: list[Packet] = []
    if not checkpoint.state["ended"]:
        tail = _paint(clip, painters, steady, encoding, checkpoint, count, stopped)
    ended, frames = checkpoint.state["ended"], checkpoint.state["frames"] + len(tail)
    if not frames and ended:
        checkpoint.remove()
        raise ValueError(f"Expected frames to paint. Received: {clip.path}, none of those asked.")
    if frames:
        if not ended:
            checkpoint.mark_shown()
        end = _copied_end(clip, encoding, ended, tail[-1] if tail else checkpoint.last_packet())

        def packets():
            return itertools.chain(checkpoint.packets(), tail)

        _write_file(checkpoint.target, clip, encoding, packets, frames, copied, end)
    if ended:
        checkpoint.remove()
    return ended


def write_progressively(
    clip,
    painters: Sequence[Painter],
    steady: float,
    encoding: Encoding,
    target: Path,
    copied: Sequence[int],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Frame, Path | None]]:
    """Paints a short clip, and writes the film so far after every segment.

    Args:
        clip: See `write`.
        painters: See `write`.
        steady: See `write`.
        encoding: See `write`.
        target: The finished film; those before it have a number in their names.
        copied: See `write`.
        stopped: Called after each frame; whether the film ends there.

    Yields:
        Each painted frame and None; after each segment its last frame and the film so far.

    Raises:
        ValueError, OSError: See `write`.
    """
    packets: list[Packet] = []
    state = State(TemporalFilter(steady))
    with contextlib.closing(painted(clip.frames(), painters, state)) as frames:
        frame, ended, is_stopped = None, False, False
        while not (ended or is_stopped):
            segment, number = Segment(encoding), 0
            for frame in itertools.islice(frames, SEGMENT):
                segment.add(frame)
                number += 1
                yield frame, None
                is_stopped = stopped()
                if is_stopped:
                    break
            ended = number < SEGMENT and not is_stopped
            packets += segment.finish() if number else []
            if not packets:
                raise ValueError(f"Expected frames to paint. Received: {clip.path}, none.")
            is_last = ended or is_stopped
            path = target if is_last else target.with_stem(f"{target.stem}-{len(packets)}")
            end = _copied_end(clip, encoding, ended, packets[-1])
            _write_file(path, clip, encoding, packets.copy, len(packets), copied, end)
            yield frame, path


def _paint(clip, painters, steady, encoding, checkpoint, count, stopped):
    """Paints until the clip ends or a stop; returns the packets of a segment that is not saved."""
    state = State(TemporalFilter(steady))
    state.restore(checkpoint.arrays)
    frames = painted(clip.frames(checkpoint.state["tick"]), painters, state)
    with contextlib.closing(frames):
        while True:
            segment, number = Segment(encoding), 0
            for frame in itertools.islice(frames, SEGMENT):
                segment.add(frame)
                number += 1
                count()
                if stopped() and number < SEGMENT:
                    return segment.finish()
            ended = number < SEGMENT
            packets = segment.finish() if number else []
            broken = clip.broken if ended else None
            checkpoint.save_segment(packets, state.arrays(), ended, broken)
            if ended or stopped():
                return []


def _write_file(target, clip, encoding, packets, count, copied, end):
    """Writes a film whole or not at all: to a temporary file that is then renamed."""
    if muxing.is_folder(target):
        muxing.write_frames(target, packets())
        return
    temporary = target.parent / f".tfstyle-{secrets.token_hex(8)}{target.suffix}"
    try:
        with disk.explained_write_errors(target):
            if target.suffix.lower() == ".gif":
                gif.write(temporary, packets, count, encoding)
            else:
                muxing.write_film(temporary, clip, encoding, packets(), copied, end)
            os.replace(temporary, target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _copied_end(clip, encoding, ended, last):
    """Seconds of the selection after which no stream is copied; None copies to the clip's end."""
    if not ended:
        return (last.tick + last.ticks) * encoding.frame_format.time_base
    selection = clip.selection
    return None if selection.end is None else selection.end - selection.start
