"""What the commands' parsers share."""

import argparse

VGG = "vgg19 or vgg16 (downloaded once), a file of their weights, or a folder of .npz files"


def command(commands, name, run, help, example):
    """A subparser whose help teaches by an example."""
    parser = commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def positive(text):
    """A whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, received {text}")
    return number


def percent(text):
    """A whole number from 1 to 100."""
    number = int(text)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 100, received {text}")
    return number


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
