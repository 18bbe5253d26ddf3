"""Layers of pictures' colours: to a network's channels, and graded."""

import functools

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


@keras.saving.register_keras_serializable("tfstyle")
class RainLayers(keras.layers.Layer):
    """A picture whose colours maps mix and shift, and lines of rain over it.

    Call with pictures (batch, height, width, 3) in [0, 1], maps (batch, height, width, `maps`)
    and lines (batch, height, width, `streaks`) in [0, 1]; returns pictures in [0, 1]. The maps
    are what is added to the identity of the 3x3 matrix of colours, row by row; what is added to
    red, green and blue; the opacity of each channel of lines, by a sigmoid; and how bright the
    lines are, likewise, from DIM to 1.

    Args:
        streaks: Channels of lines.
    """

    HIDDEN = -2.0  # of an opacity, before training
    DIM = 0.6  # the darkest lines; a discriminator alone would have dark ones, like scratches

    def __init__(self, streaks=3, **kwargs):
        super().__init__(**kwargs)
        self.streaks = streaks

    @property
    def maps(self):
        """How many maps it takes."""
        return 13 + self.streaks

    def call(self, picture, maps, lines):
        rows = [maps[..., 3 * row : 3 * row + 3] for row in range(3)]
        mixed = [ops.sum(row * picture, axis=-1, keepdims=True) for row in rows]
        graded = ops.clip(picture + ops.concatenate(mixed, -1) + maps[..., 9:12], 0.0, 1.0)
        opacity = lines * ops.sigmoid(maps[..., 12:-1] + self.HIDDEN)
        clear = functools.reduce(ops.multiply, ops.split(1.0 - opacity, self.streaks, axis=-1))
        light = self.DIM + (1.0 - self.DIM) * ops.sigmoid(maps[..., -1:] - self.HIDDEN)
        return graded * clear + light * (1.0 - clear)

    def compute_output_shape(self, picture_shape, maps_shape, lines_shape):
        return picture_shape

    def get_config(self):
        return {**super().get_config(), "streaks": self.streaks}
