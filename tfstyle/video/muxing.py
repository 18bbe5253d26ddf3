"""Films muxed from packets, with the sound and subtitles of their source."""

import contextlib
import heapq
import io
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from tfstyle import disk, images
from tfstyle.video import packages
from tfstyle.video.encoding import CODECS, Encoding, Packet

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
DEFAULT_CODECS = {".webm": "vp9", ".gif": "png", "": "png"}  # codecs; of the other suffixes h264
SUFFIXES = (*CONTAINERS, ".gif")
CONTAINER_CODECS = {"mp4": ("h264", "hevc", "av1", "vp9"), "mov": ("h264", "hevc", "prores", "png")}
CONTAINER_CODECS |= {"matroska": ("h264", "hevc", "av1", "vp9", "ffv1"), "webm": ("vp9", "av1")}
STREAM_NAMES = {"audio": "sound", "subtitle": "subtitles"}
FAST_START = {"movflags": "+faststart"}  # so that browsers play it while it is loaded


def is_folder(path: str | os.PathLike) -> bool:
    """Whether frames go to a folder of pictures: it is one, or its name has no suffix."""
    return str(path).endswith("/") or Path(path).is_dir() or not Path(path).suffix


def checked_codec(path: str | os.PathLike, codec: str | None) -> str:
    """The codec of an output: the one that is asked for, or the default of the output's suffix.

    Args:
        path: The output, a film or a folder of frames.
        codec: A name of CODECS, or None.

    Raises:
        ValueError: The suffix is not that of a film, or its container does not hold the codec.
    """
    suffix = "" if is_folder(path) else Path(path).suffix.lower()
    if suffix and suffix not in SUFFIXES:
        raise ValueError(
            f"Expected a film's name ending in one of {', '.join(SUFFIXES)}, or a folder. "
            f"Received: {path}."
        )
    codec = codec or DEFAULT_CODECS.get(suffix, "h264")
    supported = CONTAINER_CODECS[CONTAINERS[suffix]] if suffix in CONTAINERS else ("png",)
    if codec not in supported:
        raise ValueError(
            f"Expected --codec as {' or '.join(supported)} for {suffix or 'a folder of frames'}. "
            f"Received: {codec}."
            if suffix in CONTAINERS
            else f"Expected no --codec for {suffix or 'a folder of frames'}. Received: {codec}."
        )
    return codec


def output_alpha(path: str | os.PathLike, codec: str, alpha: str | None) -> str:
    """The alpha of an output: "keep", or the colour that frames are composited over.

    Args:
        path: The output.
        codec: Its codec, a name of CODECS.
        alpha: As asked for; None keeps opacity where the output holds it, and is white elsewhere.

    Raises:
        ValueError: It is neither, or the output does not hold opacity.
    """
    suffix = "" if is_folder(path) else Path(path).suffix.lower()
    holds_opacity = CODECS[codec].alpha_formats is not None and CONTAINERS.get(suffix) != "mp4"
    if alpha == "keep" and not holds_opacity:
        raise ValueError(
            "Expected an output that holds transparency for --alpha keep: .webm, .gif, a folder of "
            "frames, .mov with --codec prores or png, or .mkv with --codec vp9 or ffv1. "
            f"Received: {path} with {codec}."
        )
    return images.checked_alpha(alpha or ("keep" if holds_opacity else "white"))


def check(target: Path, clip, encoding: Encoding, copied: Iterable[int]) -> None:
    """Checks that an output can hold the sound and subtitles of its source.

    Args:
        target: The film to write.
        clip: Its source.
        encoding: Of its pictures.
        copied: Indices of the source's streams that are copied.

    Raises:
        ValueError: It cannot hold one of them.
    """
    if target.suffix.lower() in CONTAINERS and not is_folder(target):
        for index in copied:
            _check_stream(target, clip, encoding, index)


def _check_stream(target, clip, encoding, index):
    av = packages.av()
    with clip.source() as source:
        stream = source.streams[index]
        try:
            with _container(io.BytesIO(), target, encoding) as (output, _):
                output.add_stream_from_template(stream)
                output.start_encoding()
        except (av.error.FFmpegError, ValueError):
            codec = stream.codec_context.name if stream.codec_context else "unknown"
            raise ValueError(
                f"Expected an output that holds {STREAM_NAMES[stream.type]} of {codec}, such as "
                f".mkv, or --only-pictures. Received: {target}."
            ) from None


@contextlib.contextmanager
def _container(file, target, encoding):
    """A container to write to, and its video stream."""
    av = packages.av()
    container = CONTAINERS[target.suffix.lower()]
    options = FAST_START if container in ("mp4", "mov") and not isinstance(file, io.BytesIO) else {}
    output = av.open(file, "w", format=container, container_options=options)
    try:
        stream = output.add_stream(encoding.codec.encoder, encoding.frame_format.rate)
        encoding.configure(stream.codec_context)
        stream.time_base = encoding.frame_format.time_base
        yield output, stream
    finally:
        output.close()


def write_film(
    path: Path,
    clip,
    encoding: Encoding,
    packets: Iterable[Packet],
    copied: Iterable[int],
    end: Fraction | None,
) -> None:
    """Writes a film.

    Args:
        path: Its suffix chooses the container.
        clip: The source of sound and subtitles.
        encoding: Of the packets.
        packets: Of all frames, in order.
        copied: Indices of the clip's streams that are copied.
        end: Seconds of the selection after which nothing is copied; None copies to the clip's end.

    Raises:
        OSError: The disk is full or read-only.
    """
    with contextlib.ExitStack() as stack:
        output, video = stack.enter_context(_container(str(path), path, encoding))
        streams = [_video_packets(packets, encoding, video)]
        for index in copied:
            source = stack.enter_context(clip.source())
            stream = output.add_stream_from_template(source.streams[index])
            stream.metadata.update(source.streams[index].metadata)  # its language, for one
            streams.append(_copied_packets(clip, source, index, stream, end))
        output.start_encoding()
        for _, _, packet in heapq.merge(*streams, key=lambda entry: entry[:2]):
            output.mux_one(packet)


def _video_packets(packets, encoding, stream):
    """PyAV's packets of the frames, as (seconds, index of the stream, packet)."""
    time_base = encoding.frame_format.time_base
    for encoded in packets:
        packet = encoded.to_av()
        packet.stream, packet.time_base = stream, time_base
        packet.pts = packet.dts = encoded.tick
        packet.duration, packet.is_keyframe = encoded.ticks, encoded.key
        yield encoded.tick * time_base, 0, packet


def _copied_packets(clip, source, index, stream, end):
    """Packets of a copied stream between the selection's start and an end in seconds."""
    begin = clip.origin + clip.selection.start
    for packet in clip.packets(source, index):
        if packet.pts is None:
            continue
        shift = round(begin / packet.time_base)
        seconds = (packet.pts - shift) * packet.time_base
        if clip.selection.start and seconds < 0:
            continue
        if end is not None and seconds >= end:
            break
        packet.pts -= shift
        packet.dts = packet.pts if packet.dts is None else packet.dts - shift
        packet.stream = stream
        yield packet.dts * packet.time_base, 1 + index, packet


def write_frames(target: Path, packets: Iterator[Packet]) -> None:
    """Writes frames as PNG files of a folder, all of them or none.

    Raises:
        OSError: The disk is full or read-only.
    """
    with disk.filled_folder(target) as folder:
        for number, packet in enumerate(packets, 1):
            path = folder / f"{number:06d}.png"
            with disk.explained_write_errors(target):
                path.write_bytes(packet.content)
    for path in target.glob(f"{'[0-9]' * 6}.png"):
        if int(path.stem) > number:  # of a longer film that was there
            path.unlink()
