"""Decoded pictures that are kept."""

import threading
from collections.abc import Callable, Hashable

import numpy as np

Decode = Callable[[Hashable], tuple[np.ndarray, ...]]


def cached(decode: Decode, limit: int) -> Decode:
    """`decode`, whose results are kept where there is room; for any number of threads.

    Args:
        decode: Files to their pictures. Those of the same files are decoded one after the other,
            those of others at the same time.
        limit: Bytes of pictures that are kept.
    """
    kept, turns, counting, used = {}, {}, threading.Lock(), 0

    def keep(files, pictures):
        nonlocal used
        size = sum(picture.nbytes for picture in pictures)
        with counting:
            if used + size <= limit:
                kept[files], used = pictures, used + size

    def once(files):
        with turns.setdefault(files, threading.Lock()):
            if files in kept:
                return kept[files]
            pictures = decode(files)
            keep(files, pictures)
            return pictures

    return once
