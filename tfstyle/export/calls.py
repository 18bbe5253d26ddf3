"""What signatures are called with, one after the other, and what is made of pictures so."""

import os
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from tfstyle import examples
from tfstyle.data import folders
from tfstyle.export.tflite import Samples
from tfstyle.networks.endpoint import Endpoint

Table = Mapping[str, Mapping[str, Endpoint]]


def chained(
    table: Table, known: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, str, dict[str, np.ndarray]]]:
    """What every signature is called with, when those before it have been called.

    Args:
        table: Endpoints by file and signature.
        known: Arrays by input name, such as "content" and "style"; without, a strength is 1 and
            a vector that no signature tells is the last of its choices.

    Yields:
        File, signature and its inputs by name.
    """
    known = {"strength": np.ones((1, 1), np.float32), "vector": _last_choice(table), **known}
    for file, endpoints in table.items():
        for name, endpoint in endpoints.items():
            inputs = {key: known[key] for key in endpoint.inputs}
            yield file, name, inputs
            known |= endpoint.arrays(**inputs)


def _last_choice(table):
    endpoints = [endpoint for each in table.values() for endpoint in each.values()]
    wanted = [each.inputs["vector"].shape[-1] for each in endpoints if "vector" in each.inputs]
    return np.eye(1, wanted[0], wanted[0] - 1, dtype=np.float32) if wanted else None


def samples(table: Table, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> dict[str, Samples]:
    """What `to_tflite` finds ranges with, by file.

    Args:
        table: Endpoints by file and signature.
        pairs: Photographs and paintings, shape (height, width, 3) in [0, 1].
    """
    found = {file: {name: [] for name in endpoints} for file, endpoints in table.items()}
    for content, style in pairs:
        for file, name, inputs in chained(table, {"content": content[None], "style": style[None]}):
            found[file][name].append(inputs)
    return found


SIDE = 256  # pixels, of the pictures that int8 ranges are found with
CALIBRATED = 32  # of either kind at most

Folder = str | os.PathLike | None


def pairs(photographs: Folder, paintings: Folder) -> Iterator[tuple[np.ndarray, np.ndarray]]:
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
