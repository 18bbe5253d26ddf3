"""Li et al. 2017, "Universal style transfer via feature transforms",
https://arxiv.org/abs/1705.08086: five decoders learn to give photographs back from an encoder's
taps; a style is put on between, by whitening and colouring, and is never trained on.

Departures from the paper by default: our small encoder instead of VGG-19; all five decoders learn
at once; the feature loss is a share of the features' variance; zero padding; leaky ReLUs.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfstyle import contact_sheets, losses, precision
from tfstyle.data import batches, folders
from tfstyle.methods.wct.settings import Settings
from tfstyle.networks import adain, wct
from tfstyle.networks.files import copy_into, load
from tfstyle.networks.vgg import TAPS, at_taps
from tfstyle.training import fitting, runs
from tfstyle.training.initialisation import fit_decoder_to
from tfstyle.training.trainer import FrozenInputs, Trainer, averaging_adam

SHEET = 8  # photographs on a sheet


class ReconstructionObjective:
    """Criterion: pixels and features of every decoder's picture.

    Equation 1 of the paper.

    Args:
        feature_extractor: The frozen encoder whose taps are decoded.
        settings: The weights.
    """

    names = TAPS

    def __init__(self, feature_extractor: keras.Model, settings: Settings):
        self.settings, self.feature_extractor = settings, feature_extractor
        self.trunks = {tap: adain.trunk(feature_extractor, tap) for tap in TAPS}

    def __call__(self, batch, pictures):
        target = self.feature_extractor(batch["content"], training=False)
        return {tap: self._loss(tap, batch["content"], pictures[tap], target[tap]) for tap in TAPS}

    def _loss(self, tap, content, picture, target):
        features = losses.target_loss(target, self.trunks[tap](picture, training=False))
        pixels = losses.squared_loss(content, picture)
        return self.settings.pixel_weight * pixels + self.settings.feature_weight * features


def train(
    data: Mapping[str, Sequence[str | os.PathLike] | tf.data.Dataset],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    encoder: Callable[[], keras.Model],
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains five decoders; the same call goes on where it stopped.

    Args:
        data: As "content" folders of photographs, or any pictures; or as "batches" a dataset of
            {"content": (batch, height, width, 3)}.
        folder: The run folder; with every checkpoint it holds encoder.keras and decoder1.keras to
            decoder5.keras.
        settings: Every number.
        callbacks: Keras callbacks.
        encoder: Makes the frozen network whose taps are decoded; called under the training's
            precision.
        begin: Folder of five decoders of the same shape, whose weights the training begins with;
            None begins with random ones.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings.
    """
    content = data["batches"] if "batches" in data else folders.several(data["content"])
    run = runs.Run(folder, dataclasses.asdict(settings))
    run.made_of({"content": content}, begin)
    keras.utils.set_random_seed(settings.seed)
    with precision.mixed(run.precision.name):
        feature_extractor = encoder()
        frozen_encoder = _frozen_encoder(feature_extractor)
        decoders = _level_decoders(feature_extractor, settings)
        trained = wct.autoencoder(decoders)
        objective = ReconstructionObjective(feature_extractor, settings)
        trainer = Trainer(trained, objective, FrozenInputs(frozen_encoder))
    run.uses(encoder=feature_extractor)
    trainer.compile(averaging_adam(settings))
    batches_from, photographs = batches.of_contents(content, settings)
    if run.step == 0:
        first = next(batches_from(0).as_numpy_iterator())
        _begin(decoders, frozen_encoder.predict_on_batch(first), begin)
    sample = _sampler(frozen_encoder, trained, photographs, settings.size)
    exact_encoder = at_taps(encoder(), TAPS)
    exact_decoders = _level_decoders(exact_encoder, settings)

    def networks():
        copies = {d.name: copy_into(d, decoders[tap]) for tap, d in exact_decoders.items()}
        return {"encoder": exact_encoder, **copies}

    recorder = runs.Recorder(run, settings.steps, sample=sample, networks=networks)
    return fitting.fit(trainer, batches_from, run, recorder, callbacks)


def _level_decoders(feature_extractor, settings):
    parts = (settings.padding, settings.slope, settings.upsampling)
    return wct.level_decoders(feature_extractor, *parts)


def _frozen_encoder(feature_extractor):
    """{"content"} to a dictionary of taps."""
    content = keras.Input((None, None, 3), name="content")
    return keras.Model({"content": content}, feature_extractor(content), name="frozen_encoder")


def _begin(decoders, features, folder):
    for tap, decoder in decoders.items():
        if folder is None:
            fit_decoder_to(decoder, features[tap])
        else:
            copy_into(decoder, load(Path(folder) / f"{decoder.name}.keras"))


def _sampler(frozen_encoder, trained, photographs, size):
    """Columns: a photograph, and its reconstructions from relu1_1 to relu5_1."""
    contents = np.stack(folders.readable(photographs, SHEET, lambda x: folders.shown(x, size)))

    def sample():
        pictures = trained.predict_on_batch(frozen_encoder.predict_on_batch({"content": contents}))
        rows = [contents, *(np.clip(np.float32(pictures[tap]), 0.0, 1.0) for tap in TAPS)]
        return contact_sheets.from_rows(rows)

    return sample
