"""One photograph and one painting through every released family: pictures, times and figures."""

import dataclasses
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tfstyle import families, images, metrics, weights
from tfstyle.evaluation import speed
from tfstyle.methods import Takes, vectors


@dataclasses.dataclass(frozen=True)
class Entry:
    """What a model made of the photograph.

    Args:
        model: The model.
        picture: Shape (height, width, 3) in [0, 1], or None where there is none.
        note: What there is to know about this picture.
        seconds: Of a process of its own, from the shell to the finished file.
        peak: MiB that this process had at most over an idle Python.
        distances: From photograph and painting, or None.
    """

    model: families.Model
    picture: np.ndarray | None
    note: str = ""
    seconds: float = float("nan")
    peak: float = float("nan")
    distances: metrics.Distances | None = None


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A photograph, a painting and the entries of every family."""

    photo: np.ndarray
    painting: np.ndarray
    entries: list[Entry]
    eyes: str


def compare(
    photo: str | os.PathLike,
    painting: str | os.PathLike,
    size: int = 512,
    limit: float = 60.0,
    teacher: str | os.PathLike | None = None,
    module: Path | None = None,
    precision: str = "auto",
) -> Comparison:
    """Every released family's picture, each painted by a process of its own.

    A family that takes no style shows that of its released models which comes nearest to the
    painting.

    Args:
        photo: A picture's file.
        painting: A picture's file.
        size: Longer side that the photograph is painted at, in pixels.
        limit: Seconds that a model may take.
        teacher: Network to measure on, as `teachers.teacher` takes it; None is our encoder's
            view of VGG-19.
        module: File or folder of one of Magenta's modules to add, as `hub.fetched` gives it.
        precision: Of what Keras paints, as of `precision.choose`; figures are taken in float32.

    Raises:
        OSError: A picture cannot be read.
    """
    content, style = images.read(photo, size), images.read(painting, size)
    content = images.resize(content, *images.fitted(content.shape[:2], size))
    protocol = metrics.Protocol(teacher, None if teacher else weights.view())
    seen, wanted = protocol.look(content), protocol.look(style, content.shape[:2])
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "photo.png"
        images.write(content, given)
        idle = speed.seconds_and_peak("")[1]
        nearest = _nearest_name(style)
        extra = [families.module(module)] if module else []
        for model in tqdm([*families.models(), *extra], unit="model"):
            entry = _entry(model, given, Path(painting), nearest, limit, idle, precision)
            entries.append(_measured(entry, protocol, seen, wanted))
    eyes = "VGG-19" if teacher else "our encoder's view of VGG-19"
    return Comparison(content, style, list(_nearest(entries)), eyes)


def _nearest_name(painting):
    """The named style whose Ghiasi vector is nearest to the painting's."""
    stylizer = weights.load_lite("ghiasi")
    names = list(stylizer.styles)
    return names[np.argmin(vectors.distances(stylizer, painting, names))]


def _entry(model, photo, painting, nearest, limit, idle, precision="auto"):
    output = photo.with_name(f"{model.name}.png")
    arguments = ["stylize", str(photo), "--method", model.row.name, "-o", str(output)]
    arguments += ["--precision", precision]
    if model.variant:
        arguments += ["--model", model.variant]
    if model.row.takes is Takes.IMAGE:
        arguments += ["--style", str(painting.resolve())]
    if model.row.takes is Takes.CHOICE:
        arguments += ["--style", nearest]
    code = f"import sys; from tfstyle import cli; cli.main({arguments!r}) == 0 or sys.exit(2)"
    try:
        seconds, peak = speed.seconds_and_peak(code, limit)
    except (TimeoutError, RuntimeError) as error:
        return Entry(model, None, str(error))
    note = (
        f"{nearest}, its style nearest to the painting" if model.row.takes is Takes.CHOICE else ""
    )
    return Entry(model, images.read(output), note, seconds, peak - idle)


def _measured(entry, protocol, seen, wanted):
    if entry.picture is None:
        return entry
    distances = protocol.distances(seen, wanted, protocol.look(entry.picture))
    return dataclasses.replace(entry, distances=distances)


def _nearest(entries: Iterable[Entry]):
    """Of a family without a style the entry that is nearest to the painting; all the others."""
    kept = {}
    for entry in entries:
        row = entry.model.row
        if not row.in_weights:
            yield entry
        elif row.name not in kept or _style(entry) < _style(kept[row.name]):
            kept[row.name] = entry
    for entry in kept.values():
        note = "its released network that comes nearest to the painting"
        yield dataclasses.replace(entry, note=entry.note or note)


def _style(entry):
    return entry.distances.style if entry.distances else float("inf")
