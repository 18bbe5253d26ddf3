"""Measures a whole training step of CycleGAN on the processor: this package and two others.

The paper's sizes (Zhu et al. 2017): generators of 9 residual blocks and 64 filters, two PatchGANs
of 70x70 pixels and 64 filters, one picture of each domain a step, cycle weight 10, identity
weight 5, least squares, Adam with rate 2e-4 and beta1 0.5, reflection padding as the authors'.

    tfstyle             this package: the device's precision, nearest upsampling, a pool of 50
    tfstyle-transposed  the same with the authors' transposed convolutions
    tensorflow          cyclegan_tensorflow.py: float32, the structure of TensorFlow's tutorial
    pytorch             cyclegan_pytorch.py: float32, the structure of the authors' code

    python benchmarks/cyclegan_step.py
    python benchmarks/cyclegan_step.py --only tfstyle pytorch --steps 20 --threads 4
    ONEDNN_MAX_CPU_ISA=AVX2 python benchmarks/cyclegan_step.py --precision float32  # as with AVX2

Each of them runs in a process of its own, one after the other, round by round; the table shows
medians over the steps of all rounds. Nothing else should run on the machine meanwhile.
"""

import argparse
import functools
import importlib
import importlib.metadata
import importlib.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

from tfstyle import device, precision

WARM_UP = 3
PAPER = {  # whatever the package's own defaults are
    "generator": "resnet",
    "filters": 64,
    "blocks": 9,
    "padding": "reflect",
    "skip": "none",
    "noise": 0,
    "lattice_weight": 0.0,
    "discriminator_filters": 64,
    "pool": 50,
    "cycle_weight": 10.0,
    "identity_weight": 5.0,
    "adversarial": "least-squares",
    "rate": 2e-4,
}
TORCH = (
    "pytorch is left out since torch is not installed: "
    "pip install torch --index-url https://download.pytorch.org/whl/cpu"
)


def tfstyle(a, b, precision, upsampling):
    """A function that takes a training step of this package's networks and returns a loss."""
    import tensorflow as tf

    from tfstyle.methods.cyclegan import settings, training

    values = PAPER | {"precision": precision, "upsampling": upsampling, "size": a.shape[1]}
    gan = training.gan(settings.Settings(**values))
    assert [x.count_params() for x in gan.generators.values()] == [11_378_179] * 2
    assert [x.count_params() for x in gan.discriminators.values()] == [2_764_737] * 2

    step = gan.make_step()
    batch = {"a": tf.constant(a), "b": tf.constant(b)}
    return lambda: float(sum(step(batch).values()))


def step_of_module(a, b, _, module):
    """A function that takes a training step of another framework's file."""
    return importlib.import_module(module).stepper(a, b)


STEPS = {
    "tfstyle": functools.partial(tfstyle, upsampling="nearest"),
    "tfstyle-transposed": functools.partial(tfstyle, upsampling="transposed"),
    "tensorflow": functools.partial(step_of_module, module="cyclegan_tensorflow"),
    "pytorch": functools.partial(step_of_module, module="cyclegan_pytorch"),
}


def measure(name, steps, size, precision):
    """Seconds of each step, by the clock and of the processor's cores together."""
    random = np.random.default_rng(1)
    a, b = (random.random((1, size, size, 3), np.float32) for _ in range(2))
    step, seconds, cpu_seconds = STEPS[name](a, b, precision), [], []
    for _ in range(WARM_UP + steps):
        start, cpu_start = time.perf_counter(), time.process_time()
        loss = step()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
        assert math.isfinite(loss), f"{name}'s loss is {loss}"
    return {"seconds": seconds[WARM_UP:], "cpu_seconds": cpu_seconds[WARM_UP:]}


def measure_in_process(name, options):
    """`measure` in a process of its own."""
    numbers = ("--steps", str(options.steps), "--size", str(options.size))
    numbers += ("--precision", options.precision)
    command = [sys.executable, __file__, "--measure", name, *numbers]
    process = subprocess.run(
        command, env=environment(options.threads), capture_output=True, text=True
    )
    if process.returncode:
        raise SystemExit(f"{process.stderr[-2000:]}\n{name} ended with code {process.returncode}.")
    return json.loads(process.stdout.splitlines()[-1])


def environment(threads):
    variables = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
    if threads:
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
        variables |= dict.fromkeys((*names, "MKL_NUM_THREADS"), str(threads))
    return os.environ | variables


def measure_all(names, options):
    """The seconds of each, over all rounds."""
    times = {name: {"seconds": [], "cpu_seconds": []} for name in names}
    for index in range(options.rounds):
        for name in names:
            for kind, values in measure_in_process(name, options).items():
                times[name][kind] += values
            median = statistics.median(times[name]["seconds"])
            print(f"round {index + 1}: {name} {median:.2f} s", file=sys.stderr, flush=True)
    return times


def table(times):
    """Lines of a table of medians."""
    ours = statistics.median(times["tfstyle"]["seconds"]) if "tfstyle" in times else math.nan
    yield f"{'':20}{'s/step':>9}{'CPU s/step':>12}{'pairs/s':>9}{'times ours':>12}"
    for name, kinds in times.items():
        seconds, cpu_seconds = map(statistics.median, (kinds["seconds"], kinds["cpu_seconds"]))
        ratio = f"{seconds / ours:12.2f}" if "tfstyle" in times else f"{'-':>12}"
        yield f"{name:20}{seconds:9.3f}{cpu_seconds:12.3f}{1 / seconds:9.3f}{ratio}"


def machine(options):
    """The processor, what this package computes in, and the versions, in three lines."""
    os.environ.update(environment(options.threads))
    yield f"{device.processor()}, threads: {options.threads or 'default'}"
    yield f"tfstyle computes in {precision.choose(options.precision)}"
    packages = [name for name in ("tensorflow", "keras", "torch") if importlib.util.find_spec(name)]
    versions = (f"{name} {importlib.metadata.version(name)}" for name in packages)
    yield ", ".join((f"Python {platform.python_version()}", *versions))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=10, help="timed steps a round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--size", type=int, default=256, help="side of the pictures in pixels")
    parser.add_argument("--threads", type=int, default=0, help="0 leaves them to each framework")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--precision", choices=precision.COMPUTE_PRECISIONS, default="auto")
    parser.add_argument("--measure", choices=STEPS, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = arguments()
    if options.measure:
        print(json.dumps(measure(options.measure, options.steps, options.size, options.precision)))
        return
    names = list(options.only)
    if "pytorch" in names and importlib.util.find_spec("torch") is None:
        print(TORCH, file=sys.stderr)
        names.remove("pytorch")
    if not names:
        return
    rows = table(measure_all(names, options))
    print(f"A step at {options.size} px, one pair; {options.rounds} rounds of {options.steps}")
    print("\n".join((*rows, *machine(options))))


if __name__ == "__main__":
    main()
