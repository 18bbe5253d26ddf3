"""Frames of a film, their format, and the selection of those that are painted."""

import dataclasses
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

BT709, UNSPECIFIED, SMPTE170M = 1, 2, 6  # of FFmpeg's colour matrices; 0 is RGB
LIMITED, FULL = 1, 2  # of its ranges
HIGH_RANGE = 16, 18  # of its transfer characteristics: PQ and HLG


@dataclasses.dataclass(frozen=True)
class Frame:
    """A frame.

    Args:
        picture: Shape (height, width, 3), float32 in [0, 1], upright.
        tick: When it is shown, in time bases of its film.
        ticks: For how long, in time bases.
        time_base: Seconds a tick.
        opacity: Shape (height, width), float32 in [0, 1]; None where the film is opaque.
    """

    picture: np.ndarray
    tick: int
    ticks: int
    time_base: Fraction
    opacity: np.ndarray | None = None

    @property
    def time(self) -> float:
        """When it is shown, in seconds from the beginning of what is taken."""
        return float(self.tick * self.time_base)

    @property
    def duration(self) -> float:
        """For how long it is shown, in seconds."""
        return float(self.ticks * self.time_base)


@dataclasses.dataclass(frozen=True)
class FrameFormat:
    """The format of a film's frames.

    Args:
        height: In pixels, of the upright frame.
        width: In pixels.
        time_base: Seconds a tick.
        rate: Frames a second: the mean, or where it varies the nominal rate.
        aspect: Width of a pixel over its height.
        high_bit_depth: Whether a channel has more than eight bits.
        matrix: FFmpeg's number of the colour matrix; 0 where frames are stored as RGB.
        range: FFmpeg's number of the range of values.
        primaries: FFmpeg's number of the primaries.
        transfer: FFmpeg's number of the transfer characteristic.
        count: The expected number of frames; None where it is unknown.
        has_alpha: Whether frames have an opacity that is kept.
    """

    height: int
    width: int
    time_base: Fraction
    rate: Fraction
    aspect: Fraction = Fraction(1)
    high_bit_depth: bool = False
    matrix: int = 0
    range: int = 0
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    count: int | None = None
    has_alpha: bool = False


@dataclasses.dataclass(frozen=True)
class FrameSelection:
    """Which frames of a film are taken.

    Args:
        start: Seconds from the film's beginning, at least 0.
        end: Seconds from the film's beginning, above the start; None is the film's end.
        fps: Frames a second that are resampled, at most 1000; None takes all at their own times.
        every: Takes only every so many-th frame, at least 1.

    Raises:
        ValueError: A number is out of its range.
    """

    start: Fraction = Fraction(0)
    end: Fraction | None = None
    fps: Fraction | None = None
    every: int = 1

    def __post_init__(self):
        if self.start < 0:
            raise ValueError(f"Expected --start of 0 and above. Received: {float(self.start):g}.")
        if self.end is not None and self.end <= self.start:
            raise ValueError(
                f"Expected --end after --start, {float(self.start):g} s. "
                f"Received: {float(self.end):g} s."
            )
        if self.fps is not None and not 0 < self.fps <= 1000:
            raise ValueError(
                f"Expected --fps above 0 and at most 1000. Received: {float(self.fps):g}."
            )
        if self.every < 1:
            raise ValueError(f"Expected --every of 1 and above. Received: {self.every}.")

    @property
    def plain(self) -> bool:
        """Whether frames between start and end are taken as they are."""
        return self.fps is None and self.every == 1

    def applied_to(self, frame_format: FrameFormat) -> FrameFormat:
        """The format of the selected frames, from that of all frames of the film."""
        count, rate = frame_format.count, frame_format.rate
        if count is not None:
            seconds = count / rate
            seconds = min(seconds, self.end or seconds) - self.start
            count = max(0, round(seconds * (self.fps or rate) / self.every))
        time_base = 1 / self.fps if self.fps else frame_format.time_base
        rate = (self.fps or rate) / self.every
        return dataclasses.replace(frame_format, count=count, rate=rate, time_base=time_base)

    def select(self, frames: Iterator, time_base: Fraction) -> Iterator:
        """The selected ones of (tick, ticks, frame), with the ticks that they then have.

        Args:
            frames: In order, with ticks from the film's beginning.
            time_base: Seconds a tick.
        """
        frames = self._trimmed(frames, time_base)
        if self.fps is not None:
            frames = self._resampled(frames, time_base)
        if self.every > 1:
            frames = self._thinned(frames)
        return frames

    def _trimmed(self, frames, time_base):
        shift = round(self.start / time_base)
        for tick, ticks, frame in frames:
            if self.end is not None and tick * time_base >= self.end:
                return
            if (tick + ticks) * time_base > self.start and tick >= shift:
                yield tick - shift, ticks, frame

    def _resampled(self, frames, time_base):
        """The newest frame of each moment; the first is shown from 0 on."""
        index, end, newest = 0, None, None
        for tick, ticks, frame in frames:
            while end is not None and index / self.fps < tick * time_base:
                yield index, 1, newest
                index += 1
            end, newest = (tick + ticks) * time_base, frame
        while end is not None and index / self.fps < end:
            yield index, 1, newest
            index += 1

    def _thinned(self, frames):
        """Every so many-th, shown until the next one is."""
        waiting = None
        for index, (tick, ticks, frame) in enumerate(frames):
            if index % self.every == 0:
                if waiting is not None:
                    yield waiting[0], tick - waiting[0], waiting[2]
                waiting = (tick, ticks, frame)
            else:
                waiting = (waiting[0], tick + ticks - waiting[0], waiting[2])
        if waiting is not None:
            yield waiting
