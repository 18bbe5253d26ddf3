"""Networks that tell the moments that they normalise with, or take those of a larger picture.

With the moments of a whole picture, tiles of it come out as the whole does: Chen et al. 2022
(URST, https://arxiv.org/abs/2103.11784), section 3.2.
"""

import keras
import numpy as np

from tfstyle.layers import InstanceNorm, Moments, TapStatistics
from tfstyle.networks.endpoint import Endpoint


def measuring(network: keras.Model, output: str = "translated") -> keras.Model:
    """A network that also tells the moments that its normalisations take out.

    Args:
        network: Its inputs to one picture, normalised by `InstanceNorm`s, or by other layers
            with what `Moments` tell.
        output: What to call its picture.

    Returns:
        Model of the same weights, the network's inputs by name to {output, "moments": (batch,
        numbers)}; no moments where a network takes none, as with batch norm.
    """
    return _telling(*_measured(network), output, "measuring")


def _telling(copy, taken, output, name):
    moments = {"moments": keras.ops.concatenate(taken, axis=-1)} if taken else {}
    return keras.Model(copy.input, {output: copy.output, **moments}, name=name)


def inside(network: keras.Model, output: str = "translated") -> keras.Model:
    """`measuring` with the moments of a region, as if the rest of the picture were not there.

    Args:
        network: As of `measuring`.
        output: As of `measuring`.

    Returns:
        Model of the same weights, the network's inputs by name and "mask" (batch, height, width,
        1) in [0, 1], of the picture's size, to what `measuring` tells; no moments where a network
        only tells logarithms of them, or covariances.
    """
    mask = keras.Input((None, None, 1), name="mask")
    return _telling(*_measured(network, mask=mask), output, "inside")


def tiling(network: keras.Model, output: str = "translated") -> keras.Model:
    """A network that normalises with moments that are given.

    Args:
        network: As of `measuring`.
        output: As of `measuring`.

    Returns:
        Model of the same weights, the network's inputs by name and "moments", where it takes any,
        to {output}.
    """
    copy, taken = _measured(network)
    if not taken:
        return _telling(copy, taken, output, "tiling")
    ends = np.cumsum([moments.shape[-1] for moments in taken])
    moments = keras.Input((int(ends[-1]),), name="moments")
    shares = keras.ops.split(moments, ends[:-1].tolist(), axis=-1) if len(ends) > 1 else [moments]
    given = iter(shares)

    def call(layer, *inputs, **named):
        if isinstance(layer, Moments):
            return next(given)
        if isinstance(layer, InstanceNorm):
            return layer(inputs[0], next(given))
        return layer(*inputs, **named)

    copy = _connected(network, Endpoint(network).inputs | {"moments": moments}, call)
    return keras.Model(copy.input, {output: copy.output}, name="tiling")


def _measured(network, **region):
    """The network once more, and the moments that it takes out, each layer's."""
    taken = []

    def call(layer, *inputs, **named):
        if isinstance(layer, InstanceNorm):
            taken.append(Moments(layer.epsilon)(inputs[0], *region.values()))
            return layer(inputs[0], taken[-1])
        if not isinstance(layer, (Moments, TapStatistics)):
            return layer(*inputs, **named)
        outputs = layer(*inputs, *region.values(), **named)
        if isinstance(layer, Moments):
            taken.append(outputs)
        return outputs

    return _connected(network, Endpoint(network).inputs | region, call), taken


def _connected(network, inputs, call):
    """The same layers connected once more."""
    return keras.models.clone_model(
        keras.Model(inputs, network.output),
        inputs,
        clone_function=lambda layer: layer,
        call_function=call,
    )
