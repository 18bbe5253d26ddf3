"""Figures that say how near a pastiche is to its style and how much it keeps of its content."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfstyle import statistics
from tfstyle.networks import squeezenet, teachers

CFSD_SIDE = 32
DESCRIBED = 16  # pictures at once
CFSD_TEMPERATURE = 0.07
LPIPS_HEADS = "lpips_v0.1_squeeze_linear.npz"


@dataclasses.dataclass(frozen=True)
class Distances:
    """Of one pastiche; each is 0 at best, but for ssim, which is 1.

    Args:
        style: Mean over the five taps of |m(pastiche) - m(style)|^2 / |m(style)|^2, where m is
            the vector of channel means and deviations.
        content: 1 - mean cosine over positions between the relu4_1 maps of pastiche and content,
            each normalised per channel.
        cfsd: Content feature structural distance (Chung, Hyun & Heo 2024, StyleID,
            https://arxiv.org/abs/2312.09008): KL divergence of relu3_1 self-similarities.
        squeeze: As `style`, over SqueezeNet's features, which no training sees.
        lpips: Learned perceptual distance of pastiche and content (Zhang et al. 2018,
            https://arxiv.org/abs/1801.03924, equation 1), with SqueezeNet; approximate, since its
            weights are not the ones that the heads were fitted to.
        ssim: Structural similarity of pastiche and content (Wang et al. 2004).
    """

    style: float
    content: float
    cfsd: float
    squeeze: float = float("nan")
    lpips: float = float("nan")
    ssim: float = float("nan")


NAMES = tuple(field.name for field in dataclasses.fields(Distances))


def mean(figures: list[Distances]) -> Distances:
    """The mean of each figure."""
    return Distances(*(float(np.mean([getattr(f, name) for f in figures])) for name in NAMES))


@dataclasses.dataclass(frozen=True)
class Seen:
    """A picture with its features: VGG-19's by tap, and SqueezeNet's or nothing."""

    picture: np.ndarray
    vgg: dict
    squeeze: dict


class Protocol:
    """Measures pictures with a frozen VGG-19, and with SqueezeNet where its weights are.

    Args:
        weights: VGG-19's, as `teachers.teacher` takes them. SqueezeNet's and the LPIPS heads are
            looked for in the same place if it is a folder.
        eyes: Instead of VGG-19, a model of pictures to a dictionary of its taps.
    """

    def __init__(self, weights: teachers.Source = None, eyes: keras.Model | None = None):
        self.eyes = eyes or teachers.teacher(weights)
        self.second, self.heads = _second_opinion(weights)

    def look(self, image: np.ndarray) -> Seen:
        """Features of one picture, shape (height, width, 3), in [0, 1]."""
        batch = ops.convert_to_tensor(image[None])
        second = self.second(batch, training=False) if self.second else {}
        return Seen(image, self.eyes(batch, training=False), second)

    def distances(self, content: Seen, style: Seen, pastiche: Seen) -> Distances:
        """Figures of a pastiche of the content's size."""
        return Distances(
            style=_style(style.vgg, pastiche.vgg),
            content=float(content_distance(content.vgg["relu4_1"], pastiche.vgg["relu4_1"])),
            cfsd=float(_cfsd(content.vgg["relu3_1"], pastiche.vgg["relu3_1"])),
            squeeze=_style(style.squeeze, pastiche.squeeze) if self.second else float("nan"),
            lpips=self._lpips(content, pastiche) if self.heads else float("nan"),
            ssim=float(tf.image.ssim(content.picture, pastiche.picture, 1.0)),
        )

    def content(self, image: np.ndarray, pastiche: np.ndarray) -> float:
        """The content distance alone, of pictures of one size."""
        maps = (
            self.eyes(ops.convert_to_tensor(x[None]), training=False) for x in (image, pastiche)
        )
        return float(content_distance(*(taps["relu4_1"] for taps in maps)))

    def descriptors(self, pictures: Iterable[np.ndarray]) -> np.ndarray:
        """A vector of each picture, for `kernel_distance`.

        Its deepest features' means over positions: SqueezeNet's, which no training sees, where its
        weights are; else VGG-19's relu5_1.

        Args:
            pictures: Of one size, shape (height, width, 3), in [0, 1].
        """
        network, pictures = self.second or self.eyes, list(pictures)
        batches = (pictures[i : i + DESCRIBED] for i in range(0, len(pictures), DESCRIBED))
        deepest = (list(network.predict_on_batch(np.stack(b)).values())[-1] for b in batches)
        return np.concatenate([features.mean(axis=(1, 2)) for features in deepest])

    def _lpips(self, content, pastiche):
        return float(
            sum(
                _weighted(content.squeeze[tap], pastiche.squeeze[tap], head)
                for tap, head in self.heads.items()
            )
        )


def _second_opinion(weights: str | os.PathLike | None):
    folder = Path(weights or "")
    if weights is None or not (folder / squeezenet.WEIGHTS).is_file():
        return None, {}
    network = squeezenet.load(folder)
    if not (folder / LPIPS_HEADS).is_file():
        return network, {}
    heads = np.load(folder / LPIPS_HEADS)
    return network, {
        tap: heads[f"lin{i}.model.1.weight"].reshape(-1) for i, tap in enumerate(squeezenet.TAPS)
    }


def _weighted(content, pastiche, head):
    return ops.mean(ops.sum(ops.square(_unit(content) - _unit(pastiche)) * head, axis=-1))


def _style(style, pastiche):
    return float(np.mean([_moment_distance(style[tap], pastiche[tap]) for tap in style]))


def _moment_distance(style, pastiche):
    wanted, got = (ops.concatenate(statistics.moments(x, 0.0), -1) for x in (style, pastiche))
    return ops.sum(ops.square(got - wanted)) / ops.sum(ops.square(wanted))


def content_distance(content, pastiche):
    """1 - mean cosine over positions of feature maps that are normalised per channel first.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.

    Returns:
        Scalar, 0 where they agree, about 1 where they have nothing in common.
    """
    content, pastiche = statistics.normalize(content), statistics.normalize(pastiche)
    return 1.0 - ops.mean(ops.sum(_unit(content) * _unit(pastiche), axis=-1))


def _unit(features):
    return features / (ops.norm(features, axis=-1, keepdims=True) + 1e-8)


def _cfsd(content, pastiche):
    return ops.mean(keras.losses.kl_divergence(_similarities(content), _similarities(pastiche)))


def _similarities(features):
    side = (CFSD_SIDE, CFSD_SIDE)
    small = ops.image.resize(features, side, interpolation="bilinear", antialias=True)
    flat = _unit(ops.reshape(small, (-1, small.shape[-1])))
    return ops.softmax(ops.matmul(flat, ops.transpose(flat)) / CFSD_TEMPERATURE, axis=-1)


def psnr(expected: np.ndarray, found: np.ndarray) -> float:
    """Peak signal-to-noise ratio in decibels of pictures in [0, 1]."""
    return float(-10 * np.log10(np.mean(np.square(expected - found)) + 1e-12))


def kernel_distance(found: np.ndarray, wanted: np.ndarray) -> float:
    """Kernel distance (KID) of two sets of descriptors, unbiased, so that it may fall below 0.

    Binkowski et al. 2018, https://arxiv.org/abs/1801.01401, section 4, with the cubic kernel of
    equation 4. Descriptors are divided by the wanted ones' root mean square first, since these
    are not Inception's.

    Args:
        found: Shape (pictures, numbers).
        wanted: Shape (pictures, numbers); two pictures or more of either.
    """
    scale = np.sqrt(np.mean(np.square(wanted)))
    x, y = np.float64(found) / scale, np.float64(wanted) / scale

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1.0) ** 3

    def within(a):
        products, count = kernel(a, a), len(a)
        return (products.sum() - np.trace(products)) / (count * (count - 1))

    return float(within(x) + within(y) - 2.0 * kernel(x, y).mean())
