"""A film's segments put together, with the sound and subtitles of its source."""

import contextlib
import heapq
import io
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from tfstyle import images
from tfstyle.video import packages
from tfstyle.video.encoding import CODECS, Encoding, Packet

FILMS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
USUAL = {".webm": "vp9", ".gif": "png", "": "png"}  # codecs; of the other suffixes h264
SUFFIXES = (*FILMS, ".gif")
HOLDS = {"mp4": ("h264", "hevc", "av1", "vp9"), "mov": ("h264", "hevc", "prores", "png")}
HOLDS |= {"matroska": ("h264", "hevc", "av1", "vp9", "ffv1"), "webm": ("vp9", "av1")}
KINDS = {"audio": "sound", "subtitle": "subtitles"}
INDEX_FIRST = {"movflags": "+faststart"}  # so that browsers play it while it is loaded


def is_folder(path: str | os.PathLike) -> bool:
    """Whether frames go to a folder of pictures: it is one, or its name has no suffix."""
    return str(path).endswith("/") or Path(path).is_dir() or not Path(path).suffix


def checked_codec(path: str | os.PathLike, codec: str | None) -> str:
    """The codec for an output, of CODECS.

    Raises:
        ValueError: The output is none, or holds no such codec.
    """
    suffix = "" if is_folder(path) else Path(path).suffix.lower()
    if suffix and suffix not in SUFFIXES:
        raise ValueError(
            f"Expected a film's name ending in one of {', '.join(SUFFIXES)}, or a folder. "
            f"Received: {path}."
        )
    chosen = codec or USUAL.get(suffix, "h264")
    held = HOLDS[FILMS[suffix]] if suffix in FILMS else ("png",)
    if chosen not in held:
        raise ValueError(
            f"Expected --codec as {' or '.join(held)} for {suffix or 'a folder of frames'}. "
            f"Received: {chosen}."
            if suffix in FILMS
            else f"Expected no --codec for {suffix or 'a folder of frames'}. Received: {chosen}."
        )
    return chosen


def checked_alpha(path: str | os.PathLike, codec: str, alpha: str | None) -> str:
    """What becomes of transparency in an output: "keep", or the colour that frames are laid on.

    Args:
        path: The output.
        codec: Its codec, of CODECS.
        alpha: As asked; None keeps opacity where the output holds it, and is white elsewhere.

    Raises:
        ValueError: It is neither, or the output holds no opacity.
    """
    suffix = "" if is_folder(path) else Path(path).suffix.lower()
    holds = CODECS[codec].with_opacity is not None and FILMS.get(suffix) != "mp4"
    if alpha == "keep" and not holds:
        raise ValueError(
            "Expected an output that holds transparency for --alpha keep: .webm, .gif, a folder of "
            "frames, .mov with --codec prores or png, or .mkv with --codec vp9 or ffv1. "
            f"Received: {path} with {codec}."
        )
    return images.checked_alpha(alpha or ("keep" if holds else "white"))


def check(target: Path, clip, encoding: Encoding, copied: Iterable[int]) -> None:
    """Refuses an output that cannot hold the sound or subtitles of its source.

    Args:
        target: The film to write.
        clip: Its source.
        encoding: Of its pictures.
        copied: Streams of the source that go with them.

    Raises:
        ValueError: It holds no such stream.
    """
    if target.suffix.lower() in FILMS and not is_folder(target):
        for index in copied:
            _tried(target, clip, encoding, index)


def _tried(target, clip, encoding, index):
    av = packages.av()
    with clip.source() as source:
        stream = source.streams[index]
        try:
            with _container(io.BytesIO(), target, encoding) as (output, _):
                output.add_stream_from_template(stream)
                output.start_encoding()
        except (av.error.FFmpegError, ValueError):
            name = stream.codec_context.name if stream.codec_context else "unknown"
            raise ValueError(
                f"Expected an output that holds {KINDS[stream.type]} of {name}, such as .mkv, or "
                f"--only-pictures. Received: {target}."
            ) from None


@contextlib.contextmanager
def _container(file, target, encoding):
    """A container to write, and its stream of pictures."""
    av = packages.av()
    kind = FILMS[target.suffix.lower()]
    options = INDEX_FIRST if kind in ("mp4", "mov") and not isinstance(file, io.BytesIO) else {}
    output = av.open(file, "w", format=kind, container_options=options)
    try:
        stream = output.add_stream(encoding.row.encoder, encoding.look.rate)
        encoding.configure(stream.codec_context)
        stream.time_base = encoding.look.time_base
        yield output, stream
    finally:
        output.close()


def film(
    path: Path,
    clip,
    encoding: Encoding,
    packets: Iterable[Packet],
    copied: Iterable[int],
    until: Fraction | None,
) -> None:
    """Writes a film.

    Args:
        path: The suffix chooses the container.
        clip: Where sound and subtitles come from.
        encoding: Of the packets.
        packets: Of all frames, in order.
        copied: Streams of the clip that go with them.
        until: Seconds of what is taken, after which nothing is copied; None copies to the end.

    Raises:
        OSError: The disk is full, or takes none.
    """
    with contextlib.ExitStack() as stack:
        output, pictures = stack.enter_context(_container(str(path), path, encoding))
        ways = [_pictures(packets, encoding, pictures)]
        for index in copied:
            source = stack.enter_context(clip.source())
            stream = output.add_stream_from_template(source.streams[index])
            stream.metadata.update(source.streams[index].metadata)  # its language, for one
            ways.append(_sound(clip, source, index, stream, until))
        output.start_encoding()
        for _, _, packet in heapq.merge(*ways, key=lambda way: way[:2]):
            output.mux_one(packet)


def _pictures(packets, encoding, stream):
    for each in packets:
        packet = each.packet()
        packet.stream, packet.time_base = stream, encoding.look.time_base
        packet.pts = packet.dts = each.tick
        packet.duration, packet.is_keyframe = each.ticks, each.key
        yield each.tick * encoding.look.time_base, 0, packet


def _sound(clip, source, index, stream, until):
    """Packets of a copied stream between the beginning and the end of what is taken."""
    begins = clip.origin + clip.cut.start
    for packet in clip.packets(source, index):
        if packet.pts is None:
            continue
        shift = round(begins / packet.time_base)
        at = (packet.pts - shift) * packet.time_base
        if clip.cut.start and at < 0:
            continue
        if until is not None and at >= until:
            break
        packet.pts -= shift
        packet.dts = packet.pts if packet.dts is None else packet.dts - shift
        packet.stream = stream
        yield packet.dts * packet.time_base, 1 + index, packet


def frames(target: Path, packets: Iterator[Packet]) -> None:
    """Writes frames as PNG files of a folder, which are there only when all of them are.

    Raises:
        OSError: The disk is full, or takes none.
    """
    with images.filled_folder(target) as made:
        for number, packet in enumerate(packets, 1):
            path = made / f"{number:06d}.png"
            with images.writing(target):
                path.write_bytes(packet.content)
    for path in target.glob(f"{'[0-9]' * 6}.png"):
        if int(path.stem) > number:  # of a longer film that was there
            path.unlink()
