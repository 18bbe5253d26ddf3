"""Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic
stylization network", https://arxiv.org/abs/1705.06830: a predictor turns any painting into a
style vector, which conditions the normalisation of one transformer.

Departures from the paper: the predictor reads the means and covariances of our small encoder
instead of being an Inception v3; the transformer redraws (`tfstyle.networks.bottleneck`); losses as
of `tfstyle.training.perceptual`; a training begins with few paintings, which others join.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import ops

from tfstyle import precision
from tfstyle.data import folders
from tfstyle.layers import TapStatistics
from tfstyle.methods.ghiasi.settings import Settings
from tfstyle.networks import encoder as encoders
from tfstyle.networks.bottleneck import bottleneck, conditions, take_convolutions, take_narrower
from tfstyle.networks.files import copy_into, load
from tfstyle.networks.predictor import VECTOR, predictor
from tfstyle.training import fitting, perceptual, runs, samples, temporal
from tfstyle.training.style_table import TABLE, stream, style_rows, target_pairs, targets_a_batch
from tfstyle.training.trainer import Trainer, averaging_adam

STANDARDIZE_ROWS = 1000


def networks(encoder: keras.Model, settings: Settings) -> dict[str, keras.Model]:
    """A fresh predictor and transformer."""
    top = (2 * settings.top, settings.top)
    shape = (settings.half, settings.quarter, settings.blocks, top, settings.noise)
    return {
        "predictor": predictor(encoder, settings.hidden, settings.directions),
        "transformer": bottleneck(*shape, VECTOR, "transformer", settings.smooth_noise),
    }


def training_network(parts: dict[str, keras.Model]) -> keras.Model:
    """Both networks in one, {"content", "own", "numbers"} to pastiches.

    The numbers are a row of `style_table`. Its first ones are the painting's statistics, the inputs
    of the predictor's head. Where a photograph is its own style, the photograph's take their place.
    """
    predictor = parts["predictor"]
    feature_extractor, head = predictor.get_layer("eyes"), predictor.get_layer("head")
    content = keras.Input((None, None, 3), name="content")
    own, numbers = keras.Input((), name="own"), keras.Input((None,), name="numbers")
    statistics = TapStatistics(dtype="float32")(feature_extractor(content))
    chosen = ops.where(own[:, None] > 0.5, statistics, numbers[:, : _inputs(parts)])
    pastiche = parts["transformer"]({"content": content, "vector": head(chosen)})
    inputs = {"content": content, "own": own, "numbers": numbers}
    network = keras.Model(inputs, pastiche, name="ghiasi")
    network.autocast = False  # the numbers stay in float32
    return network


def train(
    data: Mapping[str, str | os.PathLike | Sequence[str | os.PathLike]],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    encoder: Callable[[], keras.Model],
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a predictor and a transformer; the same call goes on where it stopped.

    Args:
        data: As "content" a folder of photographs; as "style" folders of paintings, of which one
            that is named twice is seen twice as often. The training begins with the first paintings
            of the first one. As "targets", where there are some, a folder of pictures that results
            shall be like (see `style_table.target_pairs`).
        folder: The run folder; with every checkpoint it holds predictor.keras and
            transformer.keras.
        settings: Every number.
        callbacks: Keras callbacks.
        encoder: Makes the frozen network whose taps the predictor reads.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called under the
            training's precision.
        begin: Folder of a predictor.keras and a transformer.keras, which may be narrower, or of a
            generator.keras of one painting, of the same shape, whose weights the training begins
            with; None begins with random ones.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings; a target is of an unknown
            photograph or painting.
    """
    photographs, paintings = folders.pictures(data["content"]), folders.several(data["style"])
    run = runs.Run(folder, dataclasses.asdict(settings))
    inputs, aimed = {"content": photographs, "style": paintings}, None
    if "targets" in data:
        aimed = target_pairs(data["targets"], photographs, paintings)
        inputs["targets"] = aimed[0]
        targets_a_batch(settings)  # refuses settings before paintings are read
    run.made_of(inputs, begin)
    feature_extractor = encoder()
    keras.utils.set_random_seed(settings.seed)
    with precision.mixed(run.precision.name):
        parts = networks(encoders.like(feature_extractor), settings)
        objective = perceptual.PrecomputedObjective(*loss_network(), settings, _inputs(parts))
        criterion, frames = temporal.with_second_frames(
            objective, settings.temporal, settings.margin
        )
        trainer = Trainer(training_network(parts), criterion, frames)
    run.uses(encoder=feature_extractor, teacher=objective.feature_extractor)
    trainer.compile(averaging_adam(settings))
    rows, order = _style_rows(run, paintings, parts["predictor"], objective, settings)
    if run.step == 0:
        _standardize(parts["predictor"].get_layer("head"), rows[:, : _inputs(parts)], order)
        _begin(parts, begin)
    exact = networks(feature_extractor, settings)
    recorder = runs.Recorder(
        run,
        settings.steps,
        sample=_sampler(parts, photographs, paintings),
        networks=lambda: {name: copy_into(exact[name], part) for name, part in parts.items()},
    )
    batches_from = stream(photographs, rows, order, settings, aimed)
    return fitting.fit(trainer, batches_from, run, recorder, callbacks)


def _inputs(parts):
    """How many numbers the head of the predictor takes."""
    return parts["predictor"].get_layer("head").input.shape[-1]


def _style_rows(run, paintings, predictor, objective, settings):
    reading = keras.Model(predictor.input, predictor.get_layer("statistics").output)
    sizes = (settings.style_size, settings.grey_share)
    return style_rows(run.folder / TABLE, paintings, reading, objective, *sizes)


def _sampler(parts, photographs, paintings):
    """A contact sheet of both networks."""

    def paint(contents, styles):
        vector = parts["predictor"].predict_on_batch(styles)
        return parts["transformer"].predict_on_batch({"content": contents, "vector": vector})

    return samples.sheet(paint, photographs, paintings)


def _standardize(head, numbers, order):
    logarithms = keras.Model(head.input, head.get_layer("log_statistics").output)
    rows = sorted(set(order))[:: max(1, len(set(order)) // STANDARDIZE_ROWS)]
    statistics = np.concatenate([logarithms.predict_on_batch(numbers[row][None]) for row in rows])
    head.get_layer("standardize").set_weights([statistics.mean(axis=0), statistics.var(axis=0)])


def _begin(parts, folder):
    """Weights of finished networks; those of one painting's take the place of the bias."""
    if folder is None:
        return
    generator = Path(folder) / "generator.keras"
    if not generator.exists():
        copy_into(parts["predictor"], load(Path(folder) / "predictor.keras"))
        take_narrower(parts["transformer"], load(Path(folder) / "transformer.keras"))
        return
    source, layer = load(generator), parts["transformer"].get_layer("conditions")
    take_convolutions(parts["transformer"], source)
    layer.set_weights([layer.get_weights()[0], conditions(source)])
