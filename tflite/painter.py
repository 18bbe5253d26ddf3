"""TFLite files run by LiteRT and numpy alone, as an app runs them."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

SIDE = 384  # pixels, of what is painted; Magenta's files take no other
STYLE_SIDE = 256
LOOKS = {"predict", "look"}
PAINTS = "stylize"


def painter(path: str | os.PathLike, threads: int = 1) -> Callable[[], np.ndarray]:
    """A function that paints one photograph of SIDE, the painting looked at before.

    Args:
        path: Folder that convert.py wrote, or the transformer's file of a pair in Magenta's layout.
        threads: Processor threads.
    """
    pictures = {
        side: np.random.default_rng(0).random((1, side, side, 3), dtype=np.float32)
        for side in (SIDE, STYLE_SIDE)
    }
    path = Path(path)
    pair = [path] if path.is_file() else list(path.glob("*transfer.tflite"))
    if pair:
        return _pair(pair[0], threads, pictures)
    return _signatures(path, threads, pictures)


def _pair(transformer, threads, pictures):
    predictor = next(transformer.parent.glob("*predict*.tflite"))
    vector = _called(Interpreter(str(predictor), num_threads=threads), [pictures[STYLE_SIDE]])()
    interpreter = Interpreter(str(transformer), num_threads=threads)
    return _called(interpreter, [pictures[SIDE], vector])


def _called(interpreter, arrays):
    """A function of an interpreter without names, its inputs told by their channels."""
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        given = next(array for array in arrays if array.shape[-1] == detail["shape"][-1])
        interpreter.set_tensor(detail["index"], given)

    def call():
        interpreter.invoke()
        return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])

    return call


def _signatures(folder, threads, pictures):
    opened = [Interpreter(str(path), num_threads=threads) for path in folder.glob("*.tflite")]
    runners = {
        label: each.get_signature_runner(label)
        for each in opened
        for label in each.get_signature_list()
    }
    details = runners[PAINTS].get_input_details()
    known = {"content": pictures[SIDE], "strength": np.ones((1, 1), np.float32)}
    for label in LOOKS & runners.keys():
        known |= runners[label](style=pictures[STYLE_SIDE])
    if "style" in details:
        known["style"] = np.eye(1, details["style"]["shape"][-1], dtype=np.float32)
    given = {name: known["vector" if name == "own" else name] for name in details}
    return lambda: runners[PAINTS](**given)["pastiche"]
