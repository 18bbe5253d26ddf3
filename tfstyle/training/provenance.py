"""What a run was made from, for its run.json."""

import hashlib
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

import keras
import numpy as np
import PIL
import tensorflow as tf

import tfstyle
from tfstyle.data import folders
from tfstyle.networks import files
from tfstyle.training.snapshots import KEPT

Pictures = Sequence[Path | tuple[Path, ...]] | tf.data.Dataset
Begin = keras.Model | str | os.PathLike | None
MODULES = (keras, tf, np, PIL)


def word(pictures: Pictures) -> str:
    """A word for files, or for a dataset, that changes with them (see `folders.fingerprint`)."""
    if isinstance(pictures, tf.data.Dataset):
        return f"dataset of {_spec(pictures)}"
    return folders.fingerprint(pictures)


def described(pictures: Pictures) -> dict:
    """The number, names and sizes of files, and a hash of names and sizes; or a dataset's shapes.

    Args:
        pictures: Files, tuples of them, or a dataset of batches.
    """
    if isinstance(pictures, tf.data.Dataset):
        return {"dataset": _spec(pictures)}
    paths = _flat(pictures)
    names, sizes = [path.name for path in paths], [path.stat().st_size for path in paths]
    lines = "\n".join(f"{name} {size}" for name, size in zip(names, sizes, strict=True))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    counted = {"files": len(names), "bytes": sum(sizes), "sha256": digest}
    return counted | {"names": names, "sizes": sizes}


def network(model: keras.Model) -> dict:
    """The name and the number of parameters of a frozen network, and a hash of its weights."""
    counted = {"network": model.name, "parameters": model.count_params()}
    return counted | {"weights": files.fingerprint(model)}


def source(begin: Begin) -> str:
    """The origin of a run's first weights: the name of a folder, a network's hash, or "random"."""
    if isinstance(begin, keras.Model):
        return files.fingerprint(begin)
    return Path(begin).name if begin else "random"


def begun(begin: Begin) -> dict:
    """The folder of a run's first weights, with hashes of its networks; or their network."""
    if isinstance(begin, keras.Model):
        return network(begin)
    paths = sorted(Path(begin).rglob("*.keras")) if begin else []
    hashes = {
        str(path.relative_to(begin)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if KEPT not in path.parts
    }
    return {"from": source(begin)} | ({"sha256": hashes} if begin else {})


def versions() -> dict:
    """The versions of this package, of Python and of what trains."""
    own = {"tfstyle": tfstyle.__version__, "python": platform.python_version()}
    return own | {module.__name__: module.__version__ for module in MODULES}


def _flat(pictures: Iterable) -> list[Path]:
    return [path for item in pictures for path in (item if isinstance(item, tuple) else (item,))]


def _spec(dataset):
    shapes = {name: tuple(spec.shape) for name, spec in dataset.element_spec.items()}
    return ", ".join(f"{name} {shape}" for name, shape in sorted(shapes.items()))
