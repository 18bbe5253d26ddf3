"""Our encoder: VGG-19's taps relu1_1 to relu5_1 at a fraction of its time."""

import keras

from tfstyle.networks.files import copy_into
from tfstyle.networks.vgg import TAPS

LAYERS = (  # name, channels, stride; every convN_1 is tapped as reluN_1
    ("conv1_1", 24, 1),
    ("down2", 56, 2),
    ("conv2_1", 64, 1),
    ("down3", 128, 2),
    ("conv3_1", 96, 1),
    ("down4", 128, 2),
    ("middle4", 128, 1),
    ("conv4_1", 128, 1),
    ("down5", 128, 2),
    ("conv5_1", 128, 1),
)
TEACHER_CHANNELS = {  # Simonyan & Zisserman 2014, table 1
    "relu1_1": 64,
    "relu2_1": 128,
    "relu3_1": 256,
    "relu4_1": 512,
    "relu5_1": 512,
}


def encoder(layers: tuple = LAYERS, name: str = "encoder") -> keras.Model:
    """A narrow network with VGG-19's taps.

    Stride-2 convolutions stand for pooling, every convolution is 3x3 with ReLU, and padding is
    zero (XNNPACK has no reflection). relu2_1 has half the picture's side, relu5_1 a sixteenth.

    Args:
        layers: (name, channels, stride) of each convolution; those named convN_1 are tapped.
        name: The model's name.

    Returns:
        Model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.
    """
    image = keras.Input((None, None, 3), name="image")
    x, taps = keras.layers.Rescaling(4.0, -2.0, name="centre")(image), {}
    for conv, filters, stride in layers:
        x = keras.layers.Conv2D(
            filters,
            3,
            strides=stride,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=conv,
        )(x)
        if conv.startswith("conv"):
            taps[conv.replace("conv", "relu")] = x
    return keras.Model(image, taps, name=name)


def like(source: keras.Model) -> keras.Model:
    """The same encoder with the same weights, under the precision that is set now."""
    convs = [layer for layer in source.layers if isinstance(layer, keras.layers.Conv2D)]
    layers = tuple((conv.name, conv.filters, conv.strides[0]) for conv in convs)
    return copy_into(encoder(layers, source.name), source)


def readouts(
    encoder: keras.Model,
    teacher_channels: dict[str, int] = TEACHER_CHANNELS,
    name: str = "readouts",
) -> keras.Model:
    """Linear maps from the encoder's taps to the teacher's, one 1x1 convolution a tap.

    Args:
        encoder: Model from `encoder`.
        teacher_channels: Channels of each tap of the teacher.
        name: The model's name.

    Returns:
        Model, a dictionary of taps to a dictionary of taps.
    """
    widths = {tap: encoder.output[tap].shape[-1] for tap in TAPS}
    taps = {tap: keras.Input((None, None, widths[tap]), name=tap) for tap in TAPS}
    views = {
        tap: keras.layers.Conv2D(teacher_channels[tap], 1, name=f"{tap}_readout")(taps[tap])
        for tap in TAPS
    }
    return keras.Model(taps, views, name=name)


def views(readouts: keras.Model) -> dict[str, tuple]:
    """The read-outs' matrices: (kernel, bias) by tap, shapes (channels, outputs) and (outputs,)."""
    found = {tap: readouts.get_layer(f"{tap}_readout").get_weights() for tap in TAPS}
    return {tap: (kernel[0, 0], bias) for tap, (kernel, bias) in found.items()}
