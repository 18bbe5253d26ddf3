"""Two files with the tensors of Magenta's TFLite pair, for apps that were written for it.

0: style image (1, 256, 256, 3) to a vector (1, 1, 1, 100); 0: content image (1, 384, 384, 3) and
1: that vector, to (1, 384, 384, 3).
"""

from collections.abc import Mapping

import keras

from tfstyle.baselines import PREDICTOR_SIDE, TRANSFORMER_SIDE
from tfstyle.export import calls, tflite
from tfstyle.layers import MirrorPad
from tfstyle.methods import method
from tfstyle.methods.bottleneck import MARGIN
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.predictor import VECTOR

FILES = ("style_predict", "style_transfer")


def pair(
    name: str, networks: Mapping[str, keras.Model], precision: str = "dynamic"
) -> tuple[calls.Table, dict[str, bytes]]:
    """The two files' endpoints and their bytes, by name.

    Args:
        name: Of the model.
        networks: Models named "predictor" and "transformer".
        precision: As of `tflite.to_tflite`, but for "int8".

    Raises:
        ValueError: The family or the precision is another.
    """
    if not method(name).magenta_layout or precision == "int8":
        raise ValueError(
            "Expected a style predictor and a transformer, such as ghiasi's, in float32, float16 "
            f"or dynamic. Received: {name}, {precision}."
        )
    predict = Endpoint(_predictor(networks["predictor"]), "style_bottleneck")
    transfer = Endpoint(_transformer(networks["transformer"]), "stylized_image")
    table = {
        file: {"serving_default": endpoint}
        for file, endpoint in zip(FILES, (predict, transfer), strict=True)
    }
    contents = {
        file: tflite.to_tflite(each, precision, order=[*each["serving_default"].inputs])
        for file, each in table.items()
    }
    return table, contents


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
    padded = MirrorPad(MARGIN, dtype="float32")(inputs["content_image"])
    vector = keras.layers.Reshape((VECTOR,))(inputs["style_bottleneck"])
    pastiche = network({"content": padded, "vector": vector})
    return keras.Model(inputs, keras.layers.Cropping2D(MARGIN)(pastiche))
