"""What the `stylize` signature takes, and the transformer's vector of it."""

from collections.abc import Mapping

import keras

from tfstyle.methods.endpoints import strength as strength_input
from tfstyle.networks.endpoint import Endpoint


def stylize_inputs(endpoints: Mapping[str, Endpoint]) -> dict[str, keras.KerasTensor]:
    """Shares of the styles, shape (batch, styles), and a strength, by name."""
    styles = endpoints["paint"].inputs["vector"].shape[-1] - 1
    return {"style": keras.Input((styles,), name="style"), "strength": strength_input()}


def vector(style: keras.KerasTensor, strength: keras.KerasTensor) -> keras.KerasTensor:
    """The transformer's vector, whose first number is the photograph's own share."""
    return keras.ops.concatenate([1.0 - strength, strength * style], axis=-1)
