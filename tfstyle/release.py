"""Releases a finished run as a folder of Keras and TFLite files, styles and a card."""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import tfstyle
from tfstyle import disk, examples, images, loading, registry, remote
from tfstyle.data import folders
from tfstyle.export import signature_runner, tflite
from tfstyle.methods import method
from tfstyle.networks import files as networks_files

TOLERANCE = 0.5  # mean error of TFLite files, in standard deviations of an output
DIGITS = 5  # of a style vector's numbers

Folder = str | os.PathLike


def release(
    name: str,
    run: Folder,
    folder: Folder,
    notes: Folder | None = None,
    paintings: Folder | None = None,
    photographs: Folder | None = None,
    mixed: Mapping[Folder, float] | None = None,
) -> Iterator[Path]:
    """Writes the files of a release, all or none, and yields their paths.

    Args:
        name: "encoder", a method or a variant of one.
        run: The run folder with the finished networks.
        folder: Made where it is missing.
        notes: JSON file whose entries are copied to the card: data, licences, measured figures.
        paintings: Folder of the pictures whose vectors become named styles, `<name>.jpg` of
            every name in paintings.json.
        photographs: Folder of pictures to calibrate int8 with, beside the paintings; None takes
            drawn ones.
        mixed: Other finished runs of the same networks and their shares, from 0 to 1. The weights
            move towards those of each run by its share of the way, one run after the other.

    Raises:
        OSError: A run is not finished, or a painting is missing.
        ValueError: A TFLite file paints something else than Keras.
    """
    run, folder = Path(run), Path(folder)
    files = ("encoder", "readouts") if name == "encoder" else method(name).files
    mixed = {Path(other): share for other, share in (mixed or {}).items()}
    for source, file in itertools.product((run, *mixed), files):
        if not (source / f"{file}.keras").is_file():
            raise FileNotFoundError(f"Expected a finished run of {name}. Received: {source}.")
    with disk.filled_folder(folder) as new_folder:
        paths = list(_write(name, run, new_folder, files, notes, paintings, photographs, mixed))
    yield from (folder / path.name for path in paths)


def _write(name, run, folder, files, notes, paintings, photographs, mixed):
    """Writes the files of a release and yields their paths."""
    for file in files:
        network = networks_files.load(run / f"{file}.keras")
        for other, share in mixed.items():
            _mix(network, networks_files.load(other / f"{file}.keras"), share)
        yield networks_files.save_compact(network, folder / f"{file}.keras")
    pairs = signature_runner.calibration_pairs(photographs, paintings)
    networks = {} if name == "encoder" else loading.load_networks(name, folder)
    contents = _export(name, networks, pairs) if networks else {}
    for file, content in contents.items():
        disk.write_bytes(folder / f"{file}.tflite", content)
        yield folder / f"{file}.tflite"
    if (run / "styles.json").is_file():
        disk.write_bytes(folder / "styles.json", (run / "styles.json").read_bytes())
        yield folder / "styles.json"
    elif paintings is not None:
        yield _write_json(folder / "styles.json", _styles(name, folder, Path(paintings)), None)
    card = _card(name, run, contents, notes)
    card |= loading.geometry_entry(name, networks) if networks else {}
    yield _write_json(folder / registry.CARD, card | file_entries(folder))


def update_card(folder: Folder) -> Path:
    """Writes `file_entries` of a release's files into its card, and returns the card's path.

    Args:
        folder: With the files and a card.

    Raises:
        OSError: There is no card, or it is no JSON or cannot be written.
    """
    path = Path(folder) / registry.CARD
    if not path.is_file():
        raise FileNotFoundError(f"Expected a release's folder. Received: {folder}, without a card.")
    return _write_json(path, registry.read_json(path) | file_entries(Path(folder)))


def file_entries(folder: Path) -> dict:
    """A card's entries of a folder's files: their hashes, and the runtime of TFLite files.

    Args:
        folder: With `.keras` files and `.tflite` files that take any size, or with none.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix in (".keras", ".tflite"))
    entries = {"sha256": {path.name: remote.sha256(path) for path in files}} if files else {}
    if any(path.suffix == ".tflite" for path in files):
        entries["runtime"] = tflite.RUNTIMES[True]
    return entries


def _mix(network, other, share):
    """Moves a network's weights towards those of another one, by a share of the way."""
    pairs = zip(network.get_weights(), other.get_weights(), strict=True)
    network.set_weights([(1.0 - share) * first + share * second for first, second in pairs])


def _write_json(path, content, indent=2):
    text = json.dumps(content, indent=indent)
    disk.write_bytes(path, (text + "\n").encode())
    return path


def _export(name, networks, pairs):
    """TFLite files' bytes by name."""
    method_class = method(name)
    table = method_class.endpoints(networks)
    samples = (
        signature_runner.calibration_samples(table, pairs)
        if method_class.precision == "int8"
        else {}
    )
    contents = {
        file: tflite.to_tflite(endpoints, method_class.precision, samples.get(file))
        for file, endpoints in table.items()
    }
    _check_errors(table, contents)
    return contents


def _check_errors(table, contents):
    """Compares every signature with Keras, on pictures of odd sizes."""
    first = signature_runner.first_inputs((examples.lake(123, 161), examples.discs(150, 131)))
    for file, name, inputs, _ in signature_runner.run_signatures(table, first):
        error = tflite.relative_error(contents[file], name, table[file][name], inputs)
        if not error <= TOLERANCE:
            raise ValueError(
                f"Expected {file}.tflite to agree with Keras within {TOLERANCE} deviations. "
                f"Received: {error:.3g} at signature {name}."
            )


def _styles(name, folder, paintings):
    """Vectors of the named paintings, from the TFLite file that users run."""
    stylizer = loading.load_lite(name, folder=folder)
    pictures = {path.stem: path for path in folders.pictures(paintings)}
    labels = [*registry.paintings()]
    missing = sorted({*labels} - pictures.keys())
    if missing:
        raise FileNotFoundError(
            f"Expected a picture of {', '.join(missing)}. Received: {paintings}, without."
        )
    return {label: _vector(stylizer, images.read(pictures[label])) for label in labels}


def _vector(stylizer, picture):
    return [round(float(number), DIGITS) for number in stylizer.style_code(picture)["vector"][0]]


def _card(name, run, contents, notes):
    card = {"name": name, "version": tfstyle.__version__}
    card |= json.loads((run / "settings.json").read_text())
    record = run / "run.json"
    if record.is_file():
        card |= {k: v for k, v in registry.read_json(record).items() if k == "versions"}
    state = run / "state.json"
    if state.is_file():
        card["trained_steps"] = json.loads(state.read_text())["step"]
    if contents:
        card["tflite_bytes"] = sum(map(len, contents.values()))
        card["operations"] = {file: tflite.operations(c) for file, c in contents.items()}
    return card | (json.loads(Path(notes).read_text()) if notes else {})
