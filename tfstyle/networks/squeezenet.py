"""SqueezeNet 1.1, whose features judge pictures and train nothing."""

import os
from pathlib import Path

import h5py
import keras
import numpy as np

from tfstyle.networks.vgg import IMAGENET_MEAN_BGR

WEIGHTS = "squeezenet1.1_imagenet_notop.h5"
FIRES = {2: 16, 3: 16, 4: 32, 5: 32, 6: 48, 7: 48, 8: 64, 9: 64}  # squeezed channels, by number
POOLED_BEFORE = (2, 4, 6)
TAPS = ("conv1", "fire3", "fire5", "fire6", "fire7", "fire8", "fire9")


def squeezenet() -> keras.Model:
    """SqueezeNet 1.1 with the preprocessing inside, without its classifier.

    Iandola et al. 2016, https://arxiv.org/abs/1602.07360; version 1.1 of the authors' code. A
    fire module squeezes by 1x1 and expands by 1x1 and 3x3, four times the channels each.

    Returns:
        Model, images (batch, height, width, 3) in [0, 1], sides of 32 and more, to a dictionary
        of the taps that LPIPS takes.
    """
    image = keras.Input((None, None, 3), name="image")
    centre = keras.layers.Conv2D(3, 1, name="bgr")
    x = keras.layers.Conv2D(64, 3, 2, activation="relu", name="conv1")(centre(image))
    outputs = {"conv1": x}
    for number, squeezed in FIRES.items():
        if number in POOLED_BEFORE:
            x = keras.layers.MaxPooling2D(3, 2, name=f"pool{number - 1}")(x)
        x = outputs[f"fire{number}"] = _fire(x, squeezed, f"fire{number}")
    model = keras.Model(image, {tap: outputs[tap] for tap in TAPS}, name="squeezenet")
    flip = 255.0 * np.eye(3, dtype=np.float32)[::-1][None, None]
    centre.set_weights([flip, -np.float32(IMAGENET_MEAN_BGR)])
    model.trainable = False
    return model


def _fire(x, squeezed, name):
    def conv(x, filters, size, label):
        return keras.layers.Conv2D(
            filters, size, padding="same", activation="relu", name=f"{name}_{label}"
        )(x)

    x = conv(x, squeezed, 1, "squeeze1x1")
    parts = [conv(x, 4 * squeezed, size, f"expand{size}x{size}") for size in (1, 3)]
    return keras.layers.Concatenate(name=name)(parts)


def load(folder: str | os.PathLike) -> keras.Model:
    """SqueezeNet with ImageNet weights.

    Args:
        folder: Holds `squeezenet1.1_imagenet_notop.h5`, in keras-squeezenet's layout: a group a
            layer ("fire2/squeeze1x1"), of a kernel and a bias.

    Raises:
        OSError: There is no such file.
    """
    path = Path(folder) / WEIGHTS
    if not path.is_file():
        raise FileNotFoundError(f"Expected SqueezeNet's weights. Received: {path}, not there.")
    model = squeezenet()
    with h5py.File(path) as file:
        for layer in model.layers:
            if isinstance(layer, keras.layers.Conv2D) and layer.name != "bgr":
                layer.set_weights(_arrays(file[layer.name.replace("_", "/")]))
    return model


def _arrays(group):
    items = []
    group.visititems(lambda _, item: items.append(item) if hasattr(item, "shape") else None)
    return sorted((np.asarray(item) for item in items), key=np.ndim, reverse=True)
