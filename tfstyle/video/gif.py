"""GIFs of painted frames, with one palette for all, so that colours do not flicker."""

import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from tfstyle.video import packages
from tfstyle.video.encoding import Encoding, Packet

TIME_BASE = Fraction(1, 100)  # seconds a tick
PALETTE_FRAMES = 16  # evenly spaced, that the palette is made of
PALETTE_SIDE = 160  # pixels that their longer side is reduced to
COLOURS = 256
TRANSPARENT = 255  # index in the palette
OPAQUE = 128  # opacity from which on a pixel is visible; GIFs have no partial opacity


def write(
    path: Path, packets: Callable[[], Iterable[Packet]], count: int, encoding: Encoding
) -> None:
    """Writes a GIF.

    Args:
        path: The file.
        packets: Returns PNG pictures of all frames, in order; called twice.
        count: Number of the frames.
        encoding: Of the packets.

    Raises:
        OSError: The disk is full or read-only.
    """
    av = packages.av()
    palette = _palette(
        packets(), count, TRANSPARENT if encoding.frame_format.has_alpha else COLOURS
    )
    with av.open(str(path), "w", format="gif") as output:
        stream = output.add_stream("gif", 100)
        stream.width, stream.height = encoding.frame_format.width, encoding.frame_format.height
        stream.pix_fmt, stream.time_base = "pal8", TIME_BASE
        stream.codec_context.time_base = TIME_BASE
        for packet in packets():
            output.mux(stream.encode(_frame(packet, palette, encoding)))
        output.mux(stream.encode(None))


def _frame(packet, palette, encoding):
    av = packages.av()
    picture, visible = _picture(packet)
    indexed = np.asarray(picture.quantize(palette=palette, dither=Image.Dither.NONE))
    table = np.zeros((COLOURS, 4), np.uint8)  # alpha, red, green, blue
    colours = np.uint8(palette.getpalette()).reshape(-1, 3)
    table[: len(colours), 1:], table[:, 0] = colours, 255
    if encoding.frame_format.has_alpha:
        table[TRANSPARENT], indexed = 0, np.where(visible, indexed, np.uint8(TRANSPARENT))
    frame = av.VideoFrame.from_ndarray((np.ascontiguousarray(indexed), table), "pal8")
    begin, end = (
        round(tick * encoding.frame_format.time_base / TIME_BASE)
        for tick in (packet.tick, packet.tick + packet.ticks)
    )
    frame.pts, frame.time_base, frame.duration = begin, TIME_BASE, max(1, end - begin)
    return frame


def _palette(packets: Iterator[Packet], count: int, colours: int) -> Image.Image:
    """A picture with a palette for all frames, made of some of them."""
    step = max(1, count // PALETTE_FRAMES)
    samples = []
    for packet in itertools.islice(packets, 0, None, step):
        picture, visible = _picture(packet)
        picture.thumbnail((PALETTE_SIDE, PALETTE_SIDE))
        mask = Image.fromarray(visible).resize(picture.size, Image.Resampling.NEAREST)
        samples.append(np.asarray(picture)[np.asarray(mask)])
    pixels = np.concatenate(samples)
    pixels = pixels if len(pixels) else np.zeros((1, 3), np.uint8)
    return Image.fromarray(pixels[None]).quantize(colours)


def _picture(packet):
    """A packet's picture, and which of its pixels are visible."""
    image = Image.open(io.BytesIO(packet.content))
    opacity = np.asarray(image.convert("RGBA"))[..., 3]
    return image.convert("RGB"), opacity >= OPAQUE
