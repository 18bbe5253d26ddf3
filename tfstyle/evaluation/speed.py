"""Times and sizes, measured side by side."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from tfstyle import device, images, registry
from tfstyle import examples as drawn
from tfstyle.evaluation import models
from tfstyle.evaluation.pairs import SIDE
from tfstyle.methods import Kind, Method, method


def milliseconds(
    runs: Mapping[str, Callable[[], object]],
    rounds: int = 15,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median time of each function; the calls are interleaved, so that load affects all alike.

    Args:
        runs: Functions by label.
        rounds: Timed calls of each function; two more warm up.
        clock: A function of nothing to seconds; `time.process_time` adds up all threads.
    """
    times = {name: [] for name in runs}
    for _ in range(rounds + 2):
        for name, run in runs.items():
            start = clock()
            run()
            times[name].append(1000 * (clock() - start))
    return {name: float(np.median(values[2:])) for name, values in times.items()}


def report(names: Sequence[str], precision: str = "auto") -> Iterator[str]:
    """Lines of a table: milliseconds of each model's transform at 1 and 2 threads, and bytes.

    Args:
        names: Names or folders of models (see `models.stylizers`).
        precision: Precision of the models that run on Keras.
    """
    yield device.processor()
    picture = drawn.lake(SIDE, SIDE)
    yield f"{f'transform at {SIDE} px':22s} threads  milliseconds  times the fastest baseline"
    for threads in (1, 2):
        stylizers = {}
        for name in names:
            stylizers |= models.stylizers(name, threads, precision)
        slow = [label for label, stylizer in stylizers.items() if models.optimises(stylizer)]
        modules = [k for k, v in stylizers.items() if isinstance(v, Method) and v.fetched]
        times = milliseconds(
            {
                k: models.transform(v, picture)
                for k, v in stylizers.items()
                if k not in (*modules, *slow)
            }
        )
        fastest = min(
            [ms for k, ms in times.items() if models.is_baseline(stylizers[k])], default=np.nan
        )
        for label, ms in times.items():
            yield f"{label:22s} {threads:7d} {ms:13.1f} {fastest / ms:15.2f}"
    for label in modules:
        yield f"{label:22s} not timed: TensorFlow's threads are set once, before it starts"
    for label in slow:
        yield f"{label:22s} not timed: it optimises each picture"
    for name in names:
        if name in registry.exported():
            yield f"{name:22s} TFLite files, bytes  {registry.tflite_bytes(name)}"
            yield from _shell(name)


def _style_arguments(name, style):
    """Arguments that choose a model and its style on the command line, by label."""
    kind, model = method(name).kind, ["--method", name]
    method_name, _, variant = name.partition("-")
    if kind is Kind.NAMED and method(name).in_weights:
        return {"its painting": ["--style", variant, "--method", method_name]}
    if kind is Kind.TRANSLATION:
        return {"its own style": ["--method", method_name, "--model", variant]}
    first = next(iter(registry.styles(name)), None)
    by_name = {"named style": ["--style", first, *model]} if first else {}
    by_file = {"painting's file": ["--style", style, *model]} if kind.takes_pictures else {}
    return by_name | by_file


PEAK = """
import sys
if sys.platform == "linux":
    print(next(int(line.split()[1]) for line in open("/proc/self/status") if "VmHWM" in line))
elif sys.platform == "win32":
    import psutil
    print(psutil.Process().memory_info().peak_wset // 1024)
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""  # KiB


def _shell(name):
    """Times of the command for a picture of 512x384, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        photo, style, output = (os.path.join(folder, f"{n}.png") for n in ("photo", "style", "out"))
        images.write(drawn.lake(384, 512), photo)
        images.write(drawn.swirls(), style)
        idle = seconds_and_peak("")[1]
        for label, arguments in _style_arguments(name, style).items():
            command = ["stylize", photo, *arguments, "-o", output]
            code = f"from tfstyle import cli; assert cli.main({[*command, '--overwrite']!r}) == 0"
            seconds, peak = np.median([seconds_and_peak(code) for _ in range(3)], axis=0)
            yield f"{name:22s} {label}: {seconds:.2f} s, {peak - idle:.0f} MiB over an idle Python"


def seconds_and_peak(code: str, limit: float | None = None) -> tuple[float, float]:
    """Wall time in seconds of a Python process that runs `code`, and its peak memory in MiB.

    The peak is the process's own, which `ru_maxrss` is not on Linux: that begins at the parent's.

    Args:
        code: Python.
        limit: Seconds after which it is killed, or None.

    Raises:
        TimeoutError: It took longer.
        RuntimeError: It failed; the message is the last line of its stderr.
    """
    start = time.perf_counter()
    command = [sys.executable, "-c", f"{code}\n{PEAK}"]
    try:
        run = subprocess.run(command, capture_output=True, check=True, timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"stopped after {limit:g} seconds") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(lines[-1] if lines else str(error)) from error
    return time.perf_counter() - start, int(run.stdout.split()[-1]) / 1024
