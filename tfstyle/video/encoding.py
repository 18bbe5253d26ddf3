"""Painted frames to packets, a segment of a film at a time."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.video import packages
from tfstyle.video.frames import BT709, LIMITED, SMPTE170M, UNSPECIFIED, Frame, Look

HD = 720  # lines from which on BT.709 is the usual matrix
DEEPEST = 65535.0


@dataclasses.dataclass(frozen=True)
class Codec:
    """How frames are encoded.

    Args:
        encoder: FFmpeg's name.
        formats: Pixels of eight bits, and of more; the same where there is no more.
        crf: Default quality; None where the codec has none.
        worst: The largest value of crf.
        options: Of the encoder.
        tag: That the file calls it by, where it is not the usual one.
        with_opacity: Pixels of eight bits, and of more, that hold opacity; None where none do.
    """

    encoder: str
    formats: tuple[str, str]
    crf: int | None = None
    worst: int = 0
    options: tuple[tuple[str, str], ...] = ()
    tag: str | None = None
    with_opacity: tuple[str, str] | None = None


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
        with_opacity=("yuva420p", "yuva420p"),
    ),
    "ffv1": Codec(
        "ffv1",
        ("bgr0", "gbrp16le"),
        options=(("level", "3"), ("slices", "4")),
        with_opacity=("bgra", "gbrap16le"),
    ),
    "prores": Codec(
        "prores_ks",
        ("yuv422p10le", "yuv422p10le"),
        with_opacity=("yuva444p10le", "yuva444p10le"),
    ),
    "png": Codec("png", ("rgb24", "rgb48be"), with_opacity=("rgba", "rgba64be")),
}
DEEP = ("10le", "16le", "48be", "64be")  # ends of names of pixels of more than eight bits
ALONE = ("auto-alt-ref", "0")  # VP9 holds no opacity beside frames that nobody sees
APART = 15, "matroska_block_additional"  # FFmpeg's number and name of where VP9 has its opacity


@dataclasses.dataclass(frozen=True)
class Packet:
    """An encoded frame.

    Args:
        content: What the codec made of it.
        tick: When it is shown.
        ticks: For how long.
        key: Whether it needs no other.
        opacity: What the codec made of the frame's opacity, where that stands apart.
    """

    content: bytes
    tick: int
    ticks: int
    key: bool
    opacity: bytes = b""

    def packet(self):
        """As PyAV's, without times."""
        av = packages.av()
        found = av.Packet(self.content)
        if self.opacity:
            apart = av.packet.PacketSideData(APART[0], len(self.opacity))
            apart.update(self.opacity)
            apart.to_packet(found, move=True)
        return found


@dataclasses.dataclass(frozen=True)
class Encoding:
    """A codec for the frames of a look.

    Args:
        codec: A name of CODECS.
        look: What the frames are.
        crf: Quality, lower is better; None is the codec's default.

    Raises:
        ValueError: There is no such codec or quality.
        OSError: PyAV has not the encoder.
    """

    codec: str
    look: Look
    crf: int | None = None

    def __post_init__(self):
        row = CODECS.get(self.codec)
        if row is None:
            raise ValueError(
                f"Expected --codec as one of {', '.join(CODECS)}. Received: {self.codec}."
            )
        if self.crf is not None and not (row.crf and 0 <= self.crf <= row.worst):
            known = f"from 0 to {row.worst}" if row.crf else f"not with {self.codec}"
            raise ValueError(f"Expected --crf {known}. Received: {self.crf}.")
        if row.encoder not in packages.av().codecs_available:
            raise OSError(
                f"Expected PyAV with {row.encoder} for {self.codec}. Received: one without; "
                "choose another --codec."
            )

    @property
    def row(self) -> Codec:
        """Of CODECS."""
        return CODECS[self.codec]

    @property
    def format(self) -> str:
        """Of the encoded pixels."""
        row = self.row
        see_through = self.look.see_through and row.with_opacity
        return (row.with_opacity if see_through else row.formats)[self.look.deep]

    @property
    def deep(self) -> bool:
        """Whether more than eight bits are encoded."""
        return self.format.endswith(DEEP)

    @property
    def extent(self) -> tuple[int, int]:
        """Height and width as encoded: even where the codec shares colours between pixels."""
        even = 1 if self.matrix == 0 else 2
        return tuple(side + side % even for side in (self.look.height, self.look.width))

    @property
    def matrix(self) -> int:
        """FFmpeg's number of the colour matrix: the film's, or of RGB the usual one of its size."""
        if not self.format.startswith("yuv"):
            return 0
        usual = BT709 if self.look.height >= HD else SMPTE170M
        return self.look.matrix or usual

    def settings(self) -> dict:
        """Of a codec context of PyAV, by attribute."""
        height, width = self.extent
        found = {
            "width": width,
            "height": height,
            "pix_fmt": self.format,
            "time_base": self.look.time_base,
            "framerate": self.look.rate,
            "sample_aspect_ratio": self.look.aspect,
            "max_b_frames": 0,  # so that segments follow each other without any reordering
        }
        if self.matrix:
            found |= {"colorspace": self.matrix, "color_range": self.look.range}
            found |= {"color_primaries": self.look.primaries, "color_trc": self.look.transfer}
        if self.row.tag:
            found["codec_tag"] = self.row.tag
        return found

    def options(self) -> dict[str, str]:
        """Of the encoder, by name."""
        crf = self.row.crf if self.crf is None else self.crf
        alone = dict([ALONE]) if self.format == "yuva420p" else {}
        return dict(self.row.options) | alone | ({} if crf is None else {"crf": str(crf)})

    def configure(self, context) -> None:
        """Gives a codec context of PyAV the settings, and opens it."""
        av = packages.av()
        context.options = self.options()
        for name, value in self.settings().items():
            setattr(context, name, value)
        context.thread_type = "AUTO"
        context.flags |= av.codec.context.Flags.global_header
        with packages.scheduled():
            context.open()


class Segment:
    """Encodes frames that follow each other, the first one as a key frame.

    Args:
        encoding: Of the film.
    """

    def __init__(self, encoding: Encoding):
        av = packages.av()
        self.encoding, self.packets, self.ticks = encoding, [], {}
        self.context = av.CodecContext.create(encoding.row.encoder, "w")
        encoding.configure(self.context)
        self.reformatter = av.video.reformatter.VideoReformatter()

    def add(self, frame: Frame) -> None:
        """Encodes a frame after those before."""
        encoded = self._encodable(frame)
        encoded.pts, encoded.time_base = frame.tick, self.encoding.look.time_base
        self.ticks[frame.tick] = frame.ticks
        self._keep(self.context.encode(encoded))

    def finish(self) -> list[Packet]:
        """The packets of all frames; none can be added any more."""
        self._keep(self.context.encode(None))
        return self.packets

    def _keep(self, packets):
        for packet in packets:
            tick, apart = packet.pts, b""
            if packet.has_sidedata(APART[1]):
                apart = bytes(packet.get_sidedata(APART[1]))
            self.packets.append(
                Packet(bytes(packet), tick, self.ticks[tick], packet.is_keyframe, apart)
            )

    def _encodable(self, frame):
        """The frame of PyAV, its last row and column repeated where sides have to be even."""
        av, encoding, picture = packages.av(), self.encoding, frame.picture
        height, width = encoding.extent
        if encoding.look.see_through:
            picture = np.concatenate([picture, frame.opacity[..., None]], axis=-1)
        missing = height - picture.shape[0], width - picture.shape[1]
        if any(missing):
            picture = np.pad(picture, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
        if encoding.look.deep and encoding.deep:
            deep = np.clip(picture, 0.0, 1.0) * DEEPEST + 0.5
            array, names = deep.astype(np.uint16), ("rgb48le", "rgba64le")
        else:
            array, names = images.to_bytes(picture), ("rgb24", "rgba")
        encodable = av.VideoFrame.from_ndarray(array, names[encoding.look.see_through])
        colours = {}
        if encoding.matrix:
            colours["dst_color_range"] = encoding.look.range or LIMITED
            if encoding.matrix != UNSPECIFIED:
                colours["dst_colorspace"] = encoding.matrix
        return self.reformatter.reformat(
            encodable, width, height, encoding.format, interpolation=packages.exact(), **colours
        )


def write(path: Path, packets: Iterable[Packet]) -> None:
    """Packets as a file, whole or not at all: a line of JSON, and what the codec made.

    Raises:
        OSError: The disk is full, or takes none.
    """
    packets = list(packets)
    told = [
        (len(each.content), each.tick, each.ticks, each.key, len(each.opacity)) for each in packets
    ]
    parts = (part for each in packets for part in (each.content, each.opacity))
    content = b"".join([json.dumps(told).encode(), b"\n", *parts])
    images.write_file(path, content)


def read(path: Path) -> list[Packet]:
    """What `write` wrote.

    Raises:
        OSError: It cannot be read.
    """
    with open(path, "rb") as file:
        told = json.loads(file.readline())
        return [
            Packet(file.read(size), tick, ticks, key, file.read(apart))
            for size, tick, ticks, key, apart in told
        ]
