"""Layers that whiten features and give them a style's covariance, by matrix products alone."""

import keras
from keras import ops

from tfstyle import statistics
from tfstyle.layers.resampling import region_weights


class _Root(keras.layers.Layer):
    """A root of the channels' covariance, and below it their means.

    (batch, height, width, channels) to (batch, channels + 1, channels), in float32; of a region
    where a mask, as of `region_weights`, comes second.

    Args:
        ridge: See `statistics.roots`.
    """

    which: int

    def __init__(self, ridge=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.ridge = ridge

    def call(self, features, region=None):
        mean, spread = statistics.covariance(features, region_weights(region, features))
        root = statistics.roots(spread, self.ridge)[self.which]
        return ops.concatenate([root, mean[:, None, :]], axis=1)

    def compute_output_spec(self, features, region=None):
        batch, _, _, channels = features.shape
        return keras.KerasTensor((batch, channels + 1, channels), "float32")

    def get_config(self):
        return {**super().get_config(), "ridge": self.ridge}


@keras.saving.register_keras_serializable("tfstyle")
class Coloring(_Root):
    """What `WhitenColor` wants to know of a style: its covariance's square root, and its mean."""

    which = 0


@keras.saving.register_keras_serializable("tfstyle")
class Whitening(_Root):
    """What `WhitenColor` takes out: the inverse square root of a covariance, and a mean."""

    which = 1


@keras.saving.register_keras_serializable("tfstyle")
class WhitenColor(keras.layers.Layer):
    """Features with a style's mean and covariance: whitening, then colouring.

    Li et al. 2017, https://arxiv.org/abs/1705.08086, equations 2 and 3, and its blend weight.

    Call with a feature map (batch, height, width, channels); a style's `Coloring`; the `Whitening`
    of the map, or of a larger picture that it is a tile of; and the blend weight (batch, 1), from
    0, the features, to 1, the style's. Returns a feature map of the same shape. `Coloring`s of
    several styles mix by their mean.
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
