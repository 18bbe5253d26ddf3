"""Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic
stylization network", https://arxiv.org/abs/1705.06830: a predictor turns any painting into a
style vector, which conditions the normalisation of one transformer.

Departures from the paper: the predictor reads the channel moments of our small encoder instead
of being an Inception v3; losses are taken on a narrow network read out as VGG-19's features; style
is compared by the Wasserstein distance instead of Gram matrices; contents are compared with their
moments taken out.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from tfstyle import losses, precision
from tfstyle.data import batches, folders
from tfstyle.methods.ghiasi.settings import Settings
from tfstyle.networks import encoder as encoders
from tfstyle.networks.files import copy_into, load
from tfstyle.networks.predictor import predictor
from tfstyle.networks.transformer import transformer
from tfstyle.training import perceptual, runs
from tfstyle.training.trainer import Trainer, adam

STANDARDIZE_BATCHES = 150


def networks(encoder: keras.Model, settings: Settings) -> dict[str, keras.Model]:
    """A fresh predictor and transformer."""
    shape = {key: getattr(settings, key) for key in ("stem", "quarter", "eighth", "blocks", "top")}
    return {
        "predictor": predictor(encoder, settings.hidden),
        "transformer": transformer(**shape),
    }


def training_network(parts: dict[str, keras.Model]) -> keras.Model:
    """Both networks in one, {"content", "style"} to pastiches."""
    content = keras.Input((None, None, 3), name="content")
    style = keras.Input((None, None, 3), name="style")
    vector = parts["predictor"](style)
    pastiche = parts["transformer"]({"content": content, "vector": vector})
    return keras.Model({"content": content, "style": style}, pastiche, name="ghiasi")


class Objective(perceptual.Objective):
    """Every photograph beside a painting."""

    def wanted(self, batch, found):
        taps = self.eyes(batch["style"], training=False)
        return self.style.targets(self.style.of(batch["style"], taps))

    def own(self, batch, pastiche):
        return losses.own_style_loss(batch["content"], batch["style"], pastiche)


def train(
    content: str | os.PathLike,
    styles: Sequence[str | os.PathLike],
    folder: str | os.PathLike,
    encoder: keras.Model,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    settings: Settings = Settings(),
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a predictor and a transformer; the same call goes on where it stopped.

    Args:
        content: Folder of photographs.
        styles: Folders of paintings; one that is named twice is seen twice as often.
        folder: The run folder; at the end it holds predictor.keras and transformer.keras.
        encoder: Frozen; the predictor reads its taps.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called under the
            training's precision.
        settings: Every number.
        begin: Folder of a predictor.keras and a transformer.keras of the same shape, whose
            weights the training begins with; None begins with random ones.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings.
    """
    photographs, painted = folders.pictures(content), folders.several(styles)
    run = runs.Run(folder, dataclasses.asdict(settings))
    keras.utils.set_random_seed(settings.seed)
    with precision.mixed(run.precision.name):
        parts = networks(encoders.like(encoder), settings)
        trainer = Trainer(training_network(parts), Objective(*loss_network(), settings))
    trainer.compile(
        adam(settings.rate, settings.steps, use_ema=True, ema_momentum=settings.average)
    )

    def batches_from(step):
        return batches.contents_and_styles(
            photographs,
            painted,
            settings.batch,
            settings.size,
            settings.seed,
            step,
            settings.identity_share,
            settings.grey_share,
        )

    if run.step == 0 and begin is None:
        _standardize(parts["predictor"], batches_from(0).take(STANDARDIZE_BATCHES))
    elif run.step == 0:
        for name, network in parts.items():
            copy_into(network, load(Path(begin) / f"{name}.keras"))

    def paint(contents, styles):
        vector = parts["predictor"].predict_on_batch(styles)
        return parts["transformer"].predict_on_batch({"content": contents, "vector": vector})

    sample = perceptual.sheet(paint, photographs, painted)
    recorder = runs.Recorder(run, settings.steps, sample=sample)
    done = runs.fit(trainer, run, batches_from, recorder)
    if done:
        trainer.take_average()
        for name, network in networks(encoder, settings).items():
            copy_into(network, parts[name]).save(run.folder / f"{name}.keras")
    return done


def _standardize(predictor, examples):
    numbers = keras.Model(predictor.input, predictor.get_layer("log_moments").output)
    found = np.concatenate([numbers.predict_on_batch(batch["style"]) for batch in examples])
    predictor.get_layer("standardize").set_weights([found.mean(axis=0), found.var(axis=0)])
