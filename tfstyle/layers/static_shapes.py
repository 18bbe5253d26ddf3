"""Layers' computations for exports with static shapes.

GPU and NPU delegates refuse integer tensors and gathering by them. With a static shape, indices
and noise are computed when the network is traced, and become slices and constants.
"""

import contextlib
import contextvars
import itertools
from collections.abc import Callable, Iterator

import numpy as np
from keras import ops

_STATIC = contextvars.ContextVar("static_shapes", default=False)
SMALL = (2, 3, 5)  # factors into which the length of a reversed axis is split


@contextlib.contextmanager
def static_shapes() -> Iterator[None]:
    """A context in which layers compute everything that depends on sizes alone while tracing."""
    token = _STATIC.set(True)
    try:
        yield
    finally:
        _STATIC.reset(token)


def has_static_shape(image) -> bool:
    """Whether the picture's height and width are known, inside of `static_shapes`."""
    return _STATIC.get() and None not in image.shape[1:3]


def constant(draw: Callable, image):
    """The result of a function that depends on a picture's size alone, as a constant.

    Args:
        draw: A function of a picture, shape (1, height, width, channels), to a tensor.
        image: Symbolic picture of a known size.
    """
    import tensorflow as tf

    with tf.init_scope():
        numbers = draw(tf.zeros((1, *image.shape[1:]))).numpy()
    return ops.convert_to_tensor(numbers)


def slices(image, places: np.ndarray, axis: int):
    """Gathers rows or columns of a picture by slices alone.

    Args:
        image: Shape (1, height, width, channels), all of it known.
        places: Indices of the rows (axis 1) or columns (axis 2), in runs of steps of one, up or
            down.
        axis: 1 or 2.
    """
    parts = []
    for run in _runs([int(place) for place in places]):
        part = _cut(image, min(run), len(run), axis)
        parts.append(_reversed(part, axis) if run[0] > run[-1] else part)
    return ops.concatenate(parts, axis=axis)


def _runs(places):
    """Splits indices into runs of consecutive ones, up or down."""
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
    """Reverses an axis: reversing every digit of an index reverses the indices."""
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
