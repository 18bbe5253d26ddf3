"""What Keras computes in: the one place that chooses it.

Processors with AMX or with bfloat16 arithmetic convolve several times faster in bfloat16, others
emulate it and are several times slower; GPUs with tensor cores have bfloat16 (from compute
capability 8 on) or float16 (7).
"""

import contextlib
import dataclasses
import functools
from collections.abc import Iterator

from tfstyle import device

PRECISIONS = ("auto", "bfloat16", "float16", "float32")
MARGIN = 1.15  # times as fast as float32 that a narrower type must be
TENSOR_CORES = {7: "float16", 8: "bfloat16"}  # by the compute capability that has them first


@dataclasses.dataclass(frozen=True)
class Choice:
    """What is computed in.

    Args:
        name: One of `PRECISIONS` but "auto".
        why: Half a sentence.
    """

    name: str
    why: str

    def __str__(self):
        return f"{self.name}: {self.why}"


def choose(precision: str = "auto") -> Choice:
    """What to compute in.

    Args:
        precision: One of `PRECISIONS`; "auto" takes what this device convolves fastest in.

    Raises:
        ValueError: It is another.
    """
    name = plain(precision)
    return _fastest() if name == "auto" else Choice(name, "as asked")


def plain(precision: str) -> str:
    """The name of `PRECISIONS` for it or for a Keras policy such as "mixed_bfloat16".

    Raises:
        ValueError: There is none.
    """
    name = str(precision).removeprefix("mixed_")
    if name not in PRECISIONS:
        raise ValueError(f"Expected one of {', '.join(PRECISIONS)}. Received: {precision!r}.")
    return name


@functools.cache
def _fastest():
    gpu = device.accelerator()
    if gpu is None:
        return fastest(device.convolution_milliseconds(("float32", "bfloat16")), device.processor())
    name, capability = gpu
    if capability is None:
        return fastest(device.convolution_milliseconds(PRECISIONS[1:]), name)
    known = [TENSOR_CORES[least] for least in TENSOR_CORES if least <= capability]
    if known:
        return Choice(known[-1], f"the tensor cores of {name} compute in it")
    return Choice("float32", f"{name} has no tensor cores")


def fastest(milliseconds: device.Milliseconds, where: str) -> Choice:
    """The precision of the fastest convolution; float32 where no other is clearly faster.

    Args:
        milliseconds: By precision, float32 among them.
        where: The device in words.
    """
    narrow = {name: ms for name, ms in milliseconds.items() if name != "float32"}
    name, exact = min(narrow, key=narrow.get), milliseconds["float32"]
    if MARGIN * narrow[name] <= exact:
        told = f"a convolution takes {narrow[name]:.1f} ms in it and {exact:.1f} ms in float32"
        return Choice(name, f"{told} ({where})")
    other = f"{narrow[name]:.1f} ms" if narrow[name] < float("inf") else "is refused"
    return Choice("float32", f"a convolution takes {exact:.1f} ms in it, {name} {other} ({where})")


def mixed(name: str):
    """A context whose layers compute in a precision and keep their weights in float32.

    Raises:
        ValueError: As of `check_keras`, where it is entered.
    """
    return _policy(name if name == "float32" else f"mixed_{name}")


def pure(name: str):
    """A context whose layers compute in a precision and keep their weights in it too.

    Raises:
        ValueError: As of `check_keras`, where it is entered.
    """
    return _policy(name)


def check_keras() -> None:
    """Refuses settings of Keras that its layers' numbers and shapes would follow.

    Raises:
        ValueError: Its image_data_format or its floatx is another than these networks have.
    """
    import keras

    for name, wanted in {"image_data_format": "channels_last", "floatx": "float32"}.items():
        if (found := getattr(keras.config, name)()) != wanted:
            raise ValueError(
                f"Expected keras.config.{name}() to be {wanted!r}, as keras.config.set_{name} sets "
                f"it. Received: {found!r}."
            )


@contextlib.contextmanager
def _policy(policy: str) -> Iterator[None]:
    import keras

    check_keras()
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)
