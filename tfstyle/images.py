"""Pictures between files and float32 RGB in [0, 1]; needs only Pillow and numpy."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageColor

from tfstyle import disk, image_decoding
from tfstyle.large_images import LargeImage

MAX_PIXELS = 178_000_000  # Pillow itself refuses a few more, unless it is told otherwise
MAX_SIDES = {"JPEG": 65_500, "WEBP": 16_383, "GIF": 65_535}  # pixels; of other formats none
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
FORMATS |= {".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP", ".gif": "GIF"}
SUFFIXES = tuple(FORMATS)  # of what is written
READABLE = (*SUFFIXES, ".jpe", ".jfif", ".avif", ".heic", ".heif")
UNREAD = (".jxl", ".psd", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf")
SEE_THROUGH = ("PNG", "WEBP", "TIFF")  # formats that hold transparency of any degree


def read(
    path: str | os.PathLike,
    size: int | None = None,
    background: str = "white",
    content: bytes | None = None,
) -> np.ndarray:
    """A picture's file as float RGB.

    EXIF orientation is applied, an ICC profile is converted to sRGB, transparency lies on the
    background, and the first frame of an animation is taken, which is logged.

    Args:
        path: JPEG, PNG, WebP, TIFF, BMP, GIF or AVIF of any mode (grey, CMYK, 16 bit, palette);
            HEIC where pillow-heif is installed.
        size: Longer side in pixels to reduce to; smaller pictures stay as they are.
        background: A colour that Pillow knows.
        content: What is in the file, where that was read already; the path is its name alone.

    Returns:
        Array of shape (height, width, 3), float32 in [0, 1].

    Raises:
        OSError: There is no such file, or it is not a picture that can be read.
        ValueError: The picture has more than MAX_PIXELS pixels.

    Examples:
        >>> import tfstyle
        >>> from tfstyle import examples
        >>> tfstyle.write(examples.lake(48, 64), "lake.png")
        >>> picture = tfstyle.read("lake.png")
        >>> picture.shape, str(picture.dtype)
        ((48, 64, 3), 'float32')
        >>> tfstyle.read("lake.png", size=32).shape
        (24, 32, 3)
    """
    return to_float(read_bytes(path, size, background, content=content))


def read_bytes(
    path: str | os.PathLike,
    size: int | None = None,
    background: str = "white",
    most: int = MAX_PIXELS,
    content: bytes | None = None,
) -> np.ndarray:
    """A picture's file as RGB bytes: `read` before the division by 255.

    Args:
        path: See `read`.
        size: See `read`.
        background: See `read`.
        most: Pixels; a larger picture is refused before it is decoded.
        content: See `read`.

    Returns:
        Array of shape (height, width, 3), uint8.
    """
    with image_decoding.explained_read_errors(path) as path:
        image = _upright(image_decoding.open_picture(path, most, content), size)
        return np.asarray(_over(image, background))


def from_pil(image: Image.Image, background: str = "white") -> np.ndarray:
    """A Pillow picture of any mode as float RGB, as `read` gives its file.

    Args:
        image: Its EXIF orientation and its profile count.
        background: See `read`.

    Returns:
        See `read`.
    """
    return to_float(np.asarray(_over(_upright(image, None), background)))


def read_alpha(
    path: str | os.PathLike, size: int | None = None, content: bytes | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """A picture's file and its opacity.

    Invisible pixels have the colours of visible ones around them, so that they change no
    statistics.

    Args:
        path: See `read`.
        size: See `read`.
        content: See `read`.

    Returns:
        See `read`; and its opacity, shape (height, width), float32 in [0, 1], or None where it
        is opaque everywhere.

    Raises:
        OSError, ValueError: See `read`.
    """
    with image_decoding.explained_read_errors(path) as path:
        image = _upright(image_decoding.open_picture(path, MAX_PIXELS, content), size)
        if image.mode != "RGBA" or image.getextrema()[3][0] == 255:
            return to_float(np.asarray(image.convert("RGB"))), None
    layer = to_float(np.asarray(image))
    return filled(layer[..., :3], layer[..., 3:]), layer[..., 3]


def is_see_through(path: str | os.PathLike) -> bool:
    """Whether a picture's file is transparent anywhere.

    Args:
        path: See `read`.

    Raises:
        OSError, ValueError: See `read`.
    """
    with image_decoding.explained_read_errors(path) as path:
        has_alpha = image_decoding.open_picture(path, MAX_PIXELS).has_transparency_data
    return has_alpha and read_alpha(path)[1] is not None


def filled(colours, opacity):
    """Colours that are extended to invisible pixels: Gortler et al. 1996, The Lumigraph, 3.4.2.

    Args:
        colours: Shape (height, width, channels).
        opacity: Shape (height, width, 1), in [0, 1].
    """
    if opacity.shape[0] * opacity.shape[1] == 1:
        return colours
    height, width = opacity.shape[:2]
    even = ((0, height % 2), (0, width % 2), (0, 0))

    def halved(array):
        padded = np.pad(array, even)
        return padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]

    weights = halved(opacity)
    means = halved(colours * opacity) / np.maximum(weights, 1e-6)
    small = filled(means, np.minimum(weights, 1.0))
    around = small.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return colours * opacity + around * (1.0 - opacity)


def read_layer(source: str | os.PathLike | bytes, most: int) -> np.ndarray:
    """A painted layer's colours and opacity.

    Args:
        source: A picture's file, or the content of one.
        most: Largest number of pixels; a larger picture is refused before it is decoded.

    Returns:
        Array of shape (height, width, 4), uint8.

    Raises:
        OSError: It is not a picture that can be read.
        ValueError: It has more pixels.
    """
    try:
        if isinstance(source, bytes):
            image = Image.open(io.BytesIO(source))
        else:
            image = image_decoding.open_picture(Path(source), most)
        image_decoding.check_pixels("a layer", image, most)
        return np.asarray(image.convert("RGBA"))
    except image_decoding.TooLargeError as error:
        raise ValueError(str(error)) from None
    except Exception as error:
        raise OSError(f"Expected a readable layer. Received: {error}.") from error


def _upright(image, size):
    """The picture upright, in sRGB, its longer side at most `size`."""
    image = image_decoding.upright(image, size)
    if not size or max(image.size) <= size:
        return image
    return image.resize(fitted(image.size, size), Image.Resampling.LANCZOS)


def _over(image, background):
    if image.mode == "RGB":
        return image
    ground = Image.new("RGBA", image.size, background)
    return Image.alpha_composite(ground, image).convert("RGB")


def fitted(extent: tuple[int, int], size: int) -> tuple[int, int]:
    """`extent` scaled so that its longer side is `size`, no side below 1."""
    scale = size / max(extent)
    return tuple(max(1, round(side * scale)) for side in extent)


def to_float(pixels: np.ndarray) -> np.ndarray:
    """Bytes to float32 in [0, 1]."""
    return pixels.astype(np.float32) / np.float32(255)


def to_bytes(image: np.ndarray) -> np.ndarray:
    """Floats in [0, 1] to bytes, clipped and rounded."""
    return np.uint8(np.clip(image, 0.0, 1.0) * 255.0 + 0.5)


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """A float RGB picture resampled (Lanczos, antialiased) to another size.

    Args:
        image: Shape (height, width, 3), floats in [0, 1].
        height: Pixels.
        width: Pixels.

    Returns:
        Shape (height, width, 3), float32 in [0, 1].
    """
    if image.shape[:2] == (height, width):
        return image
    if isinstance(image, LargeImage):
        image = image.reduced(height, width)
    planes = [Image.fromarray(np.ascontiguousarray(image[..., c], np.float32)) for c in range(3)]
    resized = [np.asarray(p.resize((width, height), Image.Resampling.LANCZOS)) for p in planes]
    return np.clip(np.stack(resized, axis=-1), 0.0, 1.0)


def squash(image: np.ndarray, side: int) -> np.ndarray:
    """A float RGB picture resampled (bicubic, antialiased) to a square, whatever its shape.

    Args:
        image: Shape (height, width, 3), floats in [0, 1].
        side: Pixels.
    """
    return to_float(resize_bytes(to_bytes(image), side, side))


def resize_bytes(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """RGB bytes resampled (bicubic, antialiased) to another size."""
    resized = Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized)


def check_extent(path: str | os.PathLike, height: int, width: int) -> None:
    """Checks that a target's format holds pictures of a size.

    Raises:
        ValueError: A side is longer than the format's longest.
    """
    limit = MAX_SIDES.get(FORMATS[Path(path).suffix.lower()], max(height, width))
    if max(height, width) > limit:
        raise ValueError(
            f"Expected a picture of at most {limit} pixels a side for {Path(path).suffix}, or "
            f"another format, such as .png. Received: {width}x{height} for {path}."
        )


def write(
    image: np.ndarray,
    path: str | os.PathLike,
    quality: int = 95,
    alpha: np.ndarray | None = None,
) -> None:
    """Writes a picture whole or not at all: to a temporary file beside it, then renamed.

    What a photograph's file says besides its pixels (EXIF, ICC, dots an inch) is not carried over.

    Args:
        image: Shape (height, width, 3), floats in [0, 1] or bytes.
        path: The suffix chooses the format.
        quality: 1 to 100, for JPEG and WebP.
        alpha: Its opacity, shape (height, width), floats in [0, 1], for the formats of SEE_THROUGH.

    Raises:
        ValueError: The suffix is not one of SUFFIXES, or its format holds no such picture.
        OSError: The folder cannot be made or written to, or the disk is full.

    Examples:
        >>> import tfstyle
        >>> from tfstyle import examples
        >>> tfstyle.write(examples.discs(48, 64), "pictures/discs.jpg", quality=90)
        >>> tfstyle.read("pictures/discs.jpg").shape
        (48, 64, 3)
    """
    disk.check_writable(path, overwrite=True, suffixes=SUFFIXES)
    disk.write_bytes(path, encoded(image, path, quality, alpha))


def encoded(
    image: np.ndarray,
    path: str | os.PathLike,
    quality: int = 95,
    alpha: np.ndarray | None = None,
) -> bytes:
    """The content of the file that `write` writes.

    Args:
        image: See `write`.
        path: See `write`; its suffix is one of SUFFIXES.
        quality: See `write`.
        alpha: See `write`.

    Raises:
        ValueError: The format holds no such picture.
    """
    path = Path(path)
    pixels = image if image.dtype == np.uint8 else to_bytes(image)
    check_extent(path, *pixels.shape[:2])
    if alpha is not None:
        if not holds_alpha(path):
            raise ValueError(f"Expected no alpha for {path.suffix}. Received: one.")
        pixels = np.concatenate([pixels, to_bytes(alpha)[..., None]], axis=-1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, FORMATS[path.suffix.lower()], quality=quality, subsampling=0)
    return file.getvalue()


def extent(file) -> tuple[int, int] | None:
    """Height and width of a picture, upright, from its header alone.

    Args:
        file: Open for reading bytes.

    Returns:
        Pixels; None where it cannot be read.
    """
    try:
        image = Image.open(file)
        sides = image.height, image.width
        is_turned = image.getexif().get(ExifTags.Base.Orientation) in (5, 6, 7, 8)
    except Exception:  # of whatever kind a broken file raises
        return None
    return sides[::-1] if is_turned else sides


def written_name(name: str) -> str:
    """The file name of a photograph's pastiche: the photograph's, of a format that is written."""
    return name if name.lower().endswith(SUFFIXES) else f"{name}.jpg"


def checked_alpha(alpha: str) -> str:
    """A checked alpha: "keep", or the colour that transparency is composited over.

    Raises:
        ValueError: It is neither.
    """
    try:
        alpha == "keep" or ImageColor.getrgb(alpha)
    except ValueError:
        raise ValueError(
            f"Expected --alpha as keep or a colour, such as white or #336699. Received: {alpha}."
        ) from None
    return alpha


def holds_alpha(path: str | os.PathLike) -> bool:
    """Whether the format of a file of this name holds opacity of any degree."""
    return FORMATS[Path(path).suffix.lower()] in SEE_THROUGH
