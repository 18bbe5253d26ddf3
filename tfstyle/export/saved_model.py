"""SavedModels that are called as Magenta's Hub modules are: `hub.load(path)(content, style)[0]`."""

from collections.abc import Mapping
from pathlib import Path

import keras
import tensorflow as tf

from tfstyle import images
from tfstyle.methods import method
from tfstyle.methods.conditioned import STYLE_SIDE
from tfstyle.networks.files import saving

PICTURE = (None, None, None, 3)


class _Module(tf.Module):
    """Photographs and a painting to pastiches, all in [0, 1]."""

    def __init__(self, networks):
        super().__init__()
        self.predictor, self.transformer = networks["predictor"], networks["transformer"]

    @tf.function(
        input_signature=[
            tf.TensorSpec(PICTURE, name="content"),
            tf.TensorSpec(PICTURE, name="style"),
        ]
    )
    def __call__(self, content, style):
        return [self._painted(content, self.predictor(style, training=False))]

    @tf.function(input_signature=__call__.input_signature)
    def serve(self, content, style):
        return {"pastiche": self(content, style)[0]}

    @tf.function(input_signature=[*__call__.input_signature, tf.TensorSpec((), name="strength")])
    def stylize(self, content, style, strength):
        """Strength 1 is the painting's style, 0 each photograph's own."""
        own = self.predictor(_reduced(content), training=False)
        vector = own + strength * (self.predictor(style, training=False) - own)
        return {"pastiche": self._painted(content, vector)}

    def _painted(self, content, vector):
        vector = tf.broadcast_to(vector, (tf.shape(content)[0], vector.shape[-1]))
        return self.transformer({"content": content, "vector": vector}, training=False)


def _reduced(pictures):
    """No longer than what stylizers show to the predictor."""
    sides = tf.cast(tf.shape(pictures)[1:3], tf.float32)
    scale = tf.minimum(1.0, STYLE_SIDE / tf.reduce_max(sides))
    small = tf.maximum(1, tf.cast(tf.round(scale * sides), tf.int32))
    return tf.image.resize(pictures, small, "lanczos3", antialias=True)


def write(name: str, networks: Mapping[str, keras.Model], folder: Path) -> Path:
    """Writes the folder of a SavedModel whole or not at all.

    Args:
        name: Of the model.
        networks: Models named "predictor" and "transformer".
        folder: Not there yet, or empty.

    Raises:
        ValueError: The family is another.
        OSError: Something is in the folder, or it cannot be written.
    """
    if not method(name).magenta_layout:
        raise ValueError(
            f"Expected a style predictor and a transformer, such as ghiasi's. Received: {name}."
        )
    module = _Module(networks)
    with images.new_folder(folder) as made:
        signatures = {"serving_default": module.serve, "stylize": module.stylize}
        with saving(folder):
            tf.saved_model.save(module, str(made), signatures=signatures)
    return folder
