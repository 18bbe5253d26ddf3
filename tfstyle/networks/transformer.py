"""The style-transfer network: a photograph and a style vector to a pastiche."""

from collections.abc import Sequence

import keras
import numpy as np

from tfstyle.layers import (
    ConditionalInstanceNorm,
    CropLike,
    InstanceNorm,
    Moments,
    NoCheckerboard,
    PixelShuffle,
    SameForEveryPixel,
    UpsampleLike,
)

VECTOR = 100  # Ghiasi et al. 2017, section 2.2: numbers in a style vector


def transformer(
    stem: int = 16,
    quarter: int = 64,
    eighth: int = 112,
    blocks: int = 3,
    top: int = 8,
    vector: int | None = VECTOR,
    name: str = "transformer",
) -> keras.Model:
    """Johnson's network with conditional instance normalisation, drawn for telephones.

    The stem already halves the picture, residual blocks stand at a quarter and an eighth of its
    side, and only `top` channels, not normalised, are kept at full size. Padding
    is zero throughout.

        layer        side    channels                layer        side    channels
        stem 5x5     s/2     3 -> stem               up4 3x3      s/4     eighth -> quarter, + down4
        down4 3x3    s/4     stem -> quarter         quarter      s/4     1 residual block
        down8 3x3    s/8     quarter -> eighth       up2 3x3      s/2     quarter -> 2 stem
        eighth       s/8     residual blocks         up1 3x3      s       2 stem -> top, sub-pixel
                                                     paint 3x3    s       top -> 3, sigmoid

    Args:
        stem: Channels at half size.
        quarter: Channels at a quarter of the size.
        eighth: Channels at an eighth of the size.
        blocks: Residual blocks at an eighth of the size.
        top: Channels at full size.
        vector: Numbers in a style vector; None normalises without any condition.
        name: The model's name.

    Returns:
        Model, {"content": (batch, height, width, 3) in [0, 1], "vector": (batch, vector)}, or
        content alone where there is no vector, to pictures of the content's shape in [0, 1].
    """
    convs = {
        "stem": _conv(stem, 5, 2),
        "down4": _conv(quarter, 3, 2),
        "down8": _conv(eighth, 3, 2),
        **{f"eighth{i}{part}": _conv(eighth) for i in range(1, blocks + 1) for part in "ab"},
        "up4": _conv(quarter),
        "quarter1a": _conv(quarter),
        "quarter1b": _conv(quarter),
        "up2": _conv(3 * stem // 2),
    }
    layers = {
        "centre": keras.layers.Rescaling(4.0, -2.0),
        **convs,
        **(_conditioned(convs, vector) if vector else _unconditioned(convs)),
        "grow4": UpsampleLike("bilinear"),
        "grow2": UpsampleLike(),
        "joined": keras.layers.Concatenate(),
        "up1": _conv(4 * top, activation="relu", kernel_initializer=SameForEveryPixel()),
        "shuffle1": PixelShuffle(),
        "paint": _conv(3, kernel_constraint=NoCheckerboard()),
        "colours": keras.layers.Activation("sigmoid", dtype="float32"),
        "pastiche": CropLike(dtype="float32"),
    }
    for label, layer in layers.items():
        layer.name = label
    inputs = _inputs(vector)
    pastiche = _connect(layers, **inputs)
    return keras.Model(inputs if vector else inputs["content"], pastiche, name=name)


def _conditioned(convs, vector):
    return {
        **{f"{conv}_moments": Moments() for conv in convs},
        **{f"{conv}_norm": ConditionalInstanceNorm() for conv in convs},
        "conditions": keras.layers.Dense(
            2 * sum(conv.filters for conv in convs.values()),
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.3 / vector**0.5),
            dtype="float32",
        ),
    }


def _unconditioned(convs):
    return {f"{conv}_norm": InstanceNorm(affine=True) for conv in convs}


def without_vector(network: keras.Model, vector: Sequence[float]) -> keras.Model:
    """A transformer whose scales and shifts are those of one style vector.

    Args:
        network: From `transformer`, with a vector.
        vector: The style's numbers.
    """
    fixed = _copied(network, None)
    kernel, bias = network.get_layer("conditions").get_weights()
    normed = _normed(network)
    ends = np.cumsum([2 * conv.filters for conv in normed])[:-1]
    conditions = np.split(np.float32(vector) @ kernel + bias, ends)
    for conv, condition in zip(normed, conditions, strict=True):
        scale, shift = np.split(condition, 2)
        fixed.get_layer(f"{conv.name}_norm").set_weights([1.0 + scale, shift])
    return fixed


def with_row(network: keras.Model, fixed: keras.Model) -> keras.Model:
    """A transformer whose vector has one number more: the scales and shifts of another network.

    Args:
        network: From `transformer`, with a vector.
        fixed: From `without_vector`, of the same network.
    """
    kernel, bias = network.get_layer("conditions").get_weights()
    norms = [fixed.get_layer(f"{conv.name}_norm").get_weights() for conv in _normed(network)]
    row = np.concatenate([part for scale, shift in norms for part in (scale - 1.0, shift)]) - bias
    return with_rows(network, np.vstack([kernel, row]))


def with_rows(network: keras.Model, rows: np.ndarray) -> keras.Model:
    """A transformer whose vector has other numbers.

    Args:
        network: From `transformer`, with a vector.
        rows: What each number of the new vector adds to the scales and shifts, shape (numbers,
            scales and shifts).
    """
    copy = _copied(network, len(rows))
    _, bias = network.get_layer("conditions").get_weights()
    copy.get_layer("conditions").set_weights([rows, bias])
    return copy


def _copied(network, vector):
    """A network of the same convolutions and another vector."""
    filters = {conv.name: conv.filters for conv in _normed(network)}
    copy = transformer(
        filters["stem"],
        filters["down4"],
        filters["down8"],
        sum(name.startswith("eighth") for name in filters) // 2,
        network.get_layer("up1").filters // 4,
        vector,
    )
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def _normed(network):
    """Its convolutions that are normalised, in order."""
    names = {layer.name for layer in network.layers}
    return [layer for layer in network.layers if f"{layer.name}_norm" in names]


def _conv(filters, size=3, strides=1, activation=None, **kwargs):
    return keras.layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        activation=activation,
        use_bias=activation is not None or filters == 3,
        **kwargs,
    )


def _inputs(vector):
    content = {"content": keras.Input((None, None, 3), name="content")}
    return content | ({"vector": keras.Input((vector,), name="vector")} if vector else {})


def _convs(layers):
    return [name for name in layers if f"{name}_norm" in layers]


def _connect(layers, content, vector=None):
    """The pastiche, from the network's layers by name."""
    conditions, start = layers["conditions"](vector) if vector is not None else None, 0

    def normed(x, name):
        nonlocal start
        x = layers[name](x)
        if conditions is None:
            return layers[f"{name}_norm"](x)
        span = slice(start, start + 2 * x.shape[-1])
        start = span.stop
        moments = layers[f"{name}_moments"](x)
        return layers[f"{name}_norm"](x, conditions[:, span], moments)

    def conv(x, name):
        return keras.ops.relu(normed(x, name))

    def residual(x, name):
        return x + normed(conv(x, f"{name}a"), f"{name}b")

    half = conv(layers["centre"](content), "stem")
    fourth = conv(half, "down4")
    x = conv(fourth, "down8")
    for index in range(1, 1 + sum(name.startswith("eighth") for name in _convs(layers)) // 2):
        x = residual(x, f"eighth{index}")
    x = conv(layers["grow4"](x, fourth), "up4") + fourth
    x = residual(x, "quarter1")
    x = layers["joined"]([conv(layers["grow2"](x, half), "up2"), half])
    x = layers["paint"](layers["shuffle1"](layers["up1"](x)))
    return layers["pastiche"](layers["colours"](x), content)
