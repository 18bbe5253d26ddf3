"""A network of one painting that redraws the photograph: all of it passes a quarter of its size."""

from collections.abc import Sequence

import keras

from tfstyle.layers import InstanceNorm, NoCheckerboard, PositionNoise, UpsampleLike


def bottleneck(
    half: int = 32,
    quarter: int = 64,
    blocks: int = 5,
    top: Sequence[int] = (32, 16),
    noise: int = 3,
    name: str = "generator",
) -> keras.Model:
    """Johnson's network without a way around its residual blocks, and with noise to paint from.

    Nothing of the photograph's own texture reaches the picture but through the blocks, so that
    strokes take its place. Noise as of Ulyanov et al. 2016, https://arxiv.org/abs/1603.03417,
    section 3.1. Bilinear upsampling and a last kernel without response to a checkerboard leave no
    lattice. Padding is zero throughout; any size comes back exact.

        layer        side    channels                  layer        side    channels
        noise        s       3 -> 3 + noise            up2 3x3      s/2     quarter -> top[0]
        down2 5x5    s/2     3 + noise -> half         up1 3x3      s       top[0] -> top[1]
        down4 3x3    s/4     half -> quarter           paint 5x5    s       top[1] -> 3, sigmoid
        residual     s/4     blocks of two 3x3

    Args:
        half: Channels at half the size, on the way down.
        quarter: Channels at a quarter of the size.
        blocks: Residual blocks.
        top: Channels at half and at the whole size, on the way up.
        noise: Channels of noise beside the photograph; 0 for none.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to pictures of the same shape in
        [0, 1].
    """
    content = keras.Input((None, None, 3), name="content")
    x = keras.layers.Rescaling(4.0, -2.0, name="centre")(content)
    if noise:
        field = PositionNoise(noise, name="noise", dtype="float32")(content)
        x = keras.layers.Concatenate(name="noised")([x, field])
    wide = _conv(x, half, "down2", 5, 2)
    x = _conv(wide, quarter, "down4", 3, 2)
    for index in range(1, blocks + 1):
        y = _conv(x, quarter, f"residual{index}a")
        x = keras.layers.Add(name=f"residual{index}")([x, _normed(y, quarter, f"residual{index}b")])
    x = _conv(UpsampleLike("bilinear", name="grow2")(x, wide), top[0], "up2")
    x = _conv(UpsampleLike("bilinear", name="grow1")(x, content), top[1], "up1")
    x = keras.layers.Conv2D(3, 5, padding="same", kernel_constraint=NoCheckerboard(), name="paint")(
        x
    )
    x = keras.layers.Activation("sigmoid", dtype="float32", name="pastiche")(x)
    return keras.Model(content, x, name=name)


def _conv(x, filters, label, size=3, strides=1):
    return keras.layers.ReLU(name=f"{label}_relu")(_normed(x, filters, label, size, strides))


def _normed(x, filters, label, size=3, strides=1):
    conv = keras.layers.Conv2D(filters, size, strides, "same", use_bias=False, name=label)
    return InstanceNorm(affine=True, name=f"{label}_norm")(conv(x))
