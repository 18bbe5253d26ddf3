"""Exports a model as TFLite or ONNX files or a SavedModel, and compares files with Keras."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import keras

import tfstyle
from tfstyle import disk, loading, registry
from tfstyle.export import (
    ACCELERATORS,
    FORMATS,
    accelerated,
    dropin,
    fidelity,
    onnx,
    onnx_weights,
    saved_model,
    signature_runner,
    stylize_signature,
    tflite,
)
from tfstyle.export.signature_runner import EndpointTable, Pair, Runner
from tfstyle.export.tflite import Size
from tfstyle.methods import method

SIZES = ((256, 256), (251, 333))
ONNX_SIZES = (*SIZES, (75, 93), (384, 512))
COMPARED_PAIRS = 3
CARD = "card.json"
Folder = str | os.PathLike


@dataclasses.dataclass(frozen=True)
class ExportJob:
    """What is exported, and the pictures that it is compared on.

    Args:
        name: The model.
        networks: Keras models by file name.
        precision: Of the files.
        size: Height and width of photographs; None takes any.
        pairs: Photographs and paintings.
        drawn: Whether some of these are drawn.
        accelerator: See `export`.
    """

    name: str
    networks: Mapping[str, keras.Model]
    precision: str
    size: Size
    pairs: list[Pair]
    drawn: bool
    accelerator: str | None = None

    @property
    def style_size(self) -> Size:
        """Height and width of paintings; None takes any."""
        return self.size if self.accelerator else None

    def psnr_by_size(self, table: EndpointTable, runner: Runner, sizes: Iterable[Size]) -> dict:
        """Mean PSNR of files to Keras by size, in dB.

        Args:
            table: Endpoints by file and signature.
            runner: Of the files.
            sizes: Heights and widths, for files that take any.
        """
        pairs, sizes = self.pairs[:COMPARED_PAIRS], (self.size,) if self.size else sizes
        return {
            f"{size[0]}x{size[1]}": fidelity.mean_psnr(
                fidelity.painted_pairs(table, runner, pairs, size, self.style_size)
            )
            for size in sizes
        }


def export(
    name: str,
    folder: Folder,
    format: str = "tflite",
    precision: str | None = None,
    size: Size = None,
    source: Folder | None = None,
    photographs: Folder | None = None,
    paintings: Folder | None = None,
    drop_in: bool = False,
    accelerator: str | None = None,
) -> Iterator[Path]:
    """Writes a model's files and a card beside them, and yields their paths.

    Args:
        name: One of `registry.released()`, or a method with `source`.
        folder: Made where it is missing.
        format: "tflite", one or two files with named signatures of builtin operations; "onnx", one
            file per signature; or "saved_model", which has the interface of Magenta's Hub module,
            of methods that have a style predictor.
        precision: See `tflite.to_tflite`, or `onnx_weights.compact` for ONNX files; None takes
            the method's own, and "float32" for ONNX files. SavedModels are in float32.
        size: Height and width of photographs; None takes any.
        source: Folder of another release or of a finished run.
        photographs: Folder of photographs to calibrate int8 with and to compare on; None takes
            drawn ones.
        paintings: The same of paintings.
        drop_in: Writes the two files that replace Magenta's pair instead, of methods that have
            a style predictor.
        accelerator: "gpu" or "npu" for TFLite files of one size whose operations these support.

    Raises:
        ValueError: The model or an option is unknown, or a file paints something else than Keras;
            nothing is written then.
        OSError: A folder is missing or cannot be written, or a package is not installed.
    """
    _check_options(name, format, precision, size, drop_in)
    _check_accelerator(accelerator, format, precision, size, drop_in)
    networks, folder = loading.load_networks(name, source), Path(folder)
    if format == "saved_model":
        yield saved_model.write(name, networks, folder)
        return
    needed = (photographs, paintings) if method(name).kind.takes_pictures else (photographs,)
    pairs = list(signature_runner.calibration_pairs(photographs, paintings))
    precision = precision or _default_precision(name, format, accelerator)
    job = ExportJob(name, networks, precision, size, pairs, not all(needed), accelerator)
    convert = _to_onnx if format == "onnx" else _to_drop_in if drop_in else _to_tflite
    contents, card = convert(job)
    files = {f"{file}.{format}": content for file, content in contents.items()}
    styles = registry.model_folder(name, source) / registry.STYLES
    if styles.is_file() and not drop_in:
        files[registry.STYLES] = styles.read_bytes()
    card["sha256"] = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    files[CARD] = (json.dumps(card, indent=2) + "\n").encode()
    with disk.filled_folder(folder) as new_folder:
        for file, content in files.items():
            disk.write_bytes(new_folder / file, content)
    yield from (folder / file for file in files)


def _check_options(name, format, precision, size, drop_in):
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


def _check_accelerator(accelerator, format, precision, size, drop_in):
    if accelerator is None:
        return
    if accelerator not in ACCELERATORS:
        raise ValueError(f"Expected {' or '.join(ACCELERATORS)}. Received: {accelerator}.")
    if format != "tflite" or drop_in or size is None:
        raise ValueError(
            f"Expected TFLite files of one size for {accelerator.upper()}s: --size HxW, "
            "no other format, no drop-in. Received: others."
        )
    if precision not in (None, *accelerated.DELEGATE_PRECISIONS):
        raise ValueError(
            f"Expected a precision that {accelerator.upper()}s know, of "
            f"{', '.join(accelerated.DELEGATE_PRECISIONS)}. Received: {precision}."
        )


def _default_precision(name, format, accelerator):
    if format == "onnx":
        return "float32"
    return accelerated.DELEGATE_PRECISIONS[0] if accelerator else method(name).precision


def _card(job, contents, psnrs, entries):
    """The card of files, refused where these paint something else than Keras.

    Args:
        job: The job.
        contents: The files' bytes by name.
        psnrs: To Keras by size, in dB.
        entries: Of the files' format.
    """
    fidelity.check_psnr(psnrs, job.precision, job.drawn)
    return {
        "model": job.name,
        "version": tfstyle.__version__,
        "precision": job.precision,
        "size": list(job.size) if job.size else "any",
        "bytes": {file: len(content) for file, content in contents.items()},
        **entries,
        "psnr_to_keras": psnrs,
        **loading.geometry_entry(job.name, job.networks),
    }


def _tflite_entries(contents, any_size):
    return {
        "runtime": tflite.RUNTIMES[any_size],
        "signatures": {file: tflite.signatures(content) for file, content in contents.items()},
        "operations": {file: tflite.operations(content) for file, content in contents.items()},
    }


def _to_tflite(job):
    table = endpoints(job.name, job.networks, job.size)
    if job.accelerator:
        table = {file: _called_by_apps(labels) for file, labels in table.items()}
    contents, psnrs, careful = _convert(table, job)
    entries = _tflite_entries(contents, job.size is None)
    if job.accelerator:
        entries["for"] = job.accelerator
        entries["left_to_the_processor"] = {
            file: accelerated.unsupported_operations(content, job.accelerator)
            for file, content in contents.items()
        }
    if job.precision == "int8":
        entries["float_operations"] = tflite.float_operations(careful)
        entries["float_convolutions"] = tflite.FLOAT_CONVOLUTIONS[careful]
        entries["precisions"] = {file: _file_precision(job, file) for file in contents}
    return contents, _card(job, contents, psnrs, entries)


def _called_by_apps(labels):
    """The endpoints that an app calls: `stylize`, and those that take a painting."""
    return {
        label: endpoint
        for label, endpoint in labels.items()
        if label == stylize_signature.SIGNATURE or "style" in endpoint.inputs
    }


def _to_drop_in(job):
    table, contents = dropin.pair(job.name, job.networks, job.precision)
    psnrs = job.psnr_by_size(table, fidelity.tflite_runner(contents), SIZES[:1])
    return contents, _card(job, contents, psnrs, _tflite_entries(contents, False))


def _to_onnx(job):
    table = endpoints(job.name, job.networks, job.size)
    contents = {
        label: onnx_weights.compact(onnx.to_onnx(endpoint, job.size), job.precision)
        for labels in table.values()
        for label, endpoint in labels.items()
    }
    psnrs = job.psnr_by_size(table, onnx.runner(contents), ONNX_SIZES)
    entries = {
        "opset": onnx.OPSET,
        "signatures": {file: {file: onnx.signature(c)} for file, c in contents.items()},
        "operations": {file: onnx.operations(content) for file, content in contents.items()},
    }
    return contents, _card(job, contents, psnrs, entries)


def endpoints(name: str, networks: Mapping[str, keras.Model], size: Size = None) -> EndpointTable:
    """The endpoints of a model's files by file and signature; the last file has `stylize`.

    Args:
        name: The model.
        networks: Keras models by file name.
        size: See `export`; files of one size have no signatures for tiles.
    """
    table = method(name).endpoints(networks)
    merged = {label: endpoint for labels in table.values() for label, endpoint in labels.items()}
    stylize = stylize_signature.stylize_endpoint(name, networks, merged)
    table[[*table][-1]] |= {stylize_signature.SIGNATURE: stylize}
    if size is None:
        return table
    return {
        file: {
            label: endpoint for label, endpoint in labels.items() if not label.startswith("tile")
        }
        for file, labels in table.items()
    }


def _convert(table, job):
    """The files' bytes, their PSNRs by size, and whether int8 had to be `careful`."""
    int8 = job.precision == "int8"
    samples = {}
    if int8:
        samples = signature_runner.calibration_samples(table, job.pairs, job.size, job.style_size)
    for careful in (False, True):
        contents = {
            file: _convert_file(job, file, labels, samples.get(file), careful)
            for file, labels in table.items()
        }
        psnrs = job.psnr_by_size(table, fidelity.tflite_runner(contents), SIZES)
        if not int8 or fidelity.reaches_least_psnr(psnrs, job.precision, job.drawn):
            break
    return contents, psnrs, careful


def _file_precision(job, file):
    """The job's precision, but another one of files that int8 does not suit."""
    if job.precision == "int8":
        return method(job.name).uncalibrated.get(file, "int8")
    return job.precision


def _convert_file(job, file, labels, samples, careful):
    precision = _file_precision(job, file)
    if job.accelerator:
        return accelerated.to_tflite(labels, precision, job.size, job.accelerator, samples, careful)
    return tflite.to_tflite(labels, precision, samples, job.size, careful=careful)
