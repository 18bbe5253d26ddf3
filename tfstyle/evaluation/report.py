"""Quality of stylizers over pairs of pictures, in one run: a table, a CSV and a contact sheet."""

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from tqdm import tqdm

from tfstyle import contact_sheets, disk, images, metrics
from tfstyle.evaluation import controls, duels, gallery, models, speed, tables
from tfstyle.evaluation.models import Paint
from tfstyle.evaluation.pairs import Pair
from tfstyle.metrics import Distances, Protocol

TILE = 256  # pixels, side of a picture on a sheet


@dataclasses.dataclass(frozen=True)
class Outputs:
    """What a report writes besides its lines; None leaves one out.

    Args:
        table: CSV file of every pair's figures.
        sheet: Picture of every pair's pastiches.
        folder: Folder of every measured picture (see `gallery.write`).
    """

    table: str | os.PathLike | None = None
    sheet: str | os.PathLike | None = None
    folder: str | os.PathLike | None = None


def measure(
    painters: Mapping[str, Paint],
    pairs: Sequence[Pair],
    protocol: Protocol,
    folder: str | os.PathLike | None = None,
) -> tuple[dict[str, list[Distances]], list[np.ndarray]]:
    """The metrics of every painter for every pair, and a row of the contact sheet for each pair.

    Args:
        painters: Functions of a pair, by label.
        pairs: Photographs with paintings.
        protocol: Measures.
        folder: Folder to write every measured picture to (see `gallery.write`), or None.
    """
    figures, rows = {label: [] for label in painters}, []
    for number, pair in enumerate(tqdm(pairs, unit="pair")):
        content, style = pair.content, pair.style
        content_features, style_features = (
            protocol.look(content),
            protocol.look(style, content.shape[:2]),
        )
        pictures = {label: paint(pair) for label, paint in painters.items()}
        distances = {
            label: protocol.distances(content_features, style_features, protocol.look(picture))
            for label, picture in pictures.items()
        }
        for label, distances_of_model in controls.painterliness(distances).items():
            figures[label].append(distances_of_model)
        if folder:
            gallery.write(folder, number, {"content": content, "style": style, **pictures})
        rows.append(np.stack([_tile(x) for x in (content, style, *pictures.values())]))
    return figures, rows


def _tile(picture):
    return images.to_bytes(images.squash(picture, TILE))


def report(
    names: Sequence[str],
    pairs: Sequence[Pair],
    teacher: str | os.PathLike | None = None,
    strengths: Sequence[float] = (1.0,),
    outputs: Outputs | None = None,
    with_speed: bool = False,
    with_controls: bool = False,
    against: str | None = None,
    precision: str = "auto",
    on_means: Callable[[Mapping[str, Distances]], object] | None = None,
) -> Iterator[str]:
    """Lines of a table: mean distances over the pairs, then comparisons.

    Args:
        names: Models, as `models.stylizers` takes them.
        pairs: Photographs with paintings.
        teacher: VGG-19's weights, as `teachers.teacher` takes them.
        strengths: Strengths of every model that takes one, as shares of its default.
        outputs: Files and a folder to write, or None.
        with_speed: Whether to time the models as well.
        with_controls: Whether to measure what `controls.with_controls` adds as well.
        against: Label of a model that every other is to be compared with, pair by pair, or None.
        precision: Precision of the models that run on Keras (see `models.stylizers`); metrics are
            always computed in float32.
        on_means: A function that is called with the means by label, or None.

    Raises:
        ValueError: Two models have one label, or their pictures would have one name in the
            folder, or there is no model to compare with.
    """
    stylizers = _stylizers(names, precision)
    painters = models.painters(stylizers, strengths)
    if with_controls:
        painters = controls.with_controls(painters)
    outputs = outputs or Outputs()
    if outputs.folder:
        gallery.check_names(painters)
    against = against and duels.rival(against, list(painters))
    figures, rows = measure(painters, pairs, Protocol(teacher), outputs.folder)
    _write(pairs, figures, rows, outputs)
    means = {label: metrics.mean(distances) for label, distances in figures.items()}
    means = controls.painterliness(means)
    if on_means:
        on_means(means)
    yield from tables.lines(len(pairs), means)
    if against:
        yield from duels.lines(figures, against)
    yield from _at_equal_content(stylizers, means, strengths)
    yield from _own_styles(stylizers, pairs)
    if with_speed:
        yield from speed.report(names, precision)


def _write(pairs, figures, rows, outputs):
    """Writes the CSV file and the contact sheet, where there are paths."""
    if outputs.table:
        disk.write_bytes(outputs.table, tables.text(pairs, figures).encode())
    if outputs.sheet:
        images.write(contact_sheet(rows, ["photograph", "painting", *figures]), outputs.sheet)


def _stylizers(names, precision):
    stylizers = [
        item for name in names for item in models.stylizers(name, precision=precision).items()
    ]
    labels = [label for label, _ in stylizers]
    twice = [label for label in labels if labels.count(label) > 1]
    if twice:
        raise ValueError(f"Expected models with different names. Received: {twice[0]}, twice.")
    return dict(stylizers)


def _at_equal_content(stylizers, means, strengths):
    """Style distance where a model's content distance is a baseline's, between two strengths."""
    ours = [label for label, stylizer in stylizers.items() if not models.is_baseline(stylizer)]
    baselines = [label for label, stylizer in stylizers.items() if models.is_baseline(stylizer)]
    for label in ours:
        curve = [means[models.at(label, strength)] for strength in sorted(strengths)]
        for baseline in baselines:
            yield _meeting(label, baseline, sorted(strengths), curve, means[baseline])


def _meeting(label, baseline, strengths, curve, target):
    contents = [point.content for point in curve]
    if contents[-1] <= target.content:
        style = curve[-1].style
        return (
            f"{label} stays below the content distance of {baseline} at its highest strength: "
            f"style {style:.3f}, {style / target.style:.2f} of it"
        )
    if contents[0] >= target.content:
        return f"{label} stays above the content distance of {baseline}: measure lower strengths"
    strength, style = (
        float(np.interp(target.content, contents, values))
        for values in (strengths, [point.style for point in curve])
    )
    return (
        f"{label} has the content distance of {baseline} at strength {strength:.2f}: "
        f"style {style:.3f}, {style / target.style:.2f} of it"
    )


def _own_styles(stylizers, pairs):
    photographs = {pair.content_path: pair.content for pair in pairs}
    yield f"{'in its own style':22s} PSNR, dB: mean, least"
    for label, stylizer in stylizers.items():
        if isinstance(stylizer, models.NamedStyles) or models.optimises(stylizer):
            continue
        ratios = [metrics.psnr(x, stylizer.stylize(x, x)) for x in photographs.values()]
        yield f"{label:22s} {np.mean(ratios):9.1f} {min(ratios):9.1f}"


def contact_sheet(rows: Sequence[np.ndarray], labels: Sequence[str]) -> np.ndarray:
    """Rows of photograph, painting and every painter's pastiche, two pairs a row, labelled.

    Args:
        rows: A pair each, bytes of shape (pictures, height, width, 3).
        labels: A name for each picture of a row.
    """
    width = rows[0].shape[2]
    head = np.stack([contact_sheets.caption(label, width) for label in labels])
    columns = min(2, len(rows))
    gaps = [np.full_like(rows[0], 255)] * (-len(rows) % columns)
    filled = [*rows, *gaps]
    halves = [np.concatenate(filled[i : i + columns]) for i in range(0, len(filled), columns)]
    return contact_sheets.from_rows([np.concatenate([head] * columns), *halves])
