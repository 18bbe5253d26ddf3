"""What the commands' parsers share."""

import argparse
import dataclasses

from tfstyle.cli.scripts import CODES
from tfstyle.precision import COMPUTE_PRECISIONS

VGG = "vgg19 or vgg16 (downloaded once), a file of their weights, or a folder of .npz files"


def command(commands, name, run, help, example):
    """A subparser whose help teaches by an example."""
    parser = commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        epilog=f"example:\n  {example}\n\n{CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, command=name)
    return parser


def positive(text):
    """A whole number above 0."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, received {text}")
    return number


def percent(text):
    """A whole number from 1 to 100."""
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 100, received {text}")
    return number


def add_threads(parser):
    """The flag of LiteRT's threads."""
    parser.add_argument(
        "--threads", type=positive, metavar="N", help="processor threads (default: all cores)"
    )


def size(text):
    """A height and a width such as "384x512", or None for "any"."""
    if text == "any":
        return None
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and int(height) * int(width)):
        raise argparse.ArgumentTypeError(f"expected any, or such as 384x512, received {text}")
    return int(height), int(width)


def level(text):
    """A level of WCT and its blend weight, such as "4:0.6", or "4" for 1."""
    number, _, weight = text.partition(":")
    try:
        return int(number), float(weight or 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"expected a level and its blend weight such as 4:0.6, received {text}"
        ) from error


def add_teacher(parser, use="", default="vgg19"):
    """The flag that chooses a VGG."""
    parser.add_argument("--teacher", metavar="VGG", help=f"{use}{VGG} (default: {default})")


ONE_PASS = "; auto is float32 for pictures of one pass, in which rounding shows, and else"


def add_precision(parser, where="what Keras computes in; auto is"):
    """The flag that chooses it.

    Args:
        parser: Gets the flag.
        where: What it decides, up to what auto takes.
    """
    parser.add_argument(
        "--precision",
        choices=COMPUTE_PRECISIONS,
        default=COMPUTE_PRECISIONS[0],
        help=f"{where} what is fastest here (default: %(default)s)",
    )


def add_commercial(parser, what):
    """The flag that leaves out what is not cleared for commercial use."""
    parser.add_argument(
        "--commercial",
        action="store_true",
        help=f"{what} only what is cleared for commercial use, as `tfstyle methods --licences` "
        "says it",
    )


def add_numbers(parser, settings, told=True):
    """A flag for every field of settings that explains itself.

    Args:
        parser: Or a group of one.
        settings: With the defaults.
        told: Whether flags that are not given have their default, or None.
    """
    for field in dataclasses.fields(settings):
        if "help" not in field.metadata:
            continue
        default = getattr(settings, field.name)
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(default),
            default=default if told else None,
            choices=field.metadata["choices"],
            metavar="|".join(field.metadata["choices"] or [type(default).__name__]),
            help=f"{field.metadata['help']} (default: {default})",
        )


def numbers(kind, options):
    """The fields of a dataclass that the options tell."""
    names = (field.name for field in dataclasses.fields(kind))
    found = {name: getattr(options, name, None) for name in names}
    return {name: value for name, value in found.items() if value is not None}
