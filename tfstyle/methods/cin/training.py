"""Dumoulin et al. 2017, "A learned representation for artistic style",
https://arxiv.org/abs/1610.07629: one network paints in many styles, and only the scales and
shifts of its normalisation differ between them.

Departures from the paper: a smaller network (`tfstyle.networks.bottleneck`); the rows of scales
and shifts add to a common one; a first row that gives photographs back, so that strengths lie
between it and a style's; losses from `tfstyle.training.perceptual`.
"""

import dataclasses
import functools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from tfstyle import disk, precision
from tfstyle.data import batches, folders
from tfstyle.layers import InstanceNorm
from tfstyle.methods import Method
from tfstyle.methods.cin.settings import Settings
from tfstyle.networks.bottleneck import (
    bottleneck,
    with_row,
    with_rows,
    with_smooth_noise,
    without_vector,
)
from tfstyle.networks.files import copy_into, load
from tfstyle.training import fitting, fixed_styles, runs, samples, temporal
from tfstyle.training.trainer import Trainer, averaging_adam

FILE = "transformer.keras"
STYLES = "styles.json"


def network(settings: Settings, styles: int) -> keras.Model:
    """A fresh transformer; the first number of its vector is the photograph's own style."""
    top = (2 * settings.top, settings.top)
    shape = (settings.half, settings.quarter, settings.blocks, top, settings.noise)
    return bottleneck(*shape, 1 + styles, "transformer", settings.smooth_noise)


def train(
    data: Mapping[str, str | os.PathLike | Sequence[str | os.PathLike]],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a transformer in several styles; the same call goes on where it stopped.

    Args:
        data: As "content" a folder of photographs; as "style" files of paintings, or folders of
            them, whose names are the styles', or instead as "add_style" the file of one more
            painting for the network of `begin` (None takes the released one; see `add`).
        folder: The run folder; with every checkpoint it holds transformer.keras and styles.json.
        settings: Every number.
        callbacks: Keras callbacks.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called under the
            training's precision.
        begin: Finished run, or release, of cin or ghiasi, of the same shape, whose weights the
            training begins with; paintings of a name that its styles.json does not know begin with
            the mean of its styles. None begins with random weights.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings, or two paintings have one name.
    """
    if ("style" in data) == ("add_style" in data):
        raise ValueError(f"Expected style or add_style. Received: {', '.join(data)}.")
    if "add_style" in data:
        begin = begin or Method.released / "cin"
        return add(data, folder, settings, callbacks, loss_network=loss_network, begin=begin)
    photographs = folders.pictures(data["content"])
    paintings = fixed_styles.files_by_name(data["style"])
    run = runs.Run(folder, dataclasses.asdict(settings) | {"styles": list(paintings)})
    run.made_of({"content": photographs, "style": list(paintings.values())}, begin)
    keras.utils.set_random_seed(settings.seed)
    trainer = _trainer(run, list(paintings.values()), settings, loss_network)
    trained = trainer.network
    if run.step == 0 and begin is not None:
        initial = _initial_network(Path(begin), paintings)
        copy_into(trained, with_smooth_noise(initial, settings.smooth_noise))
    batches_from = functools.partial(_batches, photographs, len(paintings), settings)
    vectors = np.eye(1 + len(paintings), dtype="float32")[1:]
    _write_codes(run.folder, dict(zip(paintings, vectors.tolist(), strict=True)))
    exact = network(settings, len(paintings))
    recorder = runs.Recorder(
        run,
        settings.steps,
        sample=_sampler(trained, photographs, list(paintings.values()), vectors),
        networks=lambda: {"transformer": copy_into(exact, trained)},
    )
    return fitting.fit(trainer, batches_from, run, recorder, callbacks)


def _trainer(run, paintings, settings, loss_network):
    """A compiled trainer of a fresh transformer."""
    styles = [fixed_styles.read_style(path, settings.style_size) for path in paintings]
    with precision.mixed(run.precision.name):
        trained = network(settings, len(paintings))
        objective = fixed_styles.FixedStyleObjective(*loss_network(), settings, styles)
        criterion, frames = temporal.with_second_frames(
            objective, settings.temporal, settings.margin
        )
        trainer = Trainer(trained, criterion, frames)
    run.uses(teacher=objective.feature_extractor)
    trainer.compile(averaging_adam(settings))
    return trainer


def _batches(photographs, styles, settings, step):
    return batches.contents_and_choices(
        photographs,
        styles,
        settings.batch,
        settings.size,
        settings.seed,
        step,
        settings.own_share,
    )


def _sampler(trained, photographs, paintings, vectors):
    """A contact sheet of some styles."""
    sampled = np.stack(samples.sheet_items(vectors))

    def paint(contents, _):
        return trained.predict_on_batch({"content": contents, "vector": sampled[: len(contents)]})

    return samples.sheet(paint, photographs, paintings)


def _write_codes(folder, codes):
    disk.write_bytes(folder / STYLES, json.dumps(codes).encode())


def _initial_network(folder, names):
    """A finished transformer with a row for the photograph's own style and for each name.

    Where its vector is no choice of styles, none of its rows is the photograph's own.
    """
    finished, codes = load(folder / FILE), json.loads((folder / STYLES).read_text())
    kernel, _ = finished.get_layer("conditions").get_weights()
    rows = {name: np.float32(code) @ kernel for name, code in codes.items()}
    mean = np.mean(list(rows.values()), axis=0)
    own = kernel[0] if len(kernel) == 1 + len(codes) else mean
    return with_rows(finished, np.stack([own, *(rows.get(name, mean) for name in names)]))


def add(
    data: Mapping[str, str | os.PathLike],
    folder: str | os.PathLike,
    settings: Settings = Settings(steps=450),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    begin: str | os.PathLike,
) -> bool:
    """Teaches a finished network one more style, whose row of scales and shifts alone is trained.

    As the paper does for styles that its network was not trained on. The same call goes on where
    it stopped.

    Args:
        data: As "content" a folder of photographs; as "add_style" the file of the painting, whose
            name is the style's.
        folder: The run folder; with every checkpoint it holds transformer.keras and styles.json.
        settings: Every number; the network's shape is the finished one's.
        callbacks: Keras callbacks.
        loss_network: Makes the frozen loss network and its readouts (see `train`).
        begin: Finished run, or release, of the other styles; their rows stay as they are.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A file is missing, or a folder holds no pictures.
        ValueError: The run folder was begun with other settings, or the style is known.
    """
    photographs, begin = folders.pictures(data["content"]), Path(begin)
    style = Path(data["add_style"])
    finished, codes = load(begin / FILE), json.loads((begin / STYLES).read_text())
    if style.stem in codes:
        raise ValueError(f"Expected a style that is not known yet. Received: {style.stem}.")
    run = runs.Run(folder, dataclasses.asdict(settings) | {"styles": [*codes, style.stem]})
    run.made_of({"content": photographs, "style": [style]}, finished)

    def network_of_one_row():
        network = without_vector(finished, np.mean(list(codes.values()), axis=0))
        for layer in network.layers:
            layer.trainable = isinstance(layer, InstanceNorm)
        return network

    extended = {name: [*code, 0.0] for name, code in codes.items()}
    own = np.eye(2 + len(codes))[-1].tolist()
    _write_codes(run.folder, extended | {style.stem: own})

    def networks(trained):
        return {"transformer": with_row(finished, trained)}

    painting = fixed_styles.read_style(style, settings.style_size)
    return fixed_styles.train_one(
        run, photographs, painting, network_of_one_row, loss_network, settings, networks, callbacks
    )
