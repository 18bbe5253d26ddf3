"""One photograph and one painting through every released method: pictures, times and figures."""

import dataclasses
import functools
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from tfstyle import extras, images, loading, model_facts
from tfstyle.evaluation import speed
from tfstyle.methods import DEFAULT, vectors

if TYPE_CHECKING:
    from tfstyle.metrics import Distances


@dataclasses.dataclass(frozen=True)
class Entry:
    """The result of a model.

    Args:
        model: The model.
        picture: Shape (height, width, 3) in [0, 1], or None if the model failed.
        note: A remark about this picture.
        seconds: Time of a process of its own, from the shell to the finished file.
        peak: Peak memory of this process in MiB, above an idle Python.
        distances: Metrics of the picture, or None.
        apart: Distance of the picture's own style from the painting's.
    """

    model: model_facts.Model
    picture: np.ndarray | None
    note: str = ""
    seconds: float = float("nan")
    peak: float = float("nan")
    distances: "Distances | None" = None
    apart: float = float("inf")


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A photograph, a painting, the entries of every method, and what they were measured on."""

    photo: np.ndarray
    painting: np.ndarray
    entries: list[Entry]
    measured_on: str | None


def compare(
    photo: str | os.PathLike,
    painting: str | os.PathLike,
    size: int = 512,
    limit: float = 60.0,
    teacher: str | os.PathLike | None = None,
    module: Path | None = None,
    precision: str = "auto",
    commercial: bool = False,
) -> Comparison:
    """Paints with every released method, each in a process of its own, and measures the pictures.

    A method without a style input shows the released model that comes nearest to the painting.
    Without Keras nothing is measured, and the style vectors of `methods.DEFAULT` decide what is
    nearest.

    Args:
        photo: A picture's file.
        painting: A picture's file.
        size: Longer side that the photograph is painted at, in pixels.
        limit: Seconds that a model may take.
        teacher: To measure on (see `teachers.teacher`); None is our encoder's view of VGG-19.
        module: File or folder of one of Magenta's modules to add, see `hub.fetch`.
        precision: Precision of Keras (see `precision.choose`); metrics are computed in float32.
        commercial: Whether to paint only with models that are cleared for commercial use.

    Raises:
        ValueError: `commercial` is true, and no model is cleared for commercial use.
        OSError: A picture cannot be read, or the teacher needs Keras, which is not installed.
    """
    models = _models(commercial, module)
    content, style = images.read(photo, size), images.read(painting, size)
    content = images.resize(content, *images.fitted(content.shape[:2], size))
    if teacher:
        extras.check_keras("figures")
    measurement = _distances if extras.has_keras() else _vector_distances
    measure, measured_on = measurement(content, style, teacher)
    painted = _paint(models, content, Path(painting), _nearest_name(style), limit, precision)
    entries = [entry if entry.picture is None else measure(entry) for entry in painted]
    return Comparison(content, style, list(_nearest(entries)), measured_on)


def _models(commercial, module):
    models = model_facts.models()
    if commercial:
        models = model_facts.cleared(models)
    return models + ([model_facts.module(module)] if module else [])


def _nearest_name(painting):
    """The named style whose vector is nearest to the painting's."""
    stylizer = loading.load_lite(DEFAULT)
    names = list(stylizer.styles)
    return names[np.argmin(vectors.distances(stylizer, painting, names))]


def _paint(models, content, painting, nearest, limit, precision):
    """Entries of models, without figures."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.png"
        images.write(content, photo)
        idle = speed.seconds_and_peak("")[1]
        for model in tqdm(models, unit="model"):
            yield _entry(model, photo, painting, nearest, limit, idle, precision)


def _entry(model, photo, painting, nearest, limit, idle, precision="auto"):
    output = photo.with_name(f"{model.name}.png")
    arguments = ["stylize", str(photo), "--method", model.method.name, "-o", str(output)]
    arguments += ["--precision", precision]
    if model.variant:
        arguments += ["--model", model.variant]
    needs_name = not (model.method.in_weights or model.method.kind.takes_pictures)
    if needs_name:
        arguments += ["--style", nearest]
    elif not model.method.in_weights:
        arguments += ["--style", str(painting.resolve())]
    code = f"import sys; from tfstyle import cli; cli.main({arguments!r}) == 0 or sys.exit(2)"
    try:
        seconds, peak = speed.seconds_and_peak(code, limit)
    except (TimeoutError, RuntimeError) as error:
        return Entry(model, None, str(error).removeprefix("tfstyle: "))
    note = f"{nearest}, its style nearest to the painting" if needs_name else ""
    return Entry(model, images.read(output), note, seconds, peak - idle)


def _distances(content, style, teacher) -> tuple[Callable[[Entry], Entry], str]:
    """A function that measures an entry, and the name of the feature extractor."""
    from tfstyle import metrics

    protocol = metrics.Protocol(teacher, None if teacher else loading.feature_extractor())
    content_features, style_features = (
        protocol.look(content),
        protocol.look(style, content.shape[:2]),
    )

    def measure(entry):
        distances = protocol.distances(
            content_features, style_features, protocol.look(entry.picture)
        )
        return dataclasses.replace(entry, distances=distances, apart=distances.style)

    return measure, "VGG-19" if teacher else "our encoder's view of VGG-19"


def _vector_distances(content, style, teacher) -> tuple[Callable[[Entry], Entry], None]:
    """A function that measures the distance of an entry's style vector from the painting's."""
    distances = functools.partial(vectors.distances, loading.load_lite(DEFAULT))

    def measure(entry):
        (distance,) = distances(entry.picture, [style])
        return dataclasses.replace(entry, apart=distance)

    return measure, None


def _nearest(entries: Iterable[Entry]):
    """All entries, but only the one nearest to the painting of a method without a style input."""
    nearest = {}
    for entry in entries:
        method = entry.model.method
        if not method.in_weights:
            yield entry
        elif method.name not in nearest or entry.apart < nearest[method.name].apart:
            nearest[method.name] = entry
    for entry in nearest.values():
        note = "its released network that comes nearest to the painting"
        yield dataclasses.replace(entry, note=entry.note or note)
