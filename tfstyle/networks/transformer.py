"""The style-transfer network: a photograph and a style vector to a pastiche."""

import keras

from tfstyle.layers import ConditionalInstanceNorm, SameForEveryPixel, ShuffleLike, UpsampleLike

VECTOR = 100  # Ghiasi et al. 2017, section 2.2: numbers in a style vector


def transformer(
    stem: int = 16,
    quarter: int = 64,
    eighth: int = 112,
    blocks: int = 3,
    top: int = 8,
    vector: int = VECTOR,
    name: str = "transformer",
) -> keras.Model:
    """Johnson's network with conditional instance normalisation, drawn for telephones.

    The stem already halves the picture, residual blocks stand at a quarter and an eighth of its
    side, and only `top` channels, not normalised, are kept at full size. Padding is zero throughout.

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
        vector: Numbers in a style vector.
        name: The model's name.

    Returns:
        Model, {"content": (batch, height, width, 3) in [0, 1], "vector": (batch, vector)} to
        pictures of the content's shape in [0, 1].
    """
    content = keras.Input((None, None, 3), name="content")
    style = keras.Input((vector,), name="vector")
    half = _conv(_centred(content), style, stem, "stem", size=5, strides=2)
    fourth = _conv(half, style, quarter, "down4", strides=2)
    x = _conv(fourth, style, eighth, "down8", strides=2)
    for index in range(1, blocks + 1):
        x = _residual(x, style, f"eighth{index}")
    x = _conv(UpsampleLike(name="grow4")(x, fourth), style, quarter, "up4")
    x = keras.layers.Add(name="skip4")([x, fourth])
    x = _residual(x, style, "quarter1")
    x = _conv(UpsampleLike(name="grow2")(x, half), style, 2 * stem, "up2")
    x = keras.layers.Conv2D(
        4 * top,
        3,
        padding="same",
        activation="relu",
        kernel_initializer=SameForEveryPixel(),
        name="up1",
    )(x)
    x = ShuffleLike(name="shuffle1")(x, content)
    x = keras.layers.Conv2D(3, 3, padding="same", name="paint")(x)
    pastiche = keras.layers.Activation("sigmoid", dtype="float32", name="pastiche")(x)
    return keras.Model({"content": content, "vector": style}, pastiche, name=name)


def _centred(content):
    return keras.layers.Rescaling(4.0, -2.0, name="centre")(content)


def _conv(x, style, filters, name, size=3, strides=1, relu=True):
    x = keras.layers.Conv2D(
        filters, size, strides=strides, padding="same", use_bias=False, name=name
    )(x)
    x = ConditionalInstanceNorm(name=f"{name}_norm")(x, style)
    return keras.layers.ReLU(name=f"{name}_relu")(x) if relu else x


def _residual(x, style, name):
    inside = _conv(x, style, x.shape[-1], f"{name}a")
    inside = _conv(inside, style, x.shape[-1], f"{name}b", relu=False)
    return keras.layers.Add(name=f"{name}_add")([x, inside])
