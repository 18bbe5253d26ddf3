"""A model as a folder of files for phones or for TensorFlow, each compared with Keras."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import keras

import tfstyle
from tfstyle import images, weights
from tfstyle.export import calls, dropin, fidelity, saved_model, tflite, whole
from tfstyle.methods import Takes, found, method

FORMATS = ("tflite", "saved_model")
SIZES = ((256, 256), (251, 333))
COMPARED = 3  # pairs of pictures
UNCALIBRATED = {"predictor": "dynamic"}  # files that eight bits of fixed ranges would ruin
CARD = "card.json"

Folder = str | os.PathLike


def export(
    name: str,
    folder: Folder,
    format: str = "tflite",
    precision: str | None = None,
    size: tuple[int, int] | None = None,
    source: Folder | None = None,
    photographs: Folder | None = None,
    paintings: Folder | None = None,
    drop_in: bool = False,
) -> Iterator[Path]:
    """Writes a model's files and a card beside them, and yields their paths.

    Args:
        name: One of `weights.released()`, or a method with `source`.
        folder: Made where it is missing.
        format: "tflite", one file or two with named signatures of builtin operations; or
            "saved_model", of families that take any painting, called as Magenta's Hub module is.
        precision: As of `tflite.to_tflite`; None is the family's own. SavedModels are in float32.
        size: Height and width that a TFLite file takes; None takes any.
        source: Folder of another release or of a finished run.
        photographs: Folder of pictures to find int8 ranges with and to compare on; drawn ones
            without.
        paintings: The same of paintings.
        drop_in: Of ghiasi, two files with the tensors of Magenta's pair instead.

    Raises:
        ValueError: The model or an option is unknown, or a file paints something else than Keras;
            nothing is written then.
        OSError: A folder is missing or cannot be written.
    """
    if format not in FORMATS:
        raise ValueError(f"Expected a format of {', '.join(FORMATS)}. Received: {format!r}.")
    if not method(name).lite:
        raise ValueError(f"Expected a model that paints in one pass. Received: {name}.")
    if format == "saved_model" and (precision or size or drop_in):
        raise ValueError("Expected a SavedModel without precision, size or drop-in. Received: one.")
    if drop_in and size:
        raise ValueError(f"Expected the drop-in pair at its own size. Received: {size}.")
    networks, folder = weights.load_networks(name, source), Path(folder)
    if format == "saved_model":
        yield saved_model.write(name, networks, folder)
        return
    precision = precision or method(name).precision
    pairs = list(calls.pairs(photographs, paintings))
    looked_at = (photographs, paintings) if method(name).takes is Takes.IMAGE else (photographs,)
    drawn, careful = not all(looked_at), False
    if drop_in:
        table, contents = dropin.pair(name, networks, precision)
        ratios = _ratios(table, contents, pairs, SIZES[:1])
    else:
        table = endpoints(name, networks, size)
        contents, ratios, careful = _agreeing(table, precision, size, pairs, drawn)
    card = {
        "model": name,
        "version": tfstyle.__version__,
        "precision": precision,
        "size": list(size) if size else "any",
        "bytes": {file: len(content) for file, content in contents.items()},
        "signatures": {file: tflite.signatures(content) for file, content in contents.items()},
        "operations": {file: tflite.operations(content) for file, content in contents.items()},
        "psnr_to_keras": fidelity.checked(ratios, precision, drawn),
        **weights.told(name, networks),
    }
    if precision == "int8":
        card["float_operations"] = tflite.floats(careful)
        card["float_convolutions"] = tflite.CONVOLUTIONS[careful]
        card["precisions"] = {file: UNCALIBRATED.get(file, precision) for file in contents}
    files = {f"{file}.tflite": content for file, content in contents.items()}
    styles = Path(source or weights.RELEASED / name) / weights.STYLES
    if styles.is_file() and not drop_in:
        files[weights.STYLES] = styles.read_bytes()
    files[CARD] = (json.dumps(card, indent=2) + "\n").encode()
    with images.filled_folder(folder) as made:
        for file, content in files.items():
            images.write_file(made / file, content)
    yield from (folder / file for file in files)


def endpoints(
    name: str, networks: Mapping[str, keras.Model], size: tuple[int, int] | None = None
) -> calls.Table:
    """What a model's files answer to, by file and name; the last one paints for apps.

    Args:
        name: Of the model.
        networks: By file name.
        size: As of `export`; tiles are of no use at one size.
    """
    table = found(method(name).endpoints)(networks)
    merged = {label: each for labels in table.values() for label, each in labels.items()}
    *_, last = table
    table[last] |= {whole.LABEL: whole.stylize(name, networks, merged)}
    if size is None:
        return table
    return {
        file: {label: each for label, each in labels.items() if not label.startswith("tile")}
        for file, labels in table.items()
    }


def _agreeing(table, precision, size, pairs, drawn):
    """The files' bytes, their PSNRs, and whether int8 had to be careful for these."""
    samples = calls.samples(table, pairs, size) if precision == "int8" else {}
    for careful in (False, True):
        contents = _files(table, precision, size, samples, careful)
        ratios = _ratios(table, contents, pairs, (size,) if size else SIZES)
        if precision != "int8" or fidelity.agree(ratios, precision, drawn):
            break
    return contents, ratios, careful


def _ratios(table, contents, pairs, sizes):
    return {
        f"{height}x{width}": fidelity.ratio(
            fidelity.pictures(table, contents, pairs[:COMPARED], (height, width))
        )
        for height, width in sizes
    }


def _files(table, precision, size, samples, careful):
    """The files' bytes by name."""
    if precision != "int8":
        return {file: tflite.to_tflite(each, precision, size=size) for file, each in table.items()}
    return {
        file: tflite.to_tflite(
            each, UNCALIBRATED.get(file, precision), samples[file], size, careful=careful
        )
        for file, each in table.items()
    }
