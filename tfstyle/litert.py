"""TFLite files run through LiteRT, which needs no TensorFlow."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

Signature = Callable[..., dict[str, np.ndarray]]


def signatures(path: str | os.PathLike, threads: int | None = None) -> dict[str, Signature]:
    """The named signatures of a TFLite file, as functions from arrays to arrays by name.

    Args:
        path: The file.
        threads: Processor threads; None takes all cores.

    Raises:
        OSError: There is no such file, or it is no TFLite file.
    """
    from ai_edge_litert.interpreter import Interpreter

    if not Path(path).is_file():
        raise FileNotFoundError(f"Expected a TFLite file. Received: {path}, which is not there.")
    try:
        interpreter = Interpreter(str(path), num_threads=threads or os.cpu_count())
    except ValueError as error:
        raise OSError(f"Expected a TFLite file. Received: {path} ({error}).") from error
    return {name: _function(interpreter, name) for name in interpreter.get_signature_list()}


def _function(interpreter, name):
    runner = None

    def run(**inputs):
        nonlocal runner
        runner = runner or interpreter.get_signature_runner(name)
        return runner(**inputs)

    return run
