"""Layers that compute statistics of feature maps, and that normalise with them."""

import keras
from keras import ops

from tfstyle import statistics
from tfstyle.layers.resampling import region_weights


@keras.saving.register_keras_serializable("tfstyle")
class Moments(keras.layers.Layer):
    """Channel means, then standard deviations: (batch, height, width, channels) to (batch, 2
    channels).

    Call with a feature map and, for the statistics of a region, its mask (batch, mask height, mask
    width, 1) in [0, 1].

    Args:
        epsilon: Added to each variance; 1e-5 in Magenta's ops.py.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, features, region=None):
        weights = region_weights(region, features)
        mean, deviation = statistics.moments(features, self.epsilon, weights)
        both = ops.concatenate([mean, deviation], axis=-1)
        return ops.reshape(both, (-1, both.shape[-1]))  # GPU delegates slice no dimension away

    def compute_output_spec(self, features, region=None):
        return keras.KerasTensor((features.shape[0], 2 * features.shape[-1]), "float32")

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("tfstyle")
class InstanceNorm(keras.layers.Layer):
    """Instance normalisation, with or without a learned scale and shift of each channel.

    Ulyanov, Vedaldi & Lempitsky 2016, https://arxiv.org/abs/1607.08022, equation 3; without
    scale and shift as in CycleGAN's networks.py (get_norm_layer, affine=False).

    Call with a feature map (batch, height, width, channels) and, for a tile, the `Moments` of the
    whole picture (batch, 2 channels), which then replace the feature map's own.

    Args:
        epsilon: Added to each variance; 1e-5 in PyTorch.
        affine: Whether the layer learns a scale and a shift.
    """

    def __init__(self, epsilon=1e-5, affine=False, **kwargs):
        super().__init__(**kwargs)
        self.epsilon, self.affine = epsilon, affine

    def build(self, features_shape, moments_shape=None):
        self.scale, self.shift = 1.0, 0.0
        if self.affine:
            shape, dtype = (features_shape[-1],), "float32"
            self.scale = self.add_weight(shape, "ones", dtype, autocast=False, name="scale")
            self.shift = self.add_weight(shape, "zeros", dtype, autocast=False, name="shift")

    def call(self, features, moments=None, training=False):
        if moments is not None:
            mean, deviation = ops.split(moments[:, None, None, :], 2, axis=-1)
        elif training and features.shape[0] == 1 and keras.backend.backend() == "tensorflow":
            return _batch_of_one(features, self.scale, self.shift, self.epsilon)
        else:
            mean, deviation = statistics.moments(features, self.epsilon)
        gain = self.scale / deviation
        offset = self.shift - mean * gain
        return features * ops.cast(gain, features.dtype) + ops.cast(offset, features.dtype)

    def compute_output_shape(self, features_shape, moments_shape=None):
        return features_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon, "affine": self.affine}


def _batch_of_one(features, scale, shift, epsilon):
    """Instance norm of a batch of one as batch norm, whose kernel is three times as fast."""
    import tensorflow as tf

    scale, shift = (tf.broadcast_to(x, features.shape[-1:]) for x in (scale, shift))
    return tf.compat.v1.nn.fused_batch_norm(features, scale, shift, epsilon=epsilon)[0]


@keras.saving.register_keras_serializable("tfstyle")
class ConditionalInstanceNorm(keras.layers.Layer):
    """Instance normalisation with the scale and shift of a style.

    Dumoulin, Shlens & Kudlur 2017, https://arxiv.org/abs/1610.07629, equation 5.

    Call with a feature map (batch, height, width, channels); the style's condition (batch, 2
    channels), scales minus 1 and then shifts; and the `Moments` to normalise with (batch, 2
    channels), those of the feature map, or of the whole picture for a tile. Returns
    (1 + scale) * (features - mean) / deviation + shift, of the feature map's shape.
    """

    def call(self, features, condition, moments):
        scale, shift = ops.split(ops.cast(condition, "float32"), 2, axis=-1)
        mean, deviation = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        gain = (1.0 + scale) / deviation
        offset = shift - mean * gain
        return features * _broadcast(gain, features) + _broadcast(offset, features)

    def compute_output_shape(self, features_shape, condition_shape, moments_shape):
        return features_shape


@keras.saving.register_keras_serializable("tfstyle")
class AlignMoments(keras.layers.Layer):
    """Adaptive instance normalisation: features with a style's channel moments.

    Huang & Belongie 2017, https://arxiv.org/abs/1703.06868, equation 8.

    Call with a feature map (batch, height, width, channels); the style's `Moments` (batch, 2
    channels); and the `Moments` to normalise with, those of the feature map, or of the whole
    picture for a tile. Returns deviation_style * (features - mean) / deviation + mean_style, of
    the feature map's shape. The result is linear in the style's moments, so that a mean of moments
    gives the blends of equations 14 and 15.
    """

    def call(self, features, style, moments):
        style_mean, style_deviation = ops.split(ops.cast(style, "float32"), 2, axis=-1)
        mean, deviation = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        gain = style_deviation / deviation
        return features * _broadcast(gain, features) + _broadcast(
            style_mean - mean * gain, features
        )

    def compute_output_shape(self, features_shape, style_shape, moments_shape):
        return features_shape


def _broadcast(numbers, features):
    return ops.cast(numbers, features.dtype)[:, None, None, :]


@keras.saving.register_keras_serializable("tfstyle")
class TapStatistics(keras.layers.Layer):
    """The channel means and covariances of several feature maps as one vector for each picture.

    Call with a list of feature maps and, for the statistics of a region, its mask (see `Moments`).
    Returns (batch, the sum of channels * (1 + channels) over the maps), in the order of
    `statistics.packed`.
    """

    def call(self, taps, region=None):
        pairs = [statistics.covariance(tap, region_weights(region, tap)) for tap in taps]
        return statistics.packed(pairs)

    def compute_output_shape(self, taps_shape, region_shape=None):
        return (taps_shape[0][0], sum(shape[-1] * (1 + shape[-1]) for shape in taps_shape))


@keras.saving.register_keras_serializable("tfstyle")
class LogStatistics(keras.layers.Layer):
    """Logarithms of channel means, of deviations, and of deviations along learned directions.

    Call with the vector that `TapStatistics` computes of non-negative features. The deviations
    along directions depend on the correlation of channels.

    Args:
        channels: Number of channels of each feature map.
        directions: Largest number of directions for each feature map, which has at most as many
            as channels.
        epsilon: Added before the logarithm, in feature units.
    """

    def __init__(self, channels, directions=48, epsilon=1e-2, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.directions, self.epsilon = tuple(channels), directions, epsilon

    def build(self, shape):
        self.kernels = [
            self.add_weight((count, min(count, self.directions)), "orthogonal", name=f"tap{index}")
            for index, count in enumerate(self.channels)
        ]

    def call(self, numbers):
        parts = []
        for kernel, pair in zip(
            self.kernels, statistics.unpacked(numbers, self.channels), strict=True
        ):
            along = statistics.projected_moments(*pair, kernel, 0.0)[1]
            parts += [*statistics.channel_moments(*pair), along]
        return ops.log(ops.concatenate(parts, axis=-1) + self.epsilon)

    def compute_output_shape(self, shape):
        along = sum(min(count, self.directions) for count in self.channels)
        return (shape[0], 2 * sum(self.channels) + along)

    def get_config(self):
        names = ("channels", "directions", "epsilon")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
