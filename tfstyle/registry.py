"""Facts of the released models: names, cards, styles, files and sizes. Loads no network."""

import json
import os
from pathlib import Path

import numpy as np

from tfstyle.methods import DEFAULT, METHODS, Kind, Method, method

RELEASED = Method.released
STYLES, CARD = "styles.json", "card.json"
ENCODER = "encoder"  # a released network of no method's own

Folder = str | os.PathLike | None


def released(*kinds: Kind) -> list[str]:
    """Names of the models whose weights are installed.

    Args:
        *kinds: Only those of methods of these kinds; none takes all.
    """
    return sorted(
        path.parent.name
        for each in METHODS.values()
        for pattern in (each.name, f"{each.name}-*")
        for path in each.released.glob(f"{pattern}/{CARD}")
        if not kinds or each.kind in kinds
    )


def exported() -> list[str]:
    """Names of the released models that have TFLite files."""
    return [name for name in released() if method(name).tflite]


def card(name: str) -> dict:
    """What a released model is, learned from and reaches, as its card.json says."""
    return read_json(home(name) / CARD)


def styles(name: str = DEFAULT, folder: Folder = None) -> dict[str, dict[str, np.ndarray]]:
    """The codes of a model's named styles, {"vector": (1, numbers)}, by name.

    Raises:
        OSError: The folder's styles.json is broken.
    """
    path = home(name, folder) / STYLES
    found = read_json(path) if path.is_file() else {}
    try:
        return {label: {"vector": np.float32([vector])} for label, vector in found.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise OSError(f"Expected vectors by name. Received: {path} ({error}).") from error


def paintings() -> dict[str, dict]:
    """Title, artist, year and the artist's year of death of every named painting, by name."""
    return read_json(RELEASED / "paintings.json")


def home(name: str, folder: Folder = None) -> Path:
    """The folder of a model's files.

    Args:
        name: One of `released()`, or a method with a folder.
        folder: Of another release or of a run; None takes the released one.

    Raises:
        ValueError: There is no such model.
    """
    if folder is not None:
        return Path(folder)
    known = RELEASED if name == ENCODER else method(name).released
    if not (known / name / CARD).is_file():
        raise ValueError(f"Expected one of {', '.join(released())}. Received: {name!r}.")
    return known / name


def tflite_files(name: str, folder: Folder = None) -> list[Path]:
    """A model's TFLite files, whether they are there or not."""
    folder = home(name, folder)
    return [folder / f"{file}.tflite" for file in method(name).tflite]


def lite_bytes(name: str, folder: Folder = None) -> int:
    """Size of a method's TFLite files together."""
    return sum(path.stat().st_size for path in tflite_files(name, folder))


def keras_bytes(name: str) -> int:
    """Size of a released method's Keras files together."""
    folder = home(method(name).home or name)
    return sum((folder / f"{file}.keras").stat().st_size for file in method(name).files)


def read_json(path: Path) -> dict:
    """What a JSON file holds.

    Raises:
        OSError: It holds no JSON.
    """
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise OSError(f"Expected a JSON file. Received: {path} ({error}).") from error
