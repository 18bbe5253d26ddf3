"""Runs a model's signatures one after the other, on pictures that files are compared on."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from tfstyle import examples, images
from tfstyle.baselines import PREDICTOR_SIDE, TRANSFORMER_SIDE
from tfstyle.data import folders
from tfstyle.export.tflite import Samples, Size
from tfstyle.networks.endpoint import Endpoint

EndpointTable = Mapping[str, Mapping[str, Endpoint]]
Arrays = dict[str, np.ndarray]
Runner = Callable[..., Arrays]
Pair = tuple[np.ndarray, np.ndarray]
Folder = str | os.PathLike | None

STRENGTH = 0.7
CALIBRATION_SIDE = 256  # pixels
CALIBRATION_PICTURES = 32  # photographs, and paintings, at most


def run_signatures(
    table: EndpointTable, inputs: Arrays, runner: Runner | None = None
) -> Iterator[tuple[str, str, Arrays, Arrays]]:
    """Runs every signature. Outputs of one are inputs of those after it.

    Args:
        table: Endpoints by file and signature.
        inputs: Arrays by name, as `first_inputs` returns them.
        runner: A function of a file, a signature and its inputs by name, which returns the outputs
            by name; None runs Keras.

    Yields:
        File, signature, its inputs and its outputs by name.
    """
    arrays = {**inputs, **_one_hot_styles(table)}
    for file, endpoints in table.items():
        for signature, endpoint in endpoints.items():
            run = functools.partial(runner, file, signature) if runner else endpoint.arrays
            arguments = {name: arrays[name] for name in endpoint.inputs}
            outputs = run(**arguments)
            yield file, signature, arguments, outputs
            if signature == "predict":
                outputs |= {"own": run(style=arrays["content"])["vector"]}
            arrays |= outputs


def _one_hot_styles(table):
    """The last named style, for methods that take no painting."""
    counts = {
        name: endpoint.inputs[name].shape[-1]
        for endpoints in table.values()
        for endpoint in endpoints.values()
        for name in ("vector", "style")
        if name in endpoint.inputs and len(endpoint.inputs[name].shape) == 2
    }
    return {name: np.eye(1, n, n - 1, dtype=np.float32) for name, n in counts.items()}


def first_inputs(pair: Pair, size: Size = None, style_size: Size = None) -> Arrays:
    """The arrays by name that signatures take of a photograph and a painting.

    Args:
        pair: Photograph and painting, each of shape (height, width, 3), in [0, 1].
        size: Height and width that the photograph is resized to; None keeps its own.
        style_size: Height and width that the painting is resized to; None keeps its own.
    """
    content, style = pair
    return {
        "content": (content if size is None else images.resize(content, *size))[None],
        "style": (style if style_size is None else images.resize(style, *style_size))[None],
        "strength": np.full((1, 1), STRENGTH, np.float32),
        "content_image": images.squash(content, TRANSFORMER_SIDE)[None],
        "style_image": images.squash(style, PREDICTOR_SIDE)[None],
    }


def calibration_samples(
    table: EndpointTable, pairs: Iterable[Pair], size: Size = None, style_size: Size = None
) -> dict[str, Samples]:
    """The inputs by file and signature that `tflite.to_tflite` calibrates int8 with.

    Args:
        table: Endpoints by file and signature.
        pairs: Photographs and paintings.
        size: See `first_inputs`.
        style_size: See `first_inputs`.
    """
    samples = {file: {signature: [] for signature in table[file]} for file in table}
    for pair in pairs:
        inputs = first_inputs(pair, size, style_size)
        for file, signature, arguments, _ in run_signatures(table, inputs):
            samples[file][signature].append(arguments)
    return samples


def calibration_pairs(photographs: Folder, paintings: Folder) -> Iterator[Pair]:
    """Photographs and paintings, squashed to squares of CALIBRATION_SIDE.

    Args:
        photographs: Folder of which at most CALIBRATION_PICTURES are read; None takes a drawn one.
        paintings: Folder, read likewise; None takes drawn ones.
    """
    side = CALIBRATION_SIDE
    contents = _squashed(photographs) or [examples.lake(side, side)]
    styles = _squashed(paintings) or [examples.swirls(side, side), examples.discs(side, side)]
    for index in range(max(len(contents), len(styles))):
        yield contents[index % len(contents)], styles[index % len(styles)]


def _squashed(folder):
    if folder is None:
        return []
    return folders.read_squares([folder], CALIBRATION_SIDE, CALIBRATION_PICTURES)
