"""In how many pairs each model comes nearer to the painting than one of them does."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tfstyle.evaluation import gallery
from tfstyle.metrics import Distances

JUDGES = {"remd": "REMD", "remd_squeeze": "SqueezeNet's patches"}


def rival(label: str, labels: Sequence[str]) -> str:
    """The label that is meant, as a table or a picture's file name tells it.

    Raises:
        ValueError: There is none.
    """
    for found in labels:
        if label in (found, gallery.name(found)):
            return found
    raise ValueError(f"Expected one of {', '.join(labels)} to compare with. Received: {label}.")


def lines(figures: Mapping[str, Sequence[Distances]], against: str) -> Iterator[str]:
    """A line a model: pairs that it wins and its mean ratio to the rival, by each judge.

    Args:
        figures: Of every pair, by label.
        against: The rival's label.
    """
    wide = max(22, *map(len, figures))
    yield f"{f'against {against}':{wide}s} nearer to the painting in, times its distance (mean)"
    for label, found in figures.items():
        if label != against:
            verdicts = [_verdict(name, found, figures[against]) for name in JUDGES]
            yield f"{label:{wide}s} {'; '.join(filter(None, verdicts))}"


def _verdict(name, found, rivals):
    ours, theirs = (np.array([getattr(x, name) for x in each]) for each in (found, rivals))
    if np.isnan(ours + theirs).any():
        return None
    count, ratio = np.sum(ours < theirs), np.mean(ours / theirs)
    return f"{JUDGES[name]} {count:3d} of {len(ours)}, {ratio:.3f}"
