"""Networks with instance norm that tell their moments, or take those of a larger picture.

With the moments of a whole picture, tiles of it come out as the whole does: Chen et al. 2022
(URST, https://arxiv.org/abs/2103.11784), section 3.2.
"""

import keras

from tfstyle.layers import InstanceNorm, Moments


def measuring(network: keras.Model, output: str = "translated") -> keras.Model:
    """A network that also tells the moments that its normalisations take out.

    Args:
        network: One picture to another, normalised by `InstanceNorm`s.
        output: What to call its picture.

    Returns:
        Model of the same weights, a picture to {output, "moments": (batch, numbers)}.
    """
    taken = []

    def call(layer, *inputs, **named):
        if isinstance(layer, InstanceNorm):
            taken.append(Moments(layer.epsilon)(inputs[0]))
            return layer(inputs[0], taken[-1])
        return layer(*inputs, **named)

    copy = _connected(network, call)
    outputs = {output: copy.output, "moments": keras.ops.concatenate(taken, axis=-1)}
    return keras.Model({"content": copy.input}, outputs, name="measuring")


def tiling(network: keras.Model, output: str = "translated") -> keras.Model:
    """A network that normalises with moments that are given.

    Args:
        network: As of `measuring`.
        output: As of `measuring`.

    Returns:
        Model of the same weights, {"content", "moments": (batch, numbers)} to {output}.
    """
    norms = [layer for layer in network.layers if isinstance(layer, InstanceNorm)]
    count = sum(2 * norm.output.shape[-1] for norm in norms)
    moments, used = keras.Input((count,), name="moments"), 0

    def call(layer, *inputs, **named):
        nonlocal used
        if not isinstance(layer, InstanceNorm):
            return layer(*inputs, **named)
        start, used = used, used + 2 * inputs[0].shape[-1]
        return layer(inputs[0], moments[:, start:used])

    given = {"content": network.input, "moments": moments}
    copy = _connected(keras.Model(given, network.output), call, given)
    return keras.Model(copy.input, {output: copy.output}, name="tiling")


def _connected(network, call, inputs=None):
    """The same layers connected once more."""
    return keras.models.clone_model(
        network, inputs, clone_function=lambda layer: layer, call_function=call
    )
