"""The signature that apps call: it paints, with the margin that a method needs inside."""

from collections.abc import Mapping

import keras

from tfstyle import loading
from tfstyle.networks.endpoint import Endpoint

SIGNATURE = "stylize"
OUTPUT = "pastiche"


def stylize_endpoint(
    name: str, networks: Mapping[str, keras.Model], endpoints: Mapping[str, Endpoint]
) -> Endpoint:
    """`stylize` as one network, from a photograph and its style code.

    Args:
        name: A method, or a variant of one.
        networks: Keras models by file name.
        endpoints: The method's endpoints by signature.

    Returns:
        From "content", shape (batch, height, width, 3), to "pastiche" of its shape, as
        `tfstyle.load(name).stylize` paints all but photographs of one colour. Methods that take
        any painting also take the outputs of `predict` or `look`, and "strength", shape (batch, 1);
        those with a vector also take "own", the photograph's; `cin` takes "style", shares of its
        named styles, shape (batch, styles), and "strength".
    """
    functions = {label: endpoint.arrays for label, endpoint in endpoints.items()}
    stylizer = loading.stylizer_of(name, functions, networks, codes={})
    inputs = {"content": keras.Input((None, None, 3), name="content")}
    inputs |= stylizer.stylize_inputs(endpoints)
    return Endpoint(keras.Model(inputs, stylizer.stylize_graph(endpoints, **inputs)), OUTPUT)
