"""Pictures between files and float32 RGB in [0, 1]; needs only Pillow and numpy."""

import contextlib
import functools
import io
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageColor, UnidentifiedImageError

from tfstyle import extras
from tfstyle.large_images import LargeImage

MAX_PIXELS = 178_000_000  # Pillow itself refuses a few more, unless it is told otherwise
MAX_SIDES = {"JPEG": 65_500, "WEBP": 16_383, "GIF": 65_535}  # pixels; of other formats none
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
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
FORMATS |= {".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP", ".gif": "GIF"}
SUFFIXES = tuple(FORMATS)  # of what is written
READABLE = (*SUFFIXES, ".jpe", ".jfif", ".avif", ".heic", ".heif")
UNREAD = (".jxl", ".psd", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf")
SEE_THROUGH = ("PNG", "WEBP", "TIFF")  # formats that hold transparency of any degree
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
JXL_STARTS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
TRANSPARENT = ("LA", "La", "PA", "RGBA", "RGBa")  # Pillow's modes


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
        path: As of `read`.
        size: As of `read`.
        background: As of `read`.
        most: Pixels; a larger picture is refused before it is decoded.
        content: As of `read`.

    Returns:
        Array of shape (height, width, 3), uint8.
    """
    with _reading(path) as path:
        return np.asarray(_over(_upright(_open(path, most, content), size), background))


def from_pil(image: Image.Image, background: str = "white") -> np.ndarray:
    """A Pillow picture of any mode as float RGB, as `read` gives its file.

    Args:
        image: Its EXIF orientation and its profile count.
        background: As of `read`.

    Returns:
        As of `read`.
    """
    return to_float(np.asarray(_over(_upright(image, None), background)))


def read_alpha(
    path: str | os.PathLike, size: int | None = None, content: bytes | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """A picture's file and its opacity.

    Invisible pixels have the colours of visible ones around them, so that they change no
    statistics.

    Args:
        path: As of `read`.
        size: As of `read`.
        content: As of `read`.

    Returns:
        As of `read`; and its opacity, shape (height, width), float32 in [0, 1], or None where it
        is opaque everywhere.

    Raises:
        OSError, ValueError: As of `read`.
    """
    with _reading(path) as path:
        image = _upright(_open(path, MAX_PIXELS, content), size)
        if image.mode != "RGBA" or image.getextrema()[3][0] == 255:
            return to_float(np.asarray(image.convert("RGB"))), None
    layer = to_float(np.asarray(image))
    return filled(layer[..., :3], layer[..., 3:]), layer[..., 3]


def is_see_through(path: str | os.PathLike) -> bool:
    """Whether a picture's file is transparent anywhere.

    Args:
        path: As of `read`.

    Raises:
        OSError, ValueError: As of `read`.
    """
    with _reading(path) as path:
        has_alpha = _open(path, MAX_PIXELS).has_transparency_data
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


@contextlib.contextmanager
def _reading(path):
    """Errors of reading a picture's file, as sentences."""
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
    except _TooLargeError as error:
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
            image = _open(Path(source), most)
        _check_pixels("a layer", image, most)
        return np.asarray(image.convert("RGBA"))
    except _TooLargeError as error:
        raise ValueError(str(error)) from None
    except Exception as error:
        raise OSError(f"Expected a readable layer. Received: {error}.") from error


class _TooLargeError(Exception):
    pass


def _open(path, most, content=None):
    if content == b"" or (content is None and path.is_file() and path.stat().st_size == 0):
        raise ValueError("the file is empty")
    if content is not None:
        source = io.BytesIO(content)
    else:
        source = path if path.is_file() else io.BytesIO(path.read_bytes())
    try:
        image = Image.open(source)
    except UnidentifiedImageError:
        image = _open_heif(source)
    if getattr(image, "is_animated", False):
        tell(f"{path} has {image.n_frames} frames, of which the first is taken.")
    _check_pixels(path, image, most)
    return image


def _open_heif(source):
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


def _check_pixels(path, image, most):
    if image.width * image.height > most:
        raise _TooLargeError(
            f"Expected a picture of at most {most / 1e6:g} megapixels. "
            f"Received: {path}, {image.width}x{image.height}."
        )


@functools.lru_cache(maxsize=1024)
def tell(line: str) -> None:
    """Logs a line once, not each time that a picture is read."""
    logging.getLogger("tfstyle").warning(line)


def _upright(image, size):
    """The picture upright, in sRGB: RGB, or RGBA where a pixel is transparent."""
    if size and image.format == "JPEG":
        image.draft(image.mode if image.mode in ("L", "RGB") else None, (2 * size, 2 * size))
    profile = image.info.get("icc_profile")
    image = _loaded(image)
    if size and max(image.size) > 2 * size and image.mode in ("RGB", "L", "CMYK"):
        image = image.reduce(max(image.size) // (2 * size))
    image = _rgb(_turned(image), profile)
    if size and max(image.size) > size:
        image = image.resize(fitted(image.size, size), Image.Resampling.LANCZOS)
    return image


def _over(image, background):
    if image.mode == "RGB":
        return image
    ground = Image.new("RGBA", image.size, background)
    return Image.alpha_composite(ground, image).convert("RGB")


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


def check_writable(
    path: str | os.PathLike, overwrite: bool, suffixes: Sequence[str] = SUFFIXES
) -> None:
    """Checks that a file can be written, before the work is done.

    Args:
        path: The target.
        overwrite: Whether it may be there.
        suffixes: What its name may end in.

    Raises:
        ValueError: The suffix is another.
        OSError: It is a folder, or it exists and `overwrite` is false, or its folder takes none.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise ValueError(
            f"Expected a file name ending in one of {', '.join(suffixes)}. Received: {path}."
        )
    if path.is_dir():
        raise IsADirectoryError(f"Expected a file to write. Received: {path}, a folder.")
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a new file, or --overwrite. Received: {path}, which is there."
        )
    folder = next(parent for parent in path.parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise PermissionError(
            f"Expected to write {path}. Received: {folder}, which takes no files."
        )


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
    check_writable(path, overwrite=True)
    write_file(path, encoded(image, path, quality, alpha))


def encoded(
    image: np.ndarray,
    path: str | os.PathLike,
    quality: int = 95,
    alpha: np.ndarray | None = None,
) -> bytes:
    """The content of the file that `write` writes.

    Args:
        image: As of `write`.
        path: As of `write`; its suffix is one of SUFFIXES.
        quality: As of `write`.
        alpha: As of `write`.

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


@contextlib.contextmanager
def writing(path: str | os.PathLike) -> Iterator[None]:
    """Errors of writing a file, as sentences.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise OSError(f"Expected to write {path}. Received: {error.strerror or error}.") from error


def check_space(folder: Path, needed: int) -> None:
    """Checks that the disk has room.

    Args:
        folder: On the disk.
        needed: Bytes.

    Raises:
        OSError: Fewer bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            f"Expected {needed / 1e6:.1f} MB of free disk for {folder}. "
            f"Received: {free / 1e6:.1f} MB."
        )


def write_file(path: str | os.PathLike, content: bytes) -> None:
    """Writes a file whole or not at all, making its folder where there is none.

    Raises:
        OSError: The folder cannot be made or written to, or the disk is full.
    """
    path = Path(path)
    temporary = _temporary_path(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "xb") as file:
                file.write(content)
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary folder to fill, which is renamed at the end.

    Args:
        path: The final name: of nothing yet, or of an empty folder.

    Raises:
        OSError: The path is neither, or cannot be written.
    """
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(f"Expected an empty folder or none. Received: {path}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_path(path)
    temporary.mkdir()
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def filled_folder(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary folder to fill, whose files are moved to another one at the end.

    Args:
        path: The other folder, made where it is missing; files that it has already stay.

    Raises:
        OSError: It cannot be written.
    """
    path = Path(path)
    if not path.exists():
        with new_folder(path) as temporary:
            yield temporary
        return
    if not path.is_dir():
        raise NotADirectoryError(f"Expected a folder. Received: {path}, a file.")
    temporary = _temporary_path(path / "file")
    with writing(path):
        temporary.mkdir()
    try:
        yield temporary
        for file in sorted(entry for entry in temporary.rglob("*") if entry.is_file()):
            target = path / file.relative_to(temporary)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _temporary_path(path):
    """An unused name in the same folder."""
    return path.parent / f".tfstyle-{secrets.token_hex(8)}"


def caption(text: str, width: int, height: int = 20) -> np.ndarray:
    """A line of black text on white, as bytes of shape (height, width, 3)."""
    from PIL import ImageDraw, ImageFont

    image = Image.new("RGB", (width, height), "white")
    font = ImageFont.load_default(0.7 * height)
    ImageDraw.Draw(image).text((2, 2), text, "black", font)
    return np.asarray(image)


def sheet(rows: list[np.ndarray], gap: int = 4) -> np.ndarray:
    """A contact sheet.

    Args:
        rows: Each an array of pictures of one size, shape (count, height, width, 3).
        gap: White pixels between pictures.

    Returns:
        One picture, shape (height, width, 3), in the pictures' type.
    """
    white = 255 if rows[0].dtype == np.uint8 else 1.0
    sides = ((0, 0), (0, gap), (0, gap), (0, 0))
    framed = [np.pad(row, sides, constant_values=white) for row in rows]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in framed], axis=0)


def captioned(text: str, picture: np.ndarray) -> np.ndarray:
    """A picture below a line of text, as bytes.

    Args:
        text: The line.
        picture: Shape (height, width, 3), floats in [0, 1].
    """
    return np.concatenate([caption(text, picture.shape[1]), to_bytes(picture)])


def grid(cells: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """A contact sheet of pictures of one size, row by row, white where there are no more.

    Args:
        cells: Bytes of shape (height, width, 3).
        columns: Pictures in a row.
    """
    cells = [*cells, *[np.full_like(cells[0], 255)] * (-len(cells) % columns)]
    return sheet([np.stack(cells[i : i + columns]) for i in range(0, len(cells), columns)])
