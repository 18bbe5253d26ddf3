"""Layers that pad, upsample and crop pictures of any size, and that convert to TFLite."""

import keras
import numpy as np
from keras import ops

from tfstyle.layers.static_shapes import has_static_shape, slices
from tfstyle.masks import BEYOND, NOTHING


@keras.saving.register_keras_serializable("tfstyle")
class ReflectPad(keras.layers.Layer):
    """Reflection padding of height and width by `width` pixels at each side."""

    def __init__(self, width=1, **kwargs):
        super().__init__(**kwargs)
        self.width = width

    def call(self, image):
        sides = (self.width, self.width)
        return ops.pad(image, ((0, 0), sides, sides, (0, 0)), mode="reflect")

    def compute_output_shape(self, shape):
        sides = (side and side + 2 * self.width for side in shape[1:3])
        return (shape[0], *sides, shape[3])

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@keras.saving.register_keras_serializable("tfstyle")
class MirrorPad(keras.layers.Layer):
    """Symmetric padding of height and width, in which the border's own pixels are repeated.

    Args:
        margin: Pixels at each side.
        multiple: Height and width are padded further, below and at the right, to a multiple of
            this number of pixels.
    """

    def __init__(self, margin=0, multiple=1, **kwargs):
        super().__init__(**kwargs)
        self.margin, self.multiple = margin, multiple

    def call(self, image):
        if has_static_shape(image):
            for axis in (1, 2):
                image = slices(image, self._places(image.shape[axis]), axis)
            return image
        height, width = _extent(image)
        rows, columns = self._indices(height), self._indices(width)
        return ops.take(ops.take(image, rows, axis=1), columns, axis=2)

    def _indices(self, side):
        """Indices for `take`, since a padding of computed width loses the channel count."""
        last = side + self.margin + self._missing(side)
        offset = ops.arange(-self.margin, last, dtype="int32") % (2 * side)
        return ops.minimum(offset, 2 * side - 1 - offset)

    def _places(self, side):
        offset = np.arange(-self.margin, side + self.margin + self._missing(side)) % (2 * side)
        return np.minimum(offset, 2 * side - 1 - offset)

    def _missing(self, side):
        return -(side + 2 * self.margin) % self.multiple

    def compute_output_shape(self, shape):
        sides = (side and side + 2 * self.margin + self._missing(side) for side in shape[1:3])
        return (shape[0], *sides, shape[3])

    def get_config(self):
        return {**super().get_config(), "margin": self.margin, "multiple": self.multiple}


@keras.saving.register_keras_serializable("tfstyle")
class UpsampleLike(keras.layers.Layer):
    """Upsampling to the height and width of a second feature map.

    Upsampling and a convolution avoid the checkerboard artefacts of transposed convolutions:
    Odena, Dumoulin & Olah 2016, https://distill.pub/2016/deconv-checkerboard. A reference instead
    of a factor of 2 restores odd sizes exactly.

    Args:
        interpolation: "nearest" or "bilinear".
    """

    def __init__(self, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        self.interpolation = interpolation

    def call(self, features, reference):
        return _resized(features, reference, self.interpolation)

    def compute_output_shape(self, features_shape, reference_shape):
        return (*reference_shape[:3], features_shape[-1])

    def get_config(self):
        return {**super().get_config(), "interpolation": self.interpolation}


@keras.saving.register_keras_serializable("tfstyle")
class Double(keras.layers.Layer):
    """Upsampling by a factor of 2, for decoders that have no feature map as a reference.

    Args:
        interpolation: "nearest" or "bilinear".
    """

    def __init__(self, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        self.interpolation = interpolation

    def call(self, features):
        height, width = _extent(features)
        return _to_size(features, (2 * height, 2 * width), self.interpolation)

    def compute_output_shape(self, shape):
        sides = (side and 2 * side for side in shape[1:3])
        return (shape[0], *sides, shape[3])

    def get_config(self):
        return {**super().get_config(), "interpolation": self.interpolation}


@keras.saving.register_keras_serializable("tfstyle")
class CropLike(keras.layers.Layer):
    """Crops a picture to the height and width of a second one.

    It belongs at the end of a network, since LiteRT runs layers behind a slice of unknown size
    slowly.

    Args:
        margin: Pixels that are cropped at the top and at the left; the remaining ones are cropped
            at the bottom and at the right.
    """

    def __init__(self, margin=0, **kwargs):
        super().__init__(**kwargs)
        self.margin = margin

    def call(self, picture, reference):
        start, (height, width) = self.margin, _extent(reference)
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            # LiteRT.js reads nothing from outputs whose size LiteRT learns only while running.
            size = tf.stack((-1, height, width, picture.shape[-1] or -1))
            return tf.slice(picture, (0, start, start, 0), size)
        return picture[:, start : start + height, start : start + width, :]

    def compute_output_shape(self, picture_shape, reference_shape):
        return (*reference_shape[:3], picture_shape[-1])

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}


def region_weights(mask, features):
    """Weights of the positions of a feature map inside a region, for `statistics.moments`.

    Args:
        mask: Shape (batch, height, width, 1) in [0, 1], of the picture's size, or None.
        features: Feature map, shape (batch, height, width, channels); the weights have its height
            and width.

    Returns:
        Tensor of shape (batch, height, width, 1) and mean 1, in which positions outside of the
        region weigh a little (`masks.BEYOND`); None without a mask.
    """
    if mask is None:
        return None
    mask = _resized(ops.cast(mask, "float32"), features, "bilinear", antialias=True)
    weights = mask / (ops.mean(mask, axis=(1, 2), keepdims=True) + NOTHING) + BEYOND
    return weights / ops.mean(weights, axis=(1, 2), keepdims=True)


def _resized(image, reference, interpolation, antialias=False):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return _to_size(image, tf.shape(reference)[1:3], interpolation, antialias)
    return _to_size(image, _extent(reference), interpolation, antialias)


def _to_size(image, size, interpolation, antialias=False):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        resized = tf.image.resize(image, size, interpolation, antialias=antialias)
        return tf.cast(resized, image.dtype)
    return ops.image.resize(image, size, interpolation=interpolation, antialias=antialias)


def _extent(image):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.shape(image)[1], tf.shape(image)[2]
    return ops.shape(image)[1:3]
