"""Image style transfer: every method behind one verb.

Examples:
    >>> import tfstyle
    >>> from tfstyle import examples
    >>> tfstyle.write(examples.lake(48, 64), "photo.jpg")
    >>> tfstyle.write(examples.swirls(48, 64), "painting.jpg")
    >>> stylizer = tfstyle.load("ghiasi")
    >>> picture = stylizer.stylize("photo.jpg", "painting.jpg")
    >>> tfstyle.write(picture, "painted.jpg")
"""

import importlib

from tfstyle import registration

_HOMES = {
    "METHODS": "tfstyle.methods",
    "film": "tfstyle.video.films",
    "load": "tfstyle.loading",
    "read": "tfstyle.images",
    "train": "tfstyle.trainings",
    "write": "tfstyle.images",
}

__all__ = ["METHODS", "film", "load", "read", "train", "write"]
__version__ = "0.1.0"

registration.with_keras()


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tfstyle' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
