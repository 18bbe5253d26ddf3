"""Clips that frames are read from: any container that FFmpeg reads, or a folder of pictures."""

import contextlib
import dataclasses
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.video import animations, filtering, packages
from tfstyle.video.frames import BT709, HIGH_RANGE, LIMITED, UNSPECIFIED, Cut, Frame, Look
from tfstyle.video.layers import laid, resized

PICTURES = ("image2", "_pipe", "tty", "ico", "bin")  # FFmpeg's formats that are no films
LISTS = ("hls", "concat", "dash", "imf")  # and those that name other files
RATE = Fraction(25)  # frames a second of a folder
STORED = {  # FFmpeg's names, by whether there are more than eight bits, and transparency
    (False, False): "rgb24",
    (False, True): "rgba",
    (True, False): "rgb48le",
    (True, True): "rgba64le",
}
WITH_OPACITY = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # decoders by codec
BROADCAST = ("mpegts", "mpeg")  # formats whose clocks begin anywhere
COPIED = ("audio", "subtitle")


def opened(
    path: str | os.PathLike, cut: Cut = Cut(), size: int | None = None, alpha: str = "white"
):
    """A clip.

    Args:
        path: A film's file, a GIF, an animated WebP, or a folder of pictures in the order of their
            names.
        cut: Which of its frames are taken.
        size: Longer side that frames are brought to, in pixels; None is their own.
        alpha: "keep" gives frames their opacity where one of them is transparent anywhere; a colour
            is what they are laid on.

    Raises:
        OSError: It cannot be read, or PyAV is not installed.
        ValueError: `cut` takes no frame, or there is no such colour.
    """
    images.checked_alpha(alpha)
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"Expected a film. Received: {path}, which is not there.")
    if path.is_dir():
        return Stills(path, cut, size, alpha)
    return (animations.Animation if animations.is_animated(path) else Clip)(path, cut, size, alpha)


class Clip:
    """A film's file.

    Args:
        path: As of `opened`.
        cut: As of `opened`.
        size: As of `opened`.
        alpha: As of `opened`.

    Attributes:
        look: What the frames are that are taken.
        origin: When the film begins, in seconds of its own clock.
        copied: Its streams of sound and subtitles, by number.
        broken: Why the film ends early or lacks frames, in words, once frames have been read.
    """

    def __init__(self, path: Path, cut: Cut = Cut(), size: int | None = None, alpha: str = "white"):
        self.path, self.cut, self.size, self.alpha, self.broken = path, cut, size, alpha, None
        with self._container() as container:
            stream = _film(container, path)
            self.time_base = stream.time_base or Fraction(1, 90000)
            broadcast = container.format.name in BROADCAST
            begins = (container.start_time or 0) if broadcast else 0  # in millionths of a second
            self.origin = Fraction(begins, 1_000_000)
            self.shift = round(self.origin / self.time_base)
            self.whole = self._look(container, stream)
            self.copied = [s.index for s in container.streams if s.type in COPIED]
        self.look = cut.look(self.whole)
        if alpha == "keep" and self._is_seen_through():
            self.look = dataclasses.replace(self.look, see_through=True)

    def _is_seen_through(self):
        """Whether a frame that is taken is transparent anywhere."""
        reformatter = packages.av().video.reformatter.VideoReformatter()
        taken = self.cut.taken(self._ticked(0), self.time_base)
        with contextlib.closing(taken):
            for _, _, frame in taken:
                if not _has_opacity(frame):
                    return False
                if self._rgb(frame, reformatter)[..., 3].min() < self._most:
                    return True
        return False

    def _container(self):
        av = packages.av()
        if self.path.stat().st_size == 0:
            raise OSError(f"Expected a film. Received: {self.path}, an empty file.")
        try:
            return av.open(str(self.path.resolve()), options={"protocol_whitelist": "file"})
        except PermissionError:
            raise PermissionError(f"Expected a readable film. Received: {self.path}.") from None
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise OSError(f"Expected a film. Received: {self.path} ({_reason(error)}).") from error

    def _look(self, container, stream):
        frame = self._first(container, stream)
        height, width = frame.height, frame.width
        aspect = stream.codec_context.sample_aspect_ratio or Fraction(1)
        if frame.rotation % 180:
            height, width, aspect = width, height, 1 / aspect
        if self.size:
            height, width = images.fitted((height, width), self.size)
        self.turned, mapped = frame.rotation, frame.color_trc in HIGH_RANGE
        self.filters = (filtering.DEINTERLACED,) if frame.interlaced_frame else ()
        self.filters += (filtering.MAPPED,) if mapped else ()
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate or RATE
        rgb = frame.format.is_rgb or "pal8" in frame.format.name
        full = frame.color_range == 2 or frame.format.name.startswith("yuvj")
        return Look(
            height,
            width,
            self.time_base,
            Fraction(rate),
            aspect,
            max(component.bits for component in frame.format.components) > 8,
            0 if rgb else BT709 if mapped else frame.colorspace or UNSPECIFIED,
            LIMITED if rgb or mapped else 2 if full else frame.color_range,
            BT709 if mapped else frame.color_primaries,
            BT709 if mapped else frame.color_trc,
            stream.frames or _estimated(container, stream, rate),
        )

    def _first(self, container, stream):
        for frame in self._decoded(container, stream):
            self.broken = None
            return frame
        raise OSError(
            f"Expected a film with frames. Received: {self.path}, "
            f"{self.broken or 'which has none'}."
        )

    def frames(self, since: int = 0) -> Iterator[Frame]:
        """The frames that are taken, from one of them on.

        Args:
            since: The tick of the first.
        """
        av = packages.av()
        reformatter = av.video.reformatter.VideoReformatter()
        taken = self.cut.taken(self._ticked(since), self.time_base)
        before, shown = None, None
        for tick, ticks, frame in taken:
            if tick >= since:
                if frame is not before:
                    shown, before = self._picture(frame, reformatter), frame
                yield Frame(shown[0], tick, ticks, self.look.time_base, shown[1])

    def _ticked(self, since):
        """All frames as (tick, ticks, frame), or those from a key frame before `since` on."""
        wanted = since + round(self.cut.start / self.time_base) if self.cut.plain else 0
        found = self._read(wanted)
        first = next(found, None) if wanted else None
        if wanted and (first is None or first[0] > wanted):
            found, first = self._read(0), None
        if first is not None:
            yield first
        yield from found

    def _read(self, since):
        self.broken, last, count = None, None, 0
        with self._container() as container:
            stream = _film(container, self.path)
            stream.thread_type = "AUTO"
            step = max(1, round(1 / (self.whole.rate * self.time_base)))
            if since:  # a second before, since what follows a key frame may need what was before
                at = max(0, since - round(1 / self.time_base)) + self.shift
                with contextlib.suppress(packages.av().error.FFmpegError):
                    container.seek(at, stream=stream)
            held = None
            decoded = self._decoded(container, stream)
            for frame in filtering.filtered(decoded, self.time_base, *self.filters):
                if since and last is None and frame.pts is None:
                    continue
                tick = (last or 0) + step if frame.pts is None else frame.pts - self.shift
                if last is not None and tick <= last:
                    tick = last + 1
                if held is not None:
                    yield held[0], tick - held[0], held[1]
                held, last, count = (tick, frame), tick, count + 1
            if held is not None:
                yield held[0], max(1, held[1].duration or step), held[1]
            declared = stream.frames
            ends = (stream.start_time or 0) + (stream.duration or 0) - self.shift
        if self.broken is None and declared and last is not None:
            if since and last + 3 * step < ends:
                self.broken = f"which breaks off after {float(last * self.time_base):.1f} s"
            elif not since and count < declared:
                self.broken = f"which breaks off: it has {count} of {declared} frames"

    def _decoded(self, container, stream):
        """Frames as far as there are; what cannot be decoded is left out and told of."""
        error = packages.av().error.FFmpegError
        lost, packets, decoder = 0, container.demux(stream), _decoder(stream)
        while True:
            try:
                packet = next(packets, None)
            except error as failure:
                self.broken = f"which breaks off ({_reason(failure)})"
                return
            if packet is None:
                break
            try:
                if decoder is None:
                    yield from packet.decode()
                else:
                    yield from decoder.decode(packet if packet.size else None)
            except error as failure:
                if packet.size:
                    lost += 1
                    self.broken = f"of which {lost} packets are broken ({_reason(failure)})"

    def _picture(self, frame, reformatter):
        """Float RGB of a decoded frame, upright, at its size, and its opacity or None."""
        height, width = self.look.height, self.look.width
        sides = (width, height) if self.turned % 180 else (height, width)
        see_through = _has_opacity(frame)
        array = self._rgb(frame, reformatter, None if see_through else sides)
        picture, opacity = array.astype(np.float32) / np.float32(self._most), None
        if see_through:
            picture, opacity = laid(picture, self.alpha, self.look.see_through)
            picture, opacity = resized(picture, opacity, *sides)
        turns = round(self.turned / 90) % 4
        upright = [
            None if each is None else np.ascontiguousarray(np.rot90(each, turns))
            for each in (picture, opacity)
        ]
        return tuple(upright)

    def _rgb(self, frame, reformatter, sides=None):
        """RGB, or RGBA, of a decoded frame as whole numbers up to `_most`."""
        height, width = sides or (frame.height, frame.width)
        name = STORED[self.whole.deep, _has_opacity(frame)]
        found = reformatter.reformat(
            frame, width, height, name, interpolation=packages.exact(), dst_color_range="JPEG"
        )
        return found.to_ndarray()

    @property
    def _most(self):
        return 65535 if self.whole.deep else 255

    def source(self):
        """The file, opened; a context."""
        return self._container()

    def packets(self, source, index: int) -> Iterator:
        """The packets of a stream that is copied, as far as they can be read.

        Args:
            source: As from `source`.
            index: Of the stream.
        """
        stream = source.streams[index]
        packets = source.demux(stream)
        if self.cut.start:
            at = self.origin + self.cut.start
            source.seek(int(at / stream.time_base), stream=stream)
        with contextlib.suppress(packages.av().error.FFmpegError):
            yield from packets


class Stills:
    """A folder of pictures as a clip; all have the size of the first.

    Args:
        path: As of `opened`.
        cut: As of `opened`; `fps` is the rate at which they are shown.
        size: As of `opened`.
    """

    copied: tuple[int, ...] = ()
    broken = None

    def __init__(self, path: Path, cut: Cut = Cut(), size: int | None = None, alpha: str = "white"):
        self.path, self.size, self.alpha = path, size, alpha
        self.paths = sorted(filter(_is_picture, path.iterdir()), key=_natural)
        if not self.paths:
            raise FileNotFoundError(f"Expected a folder of frames. Received: {path}, without.")
        rate = cut.fps or RATE
        self.cut = Cut(cut.start, cut.end, None, cut.every)
        self.first = images.read_bytes(self.paths[0]).shape[:2]
        sides = images.fitted(self.first, size) if size else self.first
        see_through = alpha == "keep" and any(map(images.is_see_through, self.paths))
        look = Look(*sides, 1 / rate, rate, count=len(self.paths), see_through=see_through)
        self.look = self.cut.look(look)

    def frames(self, since: int = 0) -> Iterator[Frame]:
        """As of `Clip`."""
        every = ((index, 1, path) for index, path in enumerate(self.paths))
        for tick, ticks, path in self.cut.taken(every, self.look.time_base):
            if tick >= since:
                picture, opacity = self._picture(path)
                yield Frame(picture, tick, ticks, self.look.time_base, opacity)

    def _picture(self, path):
        if self.look.see_through:
            picture, opacity = images.read_alpha(path)
            opacity = np.ones(picture.shape[:2], np.float32) if opacity is None else opacity
        else:
            ground = "white" if self.alpha == "keep" else self.alpha
            picture, opacity = images.read(path, background=ground), None
        if picture.shape[:2] != self.first:
            raise ValueError(
                f"Expected frames of one size, {self.first[1]}x{self.first[0]} as the first. "
                f"Received: {path}, {picture.shape[1]}x{picture.shape[0]}."
            )
        return resized(picture, opacity, self.look.height, self.look.width)


def _film(container, path):
    """The stream of moving pictures."""
    name = container.format.name
    pictures = [s for s in container.streams.video if not _is_cover(s)]
    if name.endswith(PICTURES):
        raise OSError(
            f"Expected a film. Received: {path}, which is none; `tfstyle stylize` paints pictures."
        )
    if name in LISTS:
        raise OSError(f"Expected a film. Received: {path} ({name}), a list of others.")
    if not pictures:
        raise OSError(f"Expected a film. Received: {path} ({name}), which has no moving pictures.")
    best = container.streams.best("video")
    return best if best in pictures else pictures[0]


def _decoder(stream):
    """FFmpeg's decoder that knows opacity, where its usual one of the film's codec does not."""
    av, name = packages.av(), WITH_OPACITY.get(stream.codec_context.name)
    if stream.metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    return av.CodecContext.create(name, "r")


def _is_cover(stream):
    disposition = packages.av().stream.Disposition
    return bool(stream.disposition & (disposition.attached_pic | disposition.timed_thumbnails))


def _estimated(container, stream, rate):
    if stream.duration and stream.time_base:
        return max(1, round(stream.duration * stream.time_base * rate))
    if container.duration:
        return max(1, round(Fraction(container.duration, 1_000_000) * rate))
    return None


def _has_opacity(frame):
    return frame.format.name == "pal8" or any(c.is_alpha for c in frame.format.components)


def _is_picture(path):
    return path.is_file() and path.suffix.lower() in images.READABLE


def _natural(path):
    """Frame 10 comes after frame 9."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _reason(error):
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
