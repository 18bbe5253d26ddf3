"""The choice of the precision that Keras computes in.

Processors with AMX or with bfloat16 arithmetic compute convolutions several times faster in
bfloat16. Others emulate bfloat16 and are several times slower in it. GPUs with tensor cores
support bfloat16 (from compute capability 8 on) or float16 (7).
"""

import contextlib
import dataclasses
import functools
from collections.abc import Iterator

from tfstyle import device

COMPUTE_PRECISIONS = ("auto", "bfloat16", "float16", "float32")
MARGIN = 1.15  # a narrower type must be so many times as fast as float32
TENSOR_CORES = {7: "float16", 8: "bfloat16"}  # by the first compute capability with that type


@dataclasses.dataclass(frozen=True)
class Choice:
    """A chosen precision and the reason.

    Args:
        name: "bfloat16", "float16" or "float32".
        why: The reason, half a sentence.
    """

    name: str
    why: str

    def __str__(self):
        return f"{self.name}: {self.why}"


def choose(precision: str = "auto") -> Choice:
    """Chooses the precision to compute in.

    Args:
        precision: "auto", "bfloat16", "float16" or "float32"; "auto" takes the one in which this
            device computes convolutions fastest.

    Raises:
        ValueError: The precision is unknown.
    """
    name = parse(precision)
    return _fastest() if name == "auto" else Choice(name, "as asked")


def parse(precision: str) -> str:
    """The name of a precision without the "mixed_" of a Keras policy such as "mixed_bfloat16".

    Args:
        precision: Name of a precision or of a Keras policy.

    Raises:
        ValueError: The precision is unknown.
    """
    name = str(precision).removeprefix("mixed_")
    if name not in COMPUTE_PRECISIONS:
        raise ValueError(
            f"Expected one of {', '.join(COMPUTE_PRECISIONS)}. Received: {precision!r}."
        )
    return name


@functools.cache
def _fastest():
    gpu = device.accelerator()
    if gpu is None:
        return fastest(device.convolution_milliseconds(("float32", "bfloat16")), device.processor())
    name, capability = gpu
    if capability is None:
        return fastest(device.convolution_milliseconds(COMPUTE_PRECISIONS[1:]), name)
    known = [TENSOR_CORES[least] for least in TENSOR_CORES if least <= capability]
    if known:
        return Choice(known[-1], f"the tensor cores of {name} compute in it")
    return Choice("float32", f"{name} has no tensor cores")


def fastest(milliseconds: device.Milliseconds, where: str) -> Choice:
    """The precision of the fastest convolution; float32 unless another one is clearly faster.

    Args:
        milliseconds: Time of a convolution by precision, float32 among them.
        where: Description of the device, for the reason.
    """
    narrow = {name: ms for name, ms in milliseconds.items() if name != "float32"}
    name, exact = min(narrow, key=narrow.get), milliseconds["float32"]
    if MARGIN * narrow[name] <= exact:
        timing = f"a convolution takes {narrow[name]:.1f} ms in it and {exact:.1f} ms in float32"
        return Choice(name, f"{timing} ({where})")
    other = f"{narrow[name]:.1f} ms" if narrow[name] < float("inf") else "is refused"
    return Choice("float32", f"a convolution takes {exact:.1f} ms in it, {name} {other} ({where})")


def mixed(name: str):
    """A context in which new layers compute in a precision and keep their weights in float32.

    Args:
        name: "bfloat16", "float16" or "float32".

    Raises:
        ValueError: Keras' settings are not supported (see `check_keras_settings`).
    """
    return _policy(name if name == "float32" else f"mixed_{name}")


def pure(name: str):
    """A context in which new layers compute in a precision and keep their weights in it too.

    Args:
        name: "bfloat16", "float16" or "float32".

    Raises:
        ValueError: Keras' settings are not supported (see `check_keras_settings`).
    """
    return _policy(name)


def check_keras_settings() -> None:
    """Checks the global settings of Keras that the networks depend on.

    Raises:
        ValueError: image_data_format is not "channels_last", or floatx is not "float32".
    """
    import keras

    for name, expected in {"image_data_format": "channels_last", "floatx": "float32"}.items():
        if (actual := getattr(keras.config, name)()) != expected:
            raise ValueError(
                f"Expected keras.config.{name}() to be {expected!r}; keras.config.set_{name} sets "
                f"it. Received: {actual!r}."
            )


@contextlib.contextmanager
def _policy(policy: str) -> Iterator[None]:
    import keras

    check_keras_settings()
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)
