"""What an app calls: one signature that paints, with the margin that a family needs inside."""

import functools
from collections.abc import Callable, Mapping

import keras

from tfstyle import loading
from tfstyle.layers import CropLike, MirrorPad
from tfstyle.methods.cin.stylizer import ChoiceBrush
from tfstyle.methods.translator import Translator
from tfstyle.methods.vectors import VectorBrush
from tfstyle.methods.wct.stylizer import MARGIN, STRIDES, LevelBrush
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
    painter = loading.stylizer(name, arrays, networks, codes={})
    hand = painter if isinstance(painter, Translator) else painter.brush
    inputs = {"content": keras.Input((None, None, 3), name="content")}
    inputs |= _known(hand, endpoints)
    return Endpoint(keras.Model(inputs, _painted(hand, endpoints, **inputs)), OUTPUT)


@functools.singledispatch
def _known(hand, endpoints):
    """Inputs besides the content, by name."""
    raise TypeError(f"Expected a family that paints in one pass. Received: {hand!r}.")


@functools.singledispatch
def _painted(hand, endpoints, content, **known):
    """The pastiche."""


@_known.register
def _(hand: Translator, endpoints):
    return {}


@_painted.register
def _(hand: Translator, endpoints, content):
    canvas = hand.canvas
    return _framed(endpoints["translate"], canvas.margin, canvas.stride, canvas.output)(content)


@_known.register
def _(hand: VectorBrush, endpoints):
    numbers = endpoints["paint"].inputs["vector"].shape[-1]
    return {
        **{name: keras.Input((numbers,), name=name) for name in ("vector", "own")},
        "strength": _strength(),
    }


@_painted.register
def _(hand: VectorBrush, endpoints, content, vector, own, strength):
    paint = _framed(endpoints["paint"], hand.margin, hand.stride)
    return paint(content, vector=own + strength * (vector - own))


@_known.register
def _(hand: ChoiceBrush, endpoints):
    styles = endpoints["paint"].inputs["vector"].shape[-1] - 1
    return {"style": keras.Input((styles,), name="style"), "strength": _strength()}


@_painted.register
def _(hand: ChoiceBrush, endpoints, content, style, strength):
    vector = keras.ops.concatenate([1.0 - strength, strength * style], axis=-1)
    return _framed(endpoints["paint"], hand.margin, hand.stride)(content, vector=vector)


@_known.register
def _(hand: LevelBrush, endpoints):
    names = {level: f"coloring{level}" for level in hand.levels}
    shapes = {
        name: endpoints[f"paint{level}"].inputs[name].shape[1:] for level, name in names.items()
    }
    codes = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    return codes | {"strength": _strength()}


@_painted.register
def _(hand: LevelBrush, endpoints, content, strength, **codes):
    for level, weight in hand.levels.items():
        name, stride = f"coloring{level}", STRIDES[level]
        paint = _framed(endpoints[f"paint{level}"], max(MARGIN, stride), stride)
        content = paint(content, strength=weight * strength, **{name: codes[name]})
    return content


def _strength():
    return keras.Input((1,), name="strength")


def _framed(endpoint: Endpoint, margin: int, stride: int, output: str = OUTPUT) -> Callable:
    """An endpoint on a picture mirrored outwards, its picture cut to size again."""

    def paint(content, **inputs):
        framed = MirrorPad(margin, stride, dtype="float32")(content)
        picture = endpoint(content=framed, **inputs)[output]
        return CropLike(margin, dtype="float32")(picture, content)

    return paint
