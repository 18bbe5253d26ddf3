"""A finished run as a folder that can be shipped: Keras and TFLite files and a card."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import tfstyle
from tfstyle import examples, export, images
from tfstyle.methods import found, method
from tfstyle.networks.files import load

TOLERANCE = 0.3  # mean difference that int8 weights may make, in deviations of an output


def release(
    name: str,
    run: str | os.PathLike,
    folder: str | os.PathLike,
    notes: str | os.PathLike | None = None,
) -> Iterator[Path]:
    """Writes the files of a release and yields their paths.

    Args:
        name: "encoder" or a method.
        run: A run folder that holds the finished networks.
        folder: Made where it is missing.
        notes: JSON file whose entries the card takes over: data, licences, measured figures.

    Raises:
        OSError: The run is not finished.
        ValueError: A TFLite file paints something else than Keras.
    """
    run, folder = Path(run), Path(folder)
    files = ("encoder", "readouts") if name == "encoder" else method(name).files
    for file in files:
        if not (run / f"{file}.keras").is_file():
            raise FileNotFoundError(f"Expected a finished run of {name}. Received: {run}.")
    folder.mkdir(parents=True, exist_ok=True)
    exported = {} if name == "encoder" else _exported(name, run, files)
    for file in files:
        yield Path(shutil.copy(run / f"{file}.keras", folder))
    for file, content in exported.items():
        images.write_file(folder / f"{file}.tflite", content)
        yield folder / f"{file}.tflite"
    card = _card(name, run, exported, notes)
    images.write_file(folder / "card.json", (json.dumps(card, indent=2) + "\n").encode())
    yield folder / "card.json"


def _exported(name, run, files):
    networks = {file: load(run / f"{file}.keras") for file in files}
    table = found(method(name).endpoints)(networks)
    exported = {file: export.to_tflite(endpoints) for file, endpoints in table.items()}
    _check(table, exported)
    return exported


def _check(table, exported):
    """Every signature against Keras on pictures of an odd size."""
    known = {"content": examples.lake(123, 161)[None], "style": examples.discs(150, 131)[None]}
    for file, endpoints in table.items():
        for name, endpoint in endpoints.items():
            inputs = {key: known[key] for key in endpoint.inputs}
            known |= endpoint.arrays(**inputs)
            found = export.difference(exported[file], name, endpoint, inputs)
            if not found <= TOLERANCE:
                raise ValueError(
                    f"Expected {file}.tflite to agree with Keras within {TOLERANCE} deviations. "
                    f"Received: {found:.3g} at signature {name}."
                )


def _card(name, run, exported, notes):
    card = {"name": name, "version": tfstyle.__version__}
    card |= json.loads((run / "settings.json").read_text())
    if exported:
        card["tflite_bytes"] = sum(map(len, exported.values()))
        card["operations"] = {file: export.operations(c) for file, c in exported.items()}
    return card | (json.loads(Path(notes).read_text()) if notes else {})
