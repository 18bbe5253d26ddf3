"""Warnings of the logger `tfstyle`, and what libraries print, which is hidden."""

import contextlib
import functools
import logging
import os
import sys
import threading
from collections.abc import Iterator

STDERR_LOCK = threading.RLock()  # two threads that exchange stderr at once would lose it
SILENCED: set[str] = set()  # libraries whose messages, printed once a process, have been hidden


@functools.lru_cache(maxsize=1024)
def warn_once(line: str) -> None:
    """Logs a warning once, not each time that a picture is read."""
    logging.getLogger("tfstyle").warning(line)


@contextlib.contextmanager
def quiet(library: str) -> Iterator[None]:
    """Hides what a library's C++ side prints to stderr: LiteRT when it first allocates memory, and
    TensorFlow when it is imported.

    No setting of theirs silences these messages. They come once a process, so stderr is hidden
    once; a process without stderr has nothing to hide.

    Args:
        library: Its name.
    """
    with STDERR_LOCK, contextlib.ExitStack() as stack:
        if library not in SILENCED:
            stack.enter_context(_hidden_stderr())
        SILENCED.add(library)
        yield


@contextlib.contextmanager
def _hidden_stderr():
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        original = os.dup(2)
    except OSError:
        yield
        return
    with open(os.devnull, "w") as null:
        os.dup2(null.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)
