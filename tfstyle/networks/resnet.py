"""CycleGAN's generator: an encoder, residual blocks and a decoder."""

import keras

from tfstyle.layers import ReflectPad, UpsampleLike
from tfstyle.networks.adversarial import UPSAMPLINGS, checked, initial, normalization, seen, shown

PADDINGS = ("reflect", "zero")
SKIPS = ("none", "features")


def resnet(
    filters: tuple[int, int, int] = (64, 128, 256),
    blocks: int = 9,
    norm: str = "instance",
    padding: str = "reflect",
    upsampling: str = "nearest",
    skip: str = "none",
    channels: tuple[int, int] = (3, 3),
    name: str = "generator",
) -> keras.Model:
    """The generator of Zhu et al. 2017, https://arxiv.org/abs/1703.10593, appendix 7.2.

        layer            side   channels           layer            side   channels
        c7s1 7x7         s      3 -> f             u 3x3            s/2    h -> g
        d 3x3, stride 2  s/2    f -> g             u 3x3            s      g -> f
        d 3x3, stride 2  s/4    g -> h             c7s1 7x7         s      f -> 3, tanh
        residual         s/4    blocks of two 3x3

    Nearest upsampling stands in for the authors' transposed convolutions, against checkerboards
    and so that any size comes back exact; it has as many parameters.

    Args:
        filters: f, g and h.
        blocks: Residual blocks; the paper's 9 from 256 px on, 6 for 128 px.
        norm: "instance", or "batch".
        padding: "reflect" where the authors reflect, or "zero" everywhere, which telephones
            run faster.
        upsampling: "nearest", or "transposed" as the authors'.
        skip: "none" as the authors', or "features": the two last layers also see the features of
            the encoder at their size, and those at full size are not normalised, as in a U-Net;
            fine detail and how bright a picture is are kept.
        channels: In and out, 3 or 1; the pictures are RGB all the same.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to pictures of the same shape in
        [0, 1]; 11,378,179 parameters with the defaults.

    Raises:
        ValueError: A choice is none of those named.
    """
    checked("padding", padding, PADDINGS)
    full, half, quarter = filters
    content = keras.Input((None, None, 3), name="content")

    def conv(x, count, size, strides, label, pad=padding):
        if pad == "reflect":
            x, pad = ReflectPad(size // 2, name=f"{label}_pad")(x), "valid"
        else:
            pad = "same"
        return _conv(count, size, strides, pad, norm, label)(x)

    def normed(x, count, size, strides, label, pad=padding):
        x = conv(x, count, size, strides, label, pad)
        return normalization(norm, f"{label}_norm")(x)

    def relu(x, label):
        return keras.layers.ReLU(name=f"{label}_relu")(x)

    outermost = normed if checked("skip", skip, SKIPS) == "none" else conv

    def block(x, label):
        y = relu(normed(x, quarter, 3, 1, f"{label}a"), f"{label}a")
        return keras.layers.Add(name=label)([x, normed(y, quarter, 3, 1, f"{label}b")])

    def up(x, like, count, label, norm_of=normed):
        if checked("upsampling", upsampling, UPSAMPLINGS) == "nearest":
            grown = UpsampleLike(name=f"{label}_grow")(x, like)
            return relu(norm_of(grown, count, 3, 1, label, "zero"), label)
        x = _transposed(count, norm, label)(x)
        return relu(normalization(norm, f"{label}_norm")(x) if norm_of is normed else x, label)

    def joined(x, features, label):
        if skip == "none":
            return x
        return keras.layers.Concatenate(name=f"{label}_skip")([x, features])

    c1 = relu(outermost(seen(content, channels[0], "content"), full, 7, 1, "c1"), "c1")
    d2 = relu(normed(c1, half, 3, 2, "d2", "zero"), "d2")
    x = relu(normed(d2, quarter, 3, 2, "d3", "zero"), "d3")
    for index in range(1, blocks + 1):
        x = block(x, f"residual{index}")
    x = up(joined(up(x, d2, half, "u2"), d2, "u2"), c1, full, "u1", outermost)
    x = _last(joined(x, c1, "u1"), channels[1], padding)
    return keras.Model(content, shown(x), name=name)


def _conv(count, size, strides, pad, norm, label):
    return keras.layers.Conv2D(
        count,
        size,
        strides,
        pad,
        use_bias=norm == "instance",
        kernel_initializer=initial(),
        name=label,
    )


def _transposed(count, norm, label):
    return keras.layers.Conv2DTranspose(
        count,
        3,
        2,
        "same",
        use_bias=norm == "instance",
        kernel_initializer=initial(),
        name=label,
    )


def _last(x, count, padding):
    if padding == "reflect":
        x, padding = ReflectPad(3, name="paint_pad")(x), "valid"
    else:
        padding = "same"
    conv = keras.layers.Conv2D(count, 7, 1, padding, kernel_initializer=initial(), name="paint")
    return conv(x)
