"""Folders of pictures as clips."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.video.compositing import resized
from tfstyle.video.frames import Frame, FrameFormat, FrameSelection

RATE = Fraction(25)  # frames a second


class ImageSequenceClip:
    """A folder of pictures as a clip; all have the size of the first.

    Args:
        path: See `clips.open_clip`.
        selection: See `clips.open_clip`; `fps` is the rate at which they are shown.
        size: See `clips.open_clip`.
        alpha: See `clips.open_clip`.

    Raises:
        OSError: The folder has no pictures, or the first one cannot be read.
    """

    copied: tuple[int, ...] = ()
    broken = None

    def __init__(self, path: Path, selection: FrameSelection, size: int | None, alpha: str):
        self.path, self.alpha = path, alpha
        self.paths = sorted(filter(_is_picture, path.iterdir()), key=_natural_order)
        if not self.paths:
            raise FileNotFoundError(f"Expected a folder of frames. Received: {path}, without.")
        rate = selection.fps or RATE
        self.selection = FrameSelection(selection.start, selection.end, None, selection.every)
        self.first_sides = images.read_bytes(self.paths[0]).shape[:2]
        sides = images.fitted(self.first_sides, size) if size else self.first_sides
        has_alpha = alpha == "keep" and any(map(images.is_see_through, self.paths))
        folder_format = FrameFormat(
            *sides, 1 / rate, rate, count=len(self.paths), has_alpha=has_alpha
        )
        self.frame_format = self.selection.applied_to(folder_format)

    def frames(self, since: int = 0) -> Iterator[Frame]:
        """See `clips.Clip`."""
        ticked = ((index, 1, path) for index, path in enumerate(self.paths))
        time_base = self.frame_format.time_base
        for tick, ticks, path in self.selection.select(ticked, time_base):
            if tick >= since:
                picture, opacity = self._read(path)
                yield Frame(picture, tick, ticks, time_base, opacity)

    def _read(self, path):
        if self.frame_format.has_alpha:
            picture, opacity = images.read_alpha(path)
            opacity = np.ones(picture.shape[:2], np.float32) if opacity is None else opacity
        else:
            background = "white" if self.alpha == "keep" else self.alpha
            picture, opacity = images.read(path, background=background), None
        if picture.shape[:2] != self.first_sides:
            height, width = self.first_sides
            raise ValueError(
                f"Expected frames of one size, {width}x{height} as the first. "
                f"Received: {path}, {picture.shape[1]}x{picture.shape[0]}."
            )
        return resized(picture, opacity, self.frame_format.height, self.frame_format.width)


def _is_picture(path):
    return path.is_file() and path.suffix.lower() in images.READABLE


def _natural_order(path):
    """A key that sorts frame 10 behind frame 9."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
