"""TFLite files run through LiteRT, which needs no TensorFlow.

Any number of threads may call the same functions: they take turns, since an interpreter paints one
picture at a time, on all cores that it was given.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

HIDING = threading.RLock()  # of two threads the second would take the first one's for its own
HIDDEN: set[str] = set()  # whose words have been hidden once; they say them once a process

Signature = Callable[..., dict[str, np.ndarray]]


def signatures(
    paths: Iterable[str | os.PathLike], threads: int | None = None, keep: bool = True
) -> dict[str, Signature]:
    """The named signatures of TFLite files, as functions from arrays to arrays by name.

    Only the file that was called last keeps its memory. It is opened anew for other sizes, since
    LiteRT 2.3 can paint noise with one signature when another has been brought to a second size.

    Args:
        paths: The files.
        threads: Processor threads; None takes all cores.
        keep: Whether a file stays open from call to call while sizes stay the same.

    Raises:
        OSError: There is no such file, or it is no TFLite file.
    """
    shelf = _Shelf(threads or os.cpu_count(), keep)
    return {
        name: _function(shelf, Path(path), name)
        for path in paths
        for name in shelf.open(Path(path)).get_signature_list()
    }


def _function(shelf, path, name):
    def call(**inputs):
        shapes = {key: np.shape(value) for key, value in inputs.items()}
        with shelf.turn:
            return shelf.open(path, name, shapes).get_signature_runner(name)(**inputs)

    return call


class _Shelf:
    """Holds one open interpreter, and the shapes that its signatures have been called with."""

    def __init__(self, threads, keep):
        self.threads, self.keep, self.turn = threads, keep, threading.Lock()
        self.path, self.interpreter, self.shapes = None, None, {}

    def open(self, path, name=None, shapes=None):
        seen = self.shapes.get(name, shapes) if self.keep else None
        if path != self.path or seen != shapes:
            self.path, self.interpreter, self.shapes = None, None, {}
            self.interpreter = _interpreter(path, self.threads)
            self.path = path
        if name is not None:
            self.shapes[name] = shapes
        return self.interpreter


def _interpreter(path, threads):
    if not path.is_file():
        raise FileNotFoundError(f"Expected a TFLite file. Received: {path}, which is not there.")
    try:
        return opened(threads, model_path=str(path))
    except ValueError as error:
        raise OSError(f"Expected a TFLite file. Received: {path} ({error}).") from error


def opened(threads: int | None = None, **model):
    """A LiteRT interpreter, its memory allocated.

    Args:
        threads: Processor threads; None leaves their number to LiteRT.
        **model: `model_path` or `model_content`.

    Raises:
        ValueError: It is no TFLite file.
    """
    from ai_edge_litert.interpreter import Interpreter

    with quiet("LiteRT"):
        interpreter = Interpreter(num_threads=threads, **model)
        interpreter.allocate_tensors()
    return interpreter


@contextlib.contextmanager
def quiet(whose: str) -> Iterator[None]:
    """Hides what LiteRT's C++ side says to stderr where memory is first allocated, and TensorFlow's
    where it is imported.

    No setting of theirs silences it. It is said once a process, so that stderr is hidden once;
    a process without stderr has nothing to hide.

    Args:
        whose: Words that are hidden.
    """
    with HIDING, contextlib.ExitStack() as hiding:
        if whose not in HIDDEN:
            hiding.enter_context(_hidden())
        HIDDEN.add(whose)
        yield


@contextlib.contextmanager
def _hidden():
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
