"""What is measured: released models, folders of others, and peers, as functions of pictures."""

import functools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tfstyle import hub, peers, weights
from tfstyle.evaluation.pairs import Pair
from tfstyle.methods import METHODS, Takes, method
from tfstyle.methods.gatys.stylizer import STRENGTH, Gatys
from tfstyle.methods.module import Module
from tfstyle.methods.stylizer import checked_name

Paint = Callable[[Pair], np.ndarray]


class Named:
    """What knows styles by name alone: a painting's file is to be called as its style is.

    Args:
        styles: Functions of a photograph and, but for peers', `strength`, by name.
        peer: Whether they are other people's.
    """

    def __init__(self, styles: Mapping[str, Callable[..., np.ndarray]], peer: bool = False):
        self.styles, self.peer = styles, peer

    def stylize(self, content: np.ndarray, style: str, **strength: float) -> np.ndarray:
        """The photograph in a named style, at a `strength`.

        Raises:
            ValueError: There is no such style.
        """
        return self.styles[checked_name(style, self.styles)](content, **strength)


def stylizers(
    model: str | os.PathLike, threads: int = 2, precision: str = "auto"
) -> dict[str, object]:
    """The stylizers behind a name or a folder, by label; peers' folders hold several.

    Args:
        model: A released model's name; the folder of a release or of a finished run; a
            folder of TFLite files in Magenta's layout or one of its transformers' files; the .pb
            file of its network of several styles; or one of Magenta's modules, as `hub.load`
            takes it.
        threads: Processor threads of LiteRT.
        precision: What Keras computes in, as of `weights.chosen`.

    Raises:
        ValueError: It is none of these.
        OSError: A file cannot be read.
    """
    folder = Path(model)
    if str(model) in weights.released():
        stylizer = weights.chosen(str(model), None, threads, precision=precision)
        return {str(model): _by_name(stylizer, str(model), str(model).partition("-")[2])}
    networks = _networks(str(model), threads)
    if networks:
        return {str(model): Named(networks)}
    found = peers.magenta(folder, threads)
    if found:
        return found
    if folder.suffix == ".pb":
        graph = peers.MagentaGraph(folder)
        named = {name: functools.partial(graph.stylize, style=name) for name in graph.styles}
        return {folder.name: Named(named, peer=True)}
    if hub.is_module(model):
        return {folder.name if folder.exists() else str(model): hub.load(model)}
    for name, row in METHODS.items():
        if row.takes is not Takes.NOTHING and _holds(folder, row):
            painting = _painting(folder)
            if painting or row.takes is not Takes.NAME:
                stylizer = weights.chosen(name, folder, threads, precision=precision)
                return {folder.name: _by_name(stylizer, name, painting)}
    raise ValueError(
        f"Expected one of {', '.join((*weights.released(), *hub.MODULES))}, a folder of a model "
        f"or of a peer's TFLite files, or a peer's .pb file. Received: {model}."
    )


def _holds(folder, row):
    kinds = {"tflite": row.lite, "keras": row.files}
    return any(
        files and all((folder / f"{file}.{kind}").is_file() for file in files)
        for kind, files in kinds.items()
    )


def _painting(folder):
    """The name of the only painting that a run, a release or an export knows, if it is one."""
    for path in (folder / "card.json", folder / "settings.json"):
        if path.is_file():
            facts = json.loads(path.read_text())
            styles = facts.get("styles") or [facts.get("model", "").partition("-")[2]]
            return styles[0] if len(styles) == 1 else None
    return None


def _by_name(stylizer, name, painting):
    """As it is, or by names where it knows no painting, or a single one."""
    takes = method(name).takes
    if takes is Takes.NAME:
        return Named({painting: stylizer.stylize})
    if takes is Takes.CHOICE:
        return Named({s: functools.partial(stylizer.stylize, style=s) for s in stylizer.styles})
    return stylizer


def _networks(family, threads):
    """Of a family with a network a painting, each one's function by name."""
    names = [name for name in weights.released(Takes.NAME) if name.partition("-")[0] == family]
    return {
        name.partition("-")[2]: weights.load_lite(name, threads).stylize for name in sorted(names)
    }


def is_peer(stylizer: object) -> bool:
    """Whether a stylizer is other people's, and measured at its full strength alone."""
    return isinstance(stylizer, peers.MagentaTFLite | Module) or getattr(stylizer, "peer", False)


def optimises(stylizer: object) -> bool:
    """Whether a stylizer takes seconds or minutes a picture, whatever it is asked for."""
    return isinstance(stylizer, Gatys)


def painters(found: Mapping[str, object], strengths: Sequence[float]) -> dict[str, Paint]:
    """Each stylizer at each strength, a share of its own, by label; peers once."""
    each = {}
    for label, stylizer in found.items():
        paint = _paint_named if isinstance(stylizer, Named) else _paint
        if is_peer(stylizer):
            each[label] = functools.partial(paint, stylizer.stylize)
            continue
        for strength in strengths:
            full = STRENGTH if optimises(stylizer) else 1.0
            stylize = functools.partial(stylizer.stylize, strength=strength * full)
            each[at(label, strength)] = functools.partial(paint, stylize)
    return each


def _paint(stylize, pair):
    return stylize(pair.content, pair.style)


def _paint_named(stylize, pair):
    return stylize(pair.content, pair.style_path.stem)


def at(label: str, strength: float) -> str:
    """The label of a stylizer at a strength."""
    return label if strength == 1 else f"{label} at {strength:g}"


def transform(stylizer: object, picture: np.ndarray) -> Callable[[], object]:
    """A call that paints a picture whose style is already looked at; of families that paint in one
    call of their network, this call alone.
    """
    if isinstance(stylizer, Named):
        return functools.partial(next(iter(stylizer.styles.values())), picture)
    code, batch = stylizer.look(picture), picture[None]
    signature = None if is_peer(stylizer) else stylizer.brush.signatures.get("paint")
    if signature is None:
        return lambda: stylizer.paint(picture, code)
    return lambda: signature(content=batch, **code)
