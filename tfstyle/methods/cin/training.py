"""Dumoulin et al. 2017, "A learned representation for artistic style",
https://arxiv.org/abs/1610.07629: one network paints in many styles, and only the scales and
shifts of its normalisation differ between them.

Departures from the paper: a smaller network (`tfstyle.networks.bottleneck`); the rows of scales
and shifts add to a common one; a first row that gives photographs back, so that strengths lie
between it and a style's; losses from `tfstyle.training.perceptual`.
"""

import dataclasses
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from tfstyle import images, precision
from tfstyle.data import batches, folders
from tfstyle.layers import InstanceNorm
from tfstyle.methods.cin.settings import Settings
from tfstyle.networks.bottleneck import bottleneck, with_row, with_rows, without_vector
from tfstyle.networks.files import copy_into, fingerprint, load
from tfstyle.training import fixed_styles, perceptual, resume, runs, temporal
from tfstyle.training.trainer import Trainer, adam

FILE = "transformer.keras"
STYLES = "styles.json"


def network(settings: Settings, styles: int) -> keras.Model:
    """A fresh transformer; the first number of its vector is the photograph's own style."""
    top = (2 * settings.top, settings.top)
    shape = (settings.half, settings.quarter, settings.blocks, top, settings.noise)
    return bottleneck(*shape, 1 + styles, "transformer")


def train(
    content: str | os.PathLike,
    styles: Sequence[str | os.PathLike],
    folder: str | os.PathLike,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    settings: Settings = Settings(),
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a transformer in several styles; the same call goes on where it stopped.

    Args:
        content: Folder of photographs.
        styles: Files of paintings, or folders of them; a file's name is the style's.
        folder: The run folder; with every checkpoint it holds transformer.keras and styles.json.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called under the
            training's precision.
        settings: Every number.
        begin: Finished run, or release, of cin or ghiasi, of the same shape, whose weights the
            training begins with; paintings of a name that its styles.json does not know begin with
            the mean of its styles. None begins with random weights.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings, or two paintings have one name.
    """
    photographs, painted = folders.pictures(content), fixed_styles.files_by_name(styles)
    run = runs.Run(folder, dataclasses.asdict(settings) | {"styles": list(painted)})
    run.made_of(
        content=folders.fingerprint(photographs),
        style=folders.fingerprint(list(painted.values())),
        begin=resume.source_name(begin),
    )
    keras.utils.set_random_seed(settings.seed)
    styles_at_size = [
        fixed_styles.read_style(path, settings.style_size) for path in painted.values()
    ]
    with precision.mixed(run.precision.name):
        trained = network(settings, len(painted))
        objective = fixed_styles.FixedStyleObjective(*loss_network(), settings, styles_at_size)
        judged = temporal.with_second_frames(objective, settings.temporal, settings.margin)
        trainer = Trainer(trained, *judged)
    run.made_of(loss_network=fingerprint(objective.feature_extractor))
    trainer.compile(
        adam(settings.rate, settings.steps, use_ema=True, ema_momentum=settings.average)
    )
    if run.step == 0 and begin is not None:
        copy_into(trained, _begun(Path(begin), painted))

    def batches_from(step):
        return batches.contents_and_choices(
            photographs,
            len(painted),
            settings.batch,
            settings.size,
            settings.seed,
            step,
            settings.own_share,
        )

    vectors = np.eye(1 + len(painted), dtype="float32")[1:]
    shown = np.stack(perceptual.spread(vectors))

    def paint(contents, _):
        return trained.predict_on_batch({"content": contents, "vector": shown[: len(contents)]})

    sample = perceptual.sheet(paint, photographs, list(painted.values()))
    _write_codes(run.folder, dict(zip(painted, vectors.tolist(), strict=True)))
    exact = network(settings, len(painted))
    recorder = runs.Recorder(
        run,
        settings.steps,
        sample=sample,
        networks=lambda: {"transformer": copy_into(exact, trained)},
    )
    return runs.fit(trainer, run, batches_from, recorder)


def _write_codes(folder, codes):
    images.write_file(folder / STYLES, json.dumps(codes).encode())


def _begun(folder, names):
    """A finished transformer with a row for the photograph's own style and for each name.

    Where its vector is no choice of styles, none of its rows is the photograph's own.
    """
    known, codes = load(folder / FILE), json.loads((folder / STYLES).read_text())
    kernel, _ = known.get_layer("conditions").get_weights()
    rows = {name: np.float32(code) @ kernel for name, code in codes.items()}
    mean = np.mean(list(rows.values()), axis=0)
    own = kernel[0] if len(kernel) == 1 + len(codes) else mean
    return with_rows(known, np.stack([own, *(rows.get(name, mean) for name in names)]))


def add(
    content: str | os.PathLike,
    style: str | os.PathLike,
    folder: str | os.PathLike,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    begin: str | os.PathLike,
    settings: Settings = Settings(steps=450),
) -> bool:
    """Teaches a finished network one more style, whose row of scales and shifts alone is trained.

    As the paper does for styles that its network was not trained on. The same call goes on where
    it stopped.

    Args:
        content: Folder of photographs.
        style: File of the painting; its name is the style's.
        folder: The run folder; with every checkpoint it holds transformer.keras and styles.json.
        loss_network: Makes the frozen loss network and its readouts (see `train`).
        begin: Finished run, or release, of the other styles; their rows stay as they are.
        settings: Every number; the network's shape is the finished one's.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A file is missing, or a folder holds no pictures.
        ValueError: The run folder was begun with other settings, or the style is known.
    """
    photographs, style, begin = folders.pictures(content), Path(style), Path(begin)
    known, codes = load(begin / FILE), json.loads((begin / STYLES).read_text())
    if style.stem in codes:
        raise ValueError(f"Expected a style that is not known yet. Received: {style.stem}.")
    run = runs.Run(folder, dataclasses.asdict(settings) | {"styles": [*codes, style.stem]})
    run.made_of(
        content=folders.fingerprint(photographs),
        style=folders.fingerprint([style]),
        begin=fingerprint(known),
    )

    def rows_alone():
        network = without_vector(known, np.mean(list(codes.values()), axis=0))
        for layer in network.layers:
            layer.trainable = isinstance(layer, InstanceNorm)
        return network

    count = 2 + len(codes)
    grown = {name: [*code, 0.0] for name, code in codes.items()}
    _write_codes(run.folder, grown | {style.stem: np.eye(count)[-1].tolist()})

    def networks(trained):
        return {"transformer": with_row(known, trained)}

    painting = fixed_styles.read_style(style, settings.style_size)
    return fixed_styles.train_one(
        run, photographs, painting, rows_alone, loss_network, settings, networks
    )
