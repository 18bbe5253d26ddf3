"""Decoding: from a picture's file to an upright Pillow picture in sRGB."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from tfstyle import extras, messages

TURNS = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
JPEG_ENDS = b"\xff\xd9"
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
JXL_STARTS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
TRANSPARENT = ("LA", "La", "PA", "RGBA", "RGBa")  # Pillow's modes


@contextlib.contextmanager
def explained_read_errors(path: str | os.PathLike) -> Iterator[Path]:
    """Errors of reading a picture's file, as sentences.

    Raises:
        OSError: There is no such file, or it is not a picture that can be read.
        ValueError: The picture has too many pixels.
    """
    path = Path(path)
    try:
        yield path
    except FileNotFoundError:
        raise FileNotFoundError(
            f"Expected a picture. Received: {path}, which is not there."
        ) from None
    except IsADirectoryError:
        raise IsADirectoryError(f"Expected a picture. Received: {path}, a folder.") from None
    except PermissionError:
        raise PermissionError(f"Expected a readable picture. Received: {path}.") from None
    except TooLargeError as error:
        raise ValueError(str(error)) from None
    except Image.DecompressionBombError as error:
        raise ValueError(f"Expected a picture of fewer pixels. Received: {path}. {error}") from None
    except MemoryError:
        raise OSError(f"Expected a picture that fits in memory. Received: {path}.") from None
    except Exception as error:
        reason = str(error).split(" <")[0].split(f" '{path}")[0].splitlines() or [
            type(error).__name__
        ]
        raise OSError(f"Expected a readable picture. Received: {path} ({reason[0]}).") from error


class TooLargeError(Exception):
    """A picture has more pixels than were allowed."""


def open_picture(path: Path, most: int, content: bytes | None = None) -> Image.Image:
    """A picture's file, whose pixels are not decoded yet.

    Args:
        path: A picture's file.
        most: Largest number of pixels.
        content: What is in the file, where that was read already.

    Raises:
        OSError, ValueError: It cannot be read.
        TooLargeError: It has more pixels.
    """
    if content == b"" or (content is None and path.is_file() and path.stat().st_size == 0):
        raise ValueError("the file is empty")
    if content is not None:
        source = io.BytesIO(content)
    else:
        source = path if path.is_file() else io.BytesIO(path.read_bytes())
    try:
        image = Image.open(source)
    except UnidentifiedImageError:
        image = _open_other_format(source)
    if getattr(image, "is_animated", False):
        messages.warn_once(f"{path} has {image.n_frames} frames, of which the first is taken.")
    check_pixels(path, image, most)
    return image


def _open_other_format(source):
    """A picture of a format that Pillow does not know, whatever its suffix."""
    if isinstance(source, io.BytesIO):
        start = source.getvalue()[:12]
    else:
        with open(source, "rb") as file:
            start = file.read(12)
    if start.startswith(JXL_STARTS):
        raise ValueError("JPEG XL, which is not read: save it as another format")
    if start[4:8] != b"ftyp" or start[8:] not in HEIF_BRANDS:
        raise ValueError("cannot be identified as a picture")
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise ValueError(f"HEIC, which needs pillow-heif: {extras.command('heif')}") from None
    return HeifImageFile(source)


def check_pixels(path: str | os.PathLike, image: Image.Image, most: int) -> None:
    """Checks the size of a picture before it is decoded.

    Args:
        path: Names the picture in the error.
        image: The picture.
        most: Largest number of pixels.

    Raises:
        TooLargeError: It has more pixels.
    """
    if image.width * image.height > most:
        raise TooLargeError(
            f"Expected a picture of at most {most / 1e6:g} megapixels. "
            f"Received: {path}, {image.width}x{image.height}."
        )


def upright(image: Image.Image, size: int | None) -> Image.Image:
    """The decoded picture upright, in sRGB: RGB, or RGBA where it has transparency.

    Args:
        image: Its EXIF orientation and its ICC profile are applied.
        size: A longer side in pixels that will do; a picture of more than twice that is reduced
            while it is decoded, though not below it.
    """
    if size and image.format == "JPEG":
        image.draft(image.mode if image.mode in ("L", "RGB") else None, (2 * size, 2 * size))
    profile = image.info.get("icc_profile")
    image = _loaded(image)
    if size and max(image.size) > 2 * size and image.mode in ("RGB", "L", "CMYK"):
        image = image.reduce(max(image.size) // (2 * size))
    return _rgb(_turned(image), profile)


def _loaded(image):
    """The decoded picture; a JPEG may lack its last bytes, as long as it lacks no pixel."""
    try:
        image.load()
        return image
    except OSError:
        if image.format != "JPEG":
            raise
        image.fp.seek(0)
        content = image.fp.read().removesuffix(JPEG_ENDS[:1])
        complete, padded = (_decoded(content + rest + JPEG_ENDS) for rest in (b"", b"\x55" * 64))
        if complete.tobytes() != padded.tobytes():
            raise
        return complete


def _decoded(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def _turned(image):
    """The picture, turned by its EXIF orientation; other entries, broken or not, are not read."""
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # of whatever kind a broken value is
        return image
    return image if turn is None else image.transpose(turn)


def _rgb(image, profile):
    if image.mode == "F" or image.mode.startswith("I"):
        image = _eight_bit(image)
    if image.mode not in TRANSPARENT and "transparency" not in image.info:
        return _srgb(image, profile)
    layer = image.convert("RGBA")
    grey = image.mode in ("L", "LA", "La")
    colours = _srgb(layer.getchannel(0) if grey else layer.convert("RGB"), profile)
    colours.putalpha(layer.getchannel("A"))
    return colours


def _eight_bit(image):
    values = np.asarray(image, dtype=np.float64)
    if image.mode != "F":
        values = values / 65535.0
    elif values.size and values.max() > 1.0:
        values = values / values.max()
    return Image.fromarray(np.uint8(np.clip(np.nan_to_num(values), 0, 1) * 255 + 0.5))


def _srgb(image, profile):
    """RGB of an opaque picture; a profile that is broken or of another kind is ignored."""
    if image.mode not in ("RGB", "CMYK"):
        image = image.convert("L" if image.mode in ("1", "L") else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
        if image.mode == "L" and source.profile.xcolor_space.strip() == "RGB":
            image = image.convert("RGB")
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")
