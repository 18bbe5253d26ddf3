"""Where a VGG's weights come from: keras.applications, a file, or a folder of two."""

import os
from collections.abc import Iterable
from pathlib import Path

import h5py
import keras
import numpy as np

from tfstyle.networks.vgg import CONVS, IMAGENET_MEAN_BGR, PARTS, TAPS, vgg

APPLICATIONS = {"vgg16": "VGG16", "vgg19": "VGG19"}
EXACT_FILE = "vgg19_normalised_relu3_1.npz"
DEEP_FILE = "vgg19_16x_relu5_1.npz"

Source = str | os.PathLike | None


def from_source(
    source: Source = None, taps: Iterable[str] = TAPS, pooling: str = "max"
) -> keras.Model:
    """A VGG with weights from wherever they are.

    Args:
        source: "vgg19" or "vgg16" for keras.applications' weights, which it downloads once (None
            is "vgg19"); a keras.applications .h5 file of either; or an .npz file with
            the keys of `vgg`.
        taps: Paper names of any convolutions.
        pooling: "max" or "average".

    Returns:
        Frozen model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.

    Raises:
        OSError: The file is missing or another, or the download failed.
        ValueError: There is no such tap.
    """
    source = source or "vgg19"
    if str(source) in CONVS:
        return vgg(_applications(str(source), "imagenet"), taps, "zero", str(source), pooling)
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected {' or '.join(CONVS)}, or a file of their weights (.h5 or .npz). "
            f"Received: {path}."
        )
    if path.suffix == ".npz":
        return vgg(_npz(path), taps, pooling=pooling)
    kind = _kind(path)
    return vgg(_applications(kind, str(path)), taps, "zero", kind, pooling)


def _npz(path):
    try:
        with np.load(path) as file:
            return dict(file)
    except Exception as error:  # zip, zlib and pickle have each their own
        raise OSError(f"Expected VGG weights as .npz. Received: {path} ({error}).") from error


def _kind(path):
    try:
        with h5py.File(path) as file:
            return "vgg19" if any("block3_conv4" in name for name in file) else "vgg16"
    except OSError as error:
        raise OSError(f"Expected VGG weights as .h5. Received: {path} ({error}).") from error


def _applications(kind, weights):
    build = getattr(keras.applications, APPLICATIONS[kind])
    try:
        model = build(include_top=False, weights=weights)
    except Exception as error:
        raise OSError(
            f"Expected {kind} weights of keras.applications, downloaded once, or a file of them. "
            f"Received: {weights} ({error})"
        ) from error
    arrays = {
        "conv0/kernel": 255.0 * np.eye(3, dtype=np.float32)[::-1][None, None],
        "conv0/bias": -np.float32(IMAGENET_MEAN_BGR),
    }
    for block, count in CONVS[kind].items():
        for index in range(1, count + 1):
            arrays_of_layer = model.get_layer(f"block{block}_conv{index}").get_weights()
            names = (f"conv{block}_{index}/{part}" for part in PARTS)
            arrays |= dict(zip(names, arrays_of_layer, strict=True))
    return arrays


def teacher(source: Source = None, taps: Iterable[str] = TAPS) -> keras.Model:
    """The network whose taps our encoder learns and quality is measured with.

    Args:
        source: "vgg19", "vgg16" or a file of weights (see `from_source`), or a folder with
            `vgg19_normalised_relu3_1.npz` (VGG-19 itself up to relu3_1) and
            `vgg19_16x_relu5_1.npz` (a distilled one, whose relu4_1 and relu5_1 have readouts to
            VGG-19's).
        taps: Of a folder, any of `TAPS`.

    Returns:
        Frozen model, images (batch, height, width, 3) in [0, 1] to a dictionary of taps.

    Raises:
        OSError: A file is missing, or the download failed.
    """
    if source is None or not Path(source).is_dir():
        return from_source(source, taps)
    exact = vgg(_npz(Path(source) / EXACT_FILE), TAPS[:3], name="vgg19_exact")
    deep = vgg(_npz(Path(source) / DEEP_FILE), TAPS, name="vgg19_16x")
    image = keras.Input((None, None, 3), name="image")
    features = {**deep(image), **exact(image)}
    model = keras.Model(image, {tap: features[tap] for tap in taps}, name="teacher")
    model.trainable = False
    return model


def loss_network(
    source: Source = None, taps: Iterable[str] = TAPS, pooling: str = "max"
) -> tuple[keras.Model, dict[str, tuple]]:
    """A frozen network to take losses on.

    Args:
        source: See `teacher`. From a folder only the distilled VGG-19 is read, without readouts.
        taps: Paper names; of a folder, any of `TAPS`.
        pooling: "max" or "average".

    Returns:
        Model, images in [0, 1] to a dictionary of the taps, and the linear maps (kernel, bias)
        from each to VGG-19's own channels; none where the taps are VGG's own.

    Raises:
        OSError: A file is missing, or the download failed.
    """
    if source is None or not Path(source).is_dir():
        return from_source(source, taps, pooling), {}
    arrays = _npz(Path(source) / DEEP_FILE)
    trunk = {name: array for name, array in arrays.items() if "_aux" not in name}
    readouts = {tap: tuple(arrays[f"{_aux(tap)}/{part}"] for part in PARTS) for tap in TAPS}
    return vgg(trunk, taps, name="vgg19_16x", pooling=pooling), {
        tap: (kernel[0, 0], bias) for tap, (kernel, bias) in readouts.items()
    }


def _aux(tap):
    return f"{tap.replace('relu', 'conv')}_aux"
