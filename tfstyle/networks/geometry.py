"""Stride and receptive field of a network, computed from its layers."""

import dataclasses
import math

import keras

from tfstyle.layers import Double, MirrorPad, ReflectPad, Streaks, UpsampleLike
from tfstyle.tiles import Geometry

_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
_POOLS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


def geometry(network: keras.Model) -> Geometry:
    """The stride and the receptive field of a functional network of pictures.

    Normalisation and other global statistics do not count, since tiles use those of the whole
    picture.

    Args:
        network: A functional model of Keras' convolutions and poolings and of this package's
            layers.
    """
    fields = {}

    def call(layer, *inputs, **named):
        outputs = layer(*inputs, **named)
        inputs_fields = [fields[id(x)][1] for x in keras.tree.flatten(inputs) if id(x) in fields]
        if inputs_fields:
            for tensor in keras.tree.flatten(outputs):
                fields[id(tensor)] = tensor, _through(layer, inputs_fields)
        return outputs

    for tensor in keras.tree.flatten(network.input):
        if len(tensor.shape) == 4:
            fields[id(tensor)] = tensor, _ReceptiveField()
    copy = keras.models.clone_model(
        network,
        network.input,
        clone_function=lambda layer: layer,
        call_function=call,
    )
    coarsest = max(field.pixels for _, field in fields.values())
    last = [fields[id(tensor)][1] for tensor in keras.tree.flatten(copy.output)]
    return Geometry(math.ceil(coarsest), math.ceil(max(max(x.before, x.behind) for x in last)))


@dataclasses.dataclass(frozen=True)
class _ReceptiveField:
    """Receptive field of a position of a feature map, along one axis.

    Args:
        pixels: Distance of neighbouring positions in pixels.
        before: Pixels of the receptive field before the position's own.
        behind: Pixels of the receptive field behind the position's own.
    """

    pixels: float = 1.0
    before: float = 0.0
    behind: float = 0.0

    def wider(self, before: float, behind: float, times: float = 1.0) -> "_ReceptiveField":
        """The field with more positions before and behind, and the stride times a factor."""
        return _ReceptiveField(
            self.pixels * times,
            self.before + before * self.pixels,
            self.behind + behind * self.pixels,
        )


def _through(layer, fields):
    """The receptive field of a layer's output, from those of its inputs."""
    if isinstance(layer, UpsampleLike):
        return _doubled(layer, fields[0])
    field = _ReceptiveField(
        *(max(getattr(x, f.name) for x in fields) for f in dataclasses.fields(_ReceptiveField))
    )
    if isinstance(layer, keras.layers.Conv2DTranspose):
        size, stride = max(layer.kernel_size), max(layer.strides)
        cut = (size - stride) // 2
        return field.wider((size - 1 - cut) / stride, cut / stride, 1 / stride)
    if isinstance(layer, (*_CONVOLUTIONS, *_POOLS)):
        size = max(layer.pool_size if isinstance(layer, _POOLS) else layer.kernel_size)
        stride = max(layer.strides)
        before = max(0, size - stride) // 2 if layer.padding == "same" else 0
        return field.wider(before, size - 1 - before, stride)
    if isinstance(layer, Double):
        return _doubled(layer, field)
    if isinstance(layer, Streaks):
        half = max(layer.kernel.shape[:2]) // 2
        return field.wider(half, half)
    if isinstance(layer, (ReflectPad, MirrorPad)):
        width = layer.width if isinstance(layer, ReflectPad) else layer.margin
        return field.wider(width, -width)
    if isinstance(layer, keras.layers.Cropping2D):
        cut = max(max(sides) for sides in layer.cropping)
        return field.wider(-cut, cut)
    return field


def _doubled(layer, field):
    sides = (0.75, 0.75) if layer.interpolation == "bilinear" else (0.5, 0.0)
    return field.wider(*sides, 0.5)
