"""A cache of decoded pictures."""

import threading
from collections.abc import Callable, Hashable

import numpy as np

Decode = Callable[[Hashable], tuple[np.ndarray, ...]]


def cached(decode: Decode, limit: int) -> Decode:
    """`decode` with a cache, for any number of threads.

    Args:
        decode: A function of files to their pictures. Two threads never decode the same files at
            the same time.
        limit: Largest size of the cache in bytes; further pictures are decoded at each call.
    """
    cache, locks, counting, used = {}, {}, threading.Lock(), 0

    def keep(files, pictures):
        nonlocal used
        size = sum(picture.nbytes for picture in pictures)
        with counting:
            if used + size <= limit:
                cache[files], used = pictures, used + size

    def once(files):
        with locks.setdefault(files, threading.Lock()):
            if files in cache:
                return cache[files]
            pictures = decode(files)
            keep(files, pictures)
            return pictures

    return once
