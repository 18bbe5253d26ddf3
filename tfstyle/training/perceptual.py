"""Losses on the features of a frozen network."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from tfstyle import losses
from tfstyle.networks.vgg import TAPS, at_taps
from tfstyle.training.settings import PerceptualSettings
from tfstyle.training.style_losses import COLOR, StyleLosses

CONTENT_TAPS = {"relu3_1": 1 / 3, "relu4_1": 2 / 3}  # the same as in methods/gatys

TARGET_TAPS = {"relu2_1": 0.2, "relu3_1": 0.4, "relu4_1": 0.4}

COARSE = 22  # positions a side whose likeness to each other is compared

POSITIONS = {"relu3_1": 512, "relu4_1": 256}  # of a painting that features are compared with


class PerceptualObjective:
    """Criterion: content, self-similarity and REMD at relu3_1 and relu4_1, luminance, Wasserstein
    distance at every tap, of colours and of broad regions' chroma, recolouring, total variation,
    lattice, pixels alone where a photograph is its own style, and the distance from targets.

    Equation 3 of Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830, with the losses of
    `tfstyle.losses`. A subclass gives the target statistics. Where some photographs are their
    own style, the batch's "own", shape (batch,), is 1 of those and 0 of others. A batch's "target"
    are pictures that its last results shall be like.

    Args:
        feature_extractor: Frozen loss network, pictures to a dictionary of taps.
        readouts: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap.
        settings: The weights of the losses.
    """

    names = (
        *("content", "similarity", "luminance"),
        *("style", "remd", "color", "chroma", "recoloring"),
        *("variation", "lattice", "own", "target"),
    )

    def __init__(
        self,
        feature_extractor: keras.Model,
        readouts: Mapping[str, tuple],
        settings: PerceptualSettings,
    ):
        self.feature_extractor, self.settings = feature_extractor, settings
        self.style = StyleLosses(readouts)
        self.inside = keras.layers.Cropping2D(settings.margin, dtype="float32")
        self.content_extractor = at_taps(feature_extractor, CONTENT_TAPS)
        self.target_extractor = at_taps(feature_extractor, TARGET_TAPS)
        self.channels = {tap: feature_extractor.output[tap].shape[-1] for tap in TAPS}
        self.positions = POSITIONS if settings.remd_weight else {}

    def described(self, picture):
        """The targets of paintings, shape (batch, height, width, 3), as vectors.

        They are those of `StyleLosses.described`, followed by features at some positions if REMD
        has a weight.
        """
        features = self.feature_extractor(picture, training=False)
        parts = [self.style.described(picture, features)]
        for tap, count in self.positions.items():
            sampled = _at_positions(features[tap], count)
            parts.append(ops.reshape(ops.cast(sampled, "float32"), (sampled.shape[0], -1)))
        return ops.stop_gradient(ops.concatenate(parts, axis=-1))

    def numbers(self, batch: Mapping):
        """The vectors of `described` of the batch's paintings, shape (batch, numbers)."""
        raise NotImplementedError

    def __call__(self, batch, pastiche):
        content, inside = self.inside(batch["content"]), self.inside(pastiche)
        content_features, features = (
            self.content_extractor(content, training=False),
            self.feature_extractor(inside, training=False),
        )
        numbers, own = self.numbers(batch), batch.get("own")
        targets = self.style.recalled(numbers, self.channels)
        weights = None if own is None else 1.0 - own
        values = {
            "content": sum(
                weight * losses.content_loss(content_features[tap], features[tap])
                for tap, weight in CONTENT_TAPS.items()
            ),
            "similarity": self.similarity(content_features, features),
            "luminance": self.luminance(content, inside),
            **self.style(targets, self.style.of(inside, features), weights),
            "remd": self.remd(numbers, features, weights),
            "chroma": self.chroma(targets[COLOR], inside, weights),
            "recoloring": self.recoloring(content, targets[COLOR], inside, weights),
            "variation": losses.total_variation(pastiche),
            "lattice": losses.lattice_loss(inside),
            "own": ops.zeros(())
            if own is None
            else losses.own_style_loss(batch["content"], own, pastiche),
            "target": self.target(batch.get("target"), inside, features),
        }
        return {
            name: getattr(self.settings, f"{name}_weight") * values[name] for name in self.names
        }

    def similarity(self, content: Mapping, pastiche: Mapping):
        """Self-similarity loss of features by tap, a scalar; 0 without a weight."""
        if not self.settings.similarity_weight:
            return ops.zeros(())
        return sum(
            weight * losses.self_similarity_loss(_coarse(content[tap]), _coarse(pastiche[tap]))
            for tap, weight in CONTENT_TAPS.items()
        )

    def luminance(self, content, pastiche):
        """`losses.luminance_loss` of pictures, a scalar; 0 without a weight."""
        if not self.settings.luminance_weight:
            return ops.zeros(())
        return losses.luminance_loss(content, pastiche)

    def chroma(self, colors, pastiche, weights=None):
        """`losses.chroma_loss` of pictures, a scalar; 0 without a weight."""
        if not self.settings.chroma_weight:
            return ops.zeros(())
        return losses.chroma_loss(colors[:2], pastiche, weights)

    def recoloring(self, content, colors, pastiche, weights=None):
        """`losses.recoloring_loss` of pictures, a scalar; 0 without a weight."""
        if not self.settings.recoloring_weight:
            return ops.zeros(())
        return losses.recoloring_loss(content, colors[:2], pastiche, weights)

    def target(self, target, pastiche, features: Mapping):
        """Distance from targets, a scalar; 0 without them.

        It is the sum of `losses.target_loss` of means of 4x4 pixels and of features.

        Args:
            target: Pictures that the last results shall be like, or None.
            pastiche: Results without their margin.
            features: Theirs by tap.
        """
        if target is None:
            return ops.zeros(())
        target, last = self.inside(target), target.shape[0]
        target_features = self.target_extractor(target, training=False)
        distance = sum(
            weight * losses.target_loss(target_features[tap], features[tap][-last:])
            for tap, weight in TARGET_TAPS.items()
        )
        means = (
            ops.average_pool(ops.cast(image, "float32"), losses.STROKE, losses.STROKE)
            for image in (target, pastiche[-last:])
        )
        return distance + losses.target_loss(*means)

    def remd(self, numbers, pastiche: Mapping, weights=None):
        """Mean over the taps of `losses.remd_loss`, a scalar; 0 without a weight.

        Args:
            numbers: The paintings' vectors, from `described`.
            pastiche: Features by tap.
            weights: Weight of each picture, shape (batch,); None weighs each by 1.
        """
        distances, end = [], numbers.shape[-1]
        for tap, count in reversed(self.positions.items()):
            channels = self.channels[tap]
            style = ops.reshape(numbers[:, end - count * channels : end], (-1, count, channels))
            height, width = pastiche[tap].shape[1:3]
            features = ops.reshape(pastiche[tap], (-1, height * width, channels))
            distances.append(losses.remd_loss(style, features, weights))
            end -= count * channels
        return sum(distances) / len(distances) if distances else ops.zeros(())


def _at_positions(features, count):
    """Features of one picture at positions drawn with a fixed seed, shape (1, count, channels)."""
    flat = ops.reshape(features, (1, -1, features.shape[-1]))
    order = np.random.default_rng(0).permutation(flat.shape[1])
    return ops.take(flat, np.resize(order, count), axis=1)


def _coarse(features):
    """Features at no more than COARSE positions a side, or a few more."""
    pool = max(1, features.shape[1] // COARSE)
    return ops.average_pool(features, pool, pool) if pool > 1 else features


class PrecomputedObjective(PerceptualObjective):
    """`PerceptualObjective` of a batch that holds the targets as "numbers", shape (batch, numbers).

    Args:
        feature_extractor: Frozen loss network, pictures to a dictionary of taps.
        readouts: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap.
        settings: The weights of the losses.
        read: How many of the numbers stand before those of `described`.
    """

    def __init__(
        self,
        feature_extractor: keras.Model,
        readouts: Mapping[str, tuple],
        settings: PerceptualSettings,
        read: int,
    ):
        super().__init__(feature_extractor, readouts, settings)
        self.read = read

    def numbers(self, batch):
        return batch["numbers"][:, self.read :]
