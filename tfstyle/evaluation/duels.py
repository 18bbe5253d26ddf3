"""Pairwise comparison of models: in how many pairs each is nearer to the painting than a rival."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tfstyle.evaluation import gallery
from tfstyle.metrics import Distances

METRICS = {"remd": "REMD", "remd_squeeze": "SqueezeNet's patches"}


def rival(label: str, labels: Sequence[str]) -> str:
    """The label of the rival, from a label of the table or a name in the gallery.

    Raises:
        ValueError: There is none.
    """
    for candidate in labels:
        if label in (candidate, gallery.name(candidate)):
            return candidate
    raise ValueError(f"Expected one of {', '.join(labels)} to compare with. Received: {label}.")


def lines(figures: Mapping[str, Sequence[Distances]], against: str) -> Iterator[str]:
    """A line for each model: the pairs that it wins and its mean ratio to the rival, by metric.

    Args:
        figures: Metrics of every pair, by label.
        against: The rival's label.
    """
    wide = max(22, *map(len, figures))
    yield f"{f'against {against}':{wide}s} nearer to the painting in, times its distance (mean)"
    for label, distances in figures.items():
        if label != against:
            verdicts = [_verdict(name, distances, figures[against]) for name in METRICS]
            yield f"{label:{wide}s} {'; '.join(filter(None, verdicts))}"


def _verdict(name, candidates, rivals):
    candidate, rival = (
        np.array([getattr(x, name) for x in distances]) for distances in (candidates, rivals)
    )
    if np.isnan(candidate + rival).any():
        return None
    wins, ratio = np.sum(candidate < rival), np.mean(candidate / rival)
    return f"{METRICS[name]} {wins:3d} of {len(candidate)}, {ratio:.3f}"
