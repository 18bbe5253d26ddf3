"""A hundred kinds of odd and of bad pictures, as files."""

import dataclasses
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin, features

HEIGHT, WIDTH = 24, 36


def picture(height: int = HEIGHT, width: int = WIDTH) -> Image.Image:
    """Red grows downwards, blue to the right, and green is half."""
    down, across = np.mgrid[:height, :width] / np.maximum(
        np.reshape([height - 1, width - 1], (2, 1, 1)), 1
    )
    return Image.fromarray(np.uint8(255 * np.stack([down, 0 * down + 0.5, across], axis=-1)))


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """What a file of a format holds."""
    content = io.BytesIO()
    if "append_images" in options:  # Pillow leaves its settings in what it saved
        options["append_images"] = [frame.copy() for frame in options["append_images"]]
    image.copy().save(content, kind, **options)
    return content.getvalue()


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of input.

    Args:
        name: Of the file, which says what is odd.
        content: Makes what it holds.
        extent: Of the picture, height and width; None where it is refused.
        near: Mean difference from `picture` that its mode costs; above 1 it is another picture.
    """

    name: str
    content: Callable[[], bytes]
    extent: tuple[int, int] | None = (HEIGHT, WIDTH)
    near: float = 0.03

    def write(self, folder: Path) -> Path:
        """The file in a folder."""
        path = folder / self.name
        path.write_bytes(self.content())
        return path


def _kinds():
    rgb = picture()
    grey, alpha = rgb.convert("L"), Image.linear_gradient("L").resize(rgb.size)
    see_through = Image.merge("RGBA", (*rgb.split(), alpha))
    loose = 2.0
    yield from _of_modes(rgb, grey, see_through, loose)
    yield from _of_palettes(rgb, grey, loose)
    yield from _of_metadata(rgb, loose)
    yield from _of_files(rgb, loose)
    yield from _of_sizes(loose)
    yield from _refused(rgb, see_through)


def _of_modes(rgb, grey, see_through, loose):
    sixteen = Image.fromarray(np.uint16(np.asarray(grey)) * 257)
    modes = {
        "1": (rgb.convert("1"), loose),
        "L": (grey, loose),
        "LA": (see_through.convert("LA"), loose),
        "P": (rgb.quantize(64), 0.05),
        "RGB": (rgb, 0.03),
        "RGBA": (see_through, loose),
        "I;16": (sixteen, loose),
    }
    for mode, (image, near) in modes.items():
        yield Kind(f"mode {mode.replace(';', '')}.png", _lazy(image, "PNG"), near=near)
    for mode in ("L", "RGB", "CMYK"):
        near = loose if mode == "L" else 0.05
        yield Kind(f"mode {mode}.jpg", _lazy(rgb.convert(mode), "JPEG", quality=95), near=near)
    floats = Image.fromarray(np.asarray(grey, np.float32) / 255)
    whole = Image.fromarray(np.int32(np.asarray(grey)) * 257)
    nothing = Image.fromarray(np.full((HEIGHT, WIDTH), np.nan, np.float32))
    lab = ImageCms.profileToProfile(
        rgb, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    tiffs = {"1": rgb.convert("1"), "L": grey, "RGB": rgb, "RGBA": see_through, "I16": sixteen}
    tiffs |= {"CMYK": rgb.convert("CMYK"), "F": floats, "I": whole, "NaN": nothing, "LAB": lab}
    tiffs |= {"P": rgb.quantize(64), "LA": see_through.convert("LA")}
    for mode, image in tiffs.items():
        near = 0.05 if mode in ("RGB", "CMYK", "P", "LAB") else loose
        yield Kind(f"mode {mode}.tif", _lazy(image, "TIFF"), near=near)
    for mode, image in {"RGB": rgb, "RGBA": see_through}.items():
        for kind in ("WEBP", "BMP", *(["AVIF"] if features.check("avif") else [])):
            near = 0.05 if mode == "RGB" else loose
            yield Kind(f"mode {mode}.{kind.lower()}", _lazy(image, kind), near=near)
    yield Kind("mode 1.bmp", _lazy(rgb.convert("1"), "BMP"), near=loose)
    yield Kind("mode L.bmp", _lazy(grey, "BMP"), near=loose)
    for name, kind in {"format PPM.jpg": "PPM", "format TGA.tif": "TGA"}.items():
        yield Kind(name, _lazy(rgb, kind))
    yield Kind("format ICO.png", _lazy(rgb.resize((32, 32)), "ICO"), (32, 32), loose)


def _of_palettes(rgb, grey, loose):
    yield Kind("mode P.gif", _lazy(rgb, "GIF"), near=0.06)
    keyed = rgb.quantize(32)
    yield Kind("palette with a hole.gif", _lazy(keyed, "GIF", transparency=3), near=loose)
    yield Kind("palette with holes.png", _lazy(keyed, "PNG", transparency=bytes(32)), near=loose)
    yield Kind("grey with a hole.png", _lazy(grey, "PNG", transparency=100), near=loose)
    yield Kind("colour with a hole.png", _lazy(rgb, "PNG", transparency=(0, 127, 0)), near=loose)


def _of_metadata(rgb, loose):
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        extent = (WIDTH, HEIGHT) if turn > 4 else (HEIGHT, WIDTH)
        near = 0.05 if turn == 1 else loose
        yield Kind(f"turn {turn}.jpg", _lazy(rgb, "JPEG", exif=exif), extent, near)
    wrong = Image.Exif()
    wrong[0x0112] = 77
    yield Kind("turn 77.jpg", _lazy(rgb, "JPEG", exif=wrong), near=0.05)
    yield Kind(
        "exif of garbage.jpg", _lazy(rgb, "JPEG", exif=b"Exif\0\0" + b"\xff" * 40), near=0.05
    )
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name, icc in {"good": profile, "cut": profile[:200], "none": b"not one"}.items():
        yield Kind(f"profile {name}.png", _lazy(rgb, "PNG", icc_profile=icc))
        yield Kind(f"profile {name}.jpg", _lazy(rgb, "JPEG", icc_profile=icc), near=0.05)
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "x" * 300_000, zip=True)
    yield Kind("words.png", _lazy(rgb, "PNG", pnginfo=words))


def _of_files(rgb, loose):
    for name, options in {
        "progressive": {"progressive": True},
        "of quality 1": {"quality": 1},
        "of full colour": {"subsampling": 0},
        "with restarts": {"restart_marker_blocks": 1},
        "with a comment": {"comment": b"\0" * 60_000},
    }.items():
        near = loose if "quality 1" in name else 0.05
        yield Kind(f"jpeg {name}.jpg", _lazy(rgb, "JPEG", **options), near=near)
    for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield Kind(f"{name}.tiff", _lazy(rgb, "TIFF", compression=name), near=0.05)
    yield Kind("group 4.tiff", _lazy(rgb.convert("1"), "TIFF", compression="group4"), near=loose)
    frames = {"save_all": True, "append_images": [rgb.transpose(Image.Transpose.ROTATE_180)]}
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        yield Kind(f"frames.{kind.lower()}", _lazy(rgb, kind, **frames), near=0.06)
    yield Kind("frames.mpo.jpg", _lazy(rgb, "MPO", **frames), near=0.05)
    yield Kind("lossless.webp", _lazy(rgb, "WEBP", lossless=True))
    for name in ("PNG", "GIF", "BMP", "WEBP"):
        near = 0.06 if name == "GIF" else 0.05
        yield Kind(f"{name} by another name.jpg", _lazy(rgb, name), near=near)
    yield Kind("jpeg by another name.png", _lazy(rgb, "JPEG"), near=0.05)
    yield Kind("LOUD.JPG", _lazy(rgb, "JPEG"), near=0.05)
    yield Kind("ünïcödé 絵.png", _lazy(rgb, "PNG"))
    yield Kind("-o.png", _lazy(rgb, "PNG"))
    yield Kind("a {b} %s $HOME 'c'.png", _lazy(rgb, "PNG"))
    yield Kind("more behind.png", lambda: encoded(rgb, "PNG") + b"more" * 100)
    yield Kind("more behind.jpg", lambda: encoded(rgb, "JPEG") + b"more" * 100, near=0.05)
    yield Kind("two bytes short.jpg", lambda: encoded(rgb, "JPEG")[:-2], near=0.05)


def _of_sizes(loose):
    for height, width in ((1, 1), (1, 2), (2, 1), (1, 300), (300, 1), (3, 3), (7, 5)):
        extent = (height, width)
        yield Kind(f"{height}x{width}.png", _lazy(picture(*extent), "PNG"), extent, loose)


def _refused(rgb, see_through):
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"):
        for name, share in (("half", 0.5), ("tenth", 0.1)):
            large = picture(200, 300)
            yield Kind(f"{name} of a {kind}.png", _cut(large, kind, share), None)
    contents = {
        "nothing.jpg": b"",
        "one byte.png": b"\x89",
        "zeros.png": bytes(1000),
        "ones.jpg": b"\xff" * 1000,
        "text.jpg": b"hello",
        "page.png": b"<!doctype html><html></html>",
        "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "document.jpg": b"%PDF-1.7\n",
        "film.jpg": b"\0\0\0\x18ftypisom" + bytes(100),
        "photo of a phone.jpg": b"\0\0\0\x18ftypheic" + bytes(100),
        "xl.jpg": b"\xff\x0a" + bytes(100),
        "xl in a box.png": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(100),
        "start alone.png": b"\x89PNG\r\n\x1a\n",
        "start alone.gif": b"GIF89a",
        "start alone.webp": b"RIFF\xff\0\0\0WEBPVP8 ",
        "start alone.bmp": b"BM" + bytes(52),
        "start alone.tif": b"II*\0\x08\0\0\0\0\0",
        "circle.tif": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
        "no height.png": _png(0, 5),
        "no width.png": _png(5, 0),
        "bomb.png": _png(100_000, 100_000),
        "long bomb.png": _png(1, 2_000_000_000),
        "no pixels.png": _png(10, 10),
        "wrong sum.png": _png(10, 10).replace(b"IHDR", b"IHDX"),
        "bomb.gif": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";",
        "no compression.png": _png(10, 10, b"not deflated at all"),
    }
    for name, content in contents.items():
        yield Kind(name, lambda content=content: content, None)
    yield Kind("archive.jpg", _archive, None)


def _lazy(image, kind, **options):
    return lambda: encoded(image, kind, **options)


def _cut(image, kind, share):
    def content():
        whole = encoded(image, kind)
        return whole[: int(share * len(whole))]

    return content


def _archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("a.png", b"x")
    return content.getvalue()


def _png(height, width, pixels=b""):
    """A PNG of a size, whatever its pixels are."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


KINDS = {kind.name: kind for kind in _kinds()}
