"""Layers of the whitening and coloring transform, by matrix products alone."""

import keras
from keras import ops

from tfstyle import statistics
from tfstyle.layers.resampling import region_weights


class _Root(keras.layers.Layer):
    """A matrix root of the channels' covariance, with the channel means as its last row.

    Call with a feature map (batch, height, width, channels) and, for the statistics of a region,
    its mask (batch, mask height, mask width, 1) in [0, 1]; returns (batch, channels + 1, channels)
    in float32.

    Args:
        ridge: Added to the covariance's diagonal, as a share of the mean variance.
    """

    root_index: int

    def __init__(self, ridge=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.ridge = ridge

    def call(self, features, region=None):
        mean, covariance = statistics.covariance(features, region_weights(region, features))
        root = statistics.square_root_and_inverse(covariance, self.ridge)[self.root_index]
        return ops.concatenate([root, mean[:, None, :]], axis=1)

    def compute_output_spec(self, features, region=None):
        batch, _, _, channels = features.shape
        return keras.KerasTensor((batch, channels + 1, channels), "float32")

    def get_config(self):
        return {**super().get_config(), "ridge": self.ridge}


@keras.saving.register_keras_serializable("tfstyle")
class Coloring(_Root):
    """The style's input of `WhitenColor`: the square root of its covariance, and its mean."""

    root_index = 0


@keras.saving.register_keras_serializable("tfstyle")
class Whitening(_Root):
    """The content's input of `WhitenColor`: its covariance's inverse square root, and its mean."""

    root_index = 1


@keras.saving.register_keras_serializable("tfstyle")
class WhitenColor(keras.layers.Layer):
    """The whitening and coloring transform: features with a style's mean and covariance.

    Li et al. 2017, https://arxiv.org/abs/1705.08086, equations 2 and 3, and its blend weight.

    Call with a feature map (batch, height, width, channels); the `Coloring` of a style; the
    `Whitening` of the feature map, or of the whole picture for a tile; and the blend weight
    (batch, 1), from 0 (the features as they are) to 1 (the style's statistics). Returns a feature
    map of the same shape. The mean of several styles' `Coloring`s gives a mixture of them.
    """

    def call(self, features, coloring, whitening, strength):
        shape, channels = ops.shape(features), features.shape[-1]
        flat = ops.cast(ops.reshape(features, (-1, shape[1] * shape[2], channels)), "float32")
        matrix, strength = ops.matmul(whitening[:, :-1], coloring[:, :-1]), strength[:, None]
        shift = coloring[:, -1:] - ops.matmul(whitening[:, -1:], matrix)
        blend = matrix * strength + ops.eye(channels, dtype="float32") * (1.0 - strength)
        blended = ops.matmul(flat, blend) + strength * shift
        return ops.cast(ops.reshape(blended, shape), features.dtype)

    def compute_output_shape(self, features_shape, coloring_shape, whitening_shape, strength_shape):
        return features_shape
