"""Painted frames, encoded to packets, a segment of a film at a time."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfstyle import disk, images
from tfstyle.video import packages
from tfstyle.video.frames import BT709, LIMITED, SMPTE170M, UNSPECIFIED, Frame, FrameFormat

HD = 720  # lines from which on BT.709 is the usual matrix
SMALL = 96  # lines below which x264 must not follow macroblocks over time
NO_TREE = ("x264-params", "mbtree=0")  # of small frames: with it, bytes differ now and then
MAX_VALUE = 65535.0


@dataclasses.dataclass(frozen=True)
class Codec:
    """How frames are encoded.

    Args:
        encoder: FFmpeg's name.
        formats: Pixel formats of eight bits, and of more; the same where the codec has no more.
        crf: Default constant rate factor, the quality; None where the codec has none.
        max_crf: The largest constant rate factor, the lowest quality.
        options: Of the encoder, names and values.
        tag: FourCC in the file, where it is not the default one.
        alpha_formats: Pixel formats of eight bits, and of more, with opacity; None where the codec
            has none.
    """

    encoder: str
    formats: tuple[str, str]
    crf: int | None = None
    max_crf: int = 0
    options: tuple[tuple[str, str], ...] = ()
    tag: str | None = None
    alpha_formats: tuple[str, str] | None = None


CODECS = {
    "h264": Codec("libx264", ("yuv420p", "yuv420p"), 18, 51),
    "hevc": Codec(
        "libx265", ("yuv420p", "yuv420p10le"), 20, 51, (("x265-params", "log-level=error"),), "hvc1"
    ),
    "av1": Codec("libsvtav1", ("yuv420p", "yuv420p10le"), 26, 63, (("preset", "8"),)),
    "vp9": Codec(
        "libvpx-vp9",
        ("yuv420p", "yuv420p10le"),
        26,
        63,
        (("b", "0"), ("row-mt", "1"), ("cpu-used", "4"), ("deadline", "good")),
        alpha_formats=("yuva420p", "yuva420p"),
    ),
    "ffv1": Codec(
        "ffv1",
        ("bgr0", "gbrp16le"),
        options=(("level", "3"), ("slices", "4")),
        alpha_formats=("bgra", "gbrap16le"),
    ),
    "prores": Codec(
        "prores_ks",
        ("yuv422p10le", "yuv422p10le"),
        alpha_formats=("yuva444p10le", "yuva444p10le"),
    ),
    "png": Codec("png", ("rgb24", "rgb48be"), alpha_formats=("rgba", "rgba64be")),
}
HIGH_BIT_DEPTH = (
    "10le",
    "16le",
    "48be",
    "64be",
)  # ends of names of pixel formats of more than eight bits
NO_ALTERNATE = ("auto-alt-ref", "0")  # VP9 has no opacity with hidden reference frames
SIDE_DATA = 15, "matroska_block_additional"  # FFmpeg's number and name of VP9's opacity


@dataclasses.dataclass(frozen=True)
class Packet:
    """An encoded frame.

    Args:
        content: The encoded bytes.
        tick: When the frame is shown, in time bases of the film.
        ticks: For how long.
        key: Whether it is a key frame.
        opacity: The encoded opacity, where the codec encodes it apart.
    """

    content: bytes
    tick: int
    ticks: int
    key: bool
    opacity: bytes = b""

    def to_av(self):
        """A packet of PyAV, without times."""
        av = packages.av()
        packet = av.Packet(self.content)
        if self.opacity:
            side_data = av.packet.PacketSideData(SIDE_DATA[0], len(self.opacity))
            side_data.update(self.opacity)
            side_data.to_packet(packet, move=True)
        return packet


@dataclasses.dataclass(frozen=True)
class Encoding:
    """A codec and its parameters for the frames of a film.

    Args:
        codec_name: A name of CODECS.
        frame_format: Of the frames.
        crf: Constant rate factor, lower is better; None is the codec's default.

    Raises:
        ValueError: There is no such codec, or it has no such factor.
        OSError: PyAV lacks the encoder.
    """

    codec_name: str
    frame_format: FrameFormat
    crf: int | None = None

    def __post_init__(self):
        codec = CODECS.get(self.codec_name)
        if codec is None:
            raise ValueError(
                f"Expected --codec as one of {', '.join(CODECS)}. Received: {self.codec_name}."
            )
        if self.crf is not None and not (codec.crf and 0 <= self.crf <= codec.max_crf):
            expected = f"from 0 to {codec.max_crf}" if codec.crf else f"not with {self.codec_name}"
            raise ValueError(f"Expected --crf {expected}. Received: {self.crf}.")
        if codec.encoder not in packages.av().codecs_available:
            raise OSError(
                f"Expected PyAV with {codec.encoder} for {self.codec_name}. Received: one without; "
                "choose another --codec."
            )

    @property
    def codec(self) -> Codec:
        """The codec of that name."""
        return CODECS[self.codec_name]

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the format of the encoded pixels."""
        codec, source = self.codec, self.frame_format
        formats = codec.alpha_formats if source.has_alpha and codec.alpha_formats else codec.formats
        return formats[source.high_bit_depth]

    @property
    def high_bit_depth(self) -> bool:
        """Whether a channel of the encoded pixels has more than eight bits."""
        return self.pixel_format.endswith(HIGH_BIT_DEPTH)

    @property
    def extent(self) -> tuple[int, int]:
        """Height and width as encoded: even where chroma is subsampled."""
        multiple, source = 1 if self.matrix == 0 else 2, self.frame_format
        return tuple(side + side % multiple for side in (source.height, source.width))

    @property
    def matrix(self) -> int:
        """FFmpeg's number of the colour matrix: the film's, or for RGB the default of its size."""
        if not self.pixel_format.startswith("yuv"):
            return 0
        default = BT709 if self.frame_format.height >= HD else SMPTE170M
        return self.frame_format.matrix or default

    def attributes(self) -> dict:
        """Values of a codec context of PyAV, by attribute."""
        (height, width), source = self.extent, self.frame_format
        attributes = {
            "width": width,
            "height": height,
            "pix_fmt": self.pixel_format,
            "time_base": source.time_base,
            "framerate": source.rate,
            "sample_aspect_ratio": source.aspect,
            "max_b_frames": 0,  # so that segments follow each other without any reordering
        }
        if self.matrix:
            attributes |= {"colorspace": self.matrix, "color_range": source.range}
            attributes |= {"color_primaries": source.primaries, "color_trc": source.transfer}
        if self.codec.tag:
            attributes["codec_tag"] = self.codec.tag
        return attributes

    def options(self) -> dict[str, str]:
        """The encoder's options, by name."""
        crf = self.codec.crf if self.crf is None else self.crf
        alternate = dict([NO_ALTERNATE]) if self.pixel_format == "yuva420p" else {}
        is_small = self.codec.encoder == "libx264" and self.frame_format.height < SMALL
        tree = dict([NO_TREE]) if is_small else {}
        quality = {} if crf is None else {"crf": str(crf)}
        return dict(self.codec.options) | alternate | tree | quality

    def configure(self, context) -> None:
        """Sets the attributes and options of a codec context of PyAV, and opens it."""
        av = packages.av()
        context.options = self.options()
        for name, value in self.attributes().items():
            setattr(context, name, value)
        context.thread_type = "AUTO"
        context.flags |= av.codec.context.Flags.global_header
        with packages.scheduled():
            context.open()


class Segment:
    """Encodes consecutive frames, the first one as a key frame.

    Args:
        encoding: Of the film.
    """

    def __init__(self, encoding: Encoding):
        av = packages.av()
        self.encoding, self.packets, self.ticks = encoding, [], {}
        self.context = av.CodecContext.create(encoding.codec.encoder, "w")
        encoding.configure(self.context)
        self.reformatter = av.video.reformatter.VideoReformatter()

    def add(self, frame: Frame) -> None:
        """Encodes a frame behind those that were added before."""
        encoded = self._to_av(frame)
        encoded.pts, encoded.time_base = frame.tick, self.encoding.frame_format.time_base
        self.ticks[frame.tick] = frame.ticks
        self._append(self.context.encode(encoded))

    def finish(self) -> list[Packet]:
        """The packets of all frames; afterwards no frame can be added."""
        self._append(self.context.encode(None))
        return self.packets

    def _append(self, packets):
        for packet in packets:
            tick, opacity = packet.pts, b""
            if packet.has_sidedata(SIDE_DATA[1]):
                opacity = bytes(packet.get_sidedata(SIDE_DATA[1]))
            self.packets.append(
                Packet(bytes(packet), tick, self.ticks[tick], packet.is_keyframe, opacity)
            )

    def _to_av(self, frame):
        """A frame of PyAV, its last row and column repeated where sides have to be even."""
        av, encoding, picture = packages.av(), self.encoding, frame.picture
        height, width = encoding.extent
        if encoding.frame_format.has_alpha:
            picture = np.concatenate([picture, frame.opacity[..., None]], axis=-1)
        missing = height - picture.shape[0], width - picture.shape[1]
        if any(missing):
            picture = np.pad(picture, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
        if encoding.frame_format.high_bit_depth and encoding.high_bit_depth:
            values = np.clip(picture, 0.0, 1.0) * MAX_VALUE + 0.5
            array, names = values.astype(np.uint16), ("rgb48le", "rgba64le")
        else:
            array, names = images.to_bytes(picture), ("rgb24", "rgba")
        converted = av.VideoFrame.from_ndarray(array, names[encoding.frame_format.has_alpha])
        colours = {}
        if encoding.matrix:
            colours["dst_color_range"] = encoding.frame_format.range or LIMITED
            if encoding.matrix != UNSPECIFIED:
                colours["dst_colorspace"] = encoding.matrix
        return self.reformatter.reformat(
            converted,
            width,
            height,
            encoding.pixel_format,
            interpolation=packages.exact(),
            **colours,
        )


def write(path: Path, packets: Iterable[Packet]) -> None:
    """Writes packets to a file, all or none: a line of JSON, and the encoded bytes.

    Raises:
        OSError: The disk is full or read-only.
    """
    packets = list(packets)
    header = [(len(p.content), p.tick, p.ticks, p.key, len(p.opacity)) for p in packets]
    parts = (part for packet in packets for part in (packet.content, packet.opacity))
    content = b"".join([json.dumps(header).encode(), b"\n", *parts])
    disk.write_bytes(path, content)


def read(path: Path) -> list[Packet]:
    """The packets of a file that `write` wrote.

    Raises:
        OSError: It cannot be read.
    """
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        return [
            Packet(file.read(size), tick, ticks, key, file.read(opacity_size))
            for size, tick, ticks, key, opacity_size in header
        ]
