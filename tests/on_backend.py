"""Paints and trains on the backend that KERAS_BACKEND names; writes what came into a file.

KERAS_BACKEND=jax python tests/on_backend.py pictures scratch out.npz
"""

import csv
import sys
from pathlib import Path

import keras
import numpy as np

import tfstyle
from tfstyle import cli, examples, registry
from tfstyle.methods.gatys.settings import Settings

ANY_STYLE = ("adain", "ghiasi", "wct")
OWN_STYLE = ("cyclegan-sunny2rainy", "johnson-irises", "pix2pix-facades")
TRAINED = {  # method to the flags of its pictures and the release that it begins with
    "ghiasi": (("content", "style"), "ghiasi"),
    "johnson": (("content", "painting"), "johnson-irises"),
    "wct": (("content",), "wct"),
}
FLAGS = {"content": ("--content", "content"), "style": ("--style", "style")}
FLAGS |= {"painting": ("--style", "style/0.png")}


def pictures():
    """A picture of each network, of an optimisation, and of a mask."""
    photograph, painting = examples.lake(48, 64), examples.discs(56, 50)
    for name in OWN_STYLE:
        yield name, tfstyle.load(name).stylize(photograph)
    for name in ANY_STYLE:
        yield name, tfstyle.load(name).stylize(photograph, painting)
    yield "cin", tfstyle.load("cin").stylize(photograph, "starry-night")
    optimised = tfstyle.load("gatys", precision="float32", settings=Settings(iterations=3))
    yield "gatys", optimised.stylize(photograph, painting)
    mask = np.float32(np.arange(64) < 32) * np.ones((48, 1), np.float32)
    yield "ghiasi, masked", tfstyle.load("ghiasi").stylize(photograph, painting, masks=[mask])


def losses(folder, scratch):
    """The last losses of two steps of each training that has one optimizer."""
    for method, (inputs, begin) in TRAINED.items():
        run = scratch / method
        files = [part for name in inputs for part in (FLAGS[name][0], str(folder / FLAGS[name][1]))]
        begun = ["--begin", str(registry.model_folder(begin))]
        numbers = ["--steps", "2", "--batch", "1", "--size", "64", "--precision", "float32"]
        numbers += ["--temporal", "100"] if method == "johnson" else []
        assert cli.main(["train", method, *files, *begun, "--run", str(run), *numbers]) == 0
        with open(run / "log.csv") as file:
            *_, last = csv.DictReader(file)
        yield (
            method,
            [
                float(last[name])
                for name in sorted(last)
                if name not in ("step", "seconds", "waiting")
            ],
        )


def main(folder, scratch, out):
    found = {f"picture {name}": picture for name, picture in pictures()}
    found |= {f"losses {name}": values for name, values in losses(Path(folder), Path(scratch))}
    np.savez(out, backend=keras.backend.backend(), **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
