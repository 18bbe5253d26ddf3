"""The discriminator that judges patches of 70x70 pixels."""

import keras

from tfstyle.networks.adversarial import initial, model_input, normalization


def patchgan(
    filters: int = 64,
    strided: int = 3,
    norm: str = "instance",
    channels: tuple[int, ...] = (3,),
    name: str = "discriminator",
) -> keras.Model:
    """The 70x70 PatchGAN of Isola et al. 2017, https://arxiv.org/abs/1611.07004, section 6.1.2.

    Convolutions of 4x4 with `filters` times 1, 2, 4, 8 channels, all but the last of stride 2, with
    leaky ReLU of slope 0.2 and normalised but for the first; then one to a single channel.

    Args:
        filters: Of the first convolution.
        strided: Convolutions of stride 2; 3 see patches of 70x70 pixels, 2 of 34, 1 of 16.
        norm: "instance" as for CycleGAN, or "batch" as for pix2pix.
        channels: 3 or 1 for every picture that it looks at; a second one is the condition.
        name: The model's name.

    Returns:
        Model, {"picture": (batch, height, width, 3) in [0, 1]}, with "condition" of the same
        shape where there are two channels, to scores (batch, about height / 8, width / 8, 1),
        not squashed. 2,764,737 parameters with the defaults; 2,768,705 conditional with batch norm.

    Raises:
        ValueError: A choice is none of those named.
    """
    labels = ("picture", "condition")[: len(channels)]
    inputs = {label: keras.Input((None, None, 3), name=label) for label in labels}
    pictures = [model_input(inputs[k], c, k) for k, c in zip(labels, channels, strict=True)]
    x = pictures[0] if len(pictures) == 1 else keras.layers.Concatenate(name="joined")(pictures)
    for level in range(strided + 1):
        width, stride = filters * min(2**level, 8), 2 if level < strided else 1
        bias = level == 0 or norm == "instance"
        x = _conv(x, width, stride, bias, f"conv{level + 1}")
        if level:
            x = normalization(norm, f"conv{level + 1}_norm")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"conv{level + 1}_relu")(x)
    x = _conv(x, 1, 1, True, "score")
    return keras.Model(inputs, keras.layers.Activation("linear", dtype="float32")(x), name=name)


def _conv(x, width, stride, bias, label):
    x = keras.layers.ZeroPadding2D(1, name=f"{label}_pad")(x)
    conv = keras.layers.Conv2D(
        width, 4, stride, use_bias=bias, kernel_initializer=initial(), name=label
    )
    return conv(x)
