"""Optimisers of a picture's pixels, one step at a time."""

import queue
import threading
from collections.abc import Callable, Iterator

import keras
import numpy as np
from scipy import ndimage, optimize

Function = Callable[[np.ndarray], tuple[dict[str, float], np.ndarray]]
Step = tuple[np.ndarray, dict[str, float]]

CORRECTIONS = 5  # of L-BFGS, each of twice a picture's size in doubles
BYTES = {"l-bfgs": (2 * CORRECTIONS + 10) * 3 * 8, "adam": 8 * 3 * 4}  # a pixel
TINY = 1e-12  # Adam's epsilon: a pixel's gradient falls with the number of pixels
RESTARTS = 3  # of it, one after the other without a step, before it is done
STRIP = 1_000_000  # pixels that Adam moves at a time, so that what it makes on the way is small
BINOMIAL = [0.25, 0.5, 0.25]


def lbfgs(function: Function, picture: np.ndarray, steps: int) -> Iterator[Step]:
    """Steps of SciPy's L-BFGS-B without bounds.

    Liu & Nocedal 1989, https://doi.org/10.1007/BF01589116.

    Args:
        function: A function of a picture to its losses by name and the gradient of their sum.
        picture: The initial picture, shape (height, width, 3).
        steps: Largest number of steps.

    Yields:
        The picture and its losses after every step.
    """
    done, idle = 0, 0
    while done < steps and idle < RESTARTS:
        before = done
        for step in _run(function, picture, steps - done):
            picture, done = step[0], done + 1
            yield step
        idle = idle + 1 if done == before else 0


def _run(function, picture, steps):
    """The steps of one run, which ends early if its line search fails.

    A thread turns SciPy's callbacks into an iterator; it is at most one step ahead.
    """
    results, permits, stopped = queue.Queue(), threading.Semaphore(0), threading.Event()
    worker = threading.Thread(
        target=_minimize, args=(function, picture, steps, results, permits, stopped), daemon=True
    )
    worker.start()
    try:
        while True:
            permits.release()
            step = results.get()
            if step is None:
                return
            if isinstance(step, BaseException):
                raise step
            yield step
    finally:
        stopped.set()
        permits.release()
        worker.join()


def _minimize(function, picture, steps, results, permits, stopped):
    losses_by_total = {}

    def value(flat):
        losses, gradient = function(flat.reshape(picture.shape).astype(np.float32))
        total = sum(losses.values())
        losses_by_total[total] = losses
        return total, gradient.reshape(-1)

    def report(intermediate_result):
        permits.acquire()
        if stopped.is_set():
            raise StopIteration
        losses = losses_by_total[intermediate_result.fun]
        losses_by_total.clear()
        results.put((intermediate_result.x.reshape(picture.shape).astype(np.float32), losses))

    options = {"maxiter": steps, "maxfun": 10 * steps, "maxcor": CORRECTIONS, "ftol": 0, "gtol": 0}
    try:
        optimize.minimize(
            value,
            picture.reshape(-1),
            jac=True,
            method="L-BFGS-B",
            callback=report,
            options=options,
        )
        results.put(None)
    except BaseException as error:
        results.put(error)


def adam(
    function: Function,
    picture: np.ndarray,
    steps: int,
    rate: float = 0.03,
    momentum: float = 0.85,
    smooth: bool = True,
    calm: int = 0,
) -> Iterator[Step]:
    """Steps of Adam, whose second-moment decay is 0.99.

    What it descends on may be z, of a picture that is the first one plus z smoothed by 3x3
    binomials: fine detail then takes shorter steps than the rest of the picture. Mordvintsev et
    al. 2018, https://doi.org/10.23915/distill.00012, choose such coordinates by Fourier transforms.

    Args:
        function: A function of a picture to its losses by name and the gradient of their sum.
        picture: The initial picture, shape (height, width, 3).
        steps: Number of steps.
        rate: In units of [0, 1].
        momentum: Decay of the first moment.
        smooth: Descends on z, not on the pixels.
        calm: Of the steps the last ones, over which the rate falls to a tenth.

    Yields:
        The picture and its losses after every step.
    """
    smoothed = _smoothed if smooth else np.asarray
    moved = [keras.Variable(np.zeros_like(strip)) for strip in _strips(picture)]
    optimizer = keras.optimizers.Adam(rate, momentum, beta_2=0.99, epsilon=TINY)
    optimizer.build(moved)
    for left in range(steps, 0, -1):
        before = picture + smoothed(np.concatenate(list(map(keras.ops.convert_to_numpy, moved))))
        losses, gradient = function(before)
        optimizer.learning_rate = rate * min(1.0, max(0.1, left / max(calm, 1)))
        gradients = map(keras.ops.convert_to_tensor, _strips(smoothed(gradient)))
        optimizer.apply(list(gradients), moved)
        yield before, losses


def _strips(picture):
    """Views of a picture's rows."""
    return np.array_split(picture, -(-picture[..., 0].size // STRIP))


def _smoothed(picture):
    """A picture under a symmetric filter, with repeated edges."""
    picture = ndimage.correlate1d(picture, BINOMIAL, 0, mode="nearest")
    return ndimage.correlate1d(picture, BINOMIAL, 1, output=picture, mode="nearest")
