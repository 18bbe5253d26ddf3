"""Objectives of CycleGAN's generators and discriminators: cycle consistency, or contrast (CUT)."""

from collections.abc import Mapping

import keras
import tensorflow as tf
from keras import ops

from tfstyle import losses
from tfstyle.methods.cyclegan.settings import Settings
from tfstyle.networks import contrast
from tfstyle.training.augmentation import fold

PATCHES = 256  # of each layer; the authors' cut_model.py (num_patches)


class Cycle:
    """Adversarial, cycle and identity losses, equation 3 and section 5.2 of the paper; and of a
    lattice.

    The discriminators' loss is halved (backward_D_basic of the authors' cycle_gan_model.py).

    Args:
        settings: The weights, and the kind of adversarial loss.
        generators: Of both ways.
    """

    domains = ("a", "b")  # with a discriminator each
    pooled = ("a_fake", "b_fake")

    def __init__(self, settings: Settings, generators: Mapping[str, keras.Model]):
        self.settings, self.heads = settings, {}
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
        values = {}
        for domain in "ab":
            fake = pictures[f"{domain}_fake"]
            values[f"fool_{domain}"] = _adversarial(
                self.settings, discriminators[domain], fake, True
            )
            for kind in weights:
                if f"{domain}_{kind}" in pictures:
                    distance = losses.absolute_loss(batch[domain], pictures[f"{domain}_{kind}"])
                    values[f"{kind}_{domain}"] = weights[kind] * distance
            if self.settings.lattice_weight:
                lattice = self.settings.lattice_weight * losses.lattice_loss(fake)
                values[f"lattice_{domain}"] = lattice
        return values

    def discriminator_losses(self, discriminators, batch, pictures):
        values = {}
        for domain in "ab":
            real = _adversarial(self.settings, discriminators[domain], batch[domain], True)
            fake = _adversarial(
                self.settings, discriminators[domain], pictures[f"{domain}_fake"], False
            )
            values[f"judge_{domain}"] = 0.5 * (real + fake)
        return values


class Contrast:
    """Adversarial loss and contrast of patches one way, equation 5 of Park et al. 2020; and a
    lattice's.

    https://arxiv.org/abs/2007.15651, section 3. Patches of the translation are matched with those
    of the photograph by features of the generator's own encoder and `contrast.heads`; the same
    holds for the translation of a picture of b. The loss is a mean over layers, and the
    photographs' features have no gradient, as in the authors' cut_model.py (calculate_NCE_loss)
    and patchnce.py.

    Args:
        settings: The weights, the kind of adversarial loss and of generator.
        generators: The one from a to b.
    """

    domains = ("b",)  # with a discriminator
    pooled = ("b_fake",)

    def __init__(self, settings: Settings, generators: Mapping[str, keras.Model]):
        self.settings = settings
        (generator,) = generators.values()
        self.translator, self.encoder = contrast.tapped(generator, settings.generator)
        self.heads = {"heads": contrast.heads(self.encoder)}
        self.weights = {"a": settings.contrast_weight, "b": settings.contrast_identity_weight}
        self.weights = {domain: weight for domain, weight in self.weights.items() if weight}
        lattice = ("lattice_b",) if settings.lattice_weight else ()
        self.names = ("fool_b", *(f"contrast_{k}" for k in self.weights), *lattice, "judge_b")

    def translate(self, generators, batch):
        """Translated pictures, and the features of their sources."""
        pictures = {}
        for domain in {"a": None} | self.weights:
            picture, features = self.translator(batch[domain], training=True)
            pictures |= {PAINTED[domain]: picture, f"{domain}_features": features}
        return pictures

    def generator_losses(self, discriminators, batch, pictures):
        fake = pictures["b_fake"]
        values = {"fool_b": _adversarial(self.settings, discriminators["b"], fake, True)}
        for index, (domain, weight) in enumerate(self.weights.items()):
            contrast_loss = self._contrast(
                pictures[f"{domain}_features"],
                pictures[PAINTED[domain]],
                fold(batch["seed"], index),
            )
            values[f"contrast_{domain}"] = weight * contrast_loss
        if self.settings.lattice_weight:
            values["lattice_b"] = self.settings.lattice_weight * losses.lattice_loss(fake)
        return values

    def discriminator_losses(self, discriminators, batch, pictures):
        real = _adversarial(self.settings, discriminators["b"], batch["b"], True)
        fake = _adversarial(self.settings, discriminators["b"], pictures["b_fake"], False)
        return {"judge_b": 0.5 * (real + fake)}

    def _contrast(self, features, picture, seed):
        heads, translated = self.heads["heads"], self.encoder(picture, training=True)
        places = {
            tap: _places(x, fold(seed, index)) for index, (tap, x) in enumerate(features.items())
        }
        keys, queries = (
            heads({tap: _at(taps[tap], places[tap]) for tap in places}, training=True)
            for taps in (features, translated)
        )
        layer_losses = [
            losses.contrastive_loss(ops.stop_gradient(keys[k]), queries[k]) for k in places
        ]
        return sum(layer_losses) / len(layer_losses)


PAINTED = {"a": "b_fake", "b": "b_identity"}  # from a picture of either domain
OBJECTIVES = {"cycle": Cycle, "cut": Contrast}


def _places(features, seed):
    """PATCHES random positions of a feature map without repetition, or all if there are fewer."""
    count = features.shape[1] * features.shape[2]
    return ops.top_k(tf.random.stateless_uniform((count,), seed), min(PATCHES, count))[1]


def _at(features, places):
    batch, height, width, channels = features.shape
    return ops.take(ops.reshape(features, (batch, height * width, channels)), places, axis=1)


def _adversarial(settings, discriminator, picture, real):
    kind, scores = settings.adversarial, discriminator({"picture": picture}, training=True)
    if not isinstance(scores, dict):
        return losses.adversarial_loss(scores, real, kind)
    values = {k: losses.adversarial_loss(logits, real, kind) for k, logits in scores.items()}
    return values.pop("patches") + sum(values.values()) / len(values)
