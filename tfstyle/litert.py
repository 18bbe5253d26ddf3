"""TFLite files run through LiteRT, which needs no TensorFlow.

Any number of threads may call the same functions: they take turns, since an interpreter paints one
picture at a time, on all cores that it was given.
"""

import contextlib
import dataclasses
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

HIDING = threading.RLock()  # of two threads the second would take the first one's for its own
HIDDEN: set[str] = set()  # whose words have been hidden once; they say them once a process


def signatures(
    paths: Iterable[str | os.PathLike],
    threads: int | None = None,
    keep: bool = True,
    exact: bool = False,
) -> dict[str, "Signature"]:
    """The named signatures of TFLite files, as functions from arrays to arrays by name.

    Only the file that was called last keeps its memory. It is opened anew for other sizes, since
    LiteRT 2.3 can paint noise with one signature when another has been brought to a second size.

    Args:
        paths: The files.
        threads: Processor threads; None takes all cores.
        keep: Whether a file stays open from call to call while sizes stay the same.
        exact: Whether they can also be computed by stages.

    Raises:
        OSError: There is no such file, or it is no TFLite file.
    """
    shelf = _Shelf(threads or os.cpu_count(), keep)
    return {
        name: Signature(shelf, Path(path), name, exact)
        for path in paths
        for name in shelf.open(Path(path)).get_signature_list()
    }


@dataclasses.dataclass(frozen=True)
class Signature:
    """A function from arrays to arrays by name.

    Args:
        shelf: Holds the interpreter.
        path: The file.
        name: The signature's.
        exact: As of `signatures`.
    """

    shelf: "_Shelf"
    path: Path
    name: str
    exact: bool = False

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """The outputs by name."""
        shapes = {key: np.shape(value) for key, value in inputs.items()}
        with self.shelf.turn:
            interpreter = self.shelf.open(self.path, self.name, shapes)
            return interpreter.get_signature_runner(self.name)(**inputs)

    def stages(self, given: Mapping[str, np.ndarray], statistics: str):
        """Its `stages.Stages`, or None where it is not to be exact.

        Args:
            given: As of `litert_stages.stages`.
            statistics: As of `litert_stages.stages`.
        """
        from tfstyle.litert_stages import stages

        if not self.exact:
            return None
        return stages(self.path, self.name, given, statistics, self.shelf.threads)


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
