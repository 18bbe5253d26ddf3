"""Metrics of the photograph's structure in a pastiche."""

import keras
from keras import ops

from tfstyle import statistics

CFSD_SIDE = 32
CFSD_TEMPERATURE = 0.07


def content_distance(content, pastiche):
    """1 - mean cosine over positions of feature maps that are normalised per channel first.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.

    Returns:
        Scalar, 0 where they agree, about 1 where they have nothing in common.
    """
    content, pastiche = statistics.normalize(content), statistics.normalize(pastiche)
    return 1.0 - ops.mean(ops.sum(statistics.unit(content) * statistics.unit(pastiche), axis=-1))


def cfsd(content, pastiche):
    """KL divergence of self-similarities (Chung, Hyun & Heo 2024, https://arxiv.org/abs/2312.09008).

    Mean over positions of KL(p_content || p_pastiche), where p is the softmax over positions of
    cosine / 0.07 between features resized to 32x32.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result.

    Returns:
        Scalar, 0 where they agree.
    """
    return ops.mean(keras.losses.kl_divergence(_similarities(content), _similarities(pastiche)))


def _similarities(features):
    side = (CFSD_SIDE, CFSD_SIDE)
    small = ops.image.resize(features, side, interpolation="bilinear", antialias=True)
    flat = statistics.unit(ops.reshape(small, (-1, small.shape[-1])))
    return ops.softmax(ops.matmul(flat, ops.transpose(flat)) / CFSD_TEMPERATURE, axis=-1)


def weighted_distance(content, pastiche, head):
    """LPIPS of one tap (equation 1 of Zhang et al. 2018): squared differences of unit features.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.
        head: Weights of the channels, shape (channels,).
    """
    apart = ops.square(statistics.unit(content) - statistics.unit(pastiche))
    return ops.mean(ops.sum(apart * head, axis=-1))
