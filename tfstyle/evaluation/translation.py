"""Quality of translations between domains, in one run: a table, a CSV and a contact sheet."""

import csv
import dataclasses
import functools
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tfstyle import contact_sheets, disk, images
from tfstyle.data import folders
from tfstyle.data.paired_pictures import read_pair
from tfstyle.evaluation import color_baseline, gallery
from tfstyle.metrics import Protocol, kernel_distance, kernel_distance_error, weave

SIDE = 256  # pixels; pictures are squashed to it, as the papers' are
FITTED = 64  # pictures that a colour grade is fitted on
ON_SHEET = 40
COLUMNS = 5  # pairs of pictures in a sheet's row
TILE = 160  # pixels, side of a picture on a sheet
GRADE = "best grade"
UNTOUCHED = "untouched"
TRANSLATED = "translated"
ANOTHER = "the other one"
PER_PICTURE = ("content", "weave")

Paint = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Domains:
    """The folders of an evaluation.

    Args:
        source: Folders of pictures to translate, held out from training.
        target: Folders of pictures that they are to be like, held out too.
        fit_source: Folders that were trained on, for the colour grade; or none.
        fit_target: The same of the target.
    """

    source: Sequence[str | os.PathLike]
    target: Sequence[str | os.PathLike]
    fit_source: Sequence[str | os.PathLike] = ()
    fit_target: Sequence[str | os.PathLike] = ()


def report_unpaired(
    translate: Paint,
    domains: Domains,
    back: Paint | None = None,
    teacher: str | os.PathLike | None = None,
    table: str | os.PathLike | None = None,
    sheet: str | os.PathLike | None = None,
    kept: str | os.PathLike | None = None,
    another: Paint | None = None,
) -> Iterator[str]:
    """Lines of a table: kernel distance to the target, content distance and weave, and baselines.

    Beside each kernel distance stands its standard error, and below the table the differences from
    others' with theirs.

    Args:
        translate: A function of a picture to its translation.
        domains: The pictures.
        back: The translation in the opposite direction, for the cycle error; or None.
        teacher: VGG-19's weights, as `teachers.teacher` takes them.
        table: CSV file to write every picture's figures to, or None.
        sheet: Picture to write forty translations to, or None.
        kept: Folder that keeps the measured pictures as `gallery.write` names them, or None: each
            source as content, the target's in turn as style, "translated", "greyed",
            "best-grade" and "the-other-one".
        another: Another translation that is measured beside it, or None.
    """
    protocol, source = Protocol(teacher), folders.several(domains.source)
    targets, pictures = (folders.read_squares(d, SIDE) for d in (domains.target, domains.source))
    target = protocol.descriptors(targets)
    painters = {**_baselines(protocol, domains), TRANSLATED: translate}
    if another:
        painters[ANOTHER] = another
    if kept:
        _keep(kept, "content", pictures)
        _keep(kept, "style", [targets[i % len(targets)] for i in range(len(pictures))])
    figures = {}
    for name, paint in painters.items():
        painted = [paint(picture) for picture in tqdm(pictures, unit="picture")]
        figures[name] = _measured(protocol, pictures, painted)
        if kept and name != UNTOUCHED:
            _keep(kept, name.partition(":")[0], painted)
    descriptors = {name: measured["descriptor"] for name, measured in figures.items()}
    distances = {name: kernel_distance(found, target) for name, found in descriptors.items()}
    yield _line(f"{len(source)} pictures", "KID", "error", *PER_PICTURE)
    for name, measured in figures.items():
        error = kernel_distance_error(descriptors[name], target)
        means = (float(np.mean(measured[k])) for k in PER_PICTURE)
        yield _line(name, distances[name], error, *means)
    yield from _beside_others(distances, descriptors, target)
    if back:
        yield f"cycle error {_cycle_error(translate, back, source):.4f} (mean difference, of 1)"
    if table:
        disk.write_bytes(table, _csv(source, figures).encode())
    if sheet:
        examples = [(folders.read_square(path, SIDE),) for path in folders.spread(source, ON_SHEET)]
        images.write(contact_sheet(examples, translate), sheet)


def _keep(folder, label, pictures):
    for number, picture in enumerate(pictures):
        gallery.write(folder, number, {label: picture})


def _baselines(protocol, domains):
    painters: dict[str, Paint] = {
        UNTOUCHED: lambda picture: picture,
        "greyed": color_baseline.grayscale,
    }
    if domains.fit_source and domains.fit_target:
        label, grade = _best_grade(protocol, domains)
        painters[f"{GRADE}: {label}"] = grade
    return painters


def _line(name, *values):
    cells = (v if isinstance(v, str) else f"{v:.4f}" for v in values)
    return f"{name:32s}" + "".join(f"{cell:>14s}" for cell in cells)


def _beside_others(distances, descriptors, target):
    """By how much the translation's distance differs, beside the error of that difference."""
    ours, described = distances[TRANSLATED], descriptors[TRANSLATED]
    for name, distance in distances.items():
        if name.startswith((GRADE, ANOTHER)):
            error = kernel_distance_error(described, target, descriptors[name])
            share = f", {ours / distance:.2f} of it" if distance > 0 else ""
            label = name.partition(":")[0]
            yield f"KID beside {label}: {ours - distance:+.2f}, error {error:.2f}{share}"


def report_paired(
    translate: Paint,
    pairs: Sequence[tuple[Path, ...]],
    direction: str = "a-to-b",
    teacher: str | os.PathLike | None = None,
    sheet: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Lines of a table: absolute difference from the targets, and kernel distance to them.

    Args:
        translate: A function of a picture to its translation.
        pairs: Files of pairs, as `paired_pictures.read_pair` reads them.
        direction: One of `folders.DIRECTIONS`.
        teacher: VGG-19's weights, as `teachers.teacher` takes them.
        sheet: Picture to write forty translations to, or None: source, translation, target.
    """
    protocol, differences = Protocol(teacher), []
    read_pair = functools.partial(_pair, direction=direction)
    translations, targets = [], []
    for files in tqdm(pairs, unit="pair"):
        picture, target = read_pair(files)
        translated = translate(picture)
        differences.append(np.abs(translated - target).mean())
        translations.append(translated)
        targets.append(target)
    yield f"{len(pairs)} pairs"
    for label, pictures in {"translated": translations, "target": targets}.items():
        yield f"weave {np.mean([weave(picture) for picture in pictures]):.3f} ({label})"
    yield f"absolute difference {np.mean(differences):.4f} (L1, of 1)"
    yield f"KID {kernel_distance(*map(protocol.descriptors, (translations, targets))):.4f}"
    if sheet:
        examples = [read_pair(files) for files in folders.spread(pairs, ON_SHEET)]
        images.write(contact_sheet(examples, translate), sheet)


def _pair(files, direction):
    pair = read_pair(files, direction)
    return tuple(images.squash(images.to_float(picture), SIDE) for picture in pair)


def _measured(protocol, pictures, painted) -> Mapping[str, np.ndarray]:
    contents = [protocol.content(*pair) for pair in zip(pictures, painted, strict=True)]
    weaves = [weave(picture) for picture in painted]
    return {
        "descriptor": protocol.descriptors(painted),
        "content": np.stack(contents),
        "weave": np.array(weaves),
    }


def _best_grade(protocol, domains):
    target = protocol.descriptors(folders.read_squares(domains.fit_target, SIDE))
    return color_baseline.fit(
        protocol.descriptors, folders.read_squares(domains.fit_source, SIDE, FITTED), target
    )


def _cycle_error(translate, back, paths):
    pictures = [folders.read_square(path, SIDE) for path in paths]
    return float(np.mean([np.abs(back(translate(x)) - x).mean() for x in pictures]))


def _csv(paths, figures):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["picture", "by", *PER_PICTURE])
    for name, measured in figures.items():
        for path, *numbers in zip(paths, *(measured[k] for k in PER_PICTURE), strict=True):
            writer.writerow([path.name, name, *(f"{number:.6f}" for number in numbers)])
    return text.getvalue()


def contact_sheet(examples: Sequence[tuple[np.ndarray, ...]], translate: Paint) -> np.ndarray:
    """Rows of pictures, each beside its translation and, if there is one, the target."""
    cells = []
    for picture, *targets in examples:
        pictures = [picture, translate(picture), *targets]
        cells.append(np.stack([images.to_bytes(images.squash(x, TILE)) for x in pictures]))
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % COLUMNS)
    rows = [np.concatenate(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    return contact_sheets.from_rows(rows)
