"""Pictures of flat colours as the masks of their regions."""

import numpy as np
from PIL import Image, ImageFilter

from tfstyle import images

FLAT = 8  # levels that pixels within a region of one colour may differ by
NEAR = 32  # levels between colours of one region, and from black
SMALLEST = 0.001  # share of a picture that a region's colour has at least
MOST = 12  # colours; a picture of more has no regions
LINE = 5  # pixels; thinner lines between two colours are no region of a third


def by_colour(picture: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """Masks of the regions of a picture of flat colours.

    Black is no region where it is one colour too many. Pixels between two colours, as at
    antialiased edges, go to the nearest.

    Args:
        picture: Shape (height, width, 3), floats in [0, 1].
        count: Number of regions.

    Returns:
        Masks of shape (height, width, 1) of zeros and ones by colour, such as "#4080ff", in the
        order in which the colours are met from the upper left corner on, row by row.

    Raises:
        ValueError: The picture has more colours, or fewer.
    """
    pixels = images.to_bytes(picture)
    colours = flat_colours(pixels)
    kept = [c for c in colours if len(colours) <= count or c.max() > NEAR]
    if len(kept) != count:
        raise ValueError(
            f"Expected a picture of {count} flat colours, one a style, and black where the "
            f"photograph stays. Received: {_named(colours)}."
        )
    labels = _nearest(pixels, kept + [c for c in colours if c.max() <= NEAR])
    found = {_hexadecimal(c): np.float32(labels == i)[..., None] for i, c in enumerate(kept)}
    return dict(sorted(found.items(), key=lambda pair: np.argmax(pair[1])))


def flat_colours(pixels: np.ndarray) -> list[np.ndarray]:
    """Colours of the areas of a picture, the largest first; what lies between two areas is none.

    Args:
        pixels: Shape (height, width, 3), bytes.
    """
    colours, counts = np.unique(_codes(pixels[_is_flat(pixels)]), return_counts=True)
    order, found = np.argsort(-counts), []
    left, counts = _levels(colours[order]), counts[order]
    while len(left) and len(found) <= MOST:
        near = np.linalg.norm(left - left[0], axis=1) <= NEAR
        if counts[near].sum() >= SMALLEST * pixels[..., 0].size:
            found.append(left[0])
        left, counts = left[~near], counts[~near]
    return found


def _is_flat(pixels):
    image = Image.fromarray(pixels)
    high, low = (
        np.asarray(image.filter(f(3))) for f in (ImageFilter.MaxFilter, ImageFilter.MinFilter)
    )
    return (high - low).max(axis=-1) <= FLAT


def _codes(pixels):
    return np.int64(pixels) @ (1 << 16, 1 << 8, 1)


def _levels(codes):
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1)


def _nearest(pixels, colours):
    """The index of every pixel's colour, without lines that only blend two others."""
    distances = [np.square(np.float32(pixels) - colour).sum(axis=-1) for colour in colours]
    labels = Image.fromarray(np.uint8(np.argmin(distances, axis=0)))
    return np.asarray(labels.filter(ImageFilter.ModeFilter(LINE)))


def _named(colours):
    if len(colours) > MOST:
        return f"more than {MOST}"
    return ", ".join(map(_hexadecimal, colours)) or "none"


def _hexadecimal(colour):
    return "#" + bytes(colour.tolist()).hex()
