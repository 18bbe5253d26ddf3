"""Control pictures for style metrics: the photograph and its filters, and the painting itself."""

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from tfstyle import color, images
from tfstyle.evaluation.models import Paint
from tfstyle.metrics import Distances

PHOTOGRAPH, GRADE, MIRRORED = "photograph", "color grade", "painting mirrored"
SIGMA = 2.0  # pixels, of the blur


def blurred(picture: np.ndarray, sigma: float = SIGMA) -> np.ndarray:
    """A picture under a Gaussian blur.

    Args:
        picture: Shape (height, width, 3), in [0, 1].
        sigma: Standard deviation in pixels.
    """
    return ndimage.gaussian_filter(picture, (sigma, sigma, 0.0))


def with_controls(painters: Mapping[str, Paint]) -> dict[str, Paint]:
    """Painters by label: the controls, then each painter and its blurred pictures.

    The controls are the photograph untouched, the photograph with the painting's mean and
    covariance of colours, and the painting itself, squashed to the photograph's size and mirrored.
    """
    all_painters = {
        PHOTOGRAPH: lambda pair: pair.content,
        GRADE: lambda pair: color.covariance(pair.style, pair.content),
        MIRRORED: lambda pair: images.squash(pair.style[:, ::-1], pair.side),
    }
    for label, paint in painters.items():
        cached = functools.lru_cache(1)(paint)  # one picture of a pair for both
        all_painters[label] = cached
        all_painters[f"{label} blurred"] = functools.partial(_blur, cached)
    return all_painters


def _blur(paint, pair):
    return blurred(paint(pair))


def painterliness(figures: Mapping[str, Distances]) -> dict[str, Distances]:
    """Metrics by label, with their painterliness if the controls are among them.

    It is 0 for the REMD of the photograph or of its colour grade, whichever is lower, and 1 for
    that of the mirrored painting, in units of the difference to the colour grade.

    Args:
        figures: Metrics of one pair, or means over many pairs, by label.
    """
    if GRADE not in figures:
        return dict(figures)
    photograph, grade, mirrored = (figures[x].remd for x in (PHOTOGRAPH, GRADE, MIRRORED))
    unit = grade - mirrored if grade > mirrored else float("nan")
    start = min(photograph, grade)
    return {
        label: dataclasses.replace(distances, painterliness=(start - distances.remd) / unit)
        for label, distances in figures.items()
    }
