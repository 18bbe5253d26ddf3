"""VGG-19 as a frozen teacher: pictures in [0, 1] to the taps relu1_1 to relu5_1."""

from pathlib import Path

import keras
import numpy as np
from keras import ops

TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONVS = {1: 2, 2: 2, 3: 4, 4: 4, 5: 4}  # Simonyan & Zisserman 2014, table 1, column E
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)  # keras.applications.vgg19.preprocess_input

PARTS = ("kernel", "bias")

EXACT_FILE = "vgg19_normalised_relu3_1.npz"
DEEP_FILE = "vgg19_16x_relu5_1.npz"


@keras.saving.register_keras_serializable("tfstyle")
class CaffePreprocess(keras.layers.Layer):
    """RGB in [0, 1] to BGR in [0, 255] less the ImageNet mean, as VGG was trained."""

    def call(self, image):
        mean = ops.convert_to_tensor(IMAGENET_MEAN_BGR, dtype=image.dtype)
        return ops.flip(image, axis=-1) * 255.0 - mean


@keras.saving.register_keras_serializable("tfstyle")
class ReflectPad(keras.layers.Layer):
    """Reflection padding of height and width by `width` pixels a side."""

    def __init__(self, width=1, **kwargs):
        super().__init__(**kwargs)
        self.width = width

    def call(self, image):
        sides = (self.width, self.width)
        return ops.pad(image, ((0, 0), sides, sides, (0, 0)), mode="reflect")

    def get_config(self):
        return {**super().get_config(), "width": self.width}


def vgg19(weights: dict[str, np.ndarray], name: str = "vgg19") -> keras.Model:
    """VGG-19 from a dictionary of arrays, up to the last conv that it holds.

    Reflection padding and 2x2 max pooling. A 1x1 `conv0` does the preprocessing; where the
    arrays hold `convN_1_aux` (1x1), the tap is read through it.

    Args:
        weights: `conv1_1/kernel` (height, width, in, out), `conv1_1/bias` and so on.
        name: The model's name.

    Returns:
        Frozen model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.
    """
    image = keras.Input((None, None, 3))
    x, taps = _conv(weights, "conv0", 1)(image), {}
    for block, count in CONVS.items():
        for conv in (f"conv{block}_{i}" for i in range(1, count + 1)):
            if f"{conv}/kernel" not in weights:
                break
            x = _conv(weights, conv, 3, "relu")(ReflectPad()(x))
            if conv.endswith("_1"):
                taps[f"relu{block}_1"] = _tap(weights, conv, x)
        else:
            x = keras.layers.MaxPooling2D(name=f"pool{block}")(x)
            continue
        break
    model = keras.Model(image, taps, name=name)
    for layer in model.layers:
        _assign(layer, weights)
    model.trainable = False
    return model


def _conv(weights, name, size, activation=None):
    filters = weights[f"{name}/kernel"].shape[-1]
    return keras.layers.Conv2D(filters, size, activation=activation, name=name)


def _tap(weights, conv, x):
    if f"{conv}_aux/kernel" not in weights:
        return x
    return _conv(weights, f"{conv}_aux", 1, "relu")(x)


def _assign(layer, weights):
    if f"{layer.name}/kernel" in weights:
        layer.set_weights([weights[f"{layer.name}/{part}"] for part in PARTS])


def narrow(folder: str | Path) -> tuple[keras.Model, dict[str, tuple]]:
    """The distilled VGG-19 as a loss network.

    Args:
        folder: Holds `vgg19_16x_relu5_1.npz`.

    Returns:
        Frozen model, images in [0, 1] to a dictionary of narrow taps, and the linear maps
        (kernel, bias) from each to VGG-19's own channels.

    Raises:
        OSError: The file is missing.
    """
    weights = dict(np.load(Path(folder) / DEEP_FILE))
    trunk = {name: array for name, array in weights.items() if "_aux" not in name}
    views = {
        tap: tuple(weights[f"{tap.replace('relu', 'conv')}_aux/{part}"] for part in PARTS)
        for tap in TAPS
    }
    return vgg19(trunk, "vgg19_16x"), {
        t: (kernel[0, 0], bias) for t, (kernel, bias) in views.items()
    }


def untrained() -> keras.Model:
    """VGG-19 to relu5_1 with random weights, for measuring time."""
    widths, before, weights = (64, 128, 256, 512, 512), 3, {}
    for block, count in CONVS.items():
        for conv in range(1, (count if block < 5 else 1) + 1):
            shape = (3, 3, before, widths[block - 1])
            weights[f"conv{block}_{conv}/kernel"] = np.full(shape, 0.01, np.float32)
            weights[f"conv{block}_{conv}/bias"] = np.zeros(shape[-1], np.float32)
            before = shape[-1]
    weights["conv0/kernel"] = np.eye(3, dtype=np.float32)[None, None]
    weights["conv0/bias"] = np.zeros(3, np.float32)
    return vgg19(weights)


def vgg19_from_keras_applications() -> keras.Model:
    """VGG-19 with the ImageNet weights of keras.applications, which it downloads once.

    Raises:
        OSError: The weights are neither cached nor to be had.
    """
    try:
        whole = keras.applications.VGG19(include_top=False, weights="imagenet")
    except Exception as error:
        raise OSError(
            "Expected to fetch VGG-19's ImageNet weights with keras.applications, or a folder "
            f"with {EXACT_FILE} and {DEEP_FILE}. Received: {error}"
        ) from error
    image = keras.Input((None, None, 3))
    names = {f"relu{n}_1": f"block{n}_conv1" for n in CONVS}
    inside = keras.Model(whole.input, {k: whole.get_layer(v).output for k, v in names.items()})
    model = keras.Model(image, inside(CaffePreprocess()(image)), name="vgg19")
    model.trainable = False
    return model


def teacher(folder: str | Path | None = None) -> keras.Model:
    """The network whose five taps our encoder learns.

    Args:
        folder: Holds `vgg19_normalised_relu3_1.npz` (VGG-19 itself up to relu3_1) and
            `vgg19_16x_relu5_1.npz` (a distilled one, for relu4_1 and relu5_1). None takes
            keras.applications' VGG-19 for all five.

    Returns:
        Frozen model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.

    Raises:
        OSError: A file is missing, or the download failed.
    """
    if folder is None:
        return vgg19_from_keras_applications()
    exact = vgg19(dict(np.load(Path(folder) / EXACT_FILE)), "vgg19_exact")
    deep = vgg19(dict(np.load(Path(folder) / DEEP_FILE)), "vgg19_16x")
    image = keras.Input((None, None, 3))
    model = keras.Model(image, {**deep(image), **exact(image)}, name="teacher")
    model.trainable = False
    return model
