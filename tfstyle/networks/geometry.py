"""How far a network's pixels see, and what sides its scales divide, from its layers."""

import dataclasses
import math

import keras

from tfstyle.layers import Double, MirrorPad, ReflectPad, Streaks, UpsampleLike
from tfstyle.tiles import Geometry

_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
_POOLS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


def geometry(network: keras.Model) -> Geometry:
    """The stride and the reach of a functional network of pictures.

    What normalisation and other statistics see does not count: tiles are given the whole
    picture's.

    Args:
        network: Its convolutions and pools are of the layers of Keras, whatever they stand beside.
    """
    known = {}

    def call(layer, *inputs, **named):
        outputs = layer(*inputs, **named)
        met = [known[id(x)][1] for x in keras.tree.flatten(inputs) if id(x) in known]
        if met:
            for tensor in keras.tree.flatten(outputs):
                known[id(tensor)] = tensor, _through(layer, met)
        return outputs

    for tensor in keras.tree.flatten(network.input):
        if len(tensor.shape) == 4:
            known[id(tensor)] = tensor, _Seen()
    copy = keras.models.clone_model(
        network,
        network.input,
        clone_function=lambda layer: layer,
        call_function=call,
    )
    coarsest = max(seen.pixels for _, seen in known.values())
    last = [known[id(tensor)][1] for tensor in keras.tree.flatten(copy.output)]
    return Geometry(math.ceil(coarsest), math.ceil(max(max(x.before, x.behind) for x in last)))


@dataclasses.dataclass(frozen=True)
class _Seen:
    """What a position of features sees of the picture, along one side.

    Args:
        pixels: Between neighbouring positions.
        before: Pixels that are seen before the position's own.
        behind: Pixels that are seen behind it.
    """

    pixels: float = 1.0
    before: float = 0.0
    behind: float = 0.0

    def wider(self, before: float, behind: float, times: float = 1.0) -> "_Seen":
        """With more positions before and behind, so many times as far apart."""
        return _Seen(
            self.pixels * times,
            self.before + before * self.pixels,
            self.behind + behind * self.pixels,
        )


def _through(layer, met):
    """What is seen behind a layer, given the same of its inputs."""
    if isinstance(layer, UpsampleLike):
        return _doubled(layer, met[0])
    seen = _Seen(*(max(getattr(x, f.name) for x in met) for f in dataclasses.fields(_Seen)))
    if isinstance(layer, keras.layers.Conv2DTranspose):
        size, stride = max(layer.kernel_size), max(layer.strides)
        cut = (size - stride) // 2
        return seen.wider((size - 1 - cut) / stride, cut / stride, 1 / stride)
    if isinstance(layer, (*_CONVOLUTIONS, *_POOLS)):
        size = max(layer.pool_size if isinstance(layer, _POOLS) else layer.kernel_size)
        stride = max(layer.strides)
        before = max(0, size - stride) // 2 if layer.padding == "same" else 0
        return seen.wider(before, size - 1 - before, stride)
    if isinstance(layer, Double):
        return _doubled(layer, seen)
    if isinstance(layer, Streaks):
        half = max(layer.kernel.shape[:2]) // 2
        return seen.wider(half, half)
    if isinstance(layer, (ReflectPad, MirrorPad)):
        width = layer.width if isinstance(layer, ReflectPad) else layer.margin
        return seen.wider(width, -width)
    if isinstance(layer, keras.layers.Cropping2D):
        cut = max(max(sides) for sides in layer.cropping)
        return seen.wider(-cut, cut)
    return seen


def _doubled(layer, seen):
    sides = (0.75, 0.75) if layer.interpolation == "bilinear" else (0.5, 0.0)
    return seen.wider(*sides, 0.5)
