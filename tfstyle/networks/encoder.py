"""Our encoder: VGG-19's taps relu1_1 to relu5_1 at a fraction of its time."""

import keras

from tfstyle.networks.files import copy_into
from tfstyle.networks.vgg import POOLINGS, TAPS

LAYERS = (  # name and channels; a pool halves; every convN_1 is tapped as reluN_1
    ("conv1_1", 16),
    ("conv1_2", 24),
    ("pool1", 0),
    ("conv2_1", 48),
    ("conv2_2", 64),
    ("pool2", 0),
    ("conv3_1", 144),
    ("conv3_2", 96),
    ("pool3", 0),
    ("conv4_0", 128),
    ("conv4_1", 128),
    ("conv4_2", 128),
    ("pool4", 0),
    ("conv5_1", 128),
)
TEACHER_CHANNELS = {  # Simonyan & Zisserman 2014, table 1
    "relu1_1": 64,
    "relu2_1": 128,
    "relu3_1": 256,
    "relu4_1": 512,
    "relu5_1": 512,
}


def encoder(layers: tuple = LAYERS, name: str = "encoder", pooling: str = "max") -> keras.Model:
    """A narrow network with VGG-19's taps.

    Like VGG-19 it is 3x3 convolutions with ReLU and 2x2 max pooling, but padding is zero
    (XNNPACK has no reflection). relu2_1 has half the picture's side, relu5_1 a sixteenth.

    Args:
        layers: (name, channels) of each layer; those named convN_1 are tapped.
        name: The model's name.
        pooling: "max", or "average".

    Returns:
        Model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.
    """
    image = keras.Input((None, None, 3), name="image")
    x, taps = keras.layers.Rescaling(80.0, -40.0, name="centre")(image), {}
    for label, filters in layers:
        x = _layer(label, filters, pooling)(x)
        if label.startswith("conv") and label.endswith("_1"):
            taps[label.replace("conv", "relu")] = x
    return keras.Model(image, taps, name=name)


def _layer(label, filters, pooling):
    if not filters:
        return POOLINGS[pooling](2, padding="same", name=label)
    return keras.layers.Conv2D(
        filters,
        3,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=label,
    )


def like(source: keras.Model, pooling: str = "max") -> keras.Model:
    """The same encoder with the same weights, under the precision that is set now.

    Args:
        source: Model from `encoder`.
        pooling: "max", or "average".
    """
    kinds = (keras.layers.Conv2D, keras.layers.MaxPooling2D)
    layers = [layer for layer in source.layers if isinstance(layer, kinds)]
    layers = tuple((layer.name, getattr(layer, "filters", 0)) for layer in layers)
    return copy_into(encoder(layers, source.name, pooling), source)


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
    outputs = {
        tap: keras.layers.Conv2D(teacher_channels[tap], 1, name=f"{tap}_readout")(taps[tap])
        for tap in TAPS
    }
    return keras.Model(taps, outputs, name=name)


def readout_weights(readouts: keras.Model) -> dict[str, tuple]:
    """Weights of the readouts: (kernel, bias) by tap, shapes (channels, outputs) and (outputs,).

    Args:
        readouts: Model from `readouts`.
    """
    weights = {tap: readouts.get_layer(f"{tap}_readout").get_weights() for tap in TAPS}
    return {tap: (kernel[0, 0], bias) for tap, (kernel, bias) in weights.items()}
