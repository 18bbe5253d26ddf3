"""The `tfstyle` command. It alone prints and exits."""

import argparse
import os
import sys
import warnings

import tfstyle
from tfstyle import extras
from tfstyle.cli import (
    batch,
    camera,
    compare,
    completion,
    demo,
    evaluate,
    export,
    film,
    layers,
    paint,
    quiet,
    scripts,
    train,
    upload,
)


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and returns its exit code: 0 done, 1 partly, 2 refused, 130 stopped."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    quiet.hide()
    warnings.filterwarnings("ignore", module="PIL")
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # of services, and of pythonw
            setattr(sys, stream, open(os.devnull, "w"))  # noqa: SIM115  (stays open)
    options = _parsed(arguments)
    with scripts.reserved_stdout(options):
        code = _run(options)
    scripts.finish(options, code)
    return code


def _run(options):
    try:
        return options.run(options)
    except ModuleNotFoundError as error:
        code, words = 2, _installing(error)
    except (ValueError, TypeError, OSError, FloatingPointError) as error:
        code, words = 2, _sentence(error)
    except KeyboardInterrupt:
        code, words = 130, "stopped."
    options.results["error"] = words
    print(f"tfstyle: {words}", file=sys.stderr)
    return code


def _installing(error):
    """What to install; a package that no extra brings is a fault of ours, not of the command."""
    words = extras.sentence(error)
    if words is None:
        raise error
    return words


def _parsed(arguments):
    """The options; flags that are not ours go to the command that passes them on."""
    whole = parser()
    options, others = whole.parse_known_args(arguments)
    if others and not hasattr(options, "passed_on"):
        whole.error(f"unrecognized arguments: {' '.join(others)}")
    options.passed_on = others
    return options


def _sentence(error):
    """What went wrong in a line; an error of the system's own names its file."""
    if isinstance(error, OSError) and error.strerror:
        named = f"Received: {error.filename}" if error.filename else "Received"
        return f"Expected to read or to write. {named}: {error.strerror}."
    return " ".join(str(error).split())


def parser() -> argparse.ArgumentParser:
    """Of the whole command."""
    parser = argparse.ArgumentParser(
        prog="tfstyle",
        description="Image style transfer: every method behind one verb.",
        epilog=f"`tfstyle COMMAND --help` explains a command.\n\n{scripts.CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tfstyle {tfstyle.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for room in (
        paint,
        film,
        camera,
        batch,
        compare,
        demo,
        layers,
        export,
        train,
        evaluate,
        upload,
        completion,
    ):
        for add in room.COMMANDS:
            add(commands)
    return parser
