"""Figures that say how near a pastiche is to its style and how much it keeps of its content."""

import dataclasses
import os

import keras
import numpy as np
from keras import ops

from tfstyle import statistics
from tfstyle.networks import vgg

CFSD_SIDE = 32
CFSD_TEMPERATURE = 0.07


@dataclasses.dataclass(frozen=True)
class Distances:
    """Of one pastiche; each is 0 at best.

    Args:
        style: Mean over the five taps of |m(pastiche) - m(style)|^2 / |m(style)|^2, where m is
            the vector of channel means and deviations.
        content: 1 - mean cosine over positions between the relu4_1 maps of pastiche and content,
            each normalised per channel.
        cfsd: Content feature structural distance (Chung, Hyun & Heo 2024, StyleID,
            https://arxiv.org/abs/2312.09008): KL divergence of relu3_1 self-similarities.
    """

    style: float
    content: float
    cfsd: float


class Protocol:
    """Measures pictures with a frozen VGG-19.

    Args:
        weights: Folder of VGG-19 weights; None takes keras.applications' (see `vgg.teacher`).
    """

    def __init__(self, weights: str | os.PathLike | None = None):
        self.eyes = vgg.teacher(weights)

    def taps(self, image: np.ndarray) -> dict:
        """Features of one picture, shape (height, width, 3), in [0, 1]."""
        return self.eyes(ops.convert_to_tensor(image[None]), training=False)

    def distances(self, content: dict, style: dict, pastiche: dict) -> Distances:
        """Figures of a pastiche, all three as `taps`."""
        return Distances(
            style=float(np.mean([_style(style[tap], pastiche[tap]) for tap in vgg.TAPS])),
            content=float(_content(content["relu4_1"], pastiche["relu4_1"])),
            cfsd=float(_cfsd(content["relu3_1"], pastiche["relu3_1"])),
        )


def _style(style, pastiche):
    wanted, got = (ops.concatenate(statistics.moments(x, 0.0), -1) for x in (style, pastiche))
    return ops.sum(ops.square(got - wanted)) / ops.sum(ops.square(wanted))


def _content(content, pastiche):
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
