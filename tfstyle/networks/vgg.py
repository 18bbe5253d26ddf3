"""VGG-16 and VGG-19 as frozen networks: pictures in [0, 1] to any of their convolutions."""

import re
from collections.abc import Iterable, Mapping

import keras
import numpy as np

from tfstyle.layers import ReflectPad

TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONVS = {  # Simonyan & Zisserman 2014, table 1, columns D and E: convolutions of each block
    "vgg16": {1: 2, 2: 2, 3: 3, 4: 3, 5: 3},
    "vgg19": {1: 2, 2: 2, 3: 4, 4: 4, 5: 4},
}
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)  # keras.applications.vgg19.preprocess_input
POOLINGS = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
PARTS = ("kernel", "bias")


def vgg(
    arrays: Mapping[str, np.ndarray],
    taps: Iterable[str] = TAPS,
    padding: str = "reflect",
    name: str = "vgg19",
    pooling: str = "max",
) -> keras.Model:
    """A VGG from arrays, up to the deepest tap that is asked for.

    3x3 convolutions with ReLU and 2x2 max pooling, behind a 1x1 `conv0` that does the
    preprocessing. Where the arrays hold `convB_I_aux` (1x1), reluB_I is read through it.

    Args:
        arrays: `conv0/kernel`, `conv1_1/kernel` (height, width, in, out), `conv1_1/bias`, ...
        taps: Paper names of any convolutions: "relu4_2" behind the ReLU, "conv4_2" before it.
        padding: "reflect", or "zero" as in the paper.
        name: The model's name.
        pooling: "max", or "average", which Gatys et al. 2015 found to look better.

    Returns:
        Frozen model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.

    Raises:
        ValueError: The arrays hold no such tap.
    """
    taps = tuple(taps)
    _check_taps(taps, arrays)
    image = keras.Input((None, None, 3), name="image")
    features = _features(image, arrays, set(taps), padding, POOLINGS[pooling])
    model = keras.Model(image, {tap: features[tap] for tap in taps}, name=name)
    for layer in model.layers:
        if f"{layer.name}/kernel" in arrays:
            layer.set_weights([arrays[f"{layer.name}/{part}"] for part in PARTS])
    model.trainable = False
    return model


def _features(image, arrays, taps, padding, pool):
    """The output of every convolution, before and behind its ReLU, up to the deepest tap."""
    x, features = _conv(arrays, "conv0", 1)(image), {}
    for conv in _order(arrays):
        block, index = conv.removeprefix("conv").split("_")
        if (block, index) > ("1", "1") and index == "1":
            x = pool(2, name=f"pool{int(block) - 1}")(x)
        if padding == "reflect":
            x = ReflectPad(name=f"{conv}_pad")(x)
        x = _conv(arrays, conv, 3, "valid" if padding == "reflect" else "same")(x)
        features[conv] = x
        x = keras.layers.ReLU(name=f"relu{block}_{index}")(x)
        features[f"relu{block}_{index}"] = _read_out(arrays, conv, x)
        if features.keys() >= taps:
            break
    return features


def _order(arrays):
    names = (key.partition("/")[0] for key in arrays)
    return sorted({name for name in names if re.fullmatch(r"conv[1-5]_[1-4]", name)})


def _check_taps(taps, arrays):
    convs = _order(arrays)
    known = {f"{kind}{conv.removeprefix('conv')}" for conv in convs for kind in ("conv", "relu")}
    unknown = [tap for tap in taps if tap not in known]
    if unknown or not taps:
        raise ValueError(
            f"Expected taps such as {', '.join(sorted(known)[-2:])}; these weights go from conv1_1 "
            f"to {convs[-1]}. Received: {', '.join(unknown) or 'none'}."
        )


def _conv(arrays, name, size, padding="valid"):
    filters = arrays[f"{name}/kernel"].shape[-1]
    return keras.layers.Conv2D(filters, size, padding=padding, name=name)


def _read_out(arrays, conv, x):
    if f"{conv}_aux/kernel" not in arrays:
        return x
    return keras.layers.ReLU(name=f"{conv}_aux_relu")(_conv(arrays, f"{conv}_aux", 1)(x))


def untrained(
    kind: str = "vgg19", taps: Iterable[str] = TAPS, padding: str = "reflect"
) -> keras.Model:
    """A VGG with random weights (He et al. 2015), for measuring time and for tests.

    Args:
        kind: "vgg16" or "vgg19".
        taps: Paper names of any convolutions.
        padding: "reflect" or "zero".
    """
    widths, before = (64, 128, 256, 512, 512), 3
    random = np.random.default_rng(0)
    arrays = {"conv0/kernel": np.eye(3, dtype=np.float32)[None, None]}
    arrays["conv0/bias"] = np.zeros(3, np.float32)
    for block, count in CONVS[kind].items():
        for index in range(1, count + 1):
            shape = (3, 3, before, widths[block - 1])
            kernel = random.standard_normal(shape, np.float32) * (2 / (9 * before)) ** 0.5
            arrays[f"conv{block}_{index}/kernel"] = np.float32(kernel)
            arrays[f"conv{block}_{index}/bias"] = np.zeros(shape[-1], np.float32)
            before = shape[-1]
    return vgg(arrays, taps, padding, kind)


def at_taps(network: keras.Model, taps: Iterable[str]) -> keras.Model:
    """The part of a network that computes some of its taps."""
    return keras.Model(network.input, {tap: network.output[tap] for tap in taps}, name=network.name)
