"""Networks from their files and to them, and the same weights in another network."""

import contextlib
import os
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np

import tfstyle.layers  # noqa: F401  (registers the layers that files name)
from tfstyle import disk

CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
)


def load(path: str | os.PathLike) -> keras.Model:
    """A network from a .keras file, with safe mode on.

    Raises:
        OSError: There is no such file, or it holds something else.
    """
    try:
        return keras.models.load_model(path, safe_mode=True, compile=False)
    except (ValueError, TypeError, KeyError) as error:
        reason = str(error).splitlines()[0][:200]
        raise OSError(f"Expected a network's .keras file. Received: {path} ({reason}).") from error


def convolving_in(network: keras.Model, precision: str) -> keras.Model:
    """A network whose convolutions compute in a precision, all else as it was; returns it.

    Weights, statistics and the picture itself stay in float32.

    Args:
        network: Changed in place.
        precision: "bfloat16", "float16" or "float32".
    """
    policy = keras.DTypePolicy(precision if precision == "float32" else f"mixed_{precision}")
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            convolving_in(layer, precision)
        elif isinstance(layer, CONVOLUTIONS):
            layer.dtype_policy = policy
    return network


@contextlib.contextmanager
def saving(path: str | os.PathLike) -> Iterator[None]:
    """What goes wrong with TensorFlow's writing of a folder, as Python says it.

    Raises:
        OSError: Something does.
    """
    import tensorflow as tf

    try:
        yield
    except tf.errors.OpError as error:
        reason = (error.message or type(error).__name__).rpartition("; ")[2].partition(" [Op")[0]
        raise OSError(f"Expected to write {path}. Received: {reason}.") from error


def save(network: keras.Model, path: str | os.PathLike) -> None:
    """Writes a .keras file whole or not at all.

    Raises:
        OSError: It cannot be written, the disk is full, or the clock stands before 1980, which
            the zip in a .keras file cannot hold.
    """
    path, year = Path(path), time.localtime().tm_year
    if year < 1980:
        raise OSError(f"Expected a clock after 1980, to write {path}. Received: {year}.")
    temporary = path.with_name(f".new-{path.name}")
    try:
        with disk.explained_write_errors(path):
            network.save(temporary)
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def save_compact(network: keras.Model, path: str | os.PathLike) -> Path:
    """Writes a .keras file of about half the size, rounding the weights to half precision.

    The file is an ordinary one with float32 weights, whose zeros the zip's own compression takes
    out; it is written whole or not at all.

    Args:
        network: Its weights are rounded in place.
        path: The file.
    """
    network.set_weights([np.float32(np.float16(array)) for array in network.get_weights()])
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = (Path(folder) / name for name in ("plain.keras", "packed.keras"))
        save(network, plain)
        with (
            zipfile.ZipFile(plain) as source,
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
        ):
            for name in source.namelist():
                target.writestr(name, source.read(name))
        disk.write_bytes(path, packed.read_bytes())
    return Path(path)


def fingerprint(network: keras.Model) -> str:
    """A number that changes with a network's weights."""
    number = 0
    for weights in network.get_weights():
        number = zlib.crc32(np.ascontiguousarray(weights, np.float32).tobytes(), number)
    return f"{number:08x}"


def give_weights(target: keras.Model, weights: Sequence[np.ndarray], whose: str) -> None:
    """Gives a network weights of its own shapes.

    Args:
        target: Changed in place.
        weights: In its order.
        whose: The name of the network that they are from.

    Raises:
        ValueError: They have other shapes.
    """
    if [w.shape for w in target.weights] != [w.shape for w in weights]:
        raise ValueError(
            f"Expected a network of the same layers, of {target.count_params():,} numbers. "
            f"Received: {whose}, of {sum(w.size for w in weights):,}."
        )
    target.set_weights(weights)


def copy_into(target: keras.Model, source: keras.Model) -> keras.Model:
    """Gives `target` the weights of `source`, which has the same layers, and returns it.

    Raises:
        ValueError: It has others.
    """
    give_weights(target, source.get_weights(), source.name)
    _copy_trainable(target, source)
    return target


def _copy_trainable(target, source):
    """The flags of all layers, those of inner networks too, which a network's own flag sets."""
    for target_layer, source_layer in zip(target.layers, source.layers, strict=True):
        target_layer.trainable = source_layer.trainable
        if isinstance(target_layer, keras.Model):
            _copy_trainable(target_layer, source_layer)
