"""Layers of pictures' colours: to a network's channels, and graded."""

import keras
from keras import ops

from tfstyle.color import LUMA, WARM


@keras.saving.register_keras_serializable("tfstyle")
class Luminance(keras.layers.Layer):
    """RGB pictures to one channel, shape (batch, height, width, 1)."""

    def call(self, image):
        return ops.sum(image * ops.cast(LUMA, image.dtype), axis=-1, keepdims=True)

    def compute_output_shape(self, image_shape):
        return (*image_shape[:3], 1)


@keras.saving.register_keras_serializable("tfstyle")
class Tone(keras.layers.Layer):
    """A picture faded in over another one, and a colour grade of the two.

    Call with pictures and with what they were made of, both (batch, height, width, 3) in [0, 1].

    Args:
        share: Of the picture; the rest is of the other.
        saturation: 0 is grey, 1 leaves colours as they are.
        contrast: About the middle of the range; 1 leaves it.
        brightness: Added; 0 leaves it.
        warmth: Added to red and taken from blue; 0 leaves them.
    """

    def __init__(
        self, share=1.0, saturation=1.0, contrast=1.0, brightness=0.0, warmth=0.0, **kwargs
    ):
        super().__init__(**kwargs)
        self.share, self.saturation = share, saturation
        self.contrast, self.brightness, self.warmth = contrast, brightness, warmth

    def call(self, picture, source):
        faded = source + self.share * (picture - source)
        grey = ops.sum(faded * ops.cast(LUMA, faded.dtype), axis=-1, keepdims=True)
        dulled = grey + self.saturation * (faded - grey)
        cast = self.brightness + self.warmth * WARM
        return ops.clip(0.5 + self.contrast * (dulled - 0.5) + cast, 0.0, 1.0)

    def compute_output_shape(self, picture_shape, source_shape):
        return picture_shape

    def get_config(self):
        names = ("share", "saturation", "contrast", "brightness", "warmth")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
