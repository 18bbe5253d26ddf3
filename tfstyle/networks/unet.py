"""pix2pix' generator: an encoder and a decoder with skip connections."""

import keras

from tfstyle.layers import CropLike, UpsampleLike
from tfstyle.networks.adversarial import (
    UPSAMPLINGS,
    checked,
    initial,
    last_convolution_arguments,
    model_input,
    model_output,
    normalization,
)

DROPPED = 3  # levels whose decoder drops half, section 6.1.1 of the paper


def unet(
    filters: int = 64,
    depth: int = 8,
    widest: int = 8,
    norm: str = "batch",
    dropout: float = 0.5,
    upsampling: str = "transposed",
    channels: tuple[int, int] = (3, 3),
    name: str = "generator",
) -> keras.Model:
    """The U-Net of Isola et al. 2017, https://arxiv.org/abs/1611.07004, section 6.1.1.

        down i (of depth)  4x4, stride 2   side s / 2^i   min(2^(i - 1), widest) * filters
        up i               4x4, stride 2   side s / 2^(i - 1), beside down i - 1
        up 1               4x4, stride 2   side s         3, tanh

    Leaky ReLU of slope 0.2 on the way down, ReLU on the way up; no normalisation in the
    outermost and innermost of the way down.

    Args:
        filters: Of the outermost level.
        depth: Levels; 8 is the paper's for 256 px.
        widest: The most that `filters` are multiplied by.
        norm: "batch" as published for pix2pix, or "instance", with which a picture's result
            depends on nothing else.
        dropout: Share that three of the decoder's inner levels drop while training.
        upsampling: "transposed" as the authors' convolutions, or "bilinear" or "nearest" before
            3x3 ones, against checkerboards and, bilinear, against lattices.
        channels: In and out, 3 or 1; the pictures are RGB all the same.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to pictures of the same shape in
        [0, 1]; 54,413,955 parameters with the defaults.

    Raises:
        ValueError: A choice is none of those named.
    """
    content = keras.Input((None, None, 3), name="content")
    widths = [filters * min(2**i, widest) for i in range(depth)]
    x, skips = model_input(content, channels[0], "content"), []
    for level, width in enumerate(widths, 1):
        skips.append(x)
        if level > 1:
            x = keras.layers.LeakyReLU(0.2, name=f"down{level}_relu")(x)
        x = _conv(keras.layers.Conv2D, width, 4, 2, norm == "instance", f"down{level}")(x)
        if level not in (1, depth):
            x = normalization(norm, f"down{level}_norm")(x)
    for level in range(depth, 1, -1):
        skip, width = skips[level - 1], widths[level - 2]
        x = keras.layers.ReLU(name=f"up{level}_relu")(x)
        x = _up(x, skip, width, upsampling, norm == "instance", f"up{level}")
        x = normalization(norm, f"up{level}_norm")(x)
        if depth - DROPPED <= level < depth:
            x = keras.layers.Dropout(dropout, name=f"up{level}_drop")(x)
        x = keras.layers.Concatenate(name=f"up{level}_skip")([skip, x])
    x = keras.layers.ReLU(name="up1_relu")(x)
    x = _up(
        x, content, channels[1], upsampling, True, "up1", **last_convolution_arguments(upsampling)
    )
    return keras.Model(content, model_output(x), name=name)


def _conv(kind, width, size, strides, bias, label, **kwargs):
    return kind(
        width,
        size,
        strides,
        "same",
        use_bias=bias,
        kernel_initializer=initial(),
        name=label,
        **kwargs,
    )


def _up(x, like, width, upsampling, bias, label, **kwargs):
    if checked("upsampling", upsampling, UPSAMPLINGS) != "transposed":
        x = UpsampleLike(upsampling, name=f"{label}_grow")(x, like)
        return _conv(keras.layers.Conv2D, width, 3, 1, bias, label, **kwargs)(x)
    x = _conv(keras.layers.Conv2DTranspose, width, 4, 2, bias, label)(x)
    return CropLike(name=f"{label}_crop")(x, like)
