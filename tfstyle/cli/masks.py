"""`--mask` of `tfstyle stylize`."""

import argparse
import sys

from tfstyle import extras

GREY = 0.1  # difference between channels of a grey picture, at most


def add(parser):
    """The flags that say where each style goes."""
    parser.add_argument(
        "--mask",
        action="append",
        metavar="MASK",
        help="where a style goes: a picture stretched to the photograph's size, white inside, once "
        "for each --style in the same order, and what no mask claims stays the photograph; or one "
        "fewer, and the last style takes it; or for several styles one picture of as many flat "
        "colours, whose order is that in which they are met row by row from the upper left corner, "
        "where black may be left over for the photograph",
    )
    parser.add_argument(
        "--feather",
        type=_feather,
        metavar="PERCENT",
        help="softness of the masks' edges, in per cent of their longer side (default: 1; 0 leaves "
        "masks as they are)",
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
    """The masks that the options name, or None; prints which colour of one goes to which style.

    Raises:
        OSError: A file is not a picture.
        ValueError: There are more masks or colours than styles, or fewer, or a flag that does not
            go with them.
    """
    from tfstyle import masks

    _check(options)
    if not options.mask:
        return None
    found = _from_one(options) if _in_one(options) else map(masks.read, options.mask)
    share = masks.FEATHER if options.feather is None else options.feather
    return [masks.feathered(mask, share) for mask in found]


def tell_of_statistics():
    """Says how regions are painted where there is no Keras."""
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
    if not _in_one(options):
        masks.check_count(len(options.mask), len(options.style))


def _in_one(options):
    return len(options.mask) == 1 and len(options.style) > 1


def _from_one(options):
    """The masks of a picture's colours; of a grey one, white for the first style of two."""
    from tfstyle import images, masks, regions

    picture = images.read(options.mask[0], background="black")
    if len(options.style) == 2 and (picture.max(-1) - picture.min(-1)).max() < GREY:
        return [masks.of(picture)]
    found = regions.by_colour(picture, len(options.style))
    options.results["regions"] = dict(zip(found, options.style, strict=True))
    for colour, style in options.results["regions"].items():
        print(f"{colour} {style}")
    return found.values()
