"""Clips that tests draw: a disc moves over a landscape that slides by."""

import struct
from fractions import Fraction

import numpy as np

from tfstyle import examples, images

RATE = 48000
TURNS = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}  # clockwise


def pictures(count, height=48, width=64, cut=None):
    """Bytes of frames; from `cut` on they are of another scene."""
    lake, other = (
        images.to_bytes(draw(height, width + count)) for draw in (examples.lake, examples.discs)
    )
    down, across = np.mgrid[:height, :width]
    for index in range(count):
        ground = other if cut is not None and index >= cut else lake
        picture = ground[:, index : index + width].copy()
        disc = (down - height / 2) ** 2 + (across - 2 * index % width) ** 2 < (height / 6) ** 2
        picture[disc] = (230, 60, 40)
        yield picture


def cut_out(count, height=48, width=64):
    """RGBA bytes of frames of which a square that moves is seen, green where it is not."""
    for index, picture in enumerate(pictures(count, height, width)):
        layer = np.zeros((height, width, 4), np.uint8)
        layer[..., 1] = 255
        square = slice(height // 4, 3 * height // 4), slice(4 + index, 4 + index + width // 2)
        layer[square] = np.concatenate(
            [picture[square], np.full_like(picture[square][..., :1], 255)], -1
        )
        yield layer


def write(
    path,
    count=12,
    size=(48, 64),
    ticks=None,
    time_base=Fraction(1, 12800),
    codec="libx264",
    pix_fmt="yuv420p",
    sound=None,
    cut=None,
    frames=None,
    colours=(),
    **options,
):
    """A clip.

    Args:
        path: The file.
        count: Of frames.
        size: Height and width.
        ticks: When each frame is shown; None is 25 frames a second.
        time_base: Seconds a tick.
        codec: FFmpeg's encoder.
        pix_fmt: FFmpeg's pixels.
        sound: A layout, such as mono or 5.1.
        cut: See `pictures`.
        frames: RGB or RGBA bytes instead of `pictures`.
        colours: Attributes of the codec context, by name.
        **options: Of the encoder.
    """
    import av

    ticks = ticks or [int(index / (25 * time_base)) for index in range(count)]
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, 25, options=options)
        stream.height, stream.width, stream.pix_fmt = *size, pix_fmt
        stream.time_base = stream.codec_context.time_base = time_base
        for name, value in dict(colours).items():
            setattr(stream.codec_context, name, value)
        audio = output.add_stream("aac", RATE, layout=sound) if sound else None
        shown = frames if frames is not None else pictures(count, *size, cut=cut)
        colours = dict(colours)
        for tick, picture in zip(ticks, shown, strict=True):
            kind = "rgba" if picture.shape[2] == 4 else "rgb24"
            frame = av.VideoFrame.from_ndarray(picture, kind).reformat(
                format=pix_fmt,
                dst_colorspace=colours.get("colorspace"),
                dst_color_range=colours.get("color_range"),
            )
            frame.pts, frame.time_base = tick, time_base
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if audio:
            _add_sound(output, audio, float(ticks[-1] * time_base) + 0.04)
    return path


def _add_sound(output, stream, seconds):
    import av

    channels = stream.codec_context.layout.nb_channels
    count = max(2048, int(seconds * RATE))
    tone = 0.3 * np.sin(np.arange(count) * 440 * 2 * np.pi / RATE)
    for begin in range(0, count, 1024):
        part = np.tile(tone[begin : begin + 1024], (channels, 1)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(part, "fltp", stream.codec_context.layout.name)
        frame.sample_rate, frame.pts = RATE, begin
        frame.time_base = Fraction(1, RATE)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def turn(path, degrees):
    """Makes an .mp4 one that players turn clockwise."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 44
    a, b, c, d = TURNS[degrees]
    matrix = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]
    content[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(content)
    return path


def times(path):
    """When each frame is shown, in seconds."""
    import av

    with av.open(str(path)) as film:
        return [frame.pts * frame.time_base for frame in film.decode(video=0)]


def sounds(path):
    """The packets of the sound."""
    import av

    with av.open(str(path)) as film:
        packets = film.demux(film.streams.audio[0])
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in packets if packet.size]


def decoded(path):
    """RGB bytes of every frame."""
    import av

    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def layers(path):
    """RGBA bytes of every frame."""
    import av

    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        vp9 = stream.codec_context.name == "vp9"
        decoder = av.CodecContext.create("libvpx-vp9", "r") if vp9 else stream.codec_context
        packets = (packet if packet.size else None for packet in film.demux(stream))
        frames = (frame for packet in packets for frame in decoder.decode(packet))
        return [frame.to_ndarray(format="rgba") for frame in frames]


def write_sound(path):
    """A file of sound alone."""
    import av

    with av.open(str(path), "w") as output:
        _add_sound(output, output.add_stream("aac", RATE, layout="mono"), 0.2)


def subtitled(clip, path):
    """A clip with a line of text from 0.1 to 0.3 s."""
    import av

    with av.open(str(path), "w") as output, av.open(str(clip)) as source:
        pictures = output.add_stream_from_template(source.streams.video[0])
        words = output.add_mux_stream("subrip", time_base=Fraction(1, 1000))
        words.metadata["language"] = "eng"
        line = av.Packet(b"A disc.")
        line.stream, line.time_base = words, Fraction(1, 1000)
        line.pts = line.dts = 100
        line.duration = 200
        output.mux(line)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                output.mux(packet)
    return path
