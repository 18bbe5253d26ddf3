"""Times and sizes, measured side by side."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from tfstyle import examples as drawn
from tfstyle import weights
from tfstyle.evaluation import models
from tfstyle.evaluation.pairs import SIDE


def milliseconds(runs: Mapping[str, Callable[[], object]], rounds: int = 15) -> dict[str, float]:
    """Median wall time of each, interleaved so that they share the machine's moods."""
    times = {name: [] for name in runs}
    for _ in range(rounds + 2):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: float(np.median(values[2:])) for name, values in times.items()}


def report(names: Sequence[str]) -> Iterator[str]:
    """Lines of a table: milliseconds of each model's transform at 1 and 2 threads, and bytes."""
    picture = drawn.lake(SIDE, SIDE)
    yield f"{f'transform at {SIDE} px':22s} threads  milliseconds  times the fastest peer"
    for threads in (1, 2):
        found = {k: v for name in names for k, v in models.stylizers(name, threads).items()}
        times = milliseconds({k: models.transform(v, picture) for k, v in found.items()})
        fastest = min([ms for k, ms in times.items() if models.is_peer(found[k])], default=np.nan)
        for label, ms in times.items():
            yield f"{label:22s} {threads:7d} {ms:13.1f} {fastest / ms:15.2f}"
    for name in names:
        if name in weights.released():
            yield f"{name:22s} TFLite files, bytes  {weights.lite_bytes(name)}"
