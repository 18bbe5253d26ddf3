"""Networks that return the moments that they normalise with, or take those of a whole picture.

With the moments of the whole picture, its tiles look as the whole does: Chen et al. 2022 (URST,
https://arxiv.org/abs/2103.11784), section 3.2.
"""

import keras
import numpy as np

from tfstyle.layers import InstanceNorm, Moments, TapStatistics
from tfstyle.networks.endpoint import Endpoint


def measuring(network: keras.Model, output: str = "translated") -> keras.Model:
    """A network that also returns the moments of its normalisation layers.

    Args:
        network: A model with one picture as its output, normalised by `InstanceNorm` layers, or
            by other layers with the outputs of `Moments` layers.
        output: Name of the picture in the outputs.

    Returns:
        Model of the same weights, the network's inputs by name to {output, "moments": (batch,
        numbers)}; without moments if the network computes none, as with batch norm.
    """
    return _telling(*_measured(network), output, "measuring")


def _telling(copy, moments_by_layer, output, name):
    moments = (
        {"moments": keras.ops.concatenate(moments_by_layer, axis=-1)} if moments_by_layer else {}
    )
    return keras.Model(copy.input, {output: copy.output, **moments}, name=name)


def inside(network: keras.Model, output: str = "translated") -> keras.Model:
    """`measuring` with the moments of a region of the picture alone.

    Args:
        network: See `measuring`.
        output: See `measuring`.

    Returns:
        Model of the same weights, the network's inputs by name and "mask" (batch, height, width,
        1) in [0, 1], of the picture's size, to the outputs of `measuring`; without moments if the
        network only returns logarithms of them, or covariances.
    """
    mask = keras.Input((None, None, 1), name="mask")
    return _telling(*_measured(network, mask=mask), output, "inside")


def tiling(network: keras.Model, output: str = "translated") -> keras.Model:
    """A network that normalises with moments from an input.

    Args:
        network: See `measuring`.
        output: See `measuring`.

    Returns:
        Model of the same weights, the network's inputs by name and "moments" (if the network
        computes any) to {output}.
    """
    copy, moments_by_layer = _measured(network)
    if not moments_by_layer:
        return _telling(copy, moments_by_layer, output, "tiling")
    ends = np.cumsum([moments.shape[-1] for moments in moments_by_layer])
    moments = keras.Input((int(ends[-1]),), name="moments")
    shares = keras.ops.split(moments, ends[:-1].tolist(), axis=-1) if len(ends) > 1 else [moments]
    moments_in_order = iter(shares)

    def call(layer, *inputs, **named):
        if isinstance(layer, Moments):
            return next(moments_in_order)
        if isinstance(layer, InstanceNorm):
            return layer(inputs[0], next(moments_in_order))
        return layer(*inputs, **named)

    copy = _connected(network, Endpoint(network).inputs | {"moments": moments}, call)
    return keras.Model(copy.input, {output: copy.output}, name="tiling")


def _measured(network, **region):
    """A copy of the network, and the moments of each of its layers."""
    moments = []

    def call(layer, *inputs, **named):
        if isinstance(layer, InstanceNorm):
            moments.append(Moments(layer.epsilon)(inputs[0], *region.values()))
            return layer(inputs[0], moments[-1])
        if not isinstance(layer, (Moments, TapStatistics)):
            return layer(*inputs, **named)
        outputs = layer(*inputs, *region.values(), **named)
        if isinstance(layer, Moments):
            moments.append(outputs)
        return outputs

    return _connected(network, Endpoint(network).inputs | region, call), moments


def _connected(network, inputs, call):
    """The same layers connected anew."""
    return keras.models.clone_model(
        keras.Model(inputs, network.output),
        inputs,
        clone_function=lambda layer: layer,
        call_function=call,
    )
