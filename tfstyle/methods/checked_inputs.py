"""Checks of what stylizers are given, and pictures of any size as a network takes them."""

import difflib
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tfstyle import images, masks, tiles
from tfstyle.large_images import LargeImage

Picture = np.ndarray | Image.Image | str | os.PathLike
Style = Picture  # or the name of one

SMALLEST_SIDE = 32  # below this a painting is mirrored outwards
OUTPUTS = ("float", "uint8", "pil")


def opened(picture: Picture) -> np.ndarray:
    """A picture, or a batch of them, as an array of floats.

    Args:
        picture: Floats in [0, 1] or bytes, a Pillow picture, or the path of a file.

    Raises:
        OSError, ValueError: The file is not there or no picture; see `tfstyle.read`.
    """
    if isinstance(picture, (str, os.PathLike)):
        return images.read(picture)
    if isinstance(picture, Image.Image):
        return images.from_pil(picture)
    picture = np.asarray(picture)
    return images.to_float(picture) if picture.dtype == np.uint8 else picture


def photograph(
    source: str | os.PathLike,
    target: str | os.PathLike,
    size: int | None = None,
    alpha: str = "keep",
    content: bytes | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """A photograph at its size, and how opaque it is where the result is to be likewise.

    Args:
        source: See `images.read`.
        target: File of the result; its format says whether it holds opacity.
        size: Longer side in pixels; None is the photograph's own.
        alpha: "keep", which is white below formats without it, or the colour to lay it on.
        content: See `images.read`.

    Returns:
        Shape (height, width, 3), float32 in [0, 1]; and its opacity, shape (height, width), or
        None.

    Raises:
        OSError, ValueError: See `images.read`.
    """
    opacity = None
    if alpha == "keep" and images.holds_alpha(target):
        picture, opacity = images.read_alpha(source, size, content)
    else:
        picture = images.read(source, size, "white" if alpha == "keep" else alpha, content)
    if size:
        extent = images.fitted(picture.shape[:2], size)
        picture = images.resize(picture, *extent)
        if opacity is not None:
            opacity = masks.resized(opacity[..., None], *extent)[..., 0]
    return picture, opacity


def checked_output(out: str) -> str:
    """What `stylize` gives back.

    Raises:
        ValueError: It is none of OUTPUTS.
    """
    if out not in OUTPUTS:
        raise ValueError(f"Expected out as one of {', '.join(OUTPUTS)}. Received: {out!r}.")
    return out


def checked_painting(style: Picture) -> np.ndarray:
    """One float RGB painting.

    Args:
        style: See `opened`; an array may have a batch axis of one.

    Raises:
        TypeError, ValueError, OSError: See `opened` and `checked_picture`.
    """
    style = opened(style)
    if style.ndim == 4 and len(style) == 1:
        style = style[0]
    return checked_picture(style, "style")


def checked_picture(image: np.ndarray, name: str) -> np.ndarray:
    """One float RGB picture.

    Args:
        image: Shape (height, width, 3), floats in [0, 1].
        name: What to call it in an error.

    Raises:
        TypeError: It is not an array of floats.
        ValueError: Its shape or range is another.
    """
    if isinstance(image, LargeImage):
        return image
    image = np.asarray(image)
    if image.dtype.kind != "f":
        raise TypeError(
            f"Expected {name} as floats in [0, 1] or bytes. Received: dtype={image.dtype}."
        )
    if image.ndim != 3 or image.shape[-1] != 3 or 0 in image.shape:
        raise ValueError(
            f"Expected {name} as an RGB picture, shape (height, width, 3). "
            f"Received: shape={image.shape}."
        )
    low, high = float(image.min()), float(image.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise ValueError(f"Expected {name} in [0, 1]. Received: values in [{low:g}, {high:g}].")
    return image.astype(np.float32, copy=False)


def checked_strength(strength: float) -> float:
    """A strength in [0, 1].

    Raises:
        ValueError: It is outside.
    """
    if not 0.0 <= strength <= 1.0:
        raise ValueError(f"Expected a strength from 0 to 1. Received: {strength}.")
    return float(strength)


def checked_styles(style: Style | Sequence[Style]) -> list[Style]:
    """A style, or several, as a list.

    Raises:
        ValueError: There is none.
    """
    styles = list(style) if isinstance(style, (list, tuple)) else [style]
    if not styles:
        raise ValueError("Expected one style or more. Received: none.")
    return styles


def is_name(style: Style, known: Collection[str]) -> bool:
    """Whether a style is a name that is known, not a picture or the path of one.

    Raises:
        ValueError: It is a text, and neither.
    """
    if not isinstance(style, str):
        return False
    if style in known or not Path(style).is_file():
        return checked_name(style, known) is style
    return False


def checked_name(name: str, known: Collection[str]) -> str:
    """The name of a style that is known.

    Raises:
        ValueError: It is not.
    """
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
        such = (
            f" or a named style, such as {', '.join(near)}" if near else "; it has no named style"
        )
        raise ValueError(f"Expected a picture{such}. Received: {name!r}.")
    return name


def checked_weights(weights: Sequence[float] | None, count: int) -> np.ndarray:
    """Shares of `count` styles, which sum to 1.

    Args:
        weights: One a style, none below 0; None is the same for each.
        count: Number of styles.

    Raises:
        ValueError: There are more or fewer, or one is below 0, or all are 0.
    """
    if weights is None:
        return np.full(count, 1 / count)
    shares = np.asarray(weights, dtype=np.float64).reshape(-1)
    if len(shares) != count:
        raise ValueError(f"Expected {count} weights, one a style. Received: {len(shares)}.")
    if not (np.isfinite(shares).all() and shares.min() >= 0 and shares.sum() > 0):
        raise ValueError(
            f"Expected weights of 0 and above, not all 0. Received: {shares.tolist()}."
        )
    return shares / shares.sum()


def paint_pictures(
    content: Picture, paint: Callable[[np.ndarray], np.ndarray], out: str = "float"
) -> np.ndarray | Image.Image | list[Image.Image]:
    """Paints a picture, or every picture of a batch.

    Args:
        content: See `opened`.
        paint: From one picture to another of the same size.
        out: "float" for float32 in [0, 1], "uint8" for bytes, "pil" for a Pillow picture, or a
            list of them for a batch.
    """
    checked_output(out)
    content = opened(content)
    batch = content if content.ndim == 4 else [content]
    painted = [_as_output(paint(image), out) for image in batch]
    if content.ndim != 4:
        return painted[0]
    return painted if out == "pil" else np.stack(painted)


def _as_output(picture, out):
    if out == "float":
        return picture
    pixels = images.to_bytes(picture)
    return Image.fromarray(pixels) if out == "pil" else pixels


def roomy(image: np.ndarray) -> np.ndarray:
    """The picture, mirrored outwards at its right and lower sides to SMALLEST_SIDE and more.

    Args:
        image: Shape (height, width, 3).
    """
    if min(image.shape[:2]) >= SMALLEST_SIDE:
        return image
    sides = (range(max(SMALLEST_SIDE, side)) for side in image.shape[:2])
    return tiles.mirrored_window(image, *sides)
