"""Two files with the tensors of Magenta's TFLite pair, for apps that were written for it.

0: style image (1, 256, 256, 3) to a vector (1, 1, 1, 100); 0: content image (1, 384, 384, 3) and
1: that vector, to (1, 384, 384, 3).
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from tfstyle.export import tflite
from tfstyle.layers import ReflectPad
from tfstyle.methods import method
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.transformer import VECTOR
from tfstyle.peers import PREDICTOR_SIDE, TRANSFORMER_SIDE

FILES = ("style_predict", "style_transfer")
MARGIN = 8  # pixels, mirrored around the photograph inside the file, against a frame
TOLERANCE = 0.5  # mean difference from Keras, in deviations of an output


def pair(
    name: str,
    networks: Mapping[str, keras.Model],
    precision: str = "dynamic",
    pairs: Sequence[tuple[np.ndarray, np.ndarray]] = (),
) -> dict[str, bytes]:
    """The two files' bytes by name.

    Args:
        name: Of the model.
        networks: Models named "predictor" and "transformer".
        precision: As of `tflite.to_tflite`, but for "int8".
        pairs: Pictures of 256x256 to compare with Keras on.

    Raises:
        ValueError: The family is another, or a file differs from Keras.
    """
    if method(name).name != "ghiasi" or precision == "int8":
        raise ValueError(
            f"Expected ghiasi, in float32, float16 or dynamic. Received: {name}, {precision}."
        )
    endpoints = {
        "style_predict": Endpoint(_predictor(networks["predictor"]), "style_bottleneck"),
        "style_transfer": Endpoint(_transformer(networks["transformer"]), "stylized_image"),
    }
    contents = {
        file: tflite.to_tflite({"serving_default": endpoint}, precision, order=[*endpoint.inputs])
        for file, endpoint in endpoints.items()
    }
    for content, style in pairs[:1]:
        known = {"style_image": style[None], "content_image": np.tile(content, (2, 2, 1))[None]}
        known["content_image"] = known["content_image"][:, :TRANSFORMER_SIDE, :TRANSFORMER_SIDE]
        for file, endpoint in endpoints.items():
            inputs = {key: known[key] for key in endpoint.inputs}
            known |= endpoint.arrays(**inputs)
            found = tflite.difference(contents[file], "serving_default", endpoint, inputs)
            if not found <= TOLERANCE:
                raise ValueError(
                    f"Expected {file}.tflite to agree with Keras within {TOLERANCE} deviations. "
                    f"Received: {found:.3g}."
                )
    return contents


def _predictor(network):
    style = keras.Input((PREDICTOR_SIDE, PREDICTOR_SIDE, 3), name="style_image")
    vector = keras.layers.Reshape((1, 1, VECTOR))(network(style))
    return keras.Model({"style_image": style}, vector)


def _transformer(network):
    side = TRANSFORMER_SIDE
    inputs = {
        "content_image": keras.Input((side, side, 3), name="content_image"),
        "style_bottleneck": keras.Input((1, 1, VECTOR), name="style_bottleneck"),
    }
    padded = ReflectPad(MARGIN, dtype="float32")(inputs["content_image"])
    vector = keras.layers.Reshape((VECTOR,))(inputs["style_bottleneck"])
    pastiche = network({"content": padded, "vector": vector})
    return keras.Model(inputs, keras.layers.Cropping2D(MARGIN)(pastiche))
