"""Layers between RGB pictures and the channels that a network works in."""

import keras
from keras import ops

from tfstyle.color import LUMA


@keras.saving.register_keras_serializable("tfstyle")
class Luminance(keras.layers.Layer):
    """RGB pictures to one channel, shape (batch, height, width, 1)."""

    def call(self, image):
        return ops.sum(image * ops.cast(LUMA, image.dtype), axis=-1, keepdims=True)

    def compute_output_shape(self, image_shape):
        return (*image_shape[:3], 1)
