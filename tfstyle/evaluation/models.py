"""The models of an evaluation: released ones, folders and baselines, as functions of pictures."""

import functools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tfstyle import baselines, hub, loading, registry
from tfstyle.evaluation.pairs import Pair
from tfstyle.methods import METHODS, Kind, Method, method
from tfstyle.methods.checked_inputs import checked_name

Paint = Callable[[Pair], np.ndarray]


class NamedStyles:
    """A model of named styles alone: the name of a painting's file selects the style.

    Args:
        styles: Functions of a photograph and, except those of baselines, a `strength`, by name.
        baseline: Whether they are other people's models.
    """

    def __init__(self, styles: Mapping[str, Callable[..., np.ndarray]], baseline: bool = False):
        self.styles, self.fetched = styles, baseline

    def stylize(self, content: np.ndarray, style: str, **strength: float) -> np.ndarray:
        """The photograph in a named style, at a `strength`.

        Raises:
            ValueError: There is no such style.
        """
        return self.styles[checked_name(style, self.styles)](content, **strength)


def stylizers(
    model: str | os.PathLike, threads: int = 2, precision: str = "auto"
) -> dict[str, object]:
    """The stylizers behind a name or a folder, by label; a folder of a baseline holds several.

    Args:
        model: A released model's name; the folder of a release or of a finished run; a
            folder of TFLite files in Magenta's layout or one of its transformers' files; the .pb
            file of its network of several styles; or one of Magenta's modules, as `hub.load`
            takes it.
        threads: Processor threads of LiteRT.
        precision: Precision of Keras: "auto", "bfloat16", "float16" or "float32".

    Raises:
        ValueError: It is none of these.
        OSError: A file cannot be read.
    """
    folder = Path(model)
    if str(model) in registry.released():
        stylizer = loading.load_model(str(model), None, threads, precision=precision)
        return {str(model): _by_name(stylizer, str(model), str(model).partition("-")[2])}
    networks = _networks(str(model), threads)
    if networks:
        return {str(model): NamedStyles(networks)}
    magenta_models = baselines.magenta(folder, threads)
    if magenta_models:
        return magenta_models
    if folder.suffix == ".pb":
        graph = baselines.MagentaGraph(folder)
        styles = {name: functools.partial(graph.stylize, style=name) for name in graph.styles}
        return {folder.name: NamedStyles(styles, baseline=True)}
    if hub.is_module(model):
        return {folder.name if folder.exists() else str(model): hub.load(model)}
    stylizer = _of_folder(folder, threads, precision)
    if stylizer is not None:
        return {folder.name: stylizer}
    raise ValueError(
        f"Expected one of {', '.join((*registry.released(), *hub.MODULES))}, a folder of a model "
        f"or of Magenta's TFLite files, or its .pb file. Received: {model}."
    )


def _of_folder(folder, threads, precision):
    """The stylizer of a release or a finished run, or None."""
    for name, method_class in METHODS.items():
        if method_class.kind is not Kind.TRANSLATION and _holds(folder, method_class):
            painting = _painting(folder)
            if painting or not method_class.in_weights:
                stylizer = loading.load_model(name, folder, threads, precision=precision)
                return _by_name(stylizer, name, painting)
    return None


def _holds(folder, method_class):
    """Whether a folder holds all of a method's files."""
    kinds = {"tflite": method_class.tflite, "keras": method_class.files}
    return any(
        files and all((folder / f"{file}.{kind}").is_file() for file in files)
        for kind, files in kinds.items()
    )


def _painting(folder):
    """The name of the painting of a run, a release or an export of a single style, or None."""
    for path in (folder / "card.json", folder / "settings.json"):
        if path.is_file():
            facts = json.loads(path.read_text())
            styles = facts.get("styles") or [facts.get("model", "").partition("-")[2]]
            return styles[0] if len(styles) == 1 else None
    return None


def _by_name(stylizer, name, painting):
    """The stylizer, wrapped in `NamedStyles` if it takes no painting's picture."""
    kind = method(name).kind
    if kind is Kind.NAMED and stylizer.in_weights:
        return NamedStyles({painting: stylizer.stylize})
    if kind is Kind.NAMED:
        return NamedStyles(
            {s: functools.partial(stylizer.stylize, style=s) for s in stylizer.styles}
        )
    return stylizer


def _networks(method_name, threads):
    """The networks of a method with one network for each painting, as functions by name."""
    models = [name for name in registry.released(Kind.NAMED) if method(name).in_weights]
    names = [name for name in models if name.partition("-")[0] == method_name]
    return {
        name.partition("-")[2]: loading.load_lite(name, threads).stylize for name in sorted(names)
    }


def is_baseline(stylizer: object) -> bool:
    """Whether a stylizer is a baseline, which is measured at full strength alone."""
    return isinstance(stylizer, baselines.MagentaTFLite) or getattr(stylizer, "fetched", False)


def optimises(stylizer: object) -> bool:
    """Whether a stylizer optimises each picture, which takes seconds or minutes."""
    return isinstance(stylizer, Method) and not stylizer.kind.one_pass


def painters(
    stylizers_by_label: Mapping[str, object], strengths: Sequence[float]
) -> dict[str, Paint]:
    """Each stylizer at each strength, a share of its own, by label; baselines once."""
    painters_by_label = {}
    for label, stylizer in stylizers_by_label.items():
        paint = _paint_named if isinstance(stylizer, NamedStyles) else _paint
        if is_baseline(stylizer):
            painters_by_label[label] = functools.partial(paint, stylizer.stylize)
            continue
        for strength in strengths:
            full = getattr(stylizer, "strength", 1.0)
            stylize = functools.partial(stylizer.stylize, strength=strength * full)
            painters_by_label[at(label, strength)] = functools.partial(paint, stylize)
    return painters_by_label


def _paint(stylize, pair):
    return stylize(pair.content, pair.style)


def _paint_named(stylize, pair):
    return stylize(pair.content, pair.style_path.stem)


def at(label: str, strength: float) -> str:
    """The label of a stylizer at a strength."""
    return label if strength == 1 else f"{label} at {strength:g}"


def transform(stylizer: object, picture: np.ndarray) -> Callable[[], object]:
    """A call that paints a picture in a style that is encoded before, without arguments.

    Of methods that paint in one pass it is the call of the network alone.
    """
    if isinstance(stylizer, NamedStyles):
        return functools.partial(next(iter(stylizer.styles.values())), picture)
    if isinstance(stylizer, baselines.MagentaTFLite):
        return functools.partial(stylizer.paint, picture, stylizer.encode_style(picture))
    return functools.partial(stylizer.forward, picture, stylizer.style_code(picture))
