"""Released models by name."""

import json
import os
from pathlib import Path

from tfstyle import litert
from tfstyle.methods import METHODS, found, method

RELEASED = Path(__file__).parent / "released"


def load(name: str = "ghiasi"):
    """A released stylizer on Keras.

    Args:
        name: One of METHODS.

    Raises:
        ValueError: There is no such method.
    """
    row, networks = method(name), load_networks(name)
    signatures = {
        label: endpoint.arrays
        for endpoints in found(row.endpoints)(networks).values()
        for label, endpoint in endpoints.items()
    }
    return found(row.stylizer)(signatures, networks)


def load_networks(name: str) -> dict:
    """The Keras models of a released method, by file name."""
    from tfstyle.networks import files

    folder = RELEASED / name
    return {file: files.load(folder / f"{file}.keras") for file in method(name).files}


def load_lite(
    name: str = "ghiasi", threads: int | None = None, folder: str | os.PathLike | None = None
):
    """A released stylizer on LiteRT, which imports neither TensorFlow nor Keras.

    Args:
        name: One of METHODS.
        threads: Processor threads; None takes all cores.
        folder: Of another release of the method; None takes the one in the package.

    Raises:
        ValueError: There is no such method.
        OSError: The folder does not hold its files.
    """
    signatures = litert.signatures(_lite_files(name, folder), threads)
    return found(method(name).stylizer)(signatures)


def lite_bytes(name: str, folder: str | os.PathLike | None = None) -> int:
    """Size of a method's TFLite files together."""
    return sum(path.stat().st_size for path in _lite_files(name, folder))


def _lite_files(name, folder):
    home = Path(folder or RELEASED / name)
    return [home / f"{file}.tflite" for file in method(name).files]


def card(name: str) -> dict:
    """What a released model is, learned from and reaches, as its card.json says."""
    return json.loads((RELEASED / name / "card.json").read_text())


def released() -> list[str]:
    """Names of the methods whose weights are in the package."""
    return [name for name in METHODS if (RELEASED / name / "card.json").is_file()]


def encoder(folder: str | os.PathLike | None = None) -> tuple:
    """Our encoder and its read-outs, two frozen Keras models.

    Args:
        folder: A run folder of `tfstyle train encoder`; None takes the released ones.

    Raises:
        OSError: The folder holds no finished encoder.
    """
    from tfstyle.networks import files

    folder = Path(folder or RELEASED / "encoder")
    paths = [folder / f"{file}.keras" for file in ("encoder", "readouts")]
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"Expected a finished encoder. Received: {path}, not there.")
    return tuple(map(files.load, paths))
