"""A pool of loaded stylizers, each used by one thread at a time."""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator

import numpy as np

from tfstyle import loading
from tfstyle.methods import method

IDLE = 3  # idle stylizers that stay loaded; each holds the memory of its last picture's size
REMEMBERED = 8  # style codes that a stylizer caches


class StylizerPool:
    """A pool of stylizers.

    Args:
        precision: Precision of the stylizers on Keras: "auto", "bfloat16", "float16" or "float32".
    """

    def __init__(self, precision: str = "auto"):
        self.precision = precision
        self.lock, self.idle = threading.Lock(), []

    @contextlib.contextmanager
    def borrowed(self, name: str, lite: bool = True) -> Iterator:
        """A stylizer for exclusive use inside the context.

        Args:
            name: Name of a released model.
            lite: Whether to use LiteRT if the model supports it; with masks, Keras computes the
                statistics of each region.
        """
        key = name, lite and bool(method(name).tflite)
        stylizer = self._take_idle(key) or self._load(*key)
        try:
            yield stylizer
        finally:
            with self.lock:
                self.idle = [*self.idle, (key, stylizer)][-IDLE:]

    def _take_idle(self, key):
        with self.lock:
            for index, (idle_key, stylizer) in enumerate(self.idle):
                if idle_key == key:
                    del self.idle[index]
                    return stylizer

    def _load(self, name, lite):
        stylizer = loading.load_lite(name) if lite else loading.load(name, None, self.precision)
        encode = stylizer.style_signature
        if encode is not None:
            stylizer.signatures[encode] = cached_style_encoder(stylizer.signatures[encode])
        return stylizer


def cached_style_encoder(encode_style: Callable[..., dict]) -> Callable[..., dict]:
    """A function of a float32 picture named `style`, with a cache of its last results."""

    @functools.lru_cache(REMEMBERED)
    def by_bytes(content, shape):
        return encode_style(style=np.frombuffer(content, np.float32).reshape(shape))

    return lambda style: by_bytes(style.tobytes(), style.shape)
