"""What a colour grade of three constants can do: the mark that a translation has to pass."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tfstyle import color
from tfstyle.metrics import kernel_distance

Grade = Callable[[np.ndarray], np.ndarray]
EVALUATIONS = 60  # of the distance, for each kind of grade


def greyed(picture: np.ndarray) -> np.ndarray:
    """The picture's luminance, shape (height, width, 3)."""
    return np.repeat((picture @ color.LUMA)[..., None], 3, axis=-1)


def gains(constants: Sequence[float]) -> Grade:
    """Red, green and blue each times a constant."""
    return lambda picture: np.clip(picture * np.float32(constants), 0.0, 1.0)


def tones(constants: Sequence[float]) -> Grade:
    """Saturation, contrast, brightness and, where there is a fourth, warmth."""
    saturation, contrast, brightness, warmth = np.float32((*constants, 0.0)[:4])

    def grade(picture):
        grey = greyed(picture)
        dulled = grey + saturation * (picture - grey)
        cast = brightness + warmth * np.float32(color.WARM)
        return np.clip(0.5 + contrast * (dulled - 0.5) + cast, 0.0, 1.0)

    return grade


KINDS: Mapping[str, tuple[Callable, tuple[float, float, float]]] = {
    "gains": (gains, (0.9, 0.9, 0.9)),
    "tones": (tones, (0.6, 0.9, -0.05)),
}


def best(
    describe: Callable[[Sequence[np.ndarray]], np.ndarray],
    source: Sequence[np.ndarray],
    wanted: np.ndarray,
) -> tuple[str, Grade]:
    """The grade, of both kinds, whose pictures are nearest to the wanted ones.

    Args:
        describe: Pictures to descriptors, shape (pictures, numbers).
        source: Pictures to grade, of a training set.
        wanted: Descriptors of the other domain's training set.

    Returns:
        What it is called, with its constants, and the grade.
    """
    from scipy.optimize import minimize

    def distance(constants, kind):
        grade = kind(constants)
        return kernel_distance(describe([grade(x) for x in source]), wanted)

    found = []
    for name, (kind, start) in KINDS.items():
        fit = minimize(
            distance, start, (kind,), "Nelder-Mead", options={"maxfev": EVALUATIONS, "fatol": 1e-5}
        )
        found.append((fit.fun, name, fit.x, kind))
    _, name, constants, kind = min(found, key=lambda each: each[0])
    return f"{name} {', '.join(f'{c:.2f}' for c in constants)}", kind(constants)
