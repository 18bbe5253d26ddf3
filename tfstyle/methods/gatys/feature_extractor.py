"""A frozen network of any layers that pictures are optimised for."""

import dataclasses
import os
from collections.abc import Iterable, Mapping

import keras
import numpy as np

from tfstyle.layers.fast_convolutions import with_fast_convolutions
from tfstyle.networks import encoder, teachers
from tfstyle.precision import choose, pure


@dataclasses.dataclass(frozen=True)
class FeatureExtractor:
    """A network that losses are taken on.

    Args:
        network: Pictures in [0, 1] to a dictionary of layers.
        readouts: Linear maps (kernel, bias) from layers to VGG-19's channels; may be empty.
        strides: Pixels a position of each layer.
        reach: Pixels that the deepest layer sees to each side, up to a multiple of its stride.
        numbers: Of all convolutions together, a pixel.
        precision: Name of the type that it computes in.
    """

    network: keras.Model
    readouts: Mapping[str, tuple[np.ndarray, np.ndarray]]
    strides: Mapping[str, int]
    reach: int
    numbers: float
    precision: str


POOLS = keras.layers.MaxPooling2D | keras.layers.AveragePooling2D


def feature_extractor(
    network: keras.Model, readouts: Mapping[str, tuple], layers: Iterable[str]
) -> FeatureExtractor:
    """The feature extractor of a chain of convolutions and poolings.

    Args:
        network: Pictures to a dictionary of layers.
        readouts: Linear maps (kernel, bias) from layers to VGG-19's own channels, by layer.
        layers: Those that are wanted.

    Raises:
        ValueError: The network has no such layer.
    """
    layers = tuple(dict.fromkeys(layers))
    unknown = [name for name in layers if name not in network.output]
    if unknown:
        raise ValueError(
            f"Expected layers of {', '.join(network.output)}. Received: {', '.join(unknown)}."
        )
    model = keras.Model(network.input, {name: network.output[name] for name in layers})
    model.trainable = False
    strides, reach, count = _strides_and_reach(model)
    strides = {name: strides[name.replace("relu", "conv")] for name in layers}
    deepest, precision = max(strides.values()), model.output[layers[0]].dtype
    return FeatureExtractor(
        with_fast_convolutions(model),
        readouts,
        strides,
        -(-reach // deepest) * deepest,
        count,
        precision,
    )


def _strides_and_reach(network):
    """Pixels a position of each convolution, those that the last one sees to each side, and the
    numbers of all a pixel."""
    stride, reach, count, strides = 1, 0, 0.0, {}
    for layer in network.layers:
        if isinstance(layer, POOLS):
            reach, stride = reach + stride, 2 * stride
        elif isinstance(layer, keras.layers.Conv2D):
            reach += layer.kernel_size[0] // 2 * stride
            count += layer.filters / stride**2
            strides[layer.name] = stride
    return strides, reach, count


def loss_network(
    networks: Mapping[str, keras.Model],
    layers: Iterable[str],
    pooling: str,
    teacher: str | os.PathLike | None = None,
    precision: str = "auto",
) -> tuple[keras.Model, Mapping[str, tuple[np.ndarray, np.ndarray]]]:
    """Our encoder, or a VGG, and linear maps from its layers to VGG-19's channels.

    Args:
        networks: Models named "encoder" and "readouts", where there is no teacher.
        layers: That a VGG tells.
        pooling: See `Settings`.
        teacher: See `teachers.loss_network`; None is our encoder.
        precision: See `precision.choose`.
    """
    with pure(choose(precision).name):
        if teacher:
            return teachers.loss_network(teacher, layers, pooling)
        like = encoder.like(networks["encoder"], pooling)
    return like, encoder.readout_weights(networks["readouts"])
