"""What scripts read: exit codes, a picture through a pipe, one JSON object instead of lines."""

import contextlib
import json
import math
import os
import sys
from collections.abc import Iterator

PIPE = "-"
CODES = """exit codes:
  0    done
  1    done in part; what is left out is named on stderr
  2    refused; a sentence on stderr says what was expected and what came
  130  stopped by Ctrl-C"""


def add_json(parser):
    """The flag that asks for one JSON object."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object on stdout, and everything else on stderr",
    )


@contextlib.contextmanager
def speaking(options) -> Iterator[None]:
    """Keeps stdout for a picture or for one JSON object, where one is asked for.

    Gives the options `results`, a dictionary that the object is made of, and `stdout`.
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
    """Prints the object, where one is asked for."""
    if _wants_json(options):
        found = {"command": options.command, "exit_code": code, **options.results}
        print(json.dumps(_plain(found)), file=options.stdout, flush=True)


def _plain(value):
    """What JSON can hold: numbers that are none become null."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def tell(options, source, target, size, seconds: float) -> None:
    """Adds what became of a photograph to the results.

    Args:
        options: Of the command.
        source: The photograph's file.
        target: The picture's.
        size: Width and height in pixels.
        seconds: That it took.
    """
    width, height = size
    told = {"photo": source, "output": target, "width": width, "height": height}
    options.results.setdefault("pictures", []).append({**told, "seconds": seconds})


def read_pipe() -> bytes:
    """What comes through stdin.

    Raises:
        OSError: It is a terminal, or not there.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise OSError("Expected a picture through a pipe for -. Received: a terminal.")
    return sys.stdin.buffer.read()


def check_pipe(stream) -> None:
    """Refuses to write a picture to a terminal.

    Raises:
        OSError: It is one.
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
        with contextlib.suppress(OSError, ValueError):  # what is left is not tried again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise
