"""A folder of TFLite files run by LiteRT alone, as an app runs them."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tfstyle import examples, litert, peers

SIDE = 384  # pixels, of what is painted; Magenta's files take no other
STYLE_SIDE = 256
LOOKS = {"predict", "look"}
PAINTS = "stylize"


def painters(folder: str | os.PathLike, threads: int = 1) -> dict[str, Callable[[], np.ndarray]]:
    """Functions that paint one photograph of SIDE, the painting looked at before, by label.

    Args:
        folder: Of `tfstyle export`, or with `*predict*.tflite` and `*transfer*.tflite`.
        threads: Processor threads.
    """
    folder = Path(folder)
    if any(folder.glob("*transfer*.tflite")):
        found = peers.magenta(folder, threads)
        return {_label(folder, label, found): _pair(pair) for label, pair in found.items()}
    return {folder.name: _ours(folder, threads)}


def _label(folder, label, found):
    return label if len(found) > 1 else folder.name


def _pair(pair):
    content, vector = examples.lake(SIDE, SIDE), pair.look(examples.swirls(STYLE_SIDE, STYLE_SIDE))
    return lambda: pair.paint(content, vector)


def _ours(folder, threads):
    opened = [litert.opened(threads, model_path=str(path)) for path in folder.glob("*.tflite")]
    runners = {
        label: each.get_signature_runner(label)
        for each in opened
        for label in each.get_signature_list()
    }
    known = _known(runners)
    given = {name: known[name] for name in runners[PAINTS].get_input_details()}
    return lambda: runners[PAINTS](**given)["pastiche"][0]


def _known(runners):
    """Arrays by input name: of a photograph, and what the first signature says of a painting."""
    known = {
        "content": examples.lake(SIDE, SIDE)[None],
        "strength": np.ones((1, 1), np.float32),
    }
    for label in LOOKS & runners.keys():
        known |= runners[label](style=examples.swirls(STYLE_SIDE, STYLE_SIDE)[None])
    if not LOOKS & runners.keys() and "style" in (inputs := runners[PAINTS].get_input_details()):
        shares = inputs["style"]["shape"][-1]
        known["style"] = np.eye(1, shares, dtype=np.float32)
    return known | ({"own": known["vector"]} if "vector" in known else {})
