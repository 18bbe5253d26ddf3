"""Random weights fitted to data, so that a network without normalisation trains from step one."""

import keras
import numpy as np
from keras import ops

PICTURE_MEAN, PICTURE_DEVIATION = 0.45, 0.25  # of photographs in [0, 1], roughly


def fit_to(network: keras.Model, pictures: np.ndarray, seed: int) -> None:
    """Gives every convolution's channels mean 0 and deviation 1 before the ReLU.

    Salimans & Kingma 2016, https://arxiv.org/abs/1602.07868, equation 6. The first
    convolution's random filters also whiten its patches, so that fine detail, a small share of
    a picture's variance, is as visible to the network as brightness.

    Args:
        network: Functional model of one input whose Conv2D layers have biases.
        pictures: Shape (batch, height, width, 3), in [0, 1].
        seed: Chooses the first convolution's filters.
    """
    first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
    features = _entering(network, first, pictures)
    first.kernel.assign(_whitening_filters(features, tuple(first.kernel.shape), seed))
    _standardize(network, pictures)


def fit_decoder_to(decoder: keras.Model, features: np.ndarray) -> None:
    """`fit_to` for a decoder: its pictures have the mean and deviation of photographs.

    Args:
        decoder: Features to pictures, its last layer a convolution, or a sigmoid behind one.
        features: Of some pictures, shape (batch, height, width, channels).
    """
    _standardize(decoder, features)
    last = decoder.layers[-1]
    if not isinstance(last, keras.layers.Conv2D):
        return  # a sigmoid's pictures have them nearly
    last.kernel.assign(last.kernel * PICTURE_DEVIATION)
    last.bias.assign(last.bias * PICTURE_DEVIATION + PICTURE_MEAN)


def _standardize(network, inputs):
    for conv in network.layers:
        if not isinstance(conv, keras.layers.Conv2D):
            continue
        features = _entering(network, conv, inputs)
        outputs = ops.conv(features, conv.kernel, strides=conv.strides, padding=conv.padding)
        mean, variance = ops.moments(outputs, axes=(0, 1, 2))
        deviation = ops.sqrt(variance + 1e-8)
        conv.kernel.assign(conv.kernel / deviation)
        conv.bias.assign(-mean / deviation)


def _entering(network, conv, inputs):
    features = keras.Model(network.input, conv.input)(ops.convert_to_tensor(inputs))
    return ops.cast(features, "float32")


def _whitening_filters(features, shape, seed):
    patches = ops.image.extract_patches(features, shape[:2], strides=1, padding="valid")
    flat = ops.convert_to_numpy(ops.reshape(patches, (-1, patches.shape[-1])))
    values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False))
    whitening = vectors / np.sqrt(values + 1e-3 * values.mean()) @ vectors.T
    random = np.random.default_rng(seed).normal(size=(len(values), shape[-1]))
    filters = np.linalg.qr(random)[0] if shape[-1] <= len(values) else random
    return np.float32(whitening @ filters).reshape(shape)
