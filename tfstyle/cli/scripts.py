"""Support of scripts: exit codes, pictures through pipes, one JSON object instead of lines."""

import contextlib
import json
import math
import os
import sys
from collections.abc import Iterator

PIPE = "-"
CODES = """exit codes:
  0    done
  1    done in part; stderr names what is left out
  2    refused; stderr says what was expected and what was received
  130  stopped by Ctrl-C"""


def add_json(parser):
    """Adds the flag --json."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object on stdout, and everything else on stderr",
    )


@contextlib.contextmanager
def reserved_stdout(options) -> Iterator[None]:
    """Reserves stdout for a picture or one JSON object, if the options ask for one.

    Sets `options.results`, a dictionary that becomes the object, and `options.stdout`.
    """
    options.results, options.stdout = {}, sys.stdout
    if not (_wants_json(options) or getattr(options, "output", None) == PIPE):
        yield
        return
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _wants_json(options):
    return getattr(options, "json", False)


def finish(options, code: int) -> None:
    """Prints the JSON object, if the options ask for it."""
    if _wants_json(options):
        results = {"command": options.command, "exit_code": code, **options.results}
        print(json.dumps(_json_value(results)), file=options.stdout, flush=True)


def _json_value(value):
    """A value that JSON can hold; infinities and NaN become null."""
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def add_picture(options, source, target, size, seconds: float) -> None:
    """Adds a painted photograph to the results.

    Args:
        options: Options of the command.
        source: The photograph's file.
        target: The picture's file.
        size: Width and height in pixels.
        seconds: The time that it took.
    """
    width, height = size
    entry = {"photo": source, "output": target, "width": width, "height": height}
    options.results.setdefault("pictures", []).append({**entry, "seconds": seconds})


def read_pipe() -> bytes:
    """The bytes of stdin.

    Raises:
        OSError: It is a terminal or is closed.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise OSError("Expected a picture through a pipe for -. Received: a terminal.")
    return sys.stdin.buffer.read()


def check_pipe(stream) -> None:
    """Refuses to write a picture to a terminal.

    Raises:
        OSError: The stream is one.
    """
    if stream.isatty():
        raise OSError("Expected a pipe or a file behind -o -. Received: a terminal.")


def write_pipe(stream, content: bytes) -> None:
    """Writes bytes to stdout.

    Raises:
        OSError: Nobody reads them, or the disk is full.
    """
    try:
        stream.buffer.write(content)
        stream.buffer.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):  # so that Python does not try again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise
