"""The processor or GPU of this machine, and how long a convolution takes on it."""

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path

VECTOR_UNITS = {  # by a flag of /proc/cpuinfo, the best first
    "amx_bf16": "AMX",
    "avx512_bf16": "AVX-512 BF16",
    "avx512_vnni": "AVX-512 VNNI",
    "avx512f": "AVX-512",
    "avx2": "AVX2",
    "bf16": "ARM BF16",
    "asimd": "NEON",
}
ONEDNN_VARIABLES = ("ONEDNN_MAX_CPU_ISA", "TF_ENABLE_ONEDNN_OPTS")  # limit what convolutions use
WITHOUT_AVX512 = ("AVX2", "AVX2_VNNI", "AVX2_VNNI_2")  # values of ONEDNN_MAX_CPU_ISA
SIDE, CHANNELS = 64, 64  # of the timed convolution
ROUNDS = 7  # at least; threads and clocks take some to get going
SECONDS = 0.3  # in which further rounds begin
CLEAR = 2.0  # ratio of two times from which on a busy moment cannot have made the difference

Milliseconds = dict[str, float]


def processor() -> str:
    """A description of the processor: its name, its cores, the vector unit of convolutions."""
    words = [_cpu_info()["name"], f"{cores()} cores", _vector_unit()]
    words += [f"{name}={os.environ[name]}" for name in ONEDNN_VARIABLES if name in os.environ]
    return ", ".join(word for word in words if word)


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _vector_unit():
    flags = _cpu_info()["flags"].split()
    return next((kind for flag, kind in VECTOR_UNITS.items() if flag in flags), "")


@functools.cache
def _cpu_info():
    """Name and, on Linux, flags of the processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().split("\n\n")[0].splitlines() if path.exists() else []
    fields = {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}
    name = fields.get("model name") or platform.processor() or platform.machine()
    return {"name": name, "flags": fields.get("flags") or fields.get("Features") or ""}


def convolves_by_im2col() -> bool:
    """Whether TensorFlow's float32 convolutions go through im2col, as they do on x86 processors
    without AVX-512, while their gradients do not."""
    limited = os.environ.get(ONEDNN_VARIABLES[0], "").upper() in WITHOUT_AVX512
    flags = _cpu_info()["flags"].split()
    return "avx2" in flags and (limited or "avx512f" not in flags) and accelerator() is None


def accelerator() -> tuple[str, int | None] | None:
    """Name and major compute capability (None if it has none) of the GPU that Keras uses; None if
    Keras computes on the processor."""
    import keras

    return {"tensorflow": _tensorflow_gpu, "jax": _jax_gpu, "torch": _torch_gpu}[
        keras.backend.backend()
    ]()


def _tensorflow_gpu():
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU")[:1]:
        about = tf.config.experimental.get_device_details(gpu)
        major, _ = about.get("compute_capability") or (None, None)
        return about.get("device_name", "GPU"), major


def _jax_gpu():
    import jax

    first = jax.devices()[0]
    if first.platform != "cpu":
        major, _, _ = str(getattr(first, "compute_capability", "")).partition(".")
        return first.device_kind, int(major) if major.isdecimal() else None


def _torch_gpu():
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0)[0]


def convolution_milliseconds(precisions: tuple[str, ...]) -> Milliseconds:
    """Milliseconds of a convolution and its gradient, by precision.

    A file in the user's cache holds them by processor, versions and oneDNN's variables. Where they
    are near each other each process measures again and the least times are kept, since what was
    measured on a busy machine is too long.

    Args:
        precisions: Names of types, such as "bfloat16".

    Returns:
        Milliseconds by precision; infinity for a precision that the device does not support.
    """
    key = _key()
    known = _saved_times().get(key, {})
    if not known.keys() >= set(precisions) or not _is_clear(known):
        measured = _measure(precisions)
        known = {name: min(ms, known.get(name, ms)) for name, ms in measured.items()}
        _save_times(key, known)
    return {name: known[name] for name in precisions}


def _is_clear(times):
    """Whether float32 and the best other precision differ so much that a busy moment does not
    matter."""
    exact, narrow = times["float32"], min(ms for name, ms in times.items() if name != "float32")
    return max(exact, narrow) >= CLEAR * min(exact, narrow)


def _key():
    import keras

    backend = keras.backend.backend()
    flags = hashlib.sha256(_cpu_info()["flags"].encode()).hexdigest()[:12]
    limits = [f"{name}={os.environ.get(name, '')}" for name in ONEDNN_VARIABLES]
    version = importlib.metadata.version(backend)
    gpu, _ = accelerator() or ("", None)
    return ", ".join(
        [_cpu_info()["name"], flags, f"{cores()}", gpu, f"{backend} {version}", *limits]
    )


def cache_file() -> Path:
    """The file in the user's cache that holds the measured times."""
    home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return home / "tfstyle" / "convolutions.json"


def _saved_times() -> Mapping[str, Milliseconds]:
    """The contents of the cache file; an empty dictionary if it is missing or invalid."""
    try:
        saved = json.loads(cache_file().read_text())
        return {
            key: {name: float(ms) for name, ms in times.items()} for key, times in saved.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _save_times(key, times):
    from tfstyle import disk

    text = json.dumps(_saved_times() | {key: times}, indent=2)
    with contextlib.suppress(OSError):
        disk.write_bytes(cache_file(), text.encode())


def _measure(precisions):
    runs = {name: run for name in precisions if (run := _timed_convolution(name))}
    times = dict.fromkeys(precisions, float("inf"))
    rounds, end = 0, time.perf_counter() + SECONDS
    while rounds < ROUNDS or time.perf_counter() < end:
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name] = min(times[name], 1000 * (time.perf_counter() - start))
        rounds += 1
    return times


def _timed_convolution(precision) -> Callable[[], object] | None:
    """A convolution that has run once, or None if the device does not support the precision."""
    import keras

    image = keras.ops.full((1, SIDE, SIDE, CHANNELS), 0.5, precision)
    kernel = keras.ops.full((3, 3, CHANNELS, CHANNELS), 0.01, precision)

    def run():
        forth = keras.ops.conv(image, kernel, padding="same")
        back = keras.ops.conv_transpose(forth, kernel, padding="same")
        return float(keras.ops.cast(back[0, 0, 0, 0], "float32"))

    try:
        run()
    except Exception:  # each framework has its own
        return None
    return run
