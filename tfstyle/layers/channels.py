"""Layers that change the colours or the number of channels of pictures."""

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
    """Blends a translated picture with its source and adjusts the colours of the blend.

    Call with pictures and their sources, both of shape (batch, height, width, 3) in [0, 1].

    Args:
        share: Weight of the picture in the blend, in [0, 1]; the source has the rest.
        saturation: Factor of the saturation; 0 gives grey, 1 changes nothing.
        contrast: Factor of the contrast about 0.5; 1 changes nothing.
        brightness: Added to all channels; 0 changes nothing.
        warmth: Added to red and subtracted from blue; 0 changes nothing.
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
        cast = ops.convert_to_tensor(self.brightness + self.warmth * WARM, faded.dtype)
        return ops.clip(0.5 + self.contrast * (dulled - 0.5) + cast, 0.0, 1.0)

    def compute_output_shape(self, picture_shape, source_shape):
        return picture_shape

    def get_config(self):
        names = ("share", "saturation", "contrast", "brightness", "warmth")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("tfstyle")
class RainLayers(keras.layers.Layer):
    """Applies local colour transforms to a picture and composites rain streaks over it.

    Call with pictures (batch, height, width, 3) in [0, 1], maps (batch, height, width, `maps`)
    and lines (batch, height, width, `streaks`) in [0, 1]; returns pictures in [0, 1]. The first
    nine maps are added to the identity of the 3x3 colour matrix, row by row. The next three are
    added to red, green and blue. One map a channel of lines gives its opacity through a sigmoid.
    The last one gives the brightness of the lines through a sigmoid, from DIM to 1.

    Args:
        streaks: Number of channels of lines.
    """

    HIDDEN = -2.0  # logit of an opacity before training
    DIM = 0.6  # brightness of the darkest lines; without it lines become dark, like scratches

    def __init__(self, streaks=3, **kwargs):
        super().__init__(**kwargs)
        self.streaks = streaks

    @property
    def maps(self):
        """Number of channels of the maps."""
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
