"""Stylizers that stay warm, each lent to one thread at a time."""

import contextlib
import dataclasses
import functools
import threading
from collections.abc import Callable, Iterator

import numpy as np

from tfstyle import weights
from tfstyle.methods import method

IDLE = 3  # stylizers that stay open; each keeps the memory of the last size that it painted
REMEMBERED = 8  # pictures whose codes a stylizer keeps
LOOKS = ("predict", "look")  # signatures from a picture to its code


class Pool:
    """Lends stylizers.

    Args:
        precision: Of those on Keras, as of `weights.load`.
    """

    def __init__(self, precision: str = "auto"):
        self.precision = precision
        self.lock, self.idle = threading.Lock(), []

    @contextlib.contextmanager
    def lent(self, name: str, lite: bool = True) -> Iterator:
        """A stylizer that nobody else paints with meanwhile.

        Args:
            name: Of a released model.
            lite: On LiteRT where it can; on Keras each region has its own statistics.
        """
        key = name, lite and bool(method(name).lite)
        stylizer = self._idle(key) or self._opened(*key)
        try:
            yield stylizer
        finally:
            with self.lock:
                self.idle = [*self.idle, (key, stylizer)][-IDLE:]

    def _idle(self, key):
        with self.lock:
            for index, (known, stylizer) in enumerate(self.idle):
                if known == key:
                    del self.idle[index]
                    return stylizer

    def _opened(self, name, lite):
        stylizer = weights.load_lite(name) if lite else weights.load(name, None, self.precision)
        signatures = getattr(getattr(stylizer, "brush", None), "signatures", None)
        if signatures:
            looks = {k: remembered(f) for k, f in signatures.items() if k in LOOKS}
            stylizer.brush = dataclasses.replace(stylizer.brush, signatures=signatures | looks)
        return stylizer


def remembered(look: Callable[..., dict]) -> Callable[..., dict]:
    """A function of a float32 picture named `style` that knows its last answers."""

    @functools.lru_cache(REMEMBERED)
    def by_bytes(content, shape):
        return look(style=np.frombuffer(content, np.float32).reshape(shape))

    return lambda style: by_bytes(style.tobytes(), style.shape)
