"""Facts of the released models: names, cards, styles, files and sizes. Loads no network."""

import json
import os
from pathlib import Path

import numpy as np

from tfstyle.methods import DEFAULT, METHODS, Kind, Method, method

RELEASED = Method.released
STYLES, CARD = "styles.json", "card.json"
ENCODER = "encoder"  # a released network that belongs to no method

Folder = str | os.PathLike | None


def released(*kinds: Kind) -> list[str]:
    """Names of the models whose weights are installed.

    Args:
        *kinds: Kinds of methods; none takes all.
    """
    return sorted(
        path.parent.name
        for method_class in METHODS.values()
        for pattern in (method_class.name, f"{method_class.name}-*")
        for path in method_class.released.glob(f"{pattern}/{CARD}")
        if not kinds or method_class.kind in kinds
    )


def exported() -> list[str]:
    """Names of the released models that have TFLite files."""
    return [name for name in released() if method(name).tflite]


def card(name: str) -> dict:
    """A released model's card.json: what it is, learned from and measured."""
    return read_json(model_folder(name) / CARD)


def styles(name: str = DEFAULT, folder: Folder = None) -> dict[str, dict[str, np.ndarray]]:
    """The style codes of a model's named styles, {"vector": shape (1, numbers)}, by name.

    Raises:
        OSError: The folder's styles.json is broken.
    """
    path = model_folder(name, folder) / STYLES
    vectors = read_json(path) if path.is_file() else {}
    try:
        return {style: {"vector": np.float32([vector])} for style, vector in vectors.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise OSError(f"Expected vectors by name. Received: {path} ({error}).") from error


def paintings() -> dict[str, dict]:
    """Title, artist, year and the artist's year of death of every named painting, by name."""
    return read_json(RELEASED / "paintings.json")


def model_folder(name: str, folder: Folder = None) -> Path:
    """The folder of a model's files.

    Args:
        name: One of `released()`, or a method with a folder.
        folder: Of another release or of a run; None takes the one in the package.

    Raises:
        ValueError: There is no such model.
    """
    if folder is not None:
        return Path(folder)
    path = (RELEASED if name == ENCODER else method(name).released) / name
    if not (path / CARD).is_file():
        raise ValueError(f"Expected one of {', '.join(released())}. Received: {name!r}.")
    return path


def tflite_files(name: str, folder: Folder = None) -> list[Path]:
    """A model's TFLite files, whether they are there or not."""
    folder = model_folder(name, folder)
    return [folder / f"{file}.tflite" for file in method(name).tflite]


def tflite_bytes(name: str, folder: Folder = None) -> int:
    """Size of a model's TFLite files together."""
    return sum(path.stat().st_size for path in tflite_files(name, folder))


def keras_bytes(name: str) -> int:
    """Size of a released model's Keras files together."""
    folder = model_folder(method(name).home or name)
    return sum((folder / f"{file}.keras").stat().st_size for file in method(name).files)


def read_json(path: Path) -> dict:
    """The content of a JSON file.

    Raises:
        OSError: The file is no JSON.
    """
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise OSError(f"Expected a JSON file. Received: {path} ({error}).") from error
