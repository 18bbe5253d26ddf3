"""Two files with the tensors of Magenta's TFLite pair, for apps that were written for it.

The predictor takes a style image, shape (1, 256, 256, 3), to a vector, shape (1, 1, 1, 100). The
transformer takes a content image, shape (1, 384, 384, 3), and that vector, in this order, to
a picture of the content image's shape.
"""

from collections.abc import Mapping

import keras

from tfstyle.baselines import PREDICTOR_SIDE, TRANSFORMER_SIDE
from tfstyle.export import tflite
from tfstyle.export.signature_runner import EndpointTable
from tfstyle.layers import MirrorPad
from tfstyle.methods import method
from tfstyle.methods.bottleneck import MARGIN
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.predictor import VECTOR

FILES = ("style_predict", "style_transfer")


def pair(
    name: str, networks: Mapping[str, keras.Model], precision: str = "dynamic"
) -> tuple[EndpointTable, dict[str, bytes]]:
    """The endpoints and the bytes of the two files, by file name.

    Args:
        name: The model.
        networks: Keras models named "predictor" and "transformer".
        precision: "float32", "float16" or "dynamic"; see `tflite.to_tflite`.

    Raises:
        ValueError: The model is no style predictor with a transformer, or the precision is another.
    """
    if not method(name).magenta_layout or precision == "int8":
        raise ValueError(
            "Expected a style predictor and a transformer, such as ghiasi's, in float32, float16 "
            f"or dynamic. Received: {name}, {precision}."
        )
    predict = Endpoint(_predictor(networks["predictor"]), "style_bottleneck")
    transfer = Endpoint(_transformer(networks["transformer"]), "stylized_image")
    files = dict(zip(FILES, (predict, transfer), strict=True))
    table = {file: {"serving_default": endpoint} for file, endpoint in files.items()}
    contents = {
        file: tflite.to_tflite(table[file], precision, order=[*endpoint.inputs])
        for file, endpoint in files.items()
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
