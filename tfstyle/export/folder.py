"""A model as a folder of files for phones, ONNX' runtimes or TensorFlow, compared with Keras."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import keras

import tfstyle
from tfstyle import images, loading, registry
from tfstyle.export import (
    accelerated,
    calls,
    dropin,
    fidelity,
    onnx,
    onnx_weights,
    saved_model,
    tflite,
    whole,
)
from tfstyle.methods import method

FORMATS = ("tflite", "saved_model", "onnx")
SIZES = ((256, 256), (251, 333))
ONNX_SIZES = (*SIZES, (75, 93), (384, 512))
COMPARED = 3  # pairs of pictures
CARD = "card.json"
Folder = str | os.PathLike
Size = tuple[int, int] | None


@dataclasses.dataclass(frozen=True)
class Job:
    """What is to be exported, and the pictures that it is compared on.

    Args:
        name: Of the model.
        networks: By file name.
        precision: Of the files.
        size: Height and width that they take; None takes any.
        pairs: Photographs and paintings.
        drawn: Whether some of these are drawn.
        processor: That the files are for, as of `export`.
    """

    name: str
    networks: Mapping[str, keras.Model]
    precision: str
    size: Size
    pairs: list[calls.Pair]
    drawn: bool
    processor: str | None = None

    @property
    def styles(self) -> Size:
        """Height and width that files take paintings of; None takes any."""
        return self.size if self.processor else None

    def ratios(self, table: calls.Table, call: calls.Call, sizes: Iterable[Size]) -> dict:
        """PSNRs of files to Keras by size, in dB."""
        return {
            f"{height}x{width}": fidelity.ratio(
                fidelity.pictures(table, call, self.pairs[:COMPARED], (height, width), self.styles)
            )
            for height, width in ((self.size,) if self.size else sizes)
        }


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
    processor: str | None = None,
) -> Iterator[Path]:
    """Writes a model's files and a card beside them, and yields their paths.

    Args:
        name: One of `registry.released()`, or a method with `source`.
        folder: Made where it is missing.
        format: "tflite", one file or two with named signatures of builtin operations; "onnx", a
            file a signature; or "saved_model", of families that take any painting,
            called as Magenta's Hub module is.
        precision: As of `tflite.to_tflite`, or of ONNX files of `onnx_weights.compact`; None is the
            family's own, of ONNX files "float32". SavedModels are in float32.
        size: Height and width that a file takes; None takes any.
        source: Folder of another release or of a finished run.
        photographs: Folder of pictures to find int8 ranges with and to compare on; drawn ones
            without.
        paintings: The same of paintings.
        drop_in: Of a style predictor and a transformer, two files with the tensors of Magenta's
            pair instead.
        processor: "gpu" or "npu", of TFLite files of one size whose operations these take; None is
            any.

    Raises:
        ValueError: The model or an option is unknown, or a file paints something else than Keras;
            nothing is written then.
        OSError: A folder is missing or cannot be written, or a package is not installed.
    """
    _check(name, format, precision, size, drop_in)
    _check_processor(processor, format, precision, size, drop_in)
    networks, folder = loading.load_networks(name, source), Path(folder)
    if format == "saved_model":
        yield saved_model.write(name, networks, folder)
        return
    looked_at = (photographs, paintings) if method(name).kind.takes_pictures else (photographs,)
    pairs, drawn = list(calls.pairs(photographs, paintings)), not all(looked_at)
    precision = precision or _own_precision(name, format, processor)
    job = Job(name, networks, precision, size, pairs, drawn, processor)
    made = _onnx(job) if format == "onnx" else _drop_in(job) if drop_in else _tflite(job)
    files = {f"{file}.{format}": content for file, content in made.contents.items()}
    styles = registry.home(name, source) / registry.STYLES
    if styles.is_file() and not drop_in:
        files[registry.STYLES] = styles.read_bytes()
    hashes = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    card = _card(job, made) | {"sha256": hashes}
    files[CARD] = (json.dumps(card, indent=2) + "\n").encode()
    with images.filled_folder(folder) as filled:
        for file, content in files.items():
            images.write_file(filled / file, content)
    yield from (folder / file for file in files)


def _check(name, format, precision, size, drop_in):
    if format not in FORMATS:
        raise ValueError(f"Expected a format of {', '.join(FORMATS)}. Received: {format!r}.")
    if not method(name).kind.one_pass:
        raise ValueError(f"Expected a model that paints in one pass. Received: {name}.")
    if format == "saved_model" and (precision or size or drop_in):
        raise ValueError("Expected a SavedModel without precision, size or drop-in. Received: one.")
    if format == "onnx" and (precision not in (None, *onnx_weights.PRECISIONS) or drop_in):
        raise ValueError(
            f"Expected ONNX files in {', '.join(onnx_weights.PRECISIONS)}, not drop-in. "
            f"Received: {'drop-in' if drop_in else precision}."
        )
    if drop_in and size:
        raise ValueError(f"Expected the drop-in pair at its own size. Received: {size}.")


def _check_processor(processor, format, precision, size, drop_in):
    if processor is None:
        return
    if processor not in accelerated.PROCESSORS:
        raise ValueError(
            f"Expected a processor of {', '.join(accelerated.PROCESSORS)}. Received: {processor}."
        )
    if format != "tflite" or drop_in or size is None:
        raise ValueError(
            f"Expected TFLite files of one size for {processor.upper()}s: --size HxW, "
            "no other format, no drop-in. Received: others."
        )
    if precision not in (None, *accelerated.DELEGATE_PRECISIONS):
        raise ValueError(
            f"Expected a precision that {processor.upper()}s know, of "
            f"{', '.join(accelerated.DELEGATE_PRECISIONS)}. Received: {precision}."
        )


def _own_precision(name, format, processor):
    if format == "onnx":
        return "float32"
    return accelerated.DELEGATE_PRECISIONS[0] if processor else method(name).precision


@dataclasses.dataclass(frozen=True)
class _Made:
    """Files' bytes by name, their PSNRs by size, and what only their format's card says."""

    contents: dict[str, bytes]
    ratios: dict[str, float]
    told: dict


def _card(job, made):
    return {
        "model": job.name,
        "version": tfstyle.__version__,
        "precision": job.precision,
        "size": list(job.size) if job.size else "any",
        "bytes": {file: len(content) for file, content in made.contents.items()},
        **made.told,
        "psnr_to_keras": fidelity.checked(made.ratios, job.precision, job.drawn),
        **loading.told(job.name, job.networks),
    }


def _told(contents, any_size):
    """Of TFLite files."""
    return {
        "runtime": tflite.RUNTIMES[any_size],
        "signatures": {file: tflite.signatures(content) for file, content in contents.items()},
        "operations": {file: tflite.operations(content) for file, content in contents.items()},
    }


def _tflite(job):
    table = endpoints(job.name, job.networks, job.size)
    if job.processor:
        table = {file: _asked(labels) for file, labels in table.items()}
    contents, ratios, careful = _agreeing(table, job)
    told = _told(contents, job.size is None)
    if job.processor:
        left = {f: accelerated.left(content, job.processor) for f, content in contents.items()}
        told |= {"for": job.processor, "left_to_the_processor": left}
    if job.precision == "int8":
        told["float_operations"] = tflite.floats(careful)
        told["float_convolutions"] = tflite.CONVOLUTIONS[careful]
        told["precisions"] = {file: _calibrated(job.name, file) for file in contents}
    return _Made(contents, ratios, told)


def _asked(labels):
    """What an app calls: a photograph is painted by one signature, with its margin."""
    return {k: each for k, each in labels.items() if k == whole.LABEL or "style" in each.inputs}


def _drop_in(job):
    table, contents = dropin.pair(job.name, job.networks, job.precision)
    ratios = job.ratios(table, fidelity.lite(contents), SIZES[:1])
    return _Made(contents, ratios, _told(contents, False))


def _onnx(job):
    table = endpoints(job.name, job.networks, job.size)
    contents = {
        label: onnx_weights.compact(onnx.to_onnx(endpoint, job.size), job.precision)
        for labels in table.values()
        for label, endpoint in labels.items()
    }
    ratios = job.ratios(table, onnx.caller(contents), ONNX_SIZES)
    signatures = {label: {label: onnx.signature(each)} for label, each in contents.items()}
    operations = {label: onnx.operations(content) for label, content in contents.items()}
    told = {"opset": onnx.OPSET, "signatures": signatures, "operations": operations}
    return _Made(contents, ratios, told)


def endpoints(
    name: str, networks: Mapping[str, keras.Model], size: tuple[int, int] | None = None
) -> calls.Table:
    """What a model's files answer to, by file and name; the last one paints for apps.

    Args:
        name: Of the model.
        networks: By file name.
        size: As of `export`; tiles are of no use at one size.
    """
    table = method(name).endpoints(networks)
    merged = {label: each for labels in table.values() for label, each in labels.items()}
    *_, last = table
    table[last] |= {whole.LABEL: whole.stylize(name, networks, merged)}
    if size is None:
        return table
    return {
        file: {label: each for label, each in labels.items() if not label.startswith("tile")}
        for file, labels in table.items()
    }


def _agreeing(table, job):
    """The files' bytes, their PSNRs, and whether int8 had to be careful for these."""
    int8 = job.precision == "int8"
    samples = calls.samples(table, job.pairs, job.size, job.styles) if int8 else {}
    for careful in (False, True):
        contents = {f: _file(job, f, each, samples.get(f), careful) for f, each in table.items()}
        ratios = job.ratios(table, fidelity.lite(contents), SIZES)
        if not int8 or fidelity.agree(ratios, job.precision, job.drawn):
            break
    return contents, ratios, careful


def _calibrated(name, file):
    """The precision of a file where int8 is asked for."""
    return method(name).uncalibrated.get(file, "int8")


def _file(job, file, endpoints, samples, careful):
    """A file's bytes."""
    int8 = job.precision == "int8"
    precision = _calibrated(job.name, file) if int8 else job.precision
    if job.processor:
        return accelerated.to_tflite(
            endpoints, precision, job.size, job.processor, samples, careful
        )
    return tflite.to_tflite(endpoints, precision, samples, job.size, careful=careful)
