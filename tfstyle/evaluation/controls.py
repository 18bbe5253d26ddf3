"""Pictures that a figure of style has to rank: a photograph's filters below, the painting above."""

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
    """Painters by label, behind the controls, each followed by its own pictures blurred.

    The controls are the photograph untouched, the photograph with the painting's mean and
    covariance of colours, and the painting itself, squashed to the photograph's size and mirrored.
    """
    found = {
        PHOTOGRAPH: lambda pair: pair.content,
        GRADE: lambda pair: color.covariance(pair.style, pair.content),
        MIRRORED: lambda pair: images.squash(pair.style[:, ::-1], pair.side),
    }
    for label, paint in painters.items():
        once = functools.lru_cache(1)(paint)  # a pair's picture for both
        found[label] = once
        found[f"{label} blurred"] = functools.partial(_blur, once)
    return found


def _blur(paint, pair):
    return blurred(paint(pair))


def painterliness(figures: Mapping[str, Distances]) -> dict[str, Distances]:
    """Figures by label with their painterliness, where the controls are among them.

    A model's REMD on the way from the better of the photograph and its colour grade (0) to the
    painting mirrored (1); in units of the way from the colour grade.

    Args:
        figures: Of one pair, or their means over many.
    """
    if GRADE not in figures:
        return dict(figures)
    photograph, grade, mirrored = (figures[x].remd for x in (PHOTOGRAPH, GRADE, MIRRORED))
    way = grade - mirrored if grade > mirrored else float("nan")
    start = min(photograph, grade)
    return {
        label: dataclasses.replace(found, painterliness=(start - found.remd) / way)
        for label, found in figures.items()
    }
