"""Common parts of the networks of CycleGAN and pix2pix.

Line by line after the authors' models/networks.py of pytorch-CycleGAN-and-pix2pix, of which the
names in the comments are; no line of it is here.
"""

import keras
import numpy as np

from tfstyle.layers import InstanceNorm, Luminance, NoCheckerboard
from tfstyle.networks.files import give_weights

NORMS = ("instance", "batch")
CHANNELS = (1, 3)
UPSAMPLINGS = ("bilinear", "nearest", "transposed")


def initial() -> keras.initializers.Initializer:
    """Normal kernels of deviation 0.02 (init_weights; Radford et al. 2016, section 4)."""
    return keras.initializers.RandomNormal(stddev=0.02)


def last_convolution_arguments(upsampling: str) -> dict:
    """Keyword arguments of the last convolution; bilinear upsampling then leaves no lattice."""
    return {"kernel_constraint": NoCheckerboard()} if upsampling == "bilinear" else {}


def take_fewer_inputs(network: keras.Model, source: keras.Model) -> None:
    """Gives a network the weights of one whose first convolution may have fewer input channels.

    The weights of the additional channels, of noise or of streaks, are 0 at first.

    Args:
        network: Changed in place.
        source: A network of otherwise the same layers.

    Raises:
        ValueError: The layers differ.
    """
    first, *rest = source.get_weights()
    more = network.get_weights()[0].shape[2] - first.shape[2]
    if more > 0:
        first = np.pad(first, ((0, 0), (0, 0), (0, more), (0, 0)))
    give_weights(network, [first, *rest], source.name)


def checked(name: str, value, known):
    """Returns an option of a network builder.

    Raises:
        ValueError: The option is unknown.
    """
    if value not in known:
        raise ValueError(
            f"Expected {name} as one of {', '.join(map(str, known))}. Received: {value}."
        )
    return value


def model_input(image, channels: int, name: str):
    """A picture in [0, 1] with the range [-1, 1] and the channels of a network's first layer."""
    if checked("channels", channels, CHANNELS) == 1:
        image = Luminance(name=f"{name}_luminance", dtype="float32")(image)
    return keras.layers.Rescaling(2.0, -1.0, name=f"{name}_centre", dtype="float32")(image)


def model_output(x, name: str = "translated"):
    """Features of one or three channels as RGB pictures in [0, 1], by tanh."""
    x = keras.layers.Activation("tanh", dtype="float32", name="tanh")(x)
    if x.shape[-1] == 1:
        x = keras.layers.Concatenate(dtype="float32", name="grey")([x, x, x])
    return keras.layers.Rescaling(0.5, 0.5, dtype="float32", name=name)(x)


def normalization(norm: str, name: str) -> keras.layers.Layer:
    """Instance norm without parameters, or batch norm with PyTorch's (get_norm_layer)."""
    if checked("norm", norm, NORMS) == "instance":
        return InstanceNorm(name=name)
    return keras.layers.BatchNormalization(
        momentum=0.9,
        epsilon=1e-5,
        gamma_initializer=keras.initializers.RandomNormal(1.0, 0.02),
        name=name,
    )
