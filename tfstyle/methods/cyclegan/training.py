"""Zhu et al. 2017, "Unpaired image-to-image translation using cycle-consistent adversarial
networks", https://arxiv.org/abs/1703.10593: two generators between two domains, each held by a
discriminator that judges patches and by the other generator, which must find the way back.

Departures from the paper by default: a quarter of the channels; skip connections from the encoder
to the decoder; bilinear upsampling instead of transposed convolutions, noise beside the picture and
a loss of lattices; zero padding; crops of random size.
"""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfstyle import images, losses
from tfstyle.data import batches, folders
from tfstyle.methods.cyclegan.settings import Settings
from tfstyle.networks import encoder as encoders
from tfstyle.networks.layered import layered
from tfstyle.networks.patchgan import patchgan
from tfstyle.networks.projected import projected
from tfstyle.networks.resnet import resnet
from tfstyle.networks.unet import unet
from tfstyle.training import games
from tfstyle.training.adversarial import Game

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
    """Fresh generators of both ways."""
    return {way: generator(settings, way) for way in WAYS}


def discriminator(
    settings: Settings, domain: str, encoder: keras.Model | None = None
) -> keras.Model:
    """A fresh discriminator of domain "a" or "b", on a frozen encoder where judges are to be."""
    channels = settings.channels_a if domain == "a" else settings.channels_b
    name, count = f"judge_{domain}", settings.projected_filters
    patches = patchgan(settings.discriminator_filters, channels=(channels,), name=name)
    if not count:
        return patches
    return projected(patches, encoders.like(encoder), count, f"projected_{domain}")


class Objective:
    """Adversarial, cycle and identity losses, equation 3 and section 5.2 of the paper; and of a
    lattice.

    The discriminators' loss is halved (backward_D_basic of the authors' cycle_gan_model.py).

    Args:
        settings: The weights, and the kind of adversarial loss.
    """

    judged = ("a_fake", "b_fake")

    def __init__(self, settings: Settings):
        self.settings = settings
        asked = {"identity": settings.identity_weight, "lattice": settings.lattice_weight}
        kinds = ("fool", "cycle", *(kind for kind, weight in asked.items() if weight))
        self.names = (
            *(f"{kind}_{domain}" for kind in kinds for domain in "ab"),
            *("judge_a", "judge_b"),
        )

    def translate(self, generators, batch):
        forth, back = generators["a_to_b"], generators["b_to_a"]
        b_fake, a_fake = forth(batch["a"], training=True), back(batch["b"], training=True)
        pictures = {
            "b_fake": b_fake,
            "a_fake": a_fake,
            "a_cycle": back(b_fake, training=True),
            "b_cycle": forth(a_fake, training=True),
        }
        if self.settings.identity_weight:
            pictures["a_identity"] = back(batch["a"], training=True)
            pictures["b_identity"] = forth(batch["b"], training=True)
        return pictures

    def generator_losses(self, discriminators, batch, pictures):
        weights = {"cycle": self.settings.cycle_weight, "identity": self.settings.identity_weight}
        found = {}
        for domain in "ab":
            fake = pictures[f"{domain}_fake"]
            found[f"fool_{domain}"] = self._judged(discriminators[domain], fake, True)
            for kind in weights:
                if f"{domain}_{kind}" in pictures:
                    like = losses.absolute_loss(batch[domain], pictures[f"{domain}_{kind}"])
                    found[f"{kind}_{domain}"] = weights[kind] * like
            if self.settings.lattice_weight:
                lattice = self.settings.lattice_weight * losses.lattice_loss(fake)
                found[f"lattice_{domain}"] = lattice
        return found

    def discriminator_losses(self, discriminators, batch, pictures):
        found = {}
        for domain in "ab":
            real = self._judged(discriminators[domain], batch[domain], True)
            fake = self._judged(discriminators[domain], pictures[f"{domain}_fake"], False)
            found[f"judge_{domain}"] = 0.5 * (real + fake)
        return found

    def _judged(self, discriminator, picture, real):
        kind, scores = self.settings.adversarial, discriminator({"picture": picture}, training=True)
        if not isinstance(scores, dict):
            return losses.adversarial_loss(scores, real, kind)
        found = {k: losses.adversarial_loss(each, real, kind) for k, each in scores.items()}
        return found.pop("patches") + sum(found.values()) / len(found)


def game(settings: Settings, encoder: keras.Model | None = None) -> Game:
    """A compiled game of fresh networks; `fit` takes batches of {"a", "b"}."""

    def networks():
        return (
            generators(settings),
            {domain: discriminator(settings, domain, encoder) for domain in "ab"},
        )

    return games.compiled(settings, networks, Objective(settings), settings.pool)


def train(
    a: Sequence[Path],
    b: Sequence[Path],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    strategy: tf.distribute.Strategy | None = None,
    encoder: keras.Model | None = None,
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains both ways between two domains; the same call goes on where it stopped.

    Args:
        a: Pictures of one domain.
        b: Pictures of the other.
        folder: The run folder; with every checkpoint a_to_b/ and b_to_a/ in it hold a
            generator.keras each.
        settings: Every number.
        strategy: Of `devices.strategy`; None takes the one in whose scope the call is.
        encoder: Frozen; whose features are judged too where the settings ask for it.
        begin: A finished run whose generators of the same shape it begins with; None begins with
            random ones.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A worker is gone, or the disk is full.
        ValueError: The run folder was begun with other settings.
    """

    def batches_from(step, part):
        return batches.unpaired(
            a,
            b,
            settings.batch,
            settings.size,
            settings.seed,
            step,
            (settings.zoom, 1.0),
            part,
        )

    return games.train(
        folder,
        dataclasses.asdict(settings),
        lambda precision: game(dataclasses.replace(settings, precision=precision), encoder),
        lambda: generators(settings),
        batches_from,
        _sampler(a, b, settings.size),
        strategy,
        begin,
        {"a": folders.fingerprint(a), "b": folders.fingerprint(b)},
    )


def _sampler(a, b, size, count=4):
    """Rows of: real, translated, back again, identity; a's, then b's."""

    def read(path):
        return images.squash(images.read(path, 2 * size), size)[None]

    shown = [folders.readable(paths, count, read) for paths in (a, b)]
    shown = [pictures[: min(map(len, shown))] for pictures in shown]

    def row(forth, back, pictures):
        for real in pictures:
            translated = forth(real, training=False)
            again, same = back(translated, training=False), back(real, training=False)
            yield np.concatenate([real, *(np.asarray(x) for x in (translated, again, same))])

    def sample(trained):
        forth, back = trained["a_to_b"], trained["b_to_a"]
        columns = row(forth, back, shown[0]), row(back, forth, shown[1])
        return images.sheet([np.concatenate(both) for both in zip(*columns, strict=True)])

    return sample
