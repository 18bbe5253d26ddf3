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
HIDDEN = 255  # of the palette, what is transparent
OPAQUE = 128  # from which on a pixel is seen; a GIF knows nothing between


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
    palette = _palette(packets(), count, HIDDEN if encoding.look.see_through else COLOURS)
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
    picture, seen = _picture(packet)
    indexed = np.asarray(picture.quantize(palette=palette, dither=Image.Dither.NONE))
    table = np.zeros((COLOURS, 4), np.uint8)  # alpha, red, green, blue
    found = np.uint8(palette.getpalette()).reshape(-1, 3)
    table[: len(found), 1:], table[:, 0] = found, 255
    if encoding.look.see_through:
        table[HIDDEN], indexed = 0, np.where(seen, indexed, np.uint8(HIDDEN))
    frame = av.VideoFrame.from_ndarray((np.ascontiguousarray(indexed), table), "pal8")
    begins, ends = (
        round(tick * encoding.look.time_base / HUNDREDTHS)
        for tick in (packet.tick, packet.tick + packet.ticks)
    )
    frame.pts, frame.time_base, frame.duration = begins, HUNDREDTHS, max(1, ends - begins)
    return frame


def _palette(packets: Iterator[Packet], count: int, colours: int) -> Image.Image:
    """A picture with the palette of some frames of all."""
    step = max(1, count // LOOKED_AT)
    looked_at = []
    for index, packet in enumerate(packets):
        if index % step == 0:
            picture, seen = _picture(packet)
            small = picture.copy()
            small.thumbnail((SIDE, SIDE))
            shown = Image.fromarray(seen).resize(small.size, Image.Resampling.NEAREST)
            looked_at.append(np.asarray(small)[np.asarray(shown)])
    pixels = np.concatenate(looked_at)
    pixels = pixels if len(pixels) else np.zeros((1, 3), np.uint8)
    return Image.fromarray(pixels[None]).quantize(colours)


def _picture(packet):
    """A packet's picture, and which of its pixels are seen."""
    image = Image.open(io.BytesIO(packet.content))
    opacity = np.asarray(image.convert("RGBA"))[..., 3]
    return image.convert("RGB"), opacity >= OPAQUE
