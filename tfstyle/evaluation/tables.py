"""Metrics of many pairs as lines of a table, and as the text of a CSV file."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tfstyle.evaluation.pairs import Pair
from tfstyle.metrics import NAMES, SHOWN, Distances

WIDE = 6  # letters of a number, or of a longer name


def lines(count: int, means: Mapping[str, Distances]) -> Iterator[str]:
    """Lines of a table of means by label, with a column for each measured metric."""
    names = [n for n in SHOWN if not all(np.isnan(getattr(m, n)) for m in means.values())]
    wide = max(22, *map(len, means))
    yield f"{f'{count} pairs':{wide}s}" + "".join(f"  {name:>{WIDE}s}" for name in names)
    for label, distances in means.items():
        numbers = (f"  {getattr(distances, name):{max(WIDE, len(name))}.3f}" for name in names)
        yield f"{label:{wide}s}{''.join(numbers)}"


def text(pairs: Sequence[Pair], figures: Mapping[str, Sequence[Distances]]) -> str:
    """CSV of every pair's metrics, with a line for each model and pair."""
    text_file = io.StringIO()
    writer = csv.writer(text_file)
    writer.writerow(["photograph", "painting", "model", *NAMES])
    for label, distances_of_model in figures.items():
        for pair, distances in zip(pairs, distances_of_model, strict=True):
            numbers = [f"{getattr(distances, name):.6f}" for name in NAMES]
            writer.writerow([pair.content_path.name, pair.style_path.name, label, *numbers])
    return text_file.getvalue()
