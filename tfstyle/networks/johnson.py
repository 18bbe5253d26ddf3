"""Johnson's network as its authors published it."""

import keras

from tfstyle.layers import CropLike, Double, InstanceNorm, MirrorPad
from tfstyle.networks.adversarial import NORMS, UPSAMPLINGS, checked

MARGIN = 40  # pixels; supplementary material, table 1: the first layer
BLOCKS = 5


def johnson(
    channels: tuple[int, int, int] = (32, 64, 128),
    norm: str = "instance",
    upsampling: str = "nearest",
    name: str = "generator",
) -> keras.Model:
    """The image transformation network of Johnson, Alahi & Fei-Fei 2016,
    https://arxiv.org/abs/1603.08155, section 3.1 and table 1 of the supplementary material.

        layer            side      channels        layer            side     channels
        pad, mirrored    s + 80    3               up2 3x3          s/2      128 -> 64
        c1 9x9           s + 80    3 -> 32         up1 3x3          s        64 -> 32
        down2 3x3        s/2 + 40  32 -> 64        paint 9x9        s        32 -> 3, tanh
        down4 3x3        s/4 + 20  64 -> 128
        residual         s/4       5 blocks of two 3x3 without padding, each 4 narrower

    Nearest upsampling stands in for convolutions of stride 1/2, against checkerboards; it has as
    many parameters. Sides are padded to a multiple of 4, so that any size comes back exact.

    Args:
        channels: At the whole, half and a quarter of the side.
        norm: "instance", of Ulyanov et al. 2016, or "batch" as published.
        upsampling: "nearest", or "transposed" as published.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to pictures of the same shape in
        [0, 1]; 1,679,235 trainable parameters with the defaults.

    Raises:
        ValueError: A choice is none of those named.
    """
    checked("norm", norm, NORMS)
    checked("upsampling", upsampling, UPSAMPLINGS)
    full, half, quarter = channels
    content = keras.Input((None, None, 3), name="content")
    x = MirrorPad(MARGIN, multiple=4, name="pad", dtype="float32")(content)
    x = keras.layers.Rescaling(2.0, -1.0, name="centre", dtype="float32")(x)
    x = _conv(x, full, 9, norm, "c1")
    x = _conv(x, half, 3, norm, "down2", strides=2)
    x = _conv(x, quarter, 3, norm, "down4", strides=2)
    for index in range(1, BLOCKS + 1):
        y = _conv(x, quarter, 3, norm, f"residual{index}a", padding="valid")
        y = _normed(y, quarter, 3, norm, f"residual{index}b", padding="valid")
        x = keras.layers.Add(name=f"residual{index}")([keras.layers.Cropping2D(2)(x), y])
    x = _up(x, half, norm, upsampling, "up2")
    x = _up(x, full, norm, upsampling, "up1")
    x = keras.layers.Conv2D(3, 9, padding="same", name="paint")(x)
    x = keras.layers.Activation("tanh", name="tanh", dtype="float32")(x)
    x = keras.layers.Rescaling(0.5, 0.5, name="colours", dtype="float32")(x)
    return keras.Model(content, CropLike(name="pastiche", dtype="float32")(x, content), name=name)


def _conv(x, filters, size, norm, label, **kwargs):
    x = _normed(x, filters, size, norm, label, **kwargs)
    return keras.layers.ReLU(name=f"{label}_relu")(x)


def _normed(x, filters, size, norm, label, padding="same", strides=1):
    conv = keras.layers.Conv2D(filters, size, strides, padding, name=label)
    return _normalization(norm, label)(conv(x))


def _up(x, filters, norm, upsampling, label):
    if upsampling == "nearest":
        return _conv(Double(name=f"{label}_grow")(x), filters, 3, norm, label)
    conv = keras.layers.Conv2DTranspose(filters, 3, 2, "same", name=label)
    return keras.layers.ReLU(name=f"{label}_relu")(_normalization(norm, label)(conv(x)))


def _normalization(norm, label):
    if norm == "instance":
        return InstanceNorm(affine=True, name=f"{label}_norm")
    return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{label}_norm")
