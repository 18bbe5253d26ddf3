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
    example,
    export,
    film,
    layers,
    methods,
    quiet,
    scripts,
    stylize,
    train,
    translation,
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
        code, message = 2, _install_message(error)
    except (ValueError, TypeError, OSError, FloatingPointError) as error:
        code, message = 2, _message(error)
    except KeyboardInterrupt:
        code, message = 130, "stopped."
    options.results["error"] = message
    print(f"tfstyle: {message}", file=sys.stderr)
    return code


def _install_message(error):
    """What to install; the error is raised if no extra has the package, which is a bug."""
    message = extras.sentence(error)
    if message is None:
        raise error
    return message


def _parsed(arguments):
    """The options; unknown flags are kept for a command that passes them on, else refused."""
    tfstyle_parser = parser()
    options, others = tfstyle_parser.parse_known_args(arguments)
    if others and not hasattr(options, "passed_on"):
        tfstyle_parser.error(f"unrecognized arguments: {' '.join(others)}")
    options.passed_on = others
    return options


def _message(error):
    """An error's message in a line; one of the operating system names its file."""
    if isinstance(error, OSError) and error.strerror:
        received = f"Received: {error.filename}" if error.filename else "Received"
        return f"Expected to read or to write. {received}: {error.strerror}."
    return " ".join(str(error).split())


def parser() -> argparse.ArgumentParser:
    """The parser of `tfstyle` with all its commands."""
    parser = argparse.ArgumentParser(
        prog="tfstyle",
        description="Image style transfer: every method behind one verb.",
        epilog=f"`tfstyle COMMAND --help` explains a command.\n\n{scripts.CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tfstyle {tfstyle.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (
        stylize,
        methods,
        example,
        film,
        camera,
        batch,
        compare,
        demo,
        layers,
        export,
        train,
        evaluate,
        translation,
        upload,
        completion,
    ):
        for add in module.COMMANDS:
            add(commands)
    return parser
