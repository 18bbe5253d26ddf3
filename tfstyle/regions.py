"""Pictures of flat colours as the masks of their regions."""

import numpy as np
from PIL import Image, ImageFilter

from tfstyle import images

FLAT = 8  # levels that pixels within a region of one colour may differ by
NEAR = 32  # levels between colours of one region, and from black
MIN_SHARE = 0.001  # of a picture that a region's colour has at least
MAX_COLOURS = 12  # a picture of more has no regions
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
    regions = [c for c in colours if len(colours) <= count or c.max() > NEAR]
    if len(regions) != count:
        raise ValueError(
            f"Expected a picture of {count} flat colours, one a style, and black where the "
            f"photograph stays. Received: {_named(colours)}."
        )
    labels = _nearest(pixels, regions + [c for c in colours if c.max() <= NEAR])
    masks = {_hexadecimal(c): np.float32(labels == i)[..., None] for i, c in enumerate(regions)}
    return dict(sorted(masks.items(), key=lambda item: np.argmax(item[1])))


def flat_colours(pixels: np.ndarray) -> list[np.ndarray]:
    """Colours of the flat areas of a picture, the largest first, without antialiased edges.

    Args:
        pixels: Shape (height, width, 3), bytes.
    """
    colours, counts = np.unique(_codes(pixels[_is_flat(pixels)]), return_counts=True)
    order, areas = np.argsort(-counts), []
    remaining, counts = _levels(colours[order]), counts[order]
    while len(remaining) and len(areas) <= MAX_COLOURS:
        near = np.linalg.norm(remaining - remaining[0], axis=1) <= NEAR
        if counts[near].sum() >= MIN_SHARE * pixels[..., 0].size:
            areas.append(remaining[0])
        remaining, counts = remaining[~near], counts[~near]
    return areas


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
    if len(colours) > MAX_COLOURS:
        return f"more than {MAX_COLOURS}"
    return ", ".join(map(_hexadecimal, colours)) or "none"


def _hexadecimal(colour):
    return "#" + bytes(colour.tolist()).hex()
