"""Animated WebP pictures as clips, which FFmpeg does not read: through Pillow."""

import contextlib
import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from tfstyle import images
from tfstyle.video.frames import Cut, Frame, Look
from tfstyle.video.layers import laid, resized

MILLISECOND = Fraction(1, 1000)
STARTS = b"RIFF", b"WEBPVP8X"  # of the file, and of what follows its length
ANIMATED = 2  # bit of the byte after
USUAL = 100  # milliseconds of a frame that names no duration


def is_animated(path: Path) -> bool:
    """Whether a file is an animated WebP, whatever its name."""
    try:
        with open(path, "rb") as file:
            start = file.read(21)
    except OSError:  # of which the other readers tell
        return False
    return len(start) > 20 and (start[:4], start[8:16]) == STARTS and bool(start[20] & ANIMATED)


class Animation:
    """An animated WebP.

    Args:
        path: As of `clips.opened`, as all others are.
        cut: Which frames are taken.
        size: Longer side.
        alpha: What becomes of transparency.
    """

    copied: tuple[int, ...] = ()
    broken = None

    def __init__(self, path: Path, cut: Cut, size: int | None, alpha: str):
        self.path, self.cut, self.alpha = path, cut, alpha
        count, end, opaque = 0, 0, True
        for tick, ticks, layer in self._every():
            count, end = count + 1, tick + ticks
            opaque = opaque and layer.getextrema()[3][0] == 255
        sides = images.fitted((layer.height, layer.width), size) if size else layer.size[::-1]
        rate = Fraction(count) / (end * MILLISECOND)
        look = cut.look(Look(*sides, MILLISECOND, rate, count=count))
        self.look = dataclasses.replace(look, see_through=alpha == "keep" and not opaque)

    def frames(self, since: int = 0) -> Iterator[Frame]:
        """As of `clips.Clip`."""
        with contextlib.closing(self._every()) as every:
            for tick, ticks, layer in self.cut.taken(every, MILLISECOND):
                if tick >= since:
                    pixels = images.to_float(np.asarray(layer))
                    shown = laid(pixels, self.alpha, self.look.see_through)
                    picture, opacity = resized(*shown, self.look.height, self.look.width)
                    yield Frame(picture, tick, ticks, self.look.time_base, opacity)

    def _every(self):
        """All frames as (milliseconds, duration, RGBA picture)."""
        tick = 0
        try:
            with Image.open(self.path) as image:
                for frame in ImageSequence.Iterator(image):
                    layer = frame.convert("RGBA")
                    ticks = frame.info.get("duration") or USUAL
                    yield tick, ticks, layer
                    tick += ticks
        except (OSError, EOFError, SyntaxError, Image.DecompressionBombError) as error:
            raise OSError(f"Expected a film. Received: {self.path} ({error}).") from error
