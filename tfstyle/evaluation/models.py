"""What is measured: released models, folders of others, and peers, as functions of pictures."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tfstyle import peers, weights
from tfstyle.methods import METHODS, Takes

Paint = Callable[[np.ndarray, np.ndarray], np.ndarray]


def stylizers(model: str | os.PathLike, threads: int = 2) -> dict[str, object]:
    """The stylizers behind a name or a folder, by label; peers' folders hold several.

    Args:
        model: A released model's name; the folder of a release or of a finished run; or a
            folder of TFLite files in Magenta's layout or one of its transformers' files.
        threads: Processor threads of LiteRT.

    Raises:
        ValueError: It is none of these.
        OSError: A file cannot be read.
    """
    folder = Path(model)
    if str(model) in weights.released():
        return {str(model): weights.load_lite(str(model), threads)}
    found = peers.magenta(folder, threads)
    if found:
        return found
    for name, row in METHODS.items():
        if row.takes is not Takes.NOTHING and any(
            all((folder / f"{file}.{kind}").is_file() for file in files)
            for kind, files in {"tflite": row.lite, "keras": row.files}.items()
        ):
            return {folder.name: weights.chosen(name, folder, threads)}
    raise ValueError(
        f"Expected one of {', '.join(weights.released())}, a folder of a model, or of a peer's "
        f"TFLite files. Received: {model}."
    )


def is_peer(stylizer: object) -> bool:
    """Whether a stylizer is other people's, and knows no strength."""
    return isinstance(stylizer, peers.MagentaTFLite)


def painters(found: Mapping[str, object], strengths: Sequence[float]) -> dict[str, Paint]:
    """Each stylizer at each strength, peers once, by label."""
    each = {}
    for label, stylizer in found.items():
        if is_peer(stylizer):
            each[label] = stylizer.stylize
            continue
        for strength in strengths:
            paint = functools.partial(stylizer.stylize, strength=strength)
            each[at(label, strength)] = paint
    return each


def at(label: str, strength: float) -> str:
    """The label of a stylizer at a strength."""
    return label if strength == 1 else f"{label} at {strength:g}"


def transform(stylizer: object, picture: np.ndarray) -> Callable[[], object]:
    """A call that paints a picture whose style is already looked at; of families that paint in one
    call of their network, this call alone.
    """
    if is_peer(stylizer):
        vector = stylizer.vector(picture)
        return lambda: stylizer.paint(picture, vector)
    code, batch = stylizer.look(picture), picture[None]
    signature = stylizer.brush.signatures.get("paint")
    if signature is None:
        return lambda: stylizer.paint(picture, code)
    return lambda: signature(content=batch, **code)
