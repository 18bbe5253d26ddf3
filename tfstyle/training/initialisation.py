"""Random weights fitted to data, so that a network without normalisation trains from step one."""

import keras
import numpy as np
from keras import ops


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
    convs = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    for conv in convs:
        features = keras.Model(network.input, conv.input)(ops.convert_to_tensor(pictures))
        if conv is convs[0]:
            conv.kernel.assign(_whitening_filters(features, tuple(conv.kernel.shape), seed))
        outputs = ops.conv(features, conv.kernel, strides=conv.strides, padding=conv.padding)
        mean, variance = ops.moments(outputs, axes=(0, 1, 2))
        deviation = ops.sqrt(variance + 1e-8)
        conv.kernel.assign(conv.kernel / deviation)
        conv.bias.assign(-mean / deviation)


def _whitening_filters(features, shape, seed):
    patches = ops.image.extract_patches(features, shape[:2], strides=1, padding="valid")
    flat = ops.convert_to_numpy(ops.reshape(patches, (-1, patches.shape[-1])))
    values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False))
    whitening = vectors / np.sqrt(values + 1e-3 * values.mean()) @ vectors.T
    random = np.random.default_rng(seed).normal(size=(len(values), shape[-1]))
    filters = np.linalg.qr(random)[0] if shape[-1] <= len(values) else random
    return np.float32(whitening @ filters).reshape(shape)
