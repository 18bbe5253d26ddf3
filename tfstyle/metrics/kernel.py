"""Kernel distance of sets of pictures, and the signal-to-noise ratio of pictures."""

import numpy as np


def psnr(expected: np.ndarray, actual: np.ndarray) -> float:
    """Peak signal-to-noise ratio in decibels of pictures in [0, 1]."""
    return float(-10 * np.log10(np.mean(np.square(expected - actual)) + 1e-12))


def kernel_distance(actual: np.ndarray, target: np.ndarray) -> float:
    """Kernel distance (KID) of two sets of descriptors; unbiased, so that it may be negative.

    Binkowski et al. 2018, https://arxiv.org/abs/1801.01401, section 4, with the cubic kernel of
    equation 4. Descriptors are divided by the root mean square of the target's first, since they
    are not Inception's.

    Args:
        actual: Descriptors of two pictures or more, shape (pictures, numbers).
        target: Descriptors of two pictures or more, shape (pictures, numbers).
    """
    scale = np.sqrt(np.mean(np.square(target)))
    x, y = np.float64(actual) / scale, np.float64(target) / scale

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1.0) ** 3

    def within(a):
        products, count = kernel(a, a), len(a)
        return (products.sum() - np.trace(products)) / (count * (count - 1))

    return float(within(x) + within(y) - 2.0 * kernel(x, y).mean())


def kernel_distance_error(
    actual: np.ndarray, target: np.ndarray, other: np.ndarray | None = None, draws: int = 200
) -> float:
    """The standard error of `kernel_distance`, for whoever asks which digits of it to believe.

    By the delete-half jackknife: the deviation of the distances of random halves of both sets is
    an estimate of the whole sets' (Shao & Wu 1989, https://doi.org/10.1214/aos/1176347263).

    Args:
        actual: Descriptors of four pictures or more, shape (pictures, numbers).
        target: Descriptors of four pictures or more, shape (pictures, numbers).
        other: Descriptors of the same pictures painted by another method; then the error is that of
            the difference of both methods' distances.
        draws: How many halves are drawn.

    Returns:
        The error; not a number for fewer pictures.
    """
    counts = len(actual), len(target)
    if min(counts) < 4:
        return float("nan")
    random, distances = np.random.default_rng(0), []
    for _ in range(draws):
        some, aims = (random.permutation(count)[: (count + 1) // 2] for count in counts)
        distance = kernel_distance(actual[some], target[aims])
        if other is not None:
            distance -= kernel_distance(other[some], target[aims])
        distances.append(distance)
    return float(np.std(distances))
