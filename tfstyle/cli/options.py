"""What the commands' parsers share."""

import argparse
import dataclasses

from tfstyle.cli.scripts import CODES
from tfstyle.methods import METHODS, method
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


def _pair(default):
    """From "relu4_1:0.5" to a pair of a default's types; "relu4_1" has the weight 1."""

    def pair(text):
        name, _, weight = text.partition(":")
        try:
            return type(default[0])(name), float(weight or 1)
        except ValueError as error:
            raise argparse.ArgumentTypeError(
                f"expected a name and its weight such as {default[0]}:0.5, received {text}"
            ) from error

    return pair


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


def add_settings(parser, *kinds):
    """A group of flags for each method of some kinds that paints with settings of its own.

    Flags that are not given are None.
    """
    parser.set_defaults(kinds=kinds)
    for found in METHODS.values():
        if found.Settings is not None and found.kind in kinds:
            group = parser.add_argument_group(f"of {found.name}")
            add_numbers(group, found.Settings(), told=False, names=_names(found))


def _names(found):
    """The options of a method's settings, by field; a name that another method has is longer."""
    fields = {each.name: _fields(each.Settings) for each in METHODS.values() if each.Settings}
    before = list(fields)[: list(fields).index(found.name)]
    taken = {field for name in before for field in fields[name]}
    return {f: f"{found.name}_{f}" if f in taken else f for f in fields[found.name]}


def _fields(settings):
    return [field.name for field in dataclasses.fields(settings)]


def settings_of(options):
    """The settings of the options' method, or None where none are given.

    Raises:
        ValueError: A flag of another method is given.
    """
    chosen = method(options.method)
    given = {}
    for found in METHODS.values():
        if found.Settings is None or found.kind not in options.kinds:
            continue
        numbers_given = numbers(found.Settings, options, _names(found))
        if found is not chosen and numbers_given:
            flags = ", ".join(flag(_names(found)[field]) for field in numbers_given)
            raise ValueError(
                f"Expected {flags} with --method {found.name} alone. Received: {options.method}."
            )
        given |= numbers_given
    return chosen.Settings(**given) if given else None


def flag(name):
    """The flag of an option."""
    return f"--{name.replace('_', '-')}"


def add_numbers(parser, settings, told=True, names=None):
    """A flag for every field of settings that explains itself.

    Args:
        parser: Or a group of one.
        settings: With the defaults.
        told: Whether flags that are not given have their default, or None.
        names: Of the options, by field; None takes the fields'.
    """
    for field in dataclasses.fields(settings):
        if "help" not in field.metadata:
            continue
        default, name = getattr(settings, field.name), (names or {}).get(field.name, field.name)
        if "pairs" in field.metadata:
            words = " ".join(f"{key}:{weight:g}" for key, weight in default)
            parser.add_argument(
                flag(name),
                type=_pair(default[0]),
                nargs="+",
                metavar="NAME:WEIGHT",
                help=f"{field.metadata['help']} (default: {words})",
            )
            continue
        parser.add_argument(
            flag(name),
            type=type(default),
            default=default if told else None,
            choices=field.metadata["choices"],
            metavar="|".join(field.metadata["choices"] or [type(default).__name__]),
            help=f"{field.metadata['help']} (default: {default})",
        )


def numbers(kind, options, names=None):
    """The fields of a dataclass that the options tell.

    Args:
        kind: The dataclass.
        options: Of the command.
        names: As of `add_numbers`.
    """
    names = names or {field: field for field in _fields(kind)}
    found = {field: getattr(options, name, None) for field, name in names.items()}
    found = {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}
    return {field: value for field, value in found.items() if value is not None}
