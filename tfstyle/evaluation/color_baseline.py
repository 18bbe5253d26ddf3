"""The colour baseline of translations: the best colour grade of three constants."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tfstyle import color
from tfstyle.metrics import kernel_distance

Grade = Callable[[np.ndarray], np.ndarray]
EVALUATIONS = 60  # of the distance, for each kind of grade


def grayscale(picture: np.ndarray) -> np.ndarray:
    """The picture's luminance, shape (height, width, 3)."""
    return np.repeat((picture @ color.LUMA)[..., None], 3, axis=-1)


def gains(constants: Sequence[float]) -> Grade:
    """A grade that multiplies red, green and blue by a constant each."""
    return lambda picture: np.clip(picture * np.float32(constants), 0.0, 1.0)


def tones(constants: Sequence[float]) -> Grade:
    """A grade of saturation, contrast, brightness and, with a fourth constant, warmth."""
    saturation, contrast, brightness, warmth = np.float32((*constants, 0.0)[:4])

    def grade(picture):
        grey = grayscale(picture)
        dulled = grey + saturation * (picture - grey)
        cast = brightness + warmth * np.float32(color.WARM)
        return np.clip(0.5 + contrast * (dulled - 0.5) + cast, 0.0, 1.0)

    return grade


KINDS: Mapping[str, tuple[Callable, tuple[float, float, float]]] = {
    "gains": (gains, (0.9, 0.9, 0.9)),
    "tones": (tones, (0.6, 0.9, -0.05)),
}


def fit(
    describe: Callable[[Sequence[np.ndarray]], np.ndarray],
    source: Sequence[np.ndarray],
    target: np.ndarray,
) -> tuple[str, Grade]:
    """Fits the colour grade whose pictures are nearest to the target domain.

    Args:
        describe: A function of pictures to descriptors, shape (pictures, numbers).
        source: Pictures to grade, of a training set.
        target: Descriptors of the other domain's training set.

    Returns:
        The name of the grade with its constants, and the grade.
    """
    from scipy.optimize import minimize

    def distance(constants, kind):
        grade = kind(constants)
        return kernel_distance(describe([grade(x) for x in source]), target)

    fits = []
    for name, (kind, start) in KINDS.items():
        result = minimize(
            distance, start, (kind,), "Nelder-Mead", options={"maxfev": EVALUATIONS, "fatol": 1e-5}
        )
        fits.append((result.fun, name, result.x, kind))
    _, name, constants, kind = min(fits, key=lambda fitted: fitted[0])
    return f"{name} {', '.join(f'{c:.2f}' for c in constants)}", kind(constants)
