"""A finished run as a folder that can be shipped: Keras and TFLite files, styles and a card."""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import tfstyle
from tfstyle import examples, images, loading, registry, remote
from tfstyle.data import folders
from tfstyle.export import calls, tflite
from tfstyle.methods import method
from tfstyle.networks import files as networks_files

TOLERANCE = 0.5  # mean difference that int8 weights may make, in deviations of an output
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
        run: A run folder that holds the finished networks.
        folder: Made where it is missing.
        notes: JSON file whose entries the card takes over: data, licences, measured figures.
        paintings: Folder of the pictures whose vectors become named styles, `<name>.jpg` of
            every name in paintings.json.
        photographs: Folder of pictures that, with the paintings, give int8 its ranges; drawn
            ones do without.
        mixed: Other finished runs of the same networks and their shares, whose weights are mixed
            into the run's, one after the other, each by its share of the way.

    Raises:
        OSError: A run is not finished, or a painting is missing.
        ValueError: A TFLite file paints something else than Keras.
    """
    run, folder = Path(run), Path(folder)
    files = ("encoder", "readouts") if name == "encoder" else method(name).files
    mixed = {Path(other): share for other, share in (mixed or {}).items()}
    for each, file in itertools.product((run, *mixed), files):
        if not (each / f"{file}.keras").is_file():
            raise FileNotFoundError(f"Expected a finished run of {name}. Received: {each}.")
    with images.filled_folder(folder) as made:
        written = list(_written(name, run, made, files, notes, paintings, photographs, mixed))
    yield from (folder / path.name for path in written)


def _written(name, run, folder, files, notes, paintings, photographs, mixed):
    """Writes the files of a release and yields their paths."""
    for file in files:
        network = networks_files.load(run / f"{file}.keras")
        for other, share in mixed.items():
            _mix(network, networks_files.load(other / f"{file}.keras"), share)
        yield networks_files.save_compact(network, folder / f"{file}.keras")
    pairs = calls.pairs(photographs, paintings)
    networks = {} if name == "encoder" else loading.load_networks(name, folder)
    exported = _exported(name, networks, pairs) if networks else {}
    for file, content in exported.items():
        images.write_file(folder / f"{file}.tflite", content)
        yield folder / f"{file}.tflite"
    if (run / "styles.json").is_file():
        images.write_file(folder / "styles.json", (run / "styles.json").read_bytes())
        yield folder / "styles.json"
    elif paintings is not None:
        yield _write_json(folder / "styles.json", _styles(name, folder, Path(paintings)), None)
    card = _card(name, run, exported, notes) | (loading.told(name, networks) if networks else {})
    yield _write_json(folder / registry.CARD, card | marks(folder))


def mark(folder: Folder) -> Path:
    """Writes the marks of a release's files, as they are now, into its card; returns its path.

    Args:
        folder: With the files and a card.

    Raises:
        OSError: There is no card, or it cannot be written.
        ValueError: The card is no JSON.
    """
    path = Path(folder) / registry.CARD
    if not path.is_file():
        raise FileNotFoundError(f"Expected a release's folder. Received: {folder}, without a card.")
    return _write_json(path, registry.read_json(path) | marks(Path(folder)))


def marks(folder: Path) -> dict:
    """What a card says of a folder's files: their hashes, and what runs TFLite files.

    Args:
        folder: With `.keras` and `.tflite` files of any size, or with none.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix in (".keras", ".tflite"))
    found = {"sha256": {path.name: remote.digest(path) for path in files}} if files else {}
    lite = any(path.suffix == ".tflite" for path in files)
    return found | ({"runtime": tflite.RUNTIMES[True]} if lite else {})


def _mix(network, other, share):
    """Moves a network's weights towards another one's, by a share of the way."""
    pairs = zip(network.get_weights(), other.get_weights(), strict=True)
    network.set_weights([(1.0 - share) * mine + share * theirs for mine, theirs in pairs])


def _write_json(path, content, indent=2):
    text = json.dumps(content, indent=indent)
    images.write_file(path, (text + "\n").encode())
    return path


def _exported(name, networks, pairs):
    row = method(name)
    table = row.endpoints(networks)
    samples = calls.samples(table, pairs) if row.precision == "int8" else {}
    exported = {
        file: tflite.to_tflite(each, row.precision, samples.get(file))
        for file, each in table.items()
    }
    _check(table, exported)
    return exported


def _check(table, exported):
    """Every signature against Keras on pictures of an odd size."""
    known = calls.inputs((examples.lake(123, 161), examples.discs(150, 131)))
    for file, name, inputs, _ in calls.chained(table, known):
        found = tflite.difference(exported[file], name, table[file][name], inputs)
        if not found <= TOLERANCE:
            raise ValueError(
                f"Expected {file}.tflite to agree with Keras within {TOLERANCE} deviations. "
                f"Received: {found:.3g} at signature {name}."
            )


def _styles(name, folder, paintings):
    """Vectors of the known paintings, from the TFLite file that people run."""
    stylizer = loading.load_lite(name, folder=folder)
    pictures = {path.stem: path for path in folders.pictures(paintings)}
    known = registry.paintings()
    missing = sorted(known.keys() - pictures.keys())
    if missing:
        raise FileNotFoundError(
            f"Expected a picture of {', '.join(missing)}. Received: {paintings}, without."
        )
    return {label: _numbers(stylizer, images.read(pictures[label])) for label in known}


def _numbers(stylizer, picture):
    return [round(float(number), DIGITS) for number in stylizer.style_code(picture)["vector"][0]]


def _card(name, run, exported, notes):
    card = {"name": name, "version": tfstyle.__version__}
    card |= json.loads((run / "settings.json").read_text())
    state = run / "state.json"
    if state.is_file():
        card["trained_steps"] = json.loads(state.read_text())["step"]
    if exported:
        card["tflite_bytes"] = sum(map(len, exported.values()))
        card["operations"] = {file: tflite.operations(c) for file, c in exported.items()}
    return card | (json.loads(Path(notes).read_text()) if notes else {})
