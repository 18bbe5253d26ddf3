"""What film needs and the package alone does not install; the only place that imports it."""

import importlib
import types

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
