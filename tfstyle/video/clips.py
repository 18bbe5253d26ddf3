"""Clips that frames are read from: any container that FFmpeg reads, or a folder of pictures."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.video import filter_graph, packages
from tfstyle.video.animated_webp import AnimatedWebPClip, is_animated
from tfstyle.video.compositing import composited, resized
from tfstyle.video.frames import (
    BT709,
    FULL,
    HIGH_RANGE,
    LIMITED,
    UNSPECIFIED,
    Frame,
    FrameFormat,
    FrameSelection,
)
from tfstyle.video.image_sequence import RATE, ImageSequenceClip

PICTURE_FORMATS = ("image2", "_pipe", "tty", "ico", "bin")  # FFmpeg's demuxers that are no films
PLAYLISTS = ("hls", "concat", "dash", "imf")  # and those that name other files
RGB_FORMATS = {  # FFmpeg's names, by whether there are more than eight bits, and transparency
    (False, False): "rgb24",
    (False, True): "rgba",
    (True, False): "rgb48le",
    (True, True): "rgba64le",
}
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # by codec
BROADCAST = ("mpegts", "mpeg")  # formats whose clocks begin anywhere
COPIED = ("audio", "subtitle")
EVERY_FRAME = FrameSelection()


def open_clip(
    path: str | os.PathLike,
    selection: FrameSelection = EVERY_FRAME,
    size: int | None = None,
    alpha: str = "white",
):
    """A clip.

    Args:
        path: A film's file, a GIF, an animated WebP, or a folder of pictures in the order of their
            names.
        selection: Which of its frames are taken.
        size: Longer side that frames are resampled to, in pixels; None is their own.
        alpha: "keep" gives frames their opacity if any frame is transparent anywhere; a colour is
            what they are composited over.

    Raises:
        OSError: It cannot be read, or PyAV is not installed.
        ValueError: `selection` takes no frame, or there is no such colour.
    """
    images.checked_alpha(alpha)
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"Expected a film. Received: {path}, which is not there.")
    if path.is_dir():
        return ImageSequenceClip(path, selection, size, alpha)
    return (AnimatedWebPClip if is_animated(path) else Clip)(path, selection, size, alpha)


class Clip:
    """A film's file.

    Args:
        path: See `open_clip`.
        selection: See `open_clip`.
        size: See `open_clip`.
        alpha: See `open_clip`.

    Attributes:
        frame_format: Of the frames that are taken.
        source_format: Of all frames of the file, at the size that they are resampled to.
        origin: When the film begins, in seconds of its own clock.
        copied: Indices of its streams of sound and subtitles.
        broken: Why the film ends early or lacks frames, in words, once frames have been read.
    """

    def __init__(self, path: Path, selection: FrameSelection, size: int | None, alpha: str):
        self.path, self.selection, self.size, self.alpha = path, selection, size, alpha
        self.broken = None
        with self._container() as container:
            stream = _video_stream(container, path)
            self.time_base = stream.time_base or Fraction(1, 90000)
            has_origin = container.format.name in BROADCAST
            microseconds = (container.start_time or 0) if has_origin else 0
            self.origin = Fraction(microseconds, 1_000_000)
            self.shift = round(self.origin / self.time_base)
            first = self._first_frame(container, stream)
            self.rotation, self.filters = first.rotation, _filters(first)
            self.source_format = self._source_format(first, container, stream)
            self.copied = [s.index for s in container.streams if s.type in COPIED]
        self.frame_format = selection.applied_to(self.source_format)
        if alpha == "keep" and self._is_transparent():
            self.frame_format = dataclasses.replace(self.frame_format, has_alpha=True)

    def _is_transparent(self):
        """Whether a frame that is taken is transparent anywhere."""
        reformatter = packages.av().video.reformatter.VideoReformatter()
        selected = self.selection.select(self._ticked(0), self.time_base)
        with contextlib.closing(selected):
            for _, _, frame in selected:
                if not _has_opacity(frame):
                    return False
                if self._to_rgb(frame, reformatter)[..., 3].min() < self._max_value:
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

    def _source_format(self, frame, container, stream):
        height, width = frame.height, frame.width
        aspect = stream.codec_context.sample_aspect_ratio or Fraction(1)
        if frame.rotation % 180:
            height, width, aspect = width, height, 1 / aspect
        if self.size:
            height, width = images.fitted((height, width), self.size)
        is_mapped = frame.color_trc in HIGH_RANGE
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate or RATE
        is_rgb = frame.format.is_rgb or "pal8" in frame.format.name
        is_full = frame.color_range == FULL or frame.format.name.startswith("yuvj")
        return FrameFormat(
            height,
            width,
            self.time_base,
            Fraction(rate),
            aspect,
            max(component.bits for component in frame.format.components) > 8,
            0 if is_rgb else BT709 if is_mapped else frame.colorspace or UNSPECIFIED,
            LIMITED if is_rgb or is_mapped else FULL if is_full else frame.color_range,
            BT709 if is_mapped else frame.color_primaries,
            BT709 if is_mapped else frame.color_trc,
            stream.frames or _estimated_count(container, stream, rate),
        )

    def _first_frame(self, container, stream):
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
        reformatter = packages.av().video.reformatter.VideoReformatter()
        converted, (picture, opacity) = None, (None, None)
        for tick, ticks, frame in self.selection.select(self._ticked(since), self.time_base):
            if tick >= since:
                if frame is not converted:
                    picture, opacity = self._to_float(frame, reformatter)
                    converted = frame
                yield Frame(picture, tick, ticks, self.frame_format.time_base, opacity)

    def _ticked(self, since):
        """All frames as (tick, ticks, frame), or those from a key frame before `since` on."""
        begin = since + round(self.selection.start / self.time_base) if self.selection.plain else 0
        frames = self._read(begin)
        first = next(frames, None) if begin else None
        if begin and (first is None or first[0] > begin):  # the seek went too far
            frames, first = self._read(0), None
        if first is not None:
            yield first
        yield from frames

    def _read(self, since):
        """Frames as (tick, ticks, frame), from a key frame well before a tick on."""
        self.broken, last, count = None, None, 0
        with self._container() as container:
            stream = _video_stream(container, self.path)
            stream.thread_type = "AUTO"
            step = max(1, round(1 / (self.source_format.rate * self.time_base)))
            if since:
                self._seek(container, stream, since)
            decoded, waiting = self._decoded(container, stream), None
            for frame in filter_graph.filtered(decoded, self.time_base, *self.filters):
                if since and last is None and frame.pts is None:
                    continue
                tick = (last or 0) + step if frame.pts is None else frame.pts - self.shift
                if last is not None and tick <= last:
                    tick = last + 1
                if waiting is not None:
                    yield waiting[0], tick - waiting[0], waiting[1]
                waiting, last, count = (tick, frame), tick, count + 1
            if waiting is not None:
                yield waiting[0], max(1, waiting[1].duration or step), waiting[1]
            if self.broken is None and last is not None:
                self.broken = self._missing(stream, since, last, step, count)

    def _seek(self, container, stream, since):
        """To a second before, since what follows a key frame may need what was before."""
        position = max(0, since - round(1 / self.time_base)) + self.shift
        with contextlib.suppress(packages.av().error.FFmpegError):
            container.seek(position, stream=stream)

    def _missing(self, stream, since, last, step, count):
        """What is missing of the frames that the file declares, in words, or None."""
        end = (stream.start_time or 0) + (stream.duration or 0) - self.shift
        if since and stream.frames and last + 3 * step < end:
            return f"which breaks off after {float(last * self.time_base):.1f} s"
        if not since and count < stream.frames:
            return f"which breaks off: it has {count} of {stream.frames} frames"
        return None

    def _decoded(self, container, stream):
        """Frames as far as they can be decoded; `broken` says what cannot."""
        error = packages.av().error.FFmpegError
        lost, packets, decoder = 0, container.demux(stream), _alpha_decoder(stream)
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

    def _to_float(self, frame, reformatter):
        """Float RGB of a decoded frame, upright, at its size, and its opacity or None."""
        height, width = self.frame_format.height, self.frame_format.width
        sides = (width, height) if self.rotation % 180 else (height, width)
        has_opacity = _has_opacity(frame)
        array = self._to_rgb(frame, reformatter, None if has_opacity else sides)
        picture, opacity = array.astype(np.float32) / np.float32(self._max_value), None
        if has_opacity:
            picture, opacity = composited(picture, self.alpha, self.frame_format.has_alpha)
            picture, opacity = resized(picture, opacity, *sides)
        turns = round(self.rotation / 90) % 4
        return tuple(
            None if array is None else np.ascontiguousarray(np.rot90(array, turns))
            for array in (picture, opacity)
        )

    def _to_rgb(self, frame, reformatter, sides=None):
        """RGB, or RGBA, of a decoded frame as whole numbers up to `_max_value`."""
        height, width = sides or (frame.height, frame.width)
        pixel_format = RGB_FORMATS[self.source_format.high_bit_depth, _has_opacity(frame)]
        return reformatter.reformat(
            frame,
            width,
            height,
            pixel_format,
            interpolation=packages.exact(),
            dst_color_range="JPEG",
        ).to_ndarray()

    @property
    def _max_value(self):
        return 65535 if self.source_format.high_bit_depth else 255

    def source(self):
        """The file's container, opened by PyAV; a context manager."""
        return self._container()

    def packets(self, source, index: int) -> Iterator:
        """The packets of a stream that is copied, as far as they can be read.

        Args:
            source: As from `source`.
            index: Of the stream.
        """
        stream = source.streams[index]
        packets = source.demux(stream)
        if self.selection.start:
            seconds = self.origin + self.selection.start
            source.seek(int(seconds / stream.time_base), stream=stream)
        with contextlib.suppress(packages.av().error.FFmpegError):
            yield from packets


def _video_stream(container, path):
    name = container.format.name
    streams = [stream for stream in container.streams.video if not _is_cover(stream)]
    if name.endswith(PICTURE_FORMATS):
        raise OSError(
            f"Expected a film. Received: {path}, which is none; `tfstyle stylize` paints pictures."
        )
    if name in PLAYLISTS:
        raise OSError(f"Expected a film. Received: {path} ({name}), a list of others.")
    if not streams:
        raise OSError(f"Expected a film. Received: {path} ({name}), which has no moving pictures.")
    best = container.streams.best("video")
    return best if best in streams else streams[0]


def _filters(frame):
    """The filters that a film's frames need, which its first frame tells."""
    filters = (filter_graph.DEINTERLACE,) if frame.interlaced_frame else ()
    return filters + ((filter_graph.TONE_MAP,) if frame.color_trc in HIGH_RANGE else ())


def _alpha_decoder(stream):
    """FFmpeg's decoder that decodes opacity, where the default one of the codec does not."""
    av, name = packages.av(), ALPHA_DECODERS.get(stream.codec_context.name)
    if stream.metadata.get("alpha_mode") != "1" or name not in av.codecs_available:
        return None
    return av.CodecContext.create(name, "r")


def _is_cover(stream):
    disposition = packages.av().stream.Disposition
    return bool(stream.disposition & (disposition.attached_pic | disposition.timed_thumbnails))


def _estimated_count(container, stream, rate):
    if stream.duration and stream.time_base:
        return max(1, round(stream.duration * stream.time_base * rate))
    if container.duration:
        return max(1, round(Fraction(container.duration, 1_000_000) * rate))
    return None


def _has_opacity(frame):
    return frame.format.name == "pal8" or any(c.is_alpha for c in frame.format.components)


def _reason(error):
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
