"""The measurement protocol: features of frozen networks and the metrics on them."""

import functools
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfstyle.metrics import sampling
from tfstyle.metrics.content import cfsd, content_distance, weighted_distance
from tfstyle.metrics.figures import NAN, Distances
from tfstyle.metrics.lattice import weave
from tfstyle.metrics.picture_features import PictureFeatures
from tfstyle.metrics.style import moment_distance, wasserstein_distances
from tfstyle.networks import squeezenet, teachers

DESCRIBED = 16  # pictures at once
LPIPS_HEADS = "lpips_v0.1_squeeze_linear.npz"
STROKES = "relu3_1"  # of VGG-19, what REMD is taken on
PATCHES = "fire5"  # of SqueezeNet


class Protocol:
    """Measures pictures with a frozen VGG-19, and with SqueezeNet if its weights are available.

    Args:
        weights: VGG-19's weights (see `teachers.teacher`). If this is a folder, SqueezeNet's
            weights and the LPIPS heads are read from it too, if it holds them.
        feature_extractor: A model of pictures to a dictionary of VGG-19's taps, instead of VGG-19.
    """

    def __init__(
        self, weights: teachers.Source = None, feature_extractor: keras.Model | None = None
    ):
        self.feature_extractor = feature_extractor or teachers.teacher(weights)
        self.second, self.heads = _second_opinion(weights)

    def look(self, image: np.ndarray, extent: tuple[int, int] | None = None) -> PictureFeatures:
        """Features of one picture.

        Args:
            image: Shape (height, width, 3), in [0, 1].
            extent: Height and width to which the picture is resized for REMD; a painting is
                measured at the photograph's size. None is the picture's own size.
        """
        scales = sampling.scales(image, extent or image.shape[:2])
        vgg = _features(self.feature_extractor, image)
        strokes = _at_scales(self._strokes, scales, {id(image): vgg[STROKES]})
        strokes = [sampling.features(feature_map) for feature_map in strokes]
        if not self.second:
            return PictureFeatures(image, vgg, {}, strokes, [])
        second = _features(self.second, image)
        patches = _at_scales(self._patches, scales, {id(image): second[PATCHES]})
        return PictureFeatures(
            image, vgg, second, strokes, [sampling.patches(feature_map) for feature_map in patches]
        )

    @functools.cached_property
    def _strokes(self):
        return _tap(self.feature_extractor, STROKES)

    @functools.cached_property
    def _patches(self):
        return _tap(self.second, PATCHES)

    def distances(
        self, content: PictureFeatures, style: PictureFeatures, pastiche: PictureFeatures
    ) -> Distances:
        """Metrics of a pastiche of the content's size."""
        return Distances(
            remd=sampling.remd(style.strokes, pastiche.strokes),
            remd_squeeze=sampling.remd(style.patches, pastiche.patches) if self.second else NAN,
            weave=weave(pastiche.picture),
            **wasserstein_distances(style, pastiche),
            style=moment_distance(style.vgg, pastiche.vgg),
            content=float(content_distance(content.vgg["relu4_1"], pastiche.vgg["relu4_1"])),
            cfsd=float(cfsd(content.vgg["relu3_1"], pastiche.vgg["relu3_1"])),
            squeeze=moment_distance(style.squeeze, pastiche.squeeze) if self.second else NAN,
            lpips=self._lpips(content, pastiche) if self.heads else NAN,
            ssim=float(tf.image.ssim(content.picture, pastiche.picture, 1.0)),
        )

    def content(self, image: np.ndarray, pastiche: np.ndarray) -> float:
        """The content distance alone, of pictures of one size."""
        maps = (_features(self.feature_extractor, x) for x in (image, pastiche))
        return float(content_distance(*(taps["relu4_1"] for taps in maps)))

    def descriptors(self, pictures: Iterable[np.ndarray]) -> np.ndarray:
        """A vector of each picture, for `kernel_distance`.

        Its deepest features' means over positions: SqueezeNet's, which no training sees, where its
        weights are; else VGG-19's relu5_1.

        Args:
            pictures: Of one size, shape (height, width, 3), in [0, 1].
        """
        extractor, pictures = self.second or self.feature_extractor, list(pictures)
        batches = (pictures[i : i + DESCRIBED] for i in range(0, len(pictures), DESCRIBED))
        deepest = (list(extractor.predict_on_batch(np.stack(b)).values())[-1] for b in batches)
        return np.concatenate([features.mean(axis=(1, 2)) for features in deepest])

    def _lpips(self, content, pastiche):
        return float(
            sum(
                weighted_distance(content.squeeze[tap], pastiche.squeeze[tap], head)
                for tap, head in self.heads.items()
            )
        )


def lpips(weights: str | os.PathLike) -> Callable[[np.ndarray, np.ndarray], float]:
    """LPIPS on SqueezeNet, a function of two pictures, shape (height, width, 3), in [0, 1].

    Zhang et al. 2018, https://arxiv.org/abs/1801.03924.

    Args:
        weights: Folder that holds the network's and the heads'.

    Raises:
        OSError: It does not.
    """
    network, heads = _second_opinion(weights)
    if not heads:
        raise FileNotFoundError(
            f"Expected a folder with {squeezenet.WEIGHTS} and {LPIPS_HEADS}. Received: {weights}."
        )

    def distance(one, other):
        first, second = (_features(network, picture) for picture in (one, other))
        return float(
            sum(weighted_distance(first[tap], second[tap], head) for tap, head in heads.items())
        )

    return distance


def _features(network, image):
    return network(ops.convert_to_tensor(image[None]), training=False)


def _at_scales(network, scales, known):
    return [known[id(x)] if id(x) in known else _features(network, x) for x in scales]


def _tap(network, tap):
    return keras.Model(network.input, network.output[tap])


def _second_opinion(weights: str | os.PathLike | None):
    folder = Path(weights or "")
    if weights is None or not (folder / squeezenet.WEIGHTS).is_file():
        return None, {}
    network = squeezenet.load(folder)
    if not (folder / LPIPS_HEADS).is_file():
        return network, {}
    with np.load(folder / LPIPS_HEADS) as heads:
        return network, {
            tap: heads[f"lin{i}.model.1.weight"].reshape(-1)
            for i, tap in enumerate(squeezenet.TAPS)
        }
