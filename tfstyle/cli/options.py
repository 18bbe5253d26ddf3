"""Flags and types of arguments that several commands share."""

import argparse
import dataclasses
import itertools

from tfstyle.cli.scripts import CODES
from tfstyle.methods import METHODS, Kind, method
from tfstyle.precision import COMPUTE_PRECISIONS
from tfstyle.training.settings import metadata

VGG = "vgg19 or vgg16 (downloaded once), a file of their weights, or a folder of .npz files"


def command(commands, name, run, help, example):
    """Adds a command whose help ends with an example and the exit codes; returns its parser."""
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
    """Adds the flag of the processor's threads."""
    parser.add_argument(
        "--threads", type=positive, metavar="N", help="processor threads (default: all cores)"
    )


def add_longer_side(parser, of, default=None, own=""):
    """Adds the flag of the longer side that pictures are painted at.

    Args:
        parser: Gets the flag.
        of: What has this side.
        default: Pixels; None takes the side of what is painted.
        own: Words for that side.
    """
    parser.add_argument(
        "--size",
        type=positive,
        default=default,
        metavar="N",
        help=f"longer side of {of} in pixels (default: {own or default})",
    )


def add_quality(parser):
    """Adds the flag of the quality of pictures that are written."""
    parser.add_argument(
        "--quality",
        type=percent,
        default=95,
        metavar="1..100",
        help="quality of JPEG and WebP files (default: %(default)s)",
    )


def add_overwrite(parser):
    """Adds the flag without which a file that is there already is an error."""
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")


def add_pair(parser):
    """Adds the arguments of a photograph and a painting."""
    parser.add_argument("photo", metavar="PHOTO", help="a picture's file")
    parser.add_argument("painting", metavar="PAINTING", help="a picture's file")


def size(text):
    """A height and a width such as "384x512", or None for "any"."""
    if text == "any":
        return None
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and int(height) * int(width)):
        raise argparse.ArgumentTypeError(f"expected any, or such as 384x512, received {text}")
    return int(height), int(width)


def _pair(default):
    """A function of "relu4_1:0.5" to a pair of the default's types; without a weight it is 1."""

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
    """Adds the flag that chooses a VGG."""
    parser.add_argument("--teacher", metavar="VGG", help=f"{use}{VGG} (default: {default})")


ONE_PASS = "; auto is float32 for pictures of one pass, in which rounding shows, and otherwise"


def add_precision(parser, where="what Keras computes in; auto is"):
    """Adds the flag that chooses the precision of Keras.

    Args:
        parser: Gets the flag.
        where: Beginning of the help, up to what auto takes.
    """
    parser.add_argument(
        "--precision",
        choices=COMPUTE_PRECISIONS,
        default=COMPUTE_PRECISIONS[0],
        help=f"{where} what is fastest here (default: %(default)s)",
    )


def add_commercial(parser, what):
    """Adds the flag that leaves out models that are not cleared for commercial use.

    Args:
        parser: Gets the flag.
        what: Verb of the help: what the command does with the models.
    """
    parser.add_argument(
        "--commercial",
        action="store_true",
        help=f"{what} only models that are cleared for commercial use (see `tfstyle methods "
        "--licences`)",
    )


def add_method_settings(parser, *kinds):
    """Adds a group of flags for each method of some kinds that has settings.

    Flags that are not given are None.
    """
    parser.set_defaults(kinds=kinds)
    for method_class in _methods_with_settings(kinds):
        group = parser.add_argument_group(f"settings of {method_class.name}")
        names = _option_names(method_class)
        add_settings(group, method_class.Settings(), with_defaults=False, names=names)


def _methods_with_settings(kinds=tuple(Kind)):
    return [m for m in METHODS.values() if m.Settings is not None and m.kind in kinds]


def _option_names(method_class):
    """Names of the options of a method's settings, by field.

    A field that an earlier method has as well gets the method's name as a prefix.
    """
    earlier = set()
    for other in itertools.takewhile(lambda m: m is not method_class, _methods_with_settings()):
        earlier.update(_fields(other.Settings))
    fields = _fields(method_class.Settings)
    return {f: f"{method_class.name}_{f}" if f in earlier else f for f in fields}


def _fields(settings):
    return [field.name for field in dataclasses.fields(settings)]


def settings_of(options):
    """The settings of the options' method, or None if no flag of its settings is given.

    Raises:
        ValueError: A flag of another method is given.
    """
    chosen, values = method(options.method), {}
    for method_class in _methods_with_settings(options.kinds):
        names = _option_names(method_class)
        values_of_method = setting_values(method_class.Settings, options, names)
        if method_class is not chosen and values_of_method:
            flags = ", ".join(flag(names[field]) for field in values_of_method)
            raise ValueError(
                f"Expected {flags} with --method {method_class.name} alone. "
                f"Received: {options.method}."
            )
        values |= values_of_method
    return chosen.Settings(**values) if values else None


def flag(name):
    """The flag of an option."""
    return f"--{name.replace('_', '-')}"


def add_settings(parser, settings, with_defaults=True, names=None):
    """Adds a flag for every setting, which is a field with a line of help.

    Args:
        parser: A parser, or a group of one.
        settings: Dataclass instance with the defaults.
        with_defaults: Whether flags that are not given have their default; else they are None.
        names: Names of the options by field; None takes the fields' names.
    """
    for field in dataclasses.fields(settings):
        details = metadata(type(settings), field.name)
        if not details:
            continue
        default, name = getattr(settings, field.name), (names or {}).get(field.name, field.name)
        if "pairs" in details:
            words = " ".join(f"{key}:{weight:g}" for key, weight in default)
            parser.add_argument(
                flag(name),
                type=_pair(default[0]),
                nargs="+",
                metavar="NAME:WEIGHT",
                help=f"{details['help']} (default: {words})",
            )
            continue
        parser.add_argument(
            flag(name),
            type=type(default),
            default=default if with_defaults else None,
            choices=details["choices"],
            metavar="|".join(details["choices"] or [type(default).__name__]),
            help=f"{details['help']} (default: {default})",
        )


def setting_values(settings, options, names=None):
    """The settings that are given as flags, by field.

    Args:
        settings: The dataclass.
        options: Options of the command.
        names: See `add_settings`.
    """
    names = names or {field: field for field in _fields(settings)}
    values = {field: getattr(options, name, None) for field, name in names.items()}
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return {field: value for field, value in values.items() if value is not None}
