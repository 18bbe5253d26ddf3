"""What an app calls: one signature that paints, with the margin that a method needs inside."""

from collections.abc import Mapping

import keras

from tfstyle import loading
from tfstyle.networks.endpoint import Endpoint

LABEL = "stylize"
OUTPUT = "pastiche"

Endpoints = Mapping[str, Endpoint]


def stylize(name: str, networks: Mapping[str, keras.Model], endpoints: Endpoints) -> Endpoint:
    """A family's verb as one network, from a photograph and what it knows of a style.

    Args:
        name: A row of METHODS, or a variant.
        networks: By file name.
        endpoints: The family's, by name.

    Returns:
        From "content", shape (batch, height, width, 3), to "pastiche" of its shape, as
        `tfstyle.load(name).stylize` paints all but photographs of one colour. Families of any
        painting also take what `predict` or `look` says of it, and "strength", shape (batch, 1);
        those with a vector "own" besides, the photograph's; `cin` takes "style", shares of its
        named styles, shape (batch, styles), and "strength".
    """
    arrays = {label: endpoint.arrays for label, endpoint in endpoints.items()}
    stylizer = loading.stylizer(name, arrays, networks, codes={})
    inputs = {"content": keras.Input((None, None, 3), name="content")}
    inputs |= stylizer.stylize_inputs(endpoints)
    return Endpoint(keras.Model(inputs, stylizer.stylize_graph(endpoints, **inputs)), OUTPUT)
