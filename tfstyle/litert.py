"""TFLite files run through LiteRT, which needs no TensorFlow.

Any number of threads may call the same functions. They take turns, since an interpreter paints one
picture at a time, on all cores that it was given.
"""

import dataclasses
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from tfstyle import messages


def signatures(
    paths: Iterable[str | os.PathLike],
    threads: int | None = None,
    keep_open: bool = True,
    exact: bool = False,
) -> dict[str, "Signature"]:
    """The signatures of TFLite files by name, as functions of arrays.

    Only the file that was called last stays open. It is opened again for other sizes, since
    LiteRT 2.3 can paint noise with one signature after another has been resized twice.

    Args:
        paths: The files.
        threads: Processor threads; None takes all cores.
        keep_open: Whether a file stays open from call to call while sizes stay the same.
        exact: Whether signatures can also be computed by stages.

    Raises:
        OSError: There is no such file, or it is no TFLite file.
    """
    cache = _InterpreterCache(threads or os.cpu_count(), keep_open)
    return {
        name: Signature(cache, Path(path), name, exact)
        for path in paths
        for name in cache.open(Path(path)).get_signature_list()
    }


@dataclasses.dataclass(frozen=True)
class Signature:
    """A function of arrays by name, which returns arrays by name.

    Args:
        cache: Holds the interpreter.
        path: The file.
        name: The signature.
        exact: See `signatures`.
    """

    cache: "_InterpreterCache"
    path: Path
    name: str
    exact: bool = False

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """The outputs by name, from the inputs by name."""
        shapes = {key: np.shape(value) for key, value in inputs.items()}
        with self.cache.lock:
            interpreter = self.cache.open(self.path, self.name, shapes)
            return interpreter.get_signature_runner(self.name)(**inputs)

    def staged(self, inputs: Mapping[str, np.ndarray], statistics: str):
        """The signature by stages, a `StagedNetwork`; None where it is not `exact`.

        Args:
            inputs: Arrays by name that all tiles have in common.
            statistics: The name of the input that takes the statistics.
        """
        from tfstyle.layerwise.litert import staged_network

        if not self.exact:
            return None
        return staged_network(self.path, self.name, inputs, statistics, self.cache.threads)


class _InterpreterCache:
    """Holds one open interpreter, and the shapes that its signatures have been called with."""

    def __init__(self, threads, keep_open):
        self.threads, self.keep_open, self.lock = threads, keep_open, threading.Lock()
        self.path, self.interpreter, self.shapes = None, None, {}

    def open(self, path, signature=None, shapes=None):
        last_shapes = self.shapes.get(signature, shapes) if self.keep_open else None
        if path != self.path or last_shapes != shapes:
            self.path, self.interpreter, self.shapes = None, None, {}
            self.interpreter = _file_interpreter(path, self.threads)
            self.path = path
        if signature is not None:
            self.shapes[signature] = shapes
        return self.interpreter


def _file_interpreter(path, threads):
    if not path.is_file():
        raise FileNotFoundError(f"Expected a TFLite file. Received: {path}, which is not there.")
    try:
        return interpreter(threads, model_path=str(path))
    except ValueError as error:
        raise OSError(f"Expected a TFLite file. Received: {path} ({error}).") from error


def interpreter(threads: int | None = None, delegated: bool = True, **model):
    """A LiteRT interpreter with its memory allocated.

    Args:
        threads: Processor threads; None leaves their number to LiteRT.
        delegated: Whether XNNPACK computes what it can.
        **model: `model_path` or `model_content`.

    Raises:
        ValueError: The model is no TFLite file.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    resolver = "AUTO" if delegated else "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
    with messages.quiet("LiteRT"):
        allocated = Interpreter(
            num_threads=threads, experimental_op_resolver_type=OpResolverType[resolver], **model
        )
        allocated.allocate_tensors()
    return allocated
