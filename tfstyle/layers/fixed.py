"""What networks are made of where a file takes pictures of one size alone.

GPU and NPU delegates refuse integers and what they index: places that are mirrored, or drawn noise
at, are then known before.
"""

import contextlib
import contextvars
import itertools
from collections.abc import Callable, Iterator

import numpy as np
from keras import ops

_FIXED = contextvars.ContextVar("fixed", default=False)
SMALL = (2, 3, 5)  # factors of a length that reversing goes by


@contextlib.contextmanager
def fixed() -> Iterator[None]:
    """Layers that are called within compute from sizes what they can before a picture is there."""
    token = _FIXED.set(True)
    try:
        yield
    finally:
        _FIXED.reset(token)


def is_fixed(image) -> bool:
    """Whether this picture's size is known, and layers are called within `fixed`."""
    return _FIXED.get() and None not in image.shape[1:3]


def constant(draw: Callable, image):
    """What a function makes of any picture of this size, as a constant.

    Args:
        draw: From a picture to numbers that only its size changes.
        image: Symbolic, of a known size.
    """
    import tensorflow as tf

    with tf.init_scope():
        numbers = draw(tf.zeros((1, *image.shape[1:]))).numpy()
    return ops.convert_to_tensor(numbers)


def taken(image, places: np.ndarray, axis: int):
    """Rows or columns of a picture, by slices alone.

    Args:
        image: Shape (1, height, width, channels), all of it known.
        places: Of the rows (axis 1) or columns (axis 2), which go up or down by steps of one.
        axis: 1 or 2.
    """
    parts = []
    for run in _runs([int(place) for place in places]):
        part = _cut(image, min(run), len(run), axis)
        parts.append(_reversed(part, axis) if run[0] > run[-1] else part)
    return ops.concatenate(parts, axis=axis)


def _runs(places):
    """Places that go on in one direction."""
    run = places[:1]
    for place in places[1:]:
        step = place - run[-1]
        if abs(step) != 1 or (len(run) > 1 and step != run[-1] - run[-2]):
            yield run
            run = []
        run.append(place)
    yield run


def _cut(image, start, length, axis):
    sizes = list(image.shape)
    sizes[axis] = length
    return ops.slice(image, [start if n == axis else 0 for n in range(len(sizes))], sizes)


def _reversed(image, axis):
    """By the digits of a place: reversing every digit reverses the places."""
    length, shape = image.shape[axis], tuple(image.shape)
    digits, rest = [], length
    for factor in itertools.chain.from_iterable(itertools.repeat(f, 16) for f in SMALL):
        if rest % factor == 0:
            digits.append(factor)
            rest //= factor
    if rest > 1:
        last = _cut(image, length - 1, 1, axis)
        return ops.concatenate([last, _reversed(_cut(image, 0, length - 1, axis), axis)], axis=axis)
    before = int(np.prod(shape[1:axis]))
    for digit in digits:
        image = ops.reshape(image, (1, before, digit, int(np.prod(shape[1:])) // (before * digit)))
        parts = [_cut(image, place, 1, 2) for place in reversed(range(digit))]
        image, before = ops.concatenate(parts, axis=2), before * digit
    return ops.reshape(image, shape)
