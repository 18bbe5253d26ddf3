"""`--mask` of `tfstyle stylize`."""

import argparse
import sys

from tfstyle import extras

GREY_TOLERANCE = 0.1  # largest difference between channels of a grey picture


def add_flags(parser):
    """Adds the flags of masks."""
    parser.add_argument(
        "--mask",
        action="append",
        metavar="MASK",
        help="picture that is white where a style goes; it is stretched to the photograph's size. "
        "Give one for each --style, in the same order; uncovered pixels are left unchanged. With "
        "one fewer, the last style takes the uncovered pixels. Or give one picture with a flat "
        "colour for each style, in the order in which the colours appear row by row from the upper "
        "left corner; one more colour, black, is left unchanged",
    )
    parser.add_argument(
        "--feather",
        type=_feather,
        metavar="PERCENT",
        help="softness of the masks' edges, in per cent of their longer side (default: 1; 0 leaves "
        "masks unchanged)",
    )


def _feather(text):
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 100, received {text}")
    return number / 100


def read(options):
    """The masks of the options, or None. Prints the style of each colour.

    Raises:
        OSError: A file is not a picture.
        ValueError: There are more or fewer masks or colours than styles, or a flag that cannot be
            given with masks.
    """
    from tfstyle import masks

    _check(options)
    if not options.mask:
        return None
    one_picture = _is_one_picture(options)
    sharp = _flat_colour_masks(options) if one_picture else map(masks.read, options.mask)
    share = masks.FEATHER if options.feather is None else options.feather
    return [masks.feathered(mask, share) for mask in sharp]


def print_statistics_note():
    """Prints how regions are painted without Keras."""
    if not extras.has_keras():
        print(
            "tfstyle: each style is painted with the whole photograph's statistics; with each "
            f"region's own after {extras.command('keras')}.",
            file=sys.stderr,
        )


def _check(options):
    from tfstyle import masks
    from tfstyle.methods import method

    if not options.mask:
        if options.feather is not None:
            raise ValueError("Expected --feather with --mask. Received: no --mask.")
        return
    if method(options.method).in_weights:
        raise ValueError(
            f"Expected no --mask: {options.method} has its style in its weights. "
            f"Received: {', '.join(options.mask)}."
        )
    for flag in ("weights", "threads"):
        if getattr(options, flag):
            raise ValueError(f"Expected --mask without --{flag}. Received: both.")
    if not _is_one_picture(options):
        masks.check_count(len(options.mask), len(options.style))


def _is_one_picture(options):
    return len(options.mask) == 1 and len(options.style) > 1


def _flat_colour_masks(options):
    """The masks of a picture's colours; white of a grey picture is for the first of two styles."""
    from tfstyle import images, masks, regions

    picture = images.read(options.mask[0], background="black")
    if len(options.style) == 2 and (picture.max(-1) - picture.min(-1)).max() < GREY_TOLERANCE:
        return [masks.of(picture)]
    masks_by_colour = regions.by_colour(picture, len(options.style))
    options.results["regions"] = dict(zip(masks_by_colour, options.style, strict=True))
    for colour, style in options.results["regions"].items():
        print(f"{colour} {style}")
    return masks_by_colour.values()
