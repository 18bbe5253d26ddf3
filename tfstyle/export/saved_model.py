"""SavedModels that are called as Magenta's Hub modules are: `hub.load(path)(content, style)[0]`."""

from collections.abc import Mapping
from pathlib import Path

import keras
import tensorflow as tf

from tfstyle import images
from tfstyle.methods import method

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
        vector = self.predictor(style, training=False)
        vector = tf.broadcast_to(vector, (tf.shape(content)[0], vector.shape[-1]))
        return [self.transformer({"content": content, "vector": vector}, training=False)]

    @tf.function(input_signature=__call__.input_signature)
    def serve(self, content, style):
        return {"pastiche": self(content, style)[0]}


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
    if method(name).name != "ghiasi":
        raise ValueError(f"Expected ghiasi, or a variant of it. Received: {name}.")
    module = _Module(networks)
    with images.new_folder(folder) as made:
        tf.saved_model.save(module, str(made), signatures={"serving_default": module.serve})
    return folder
