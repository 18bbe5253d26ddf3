"""GIFs of painted frames, with one palette for all, so that colours do not flicker."""

import io
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from tfstyle.video import packages
from tfstyle.video.encoding import Encoding, Packet

HUNDREDTHS = Fraction(1, 100)  # of a second, which GIFs count in
LOOKED_AT = 16  # frames, evenly spaced, that the palette is made of
SIDE = 160  # pixels that their longer side is reduced to
COLOURS = 256


def write(
    path: Path, packets: Callable[[], Iterable[Packet]], count: int, encoding: Encoding
) -> None:
    """Writes a GIF.

    Args:
        path: The file.
        packets: Gives PNG pictures of all frames, in order; called twice.
        count: Of the frames.
        encoding: Of the packets.

    Raises:
        OSError: The disk is full, or takes none.
    """
    av = packages.av()
    palette = _palette(packets(), count)
    with av.open(str(path), "w", format="gif") as output:
        stream = output.add_stream("gif", 100)
        stream.width, stream.height = encoding.look.width, encoding.look.height
        stream.pix_fmt, stream.time_base = "pal8", HUNDREDTHS
        stream.codec_context.time_base = HUNDREDTHS
        for packet in packets():
            output.mux(stream.encode(_frame(packet, palette, encoding)))
        output.mux(stream.encode(None))


def _frame(packet, palette, encoding):
    av = packages.av()
    indexed = _picture(packet).quantize(palette=palette, dither=Image.Dither.NONE)
    table = np.zeros((COLOURS, 4), np.uint8)  # alpha, red, green, blue
    found = np.uint8(palette.getpalette()).reshape(-1, 3)
    table[: len(found), 1:], table[:, 0] = found, 255
    frame = av.VideoFrame.from_ndarray((np.asarray(indexed), table), "pal8")
    begins, ends = (
        round(tick * encoding.look.time_base / HUNDREDTHS)
        for tick in (packet.tick, packet.tick + packet.ticks)
    )
    frame.pts, frame.time_base, frame.duration = begins, HUNDREDTHS, max(1, ends - begins)
    return frame


def _palette(packets: Iterator[Packet], count: int) -> Image.Image:
    """A picture with the palette of some frames of all."""
    step = max(1, count // LOOKED_AT)
    seen = []
    for index, packet in enumerate(packets):
        if index % step == 0:
            picture = _picture(packet)
            picture.thumbnail((SIDE, SIDE))
            seen.append(np.asarray(picture).reshape(-1, 3))
    return Image.fromarray(np.concatenate(seen)[None]).quantize(COLOURS)


def _picture(packet):
    return Image.open(io.BytesIO(packet.content)).convert("RGB")
