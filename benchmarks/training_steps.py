"""Measures a training step of every method beside the plainest float32 code for the same step.

    python benchmarks/training_steps.py
    python benchmarks/training_steps.py --only adain wct --rounds 20
    python benchmarks/training_steps.py --only cyclegan-paper  # at its paper's sizes
    ONEDNN_MAX_CPU_ISA=AVX2 python benchmarks/training_steps.py  # as without AVX-512

A step is what `tfstyle train` repeats at default settings, on random pictures and without reading
them, in the precision that is chosen here. Beside it stands plain_steps.py: the same networks,
losses, optimizer and batch in float32, on a GradientTape; of CycleGAN the structure of TensorFlow's
own tutorial, whose sizes are the paper's in cyclegan_tensorflow.py. Both take turns in one process;
the table shows medians. Nothing else should run on the machine meanwhile.
"""

import argparse
import gc
import os
import tempfile
from pathlib import Path
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cyclegan_step
import keras
import numpy as np
import plain_steps

from tfstyle import device, images, precision, trainings
from tfstyle.evaluation.speed import milliseconds
from tfstyle.training import fitting

SIDES = (448, 480)  # of the random pictures
PICTURES = 4
PAPER = "cyclegan-paper"


TRAININGS = {  # the data of each method, of a folder of photographs and one of paintings
    "johnson": lambda a, b: {"content": a, "style": b / "0.png"},
    "cin": lambda a, b: {"content": a, "style": [b]},
    "ghiasi": lambda a, b: {"content": a, "style": [b]},
    "adain": lambda a, b: {"content": a, "style": [b]},
    "wct": lambda a, b: {"content": [a]},
    "cyclegan": lambda a, b: {"a": [a], "b": [b]},
    "pix2pix": lambda a, b: {"a": a, "b": b},
}


def pictures(folder):
    """A folder of random pictures."""
    random = np.random.default_rng(1)
    for index in range(PICTURES):
        images.write(np.uint8(random.integers(0, 256, (*SIDES, 3))), folder / f"{index}.png")
    return folder


def model_and_batch(method, compute_precision):
    """The model that a method's training passes to `fitting.fit`, and a batch."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(fitting, "fit", return_value=False) as loop,
    ):
        data = TRAININGS[method](*(pictures(Path(folder) / domain) for domain in "ab"))
        trainings.train(method, data, Path(folder) / "run", {"precision": compute_precision})
        model, batches, *_ = loop.call_args.args
        return model, next(iter(batches(0)))


def steps(method, compute_precision):
    """Functions that take a training step, ours and plain."""
    if method == PAPER:
        return _papers_steps(compute_precision)
    model, batch = model_and_batch(method, compute_precision)
    step = model.make_step()
    if method in plain_steps.GANS:
        plain = plain_steps.GANS[method](model)
    else:
        plain = plain_steps.trainer_step(method, model)
    return {"ours": lambda: float(sum(step(batch).values())), "plain": lambda: float(plain(batch))}


def _papers_steps(compute_precision, size=256):
    random = np.random.default_rng(1)
    a, b = (random.random((1, size, size, 3), np.float32) for _ in range(2))
    names = {"ours": "tfstyle", "plain": "tensorflow"}
    return {
        label: cyclegan_step.STEPS[name](a, b, compute_precision) for label, name in names.items()
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=(*TRAININGS, PAPER),
        default=list(TRAININGS),
        metavar="METHOD",
        help=f"of {', '.join((*TRAININGS, PAPER))}; default: all but the last",
    )
    parser.add_argument("--rounds", type=int, default=15, help="timed steps; default: %(default)s")
    parser.add_argument(
        "--precision", choices=precision.COMPUTE_PRECISIONS, default="auto", help="ours"
    )
    options = parser.parse_args()
    print(f"{device.processor()}\nours computes in {precision.choose(options.precision)}")
    print(
        f"{'milliseconds a step':20}{'ours':>9}{'plain float32':>15}{'plain/ours':>12}", flush=True
    )
    for method in options.only:
        times = milliseconds(steps(method, options.precision), options.rounds)
        ours, plain = times["ours"], times["plain"]
        print(f"{method:20}{ours:9.0f}{plain:15.0f}{plain / ours:12.2f}", flush=True)
        keras.backend.clear_session()
        gc.collect()


if __name__ == "__main__":
    main()
