"""Warnings of the logger `tfstyle`."""

import functools
import logging


@functools.lru_cache(maxsize=1024)
def warn_once(line: str) -> None:
    """Logs a warning once, not each time that a picture is read."""
    logging.getLogger("tfstyle").warning(line)
