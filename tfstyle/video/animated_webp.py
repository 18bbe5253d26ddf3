"""Animated WebP pictures as clips, which FFmpeg does not read: through Pillow."""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from tfstyle import images
from tfstyle.video.compositing import composited, resized
from tfstyle.video.frames import Frame, FrameFormat, FrameSelection

MILLISECOND = Fraction(1, 1000)
SIGNATURE = b"RIFF", b"WEBPVP8X"  # at the file's beginning, and behind its length
ANIMATION_FLAG = 2  # bit of the byte behind the signature
DEFAULT_DURATION = 100  # milliseconds, of a frame without one


def is_animated(path: Path) -> bool:
    """Whether a file is an animated WebP, whatever its name."""
    try:
        with open(path, "rb") as file:
            start = file.read(21)
    except OSError:  # which `clips.Clip` raises again
        return False
    return (
        len(start) > 20
        and (start[:4], start[8:16]) == SIGNATURE
        and bool(start[20] & ANIMATION_FLAG)
    )


class AnimatedWebPClip:
    """An animated WebP.

    Args:
        path: See `clips.open_clip`, as all others are.
        selection: Which frames are taken.
        size: Longer side, in pixels.
        alpha: "keep", or the colour that frames are composited over.
    """

    copied: tuple[int, ...] = ()
    broken = None

    def __init__(self, path: Path, selection: FrameSelection, size: int | None, alpha: str):
        self.path, self.selection, self.alpha = path, selection, alpha
        count, end, opaque = 0, 0, True
        for tick, ticks, layer in self._layers():
            count, end = count + 1, tick + ticks
            opaque = opaque and layer.getextrema()[3][0] == 255
        sides = images.fitted((layer.height, layer.width), size) if size else layer.size[::-1]
        rate = Fraction(count) / (end * MILLISECOND)
        has_alpha = alpha == "keep" and not opaque
        file_format = FrameFormat(*sides, MILLISECOND, rate, count=count, has_alpha=has_alpha)
        self.frame_format = selection.applied_to(file_format)

    def frames(self, since: int = 0) -> Iterator[Frame]:
        """See `clips.Clip`."""
        with contextlib.closing(self._layers()) as layers:
            for tick, ticks, layer in self.selection.select(layers, MILLISECOND):
                if tick >= since:
                    picture, opacity = self._to_float(layer)
                    yield Frame(picture, tick, ticks, self.frame_format.time_base, opacity)

    def _to_float(self, layer):
        """Float RGB of a picture, at its size, and its opacity or None."""
        pixels = images.to_float(np.asarray(layer))
        picture, opacity = composited(pixels, self.alpha, self.frame_format.has_alpha)
        return resized(picture, opacity, self.frame_format.height, self.frame_format.width)

    def _layers(self):
        """All frames as (milliseconds, duration, RGBA picture)."""
        tick = 0
        try:
            with Image.open(self.path) as image:
                for frame in ImageSequence.Iterator(image):
                    layer = frame.convert("RGBA")
                    ticks = frame.info.get("duration") or DEFAULT_DURATION
                    yield tick, ticks, layer
                    tick += ticks
        except (OSError, EOFError, SyntaxError, Image.DecompressionBombError) as error:
            raise OSError(f"Expected a film. Received: {self.path} ({error}).") from error
