"""Layers between RGB pictures and the channels that a network works in."""

import keras
import numpy as np
from keras import ops

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow's "L"


@keras.saving.register_keras_serializable("tfstyle")
class Luminance(keras.layers.Layer):
    """RGB pictures to one channel, shape (batch, height, width, 1)."""

    def call(self, image):
        return ops.sum(image * ops.cast(np.float32(LUMA), image.dtype), axis=-1, keepdims=True)

    def compute_output_shape(self, image_shape):
        return (*image_shape[:3], 1)


@keras.saving.register_keras_serializable("tfstyle")
class InverseTanh(keras.layers.Layer):
    """What tanh makes of it again `bound` times the picture, of pictures in [-1, 1].

    Args:
        bound: Below 1, so that black and white stay finite.
    """

    def __init__(self, bound=0.96, **kwargs):
        super().__init__(**kwargs)
        self.bound = bound

    def call(self, image):
        image = self.bound * ops.cast(image, "float32")
        return 0.5 * (ops.log(1.0 + image) - ops.log(1.0 - image))

    def compute_output_spec(self, image):
        return keras.KerasTensor(image.shape, "float32")

    def get_config(self):
        return {**super().get_config(), "bound": self.bound}
