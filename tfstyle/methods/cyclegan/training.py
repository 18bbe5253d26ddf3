"""Zhu et al. 2017, "Unpaired image-to-image translation using cycle-consistent adversarial
networks", https://arxiv.org/abs/1703.10593: two generators between two domains, each held by a
discriminator that judges patches and by the other generator, which must find the way back.

Departures from the paper by default: a quarter of the channels; skip connections from the encoder
to the decoder; bilinear upsampling instead of transposed convolutions, noise beside the picture and
a loss of lattices; zero padding; crops of random size.

Or, with the objective "cut", Park et al. 2020, "Contrastive learning for unpaired image-to-image
translation", https://arxiv.org/abs/2007.15651: one generator, whose translations keep what is where
by contrast of patches.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from tfstyle import contact_sheets
from tfstyle.data import batches, datasets, folders, shards
from tfstyle.methods.cyclegan.objectives import OBJECTIVES
from tfstyle.methods.cyclegan.settings import Settings
from tfstyle.networks import encoder as encoders
from tfstyle.networks.layered import layered
from tfstyle.networks.patchgan import patchgan
from tfstyle.networks.projected import projected_discriminator
from tfstyle.networks.resnet import resnet
from tfstyle.networks.unet import unet
from tfstyle.training import gan_runs
from tfstyle.training.gan import GAN

SAMPLE_PICTURES = 4  # of each domain, on a sheet
WAYS = {"a_to_b": ("a", "b"), "b_to_a": ("b", "a")}


def generator(settings: Settings, way: str) -> keras.Model:
    """A fresh generator of one way, "a_to_b" or "b_to_a"."""
    channels = {"a": settings.channels_a, "b": settings.channels_b}
    pair = tuple(channels[domain] for domain in WAYS[way])
    same = way == "a_to_b" or settings.back == "same"
    kind = settings.generator if same else settings.back
    if kind == "layers":
        return layered(settings.filters, settings.streaks, name=way)
    if kind == "unet":
        return unet(
            settings.filters,
            settings.depth,
            norm="instance",
            upsampling=settings.upsampling,
            channels=pair,
            name=way,
        )
    return resnet(
        tuple(settings.filters * times for times in (1, 2, 4)),
        settings.blocks,
        padding=settings.padding,
        upsampling=settings.upsampling,
        skip=settings.skip,
        noise=settings.noise,
        streaks=settings.streaks,
        channels=pair,
        name=way,
    )


def generators(settings: Settings) -> dict[str, keras.Model]:
    """Fresh generators of both ways, or of the one from a to b."""
    ways = WAYS if settings.objective == "cycle" else ("a_to_b",)
    return {way: generator(settings, way) for way in ways}


def discriminator(
    settings: Settings, domain: str, encoder: keras.Model | None = None
) -> keras.Model:
    """A fresh discriminator of domain "a" or "b", on a frozen encoder where judges are to be."""
    channels = settings.channels_a if domain == "a" else settings.channels_b
    name, count = f"judge_{domain}", settings.projected_filters
    patches = patchgan(settings.discriminator_filters, channels=(channels,), name=name)
    if not count:
        return patches
    return projected_discriminator(patches, encoders.like(encoder), count, f"projected_{domain}")


def gan(settings: Settings, encoder: keras.Model | None = None) -> GAN:
    """A compiled GAN of new networks; `fit` takes batches of {"a", "b"}."""
    objective = OBJECTIVES[settings.objective]

    def networks():
        return (
            generators(settings),
            {domain: discriminator(settings, domain, encoder) for domain in objective.domains},
        )

    return gan_runs.compiled(
        settings,
        networks,
        lambda generators: objective(settings, generators),
        settings.pool,
        settings.augment,
    )


def train(
    data: Mapping[str, str | Sequence[str | os.PathLike] | tf.data.Dataset],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    encoder: Callable[[], keras.Model],
    strategy: tf.distribute.Strategy | None = None,
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains both ways between two domains, or one; the same call goes on where it stopped.

    Args:
        data: As "a" and "b" folders of pictures of each domain; or as "data" a folder with trainA
            and trainB, or the name of a TensorFlow dataset; or as "batches" a dataset of {"a":
            (batch, height, width, 3), "b": the same}.
        folder: The run folder; with every checkpoint a_to_b/ and b_to_a/ in it hold a
            generator.keras each, or, with the objective "cut", the folder itself does.
        settings: Every number.
        callbacks: Keras callbacks.
        encoder: Makes a frozen network whose features are judged too where the settings ask for it.
        strategy: Of `devices.strategy`; None takes the one in whose scope the call is.
        begin: A finished run whose generators of the same shape it begins with, of both ways where
            both are trained; None begins with random ones.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing, a worker is gone, or the disk is full.
        ValueError: The run folder was begun with other settings.
    """
    pictures, batches_from, samples = _sources(data, settings)

    def build(precision):
        known = encoder() if settings.projected_filters else None
        return gan(dataclasses.replace(settings, precision=precision), known)

    return gan_runs.train(
        folder,
        dataclasses.asdict(settings),
        build,
        lambda: generators(settings),
        batches_from,
        _sampler(*samples, settings.size),
        pictures,
        callbacks,
        strategy,
        begin,
    )


def _sources(data, settings):
    """The data of a run, its batches from a step on, and pictures of both domains for samples."""
    if "batches" in data:
        dataset = data["batches"]
        samples = [datasets.pictures(dataset, domain, SAMPLE_PICTURES) for domain in "ab"]
        return {"batches": dataset}, datasets.from_step(dataset), samples
    a, b = folders.domains(*(data.get(name) for name in ("a", "b", "data")))
    numbers = (settings.batch, settings.size, settings.seed)

    def batches_from(step, shard=shards.WHOLE):
        return batches.unpaired(a, b, *numbers, step, (settings.zoom, 1.0), shard)

    return {"a": a, "b": b}, batches_from, (a, b)


SAMPLE_WAYS = {  # generators in turn, by domain: translated, reconstructed, identity
    "a": (("a_to_b",), ("a_to_b", "b_to_a"), ("b_to_a",)),
    "b": (("b_to_a",), ("b_to_a", "a_to_b"), ("a_to_b",)),
}


def _sampler(a, b, size, count=SAMPLE_PICTURES):
    """Rows of a real picture and of SAMPLE_WAYS that have their generators; a's, then b's."""

    def read(picture):
        return folders.shown(picture, size, 2 * size)[None]

    samples = [folders.readable(paths, count, read) for paths in (a, b)]
    samples = [pictures[: min(map(len, samples))] for pictures in samples]

    def through(ways, trained, picture):
        for way in ways:
            picture = trained[way](picture, training=False)
        return np.asarray(picture)

    def row(trained, domain, real):
        known = [ways for ways in SAMPLE_WAYS[domain] if trained.keys() >= set(ways)]
        return np.concatenate([real, *(through(ways, trained, real) for ways in known)])

    def sample(trained):
        pairs = zip(*samples, strict=True)
        return contact_sheets.from_rows(
            [
                np.concatenate([row(trained, *of) for of in zip("ab", pair, strict=True)])
                for pair in pairs
            ]
        )

    return sample
