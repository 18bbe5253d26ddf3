"""Isola et al. 2017, "Image-to-image translation with conditional adversarial networks",
https://arxiv.org/abs/1611.07004: from pairs of pictures of the same thing, a generator learns one
from the other, judged by a discriminator that sees both.

Departures from the paper by default: instance norm, a quarter of the channels, bilinear upsampling
and crops of random size. Always: dropout only while training, so that a picture's result is the
same each time.
"""

import dataclasses
import os
from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from tfstyle import contact_sheets, images, losses
from tfstyle.data import batches, datasets, folders, shards
from tfstyle.data.paired_pictures import read_pair
from tfstyle.methods.pix2pix.settings import Settings
from tfstyle.networks.patchgan import patchgan
from tfstyle.networks.resnet import resnet
from tfstyle.networks.unet import unet
from tfstyle.training import gan_runs
from tfstyle.training.gan import GAN

SAMPLE_PAIRS = 6  # on a sheet


def generator(settings: Settings) -> keras.Model:
    """A fresh generator."""
    channels = (settings.channels_from, settings.channels_to)
    if settings.generator == "resnet":
        filters = tuple(settings.filters * times for times in (1, 2, 4))
        return resnet(
            filters,
            settings.blocks,
            settings.norm,
            padding="zero",
            upsampling=settings.upsampling,
            channels=channels,
        )
    return unet(
        settings.filters,
        settings.depth,
        settings.widest,
        settings.norm,
        settings.dropout,
        settings.upsampling,
        channels,
    )


def generators(settings: Settings) -> dict[str, keras.Model]:
    """New generators: one."""
    return {"generator": generator(settings)}


def discriminator(settings: Settings) -> keras.Model:
    """A fresh discriminator of pictures on condition of those that they come from."""
    channels = (settings.channels_to, settings.channels_from)
    return patchgan(settings.discriminator_filters, norm=settings.norm, channels=channels)


class ConditionalObjective:
    """Conditional adversarial loss and absolute difference: equation 4 of the paper.

    The discriminator's loss is halved (section 3.3).

    Args:
        settings: The weights, and the kind of adversarial loss.
    """

    names = ("fool", "absolute", "judge")
    pooled = ("fake",)

    def __init__(self, settings: Settings):
        self.settings, self.heads = settings, {}

    def translate(self, generators, batch):
        return {"fake": generators["generator"](batch["from"], training=True)}

    def generator_losses(self, discriminators, batch, pictures):
        weight = self.settings.absolute_weight
        return {
            "fool": self._adversarial(discriminators, batch, pictures["fake"], True),
            "absolute": weight * losses.absolute_loss(batch["to"], pictures["fake"]),
        }

    def discriminator_losses(self, discriminators, batch, pictures):
        real = self._adversarial(discriminators, batch, batch["to"], True)
        fake = self._adversarial(discriminators, batch, pictures["fake"], False)
        return {"judge": 0.5 * (real + fake)}

    def _adversarial(self, discriminators, batch, picture, real):
        pair = {"picture": picture, "condition": batch["from"]}
        scores = discriminators["discriminator"](pair, training=True)
        return losses.adversarial_loss(scores, real, self.settings.adversarial)


def gan(settings: Settings) -> GAN:
    """A compiled GAN of new networks; `fit` takes batches of {"from", "to"}."""

    def networks():
        return generators(settings), {"discriminator": discriminator(settings)}

    return gan_runs.compiled(settings, networks, lambda generators: ConditionalObjective(settings))


def train(
    data: Mapping[str, str | os.PathLike | tf.data.Dataset],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    strategy: tf.distribute.Strategy | None = None,
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a generator; the same call goes on where it stopped.

    Args:
        data: As "pairs" a folder of pictures with a and b side by side; or as "a" and "b" folders
            of the same names; or as "batches" a dataset of {"from": (batch, height, width, 3),
            "to": the same}.
        folder: The run folder; with every checkpoint it holds generator.keras.
        settings: Every number.
        callbacks: Keras callbacks.
        strategy: Of `devices.strategy`; None takes the one in whose scope the call is.
        begin: A finished run, or release, whose generator of the same shape it begins with; None
            begins with a random one.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing, a worker is gone, or the disk is full.
        ValueError: The run folder was begun with other settings.
    """
    pairs, batches_from, samples = _sources(data, settings)
    return gan_runs.train(
        folder,
        dataclasses.asdict(settings),
        lambda precision: gan(dataclasses.replace(settings, precision=precision)),
        lambda: generators(settings),
        batches_from,
        _sampler(samples),
        pairs,
        callbacks,
        strategy,
        begin,
    )


def _sources(data, settings):
    """The data of a run, its batches from a step on, and pairs of pictures for samples."""
    if "batches" in data:
        dataset = data["batches"]
        samples = [datasets.pictures(dataset, name, SAMPLE_PAIRS) for name in ("from", "to")]
        return {"batches": dataset}, datasets.from_step(dataset), list(zip(*samples, strict=True))
    pairs = folders.pairs(*(data.get(name) for name in ("pairs", "a", "b")))
    numbers = (settings.batch, settings.size, settings.seed)

    def batches_from(step, shard=shards.WHOLE):
        zoom = (settings.zoom, 1.0)
        return batches.paired(pairs, *numbers, step, zoom, shard, settings.direction)

    def read(files):
        pair = read_pair(files, settings.direction)
        return [images.squash(images.to_float(picture), settings.size) for picture in pair]

    return {"pairs": pairs}, batches_from, folders.readable(pairs, SAMPLE_PAIRS, read)


def _sampler(samples):
    """Rows of a source, its translation and the target."""

    def sample(trained):
        rows = []
        for source, target in samples:
            translated = trained["generator"](source[None], training=False)
            rows.append(np.stack([source, np.asarray(translated)[0], target]))
        return contact_sheets.from_rows(rows)

    return sample
