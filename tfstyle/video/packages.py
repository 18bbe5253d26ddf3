"""What film needs and the package alone does not install; the only place that imports it."""

import contextlib
import importlib
import os
import types
from collections.abc import Iterator
from pathlib import Path

from tfstyle import extras


def av() -> types.ModuleType:
    """PyAV, which reads and writes films.

    Raises:
        OSError: It is not installed.
    """
    return _imported("av", "PyAV")


def exact():
    """FFmpeg's way to convert colours by cubics and with rounding, which does not darken them."""
    kinds = av().video.reformatter.Interpolation
    return kinds.BICUBIC | kinds.ACCURATE_RND | kinds.FULL_CHR_H_INT | kinds.FULL_CHR_H_INP


@contextlib.contextmanager
def scheduled() -> Iterator[None]:
    """Leaves all threads of the process scheduled as the caller's is.

    SVT-AV1 makes threads of root's processes real-time ones, the caller's too, which programs
    started from then on inherit: where two of them wait for each other by spinning, a machine
    stands still.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for thread in Path("/proc/self/task").glob("*"):
            with contextlib.suppress(OSError):  # it has ended
                if os.sched_getscheduler(int(thread.name)) != policy:
                    os.sched_setscheduler(int(thread.name), policy, parameters)


def cv2(extra: str = "film") -> types.ModuleType:
    """OpenCV, which follows what moves.

    Args:
        extra: That brings it.

    Raises:
        OSError: It is not installed.
    """
    return _imported("cv2", "OpenCV", extra)


def _imported(name, title, extra="film"):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise OSError(f"Expected {title}: {extras.command(extra)}. Received: {error}.") from error
