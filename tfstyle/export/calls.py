"""What signatures are called with, one after the other, and what is made of pictures so."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from tfstyle import examples, images
from tfstyle.baselines import PREDICTOR_SIDE, TRANSFORMER_SIDE
from tfstyle.data import folders
from tfstyle.export.tflite import Samples
from tfstyle.networks.endpoint import Endpoint

Table = Mapping[str, Mapping[str, Endpoint]]
Arrays = dict[str, np.ndarray]
Call = Callable[..., Arrays]
Pair = tuple[np.ndarray, np.ndarray]

STRENGTH = 0.7


def chained(
    table: Table, known: Arrays, call: Call | None = None
) -> Iterator[tuple[str, str, Arrays, Arrays]]:
    """Calls every signature, with what those before it have said.

    Args:
        table: Endpoints by file and signature.
        known: Arrays by input name, as from `inputs`.
        call: From a file, a signature and its inputs by name to its outputs; None is Keras.

    Yields:
        File, signature, its inputs and its outputs by name.
    """
    known = {**known, **_choices(table)}
    for file, endpoints in table.items():
        for name, endpoint in endpoints.items():
            paint = functools.partial(call, file, name) if call else endpoint.arrays
            given = {key: known[key] for key in endpoint.inputs}
            outputs = paint(**given)
            yield file, name, given, outputs
            if name == "predict":
                outputs |= {"own": paint(style=known["content"])["vector"]}
            known |= outputs


def _choices(table):
    """The last of its styles, where a family knows no others."""
    endpoints = [endpoint for each in table.values() for endpoint in each.values()]
    wanted = {
        name: each.inputs[name].shape[-1]
        for each in endpoints
        for name in ("vector", "style")
        if name in each.inputs and len(each.inputs[name].shape) == 2
    }
    return {name: np.eye(1, n, n - 1, dtype=np.float32) for name, n in wanted.items()}


def inputs(
    pair: Pair, size: tuple[int, int] | None = None, styles: tuple[int, int] | None = None
) -> Arrays:
    """What is known of a photograph and a painting before any signature is called.

    Args:
        pair: Shape (height, width, 3) each, in [0, 1].
        size: Height and width that the photograph is brought to; None leaves it.
        styles: The same of the painting.
    """
    content, style = pair
    return {
        "content": (content if size is None else images.resize(content, *size))[None],
        "style": (style if styles is None else images.resize(style, *styles))[None],
        "strength": np.full((1, 1), STRENGTH, np.float32),
        "content_image": images.squash(content, TRANSFORMER_SIDE)[None],
        "style_image": images.squash(style, PREDICTOR_SIDE)[None],
    }


def samples(
    table: Table,
    pairs: Iterable[Pair],
    size: tuple[int, int] | None = None,
    styles: tuple[int, int] | None = None,
) -> dict[str, Samples]:
    """What `to_tflite` finds ranges with, by file.

    Args:
        table: Endpoints by file and signature.
        pairs: Photographs and paintings.
        size: As of `inputs`.
        styles: As of `inputs`.
    """
    found = {file: {name: [] for name in endpoints} for file, endpoints in table.items()}
    for pair in pairs:
        for file, name, given, _ in chained(table, inputs(pair, size, styles)):
            found[file][name].append(given)
    return found


SIDE = 256  # pixels, of the pictures that int8 ranges are found with
CALIBRATED = 32  # of either kind at most

Folder = str | os.PathLike | None


def pairs(photographs: Folder, paintings: Folder) -> Iterator[Pair]:
    """Photographs and paintings, squashed to SIDE; drawn ones where no folder is.

    Args:
        photographs: Up to CALIBRATED are taken.
        paintings: The same.
    """
    contents = _squares(photographs) or [examples.lake(SIDE, SIDE)]
    styles = _squares(paintings) or [examples.swirls(SIDE, SIDE), examples.discs(SIDE, SIDE)]
    for index in range(max(len(contents), len(styles))):
        yield contents[index % len(contents)], styles[index % len(styles)]


def _squares(folder):
    return [] if folder is None else folders.squashed([folder], SIDE, CALIBRATED)
