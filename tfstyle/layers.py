"""Layers that the networks share, in `keras.ops` and safe for TFLite."""

import keras
import numpy as np
from keras import ops

from tfstyle import statistics


@keras.saving.register_keras_serializable("tfstyle")
class Moments(keras.layers.Layer):
    """Channel means, then deviations: (batch, height, width, channels) to (batch, 2 channels).

    Args:
        epsilon: Added to each variance; 1e-5 in Magenta's ops.py.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, features):
        mean, deviation = statistics.moments(features, self.epsilon)
        return ops.concatenate([mean, deviation], axis=-1)[:, 0, 0, :]

    def compute_output_spec(self, features):
        return keras.KerasTensor((features.shape[0], 2 * features.shape[-1]), "float32")

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("tfstyle")
class ConditionalInstanceNorm(keras.layers.Layer):
    """Instance normalisation with the scale and shift of a style.

    Dumoulin, Shlens & Kudlur 2017, https://arxiv.org/abs/1610.07629, equation 5.

    Call with a feature map (batch, height, width, channels); the style's condition (batch, 2
    channels), scales less 1 and then shifts; and the `Moments` to take out (batch, 2 channels),
    the map's own or those of a larger picture that it is a tile of. Returns
    (1 + scale) * (features - mean) / deviation + shift, of the feature map's shape.
    """

    def call(self, features, condition, moments):
        scale, shift = ops.split(ops.cast(condition, "float32"), 2, axis=-1)
        mean, deviation = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        gain = (1.0 + scale) / deviation
        offset = shift - mean * gain
        return features * _spread(gain, features) + _spread(offset, features)

    def compute_output_shape(self, features_shape, condition_shape, moments_shape):
        return features_shape


def _spread(numbers, features):
    return ops.cast(numbers, features.dtype)[:, None, None, :]


@keras.saving.register_keras_serializable("tfstyle")
class UpsampleLike(keras.layers.Layer):
    """Upsampling to the height and width of a second feature map.

    Against the checkerboards of transposed convolutions: Odena, Dumoulin & Olah 2016,
    https://distill.pub/2016/deconv-checkerboard. A reference instead of a factor of 2 brings odd
    sizes back exactly.

    Args:
        interpolation: "nearest" or "bilinear".
    """

    def __init__(self, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        self.interpolation = interpolation

    def call(self, features, reference):
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            grown = tf.image.resize(features, tf.shape(reference)[1:3], self.interpolation)
            return tf.cast(grown, features.dtype)
        return ops.image.resize(features, _extent(reference), interpolation=self.interpolation)

    def compute_output_shape(self, features_shape, reference_shape):
        return (*reference_shape[:3], features_shape[-1])

    def get_config(self):
        return {**super().get_config(), "interpolation": self.interpolation}


@keras.saving.register_keras_serializable("tfstyle")
class PixelShuffle(keras.layers.Layer):
    """Sub-pixel upsampling by 2, of features with four times the wanted channels.

    Shi et al. 2016, https://arxiv.org/abs/1609.05158, section 2.2.
    """

    def call(self, features):
        return _depth_to_space(features)

    def compute_output_spec(self, features):
        batch, _, _, channels = features.shape
        return keras.KerasTensor((batch, None, None, channels // 4), features.dtype)


@keras.saving.register_keras_serializable("tfstyle")
class CropLike(keras.layers.Layer):
    """A picture cut at its right and lower sides to the height and width of a second one.

    The last layer of a network, since LiteRT runs what follows a slice of unknown size slowly.
    """

    def call(self, picture, reference):
        height, width = _extent(reference)
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            return tf.slice(picture, (0, 0, 0, 0), tf.stack((-1, height, width, -1)))
        return picture[:, :height, :width, :]

    def compute_output_shape(self, picture_shape, reference_shape):
        return (*reference_shape[:3], picture_shape[-1])


def _extent(image):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.shape(image)[1], tf.shape(image)[2]
    return ops.shape(image)[1:3]


def _depth_to_space(features):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.nn.depth_to_space(features, 2)
    batch, height, width, channels = ops.shape(features)
    x = ops.reshape(features, (batch, height, width, 2, 2, channels // 4))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (batch, 2 * height, 2 * width, channels // 4))


@keras.saving.register_keras_serializable("tfstyle")
class SameForEveryPixel(keras.initializers.Initializer):
    """Starts a sub-pixel convolution as nearest-neighbour upsampling, without a checkerboard.

    Aitken et al. 2017, https://arxiv.org/abs/1707.02937, section 3.
    """

    def __init__(self, seed=None):
        self.seed = seed

    def __call__(self, shape, dtype=None):
        glorot = keras.initializers.GlorotUniform(self.seed)
        return ops.tile(glorot((*shape[:-1], shape[-1] // 4), dtype), (1, 1, 1, 4))

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable("tfstyle")
class NoCheckerboard(keras.constraints.Constraint):
    """Kernels without response to patterns of two pixels' period, such as a checkerboard.

    A sub-pixel convolution paints the four pixels of a cell with filters of their own, so that a
    flat picture gets a pattern; behind it, this makes the pattern vanish exactly. Each kernel is
    projected to where its transfer function is 0 at the Nyquist frequency of rows, of columns and
    of both (after Sugawara et al. 2018, https://arxiv.org/abs/1806.02658, condition 1).
    """

    def __call__(self, kernel):
        height, width = kernel.shape[:2]
        signs = [np.float32((-1.0) ** np.arange(side)) for side in (height, width)]
        ones = [np.ones(side, np.float32) for side in (height, width)]
        waves = [(signs[0], ones[1]), (ones[0], signs[1]), (signs[0], signs[1])]
        basis, _ = np.linalg.qr(np.stack([np.outer(*wave).ravel() for wave in waves], axis=1))
        flat = ops.reshape(kernel, (height * width, -1))
        seen = ops.matmul(basis, ops.matmul(basis.T, flat))
        return ops.reshape(flat - seen, kernel.shape)


@keras.saving.register_keras_serializable("tfstyle")
class LogMoments(keras.layers.Layer):
    """Logarithms of every tap's channel means and deviations in one vector a picture.

    Call with a list of non-negative feature maps; returns (batch, twice the channels of all).

    Args:
        epsilon: Added before the logarithm, in feature units.
    """

    def __init__(self, epsilon=1e-2, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, taps):
        numbers = [number for tap in taps for number in statistics.moments(tap)]
        flat = [number[:, 0, 0, :] for number in numbers]
        return ops.log(ops.concatenate(flat, axis=-1) + self.epsilon)

    def compute_output_shape(self, shapes):
        return (shapes[0][0], 2 * sum(shape[-1] for shape in shapes))

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
