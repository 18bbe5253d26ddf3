"""A model as a folder of files for phones or for TensorFlow, each compared with Keras."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

import tfstyle
from tfstyle import images, metrics, weights
from tfstyle.export import calls, dropin, saved_model, tflite
from tfstyle.methods import found, method

FORMATS = ("tflite", "saved_model")
MARKS = {"float32": 80.0, "float16": 60.0, "dynamic": 33.0, "int8": 25.0}  # dB from Keras
PICTURES = {"pastiche", "translated"}  # names of outputs
SIZES = ((256, 256), (251, 333))
COMPARED = 3  # pairs of pictures
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
    if drop_in:
        contents, ratios = dropin.pair(name, networks, precision, pairs), {}
    else:
        contents, ratios = _files(name, networks, precision, size, pairs)
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        images.write_file(folder / f"{file}.tflite", content)
        yield folder / f"{file}.tflite"
    card = {
        "model": name,
        "version": tfstyle.__version__,
        "precision": precision,
        "size": list(size) if size else "any",
        "bytes": {file: len(content) for file, content in contents.items()},
        "signatures": {file: tflite.signatures(content) for file, content in contents.items()},
        "operations": {file: tflite.operations(content) for file, content in contents.items()},
        "psnr_to_keras": ratios,
    }
    if precision == "int8":
        card["float_operations"] = sorted(tflite.FLOAT)
    images.write_file(folder / CARD, (json.dumps(card, indent=2) + "\n").encode())
    yield folder / CARD


def _files(name, networks, precision, size, pairs):
    """The files' bytes, and what their pictures are in dB from Keras'."""
    table = found(method(name).endpoints)(networks)
    if size is not None:
        table = {
            file: {label: each for label, each in endpoints.items() if label != "tile"}
            for file, endpoints in table.items()
        }
    samples = calls.samples(table, pairs) if precision == "int8" else {}
    contents = {
        file: tflite.to_tflite(endpoints, precision, samples.get(file), size)
        for file, endpoints in table.items()
    }
    ratios = {
        f"{height}x{width}": _ratio(table, contents, pairs[:COMPARED], (height, width))
        for height, width in ([size] if size else SIZES)
    }
    worst = min(ratios.values())
    if not worst >= MARKS[precision]:
        raise ValueError(
            f"Expected a {precision} file within {MARKS[precision]:g} dB of Keras. "
            f"Received: {worst:.1f} dB, so nothing is written."
        )
    return contents, ratios


def _ratio(
    table: calls.Table,
    contents: Mapping[str, bytes],
    pairs: list[tuple[np.ndarray, np.ndarray]],
    size: tuple[int, int],
) -> float:
    """Mean PSNR of the pictures that the files' signatures make, in dB."""
    ratios = []
    for content, style in pairs:
        known = {"content": images.resize(content, *size)[None], "style": style[None]}
        for file, label, inputs in calls.chained(table, known):
            outputs = tflite.run(contents[file], label, inputs)
            for key in PICTURES & outputs.keys():
                expected = table[file][label].arrays(**inputs)[key]
                ratios.append(metrics.psnr(expected, outputs[key]))
    return round(float(np.mean(ratios)), 1)
