"""The `tfstyle` command. It alone prints and exits."""

import argparse
import os
import sys
import warnings

import tfstyle
from tfstyle.cli import batch, compare, demo, evaluate, export, layers, paint, train, upload


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and returns its exit code: 0 done, 1 partly, 2 refused, 130 stopped."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", module="PIL")
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # of services, and of pythonw
            setattr(sys, stream, open(os.devnull, "w"))  # noqa: SIM115  (stays open)
    options = _parsed(arguments)
    try:
        return options.run(options)
    except (ValueError, TypeError, OSError, FloatingPointError) as error:
        print(f"tfstyle: {_sentence(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tfstyle: stopped.", file=sys.stderr)
        return 130


def _parsed(arguments):
    """The options; flags that are not ours go to the command that passes them on."""
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if others and not hasattr(options, "passed_on"):
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    options.passed_on = others
    return options


def _sentence(error):
    """What went wrong in a line; an error of the system's own names its file."""
    if isinstance(error, OSError) and error.strerror:
        named = f"Received: {error.filename}" if error.filename else "Received"
        return f"Expected to read or to write. {named}: {error.strerror}."
    return " ".join(str(error).split())


def _parser():
    parser = argparse.ArgumentParser(
        prog="tfstyle",
        description="Image style transfer: every family behind one verb.",
        epilog="`tfstyle COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"tfstyle {tfstyle.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for room in (paint, batch, compare, demo, layers, export, train, evaluate, upload):
        for add in room.COMMANDS:
            add(commands)
    return parser
