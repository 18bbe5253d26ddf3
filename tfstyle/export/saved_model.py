"""SavedModels with the interface of Magenta's Hub modules: `hub.load(path)(content, style)[0]`."""

from collections.abc import Mapping
from pathlib import Path

import keras
import tensorflow as tf

from tfstyle import disk
from tfstyle.methods import method
from tfstyle.methods.conditioned import STYLE_SIDE
from tfstyle.networks.files import saving

PICTURE = (None, None, None, 3)


class _Module(tf.Module):
    """Paints photographs in the style of a painting; all pictures are in [0, 1]."""

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
        return [self._paint(content, self.predictor(style, training=False))]

    @tf.function(input_signature=__call__.input_signature)
    def serve(self, content, style):
        return {"pastiche": self(content, style)[0]}

    @tf.function(input_signature=[*__call__.input_signature, tf.TensorSpec((), name="strength")])
    def stylize(self, content, style, strength):
        """Strength 1 is the painting's style, 0 each photograph's own."""
        own = self.predictor(_shrink(content), training=False)
        vector = own + strength * (self.predictor(style, training=False) - own)
        return {"pastiche": self._paint(content, vector)}

    def _paint(self, content, vector):
        vector = tf.broadcast_to(vector, (tf.shape(content)[0], vector.shape[-1]))
        return self.transformer({"content": content, "vector": vector}, training=False)


def _shrink(pictures):
    """Resizes pictures to at most STYLE_SIDE, as stylizers do before they predict a style."""
    sides = tf.cast(tf.shape(pictures)[1:3], tf.float32)
    scale = tf.minimum(1.0, STYLE_SIDE / tf.reduce_max(sides))
    size = tf.maximum(1, tf.cast(tf.round(scale * sides), tf.int32))
    return tf.image.resize(pictures, size, "lanczos3", antialias=True)


def write(name: str, networks: Mapping[str, keras.Model], folder: Path) -> Path:
    """Writes the folder of a SavedModel whole or not at all.

    Args:
        name: The model.
        networks: Keras models named "predictor" and "transformer".
        folder: Not there yet, or empty.

    Raises:
        ValueError: The model is no style predictor with a transformer.
        OSError: The folder is not empty, or it cannot be written.
    """
    if not method(name).magenta_layout:
        raise ValueError(
            f"Expected a style predictor and a transformer, such as ghiasi's. Received: {name}."
        )
    module = _Module(networks)
    signatures = {"serving_default": module.serve, "stylize": module.stylize}
    with disk.new_folder(folder) as new_folder, saving(folder):
        tf.saved_model.save(module, str(new_folder), signatures=signatures)
    return folder
