"""What this machine computes on, and how long a convolution takes on it."""

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

KINDS = {  # by a flag of /proc/cpuinfo, the best first
    "amx_bf16": "AMX",
    "avx512_bf16": "AVX-512 BF16",
    "avx512_vnni": "AVX-512 VNNI",
    "avx512f": "AVX-512",
    "avx2": "AVX2",
    "bf16": "ARM BF16",
    "asimd": "NEON",
}
LIMITS = ("ONEDNN_MAX_CPU_ISA", "TF_ENABLE_ONEDNN_OPTS")  # what convolutions may use
OLDER = ("AVX2", "AVX2_VNNI", "AVX2_VNNI_2")  # limits of oneDNN without AVX-512
SIDE, CHANNELS = 64, 64  # of the convolution that is timed
ROUNDS = 7

Milliseconds = dict[str, float]


def processor() -> str:
    """The processor in words: its name, its cores, the units that convolutions run on."""
    words = [_facts()["name"], f"{cores()} cores", _kind()]
    words += [f"{name}={os.environ[name]}" for name in LIMITS if name in os.environ]
    return ", ".join(word for word in words if word)


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _kind():
    flags = _facts()["flags"].split()
    return next((kind for flag, kind in KINDS.items() if flag in flags), "")


@functools.cache
def _facts():
    """Name and flags; the latter where the system is Linux."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().split("\n\n")[0].splitlines() if path.exists() else []
    found = {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}
    name = found.get("model name") or platform.processor() or platform.machine()
    return {"name": name, "flags": found.get("flags") or found.get("Features") or ""}


def convolves_by_copies() -> bool:
    """Whether TensorFlow's float32 convolutions copy what each position sees, as they do on Intel's
    and AMD's processors without AVX-512, but not in their gradients."""
    held = os.environ.get(LIMITS[0], "").upper() in OLDER
    flags = _facts()["flags"].split()
    return "avx2" in flags and (held or "avx512f" not in flags) and accelerator() is None


def accelerator() -> tuple[str, int | None] | None:
    """Name and major compute capability (None where it has none) of the GPU that Keras takes, or
    None where it computes on the processor."""
    import keras

    return {"tensorflow": _tensorflows, "jax": _jaxs, "torch": _torchs}[keras.backend.backend()]()


def _tensorflows():
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU")[:1]:
        about = tf.config.experimental.get_device_details(gpu)
        major, _ = about.get("compute_capability") or (None, None)
        return about.get("device_name", "GPU"), major


def _jaxs():
    import jax

    first = jax.devices()[0]
    if first.platform != "cpu":
        major, _, _ = str(getattr(first, "compute_capability", "")).partition(".")
        return first.device_kind, int(major) if major.isdecimal() else None


def _torchs():
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0)[0]


def convolution_milliseconds(precisions: tuple[str, ...]) -> Milliseconds:
    """Milliseconds of a convolution and of its way back, by precision.

    Measured once a machine: the user's cache remembers them by processor, versions and limits.
    A precision that the device refuses takes infinitely long.

    Args:
        precisions: Names of types.
    """
    key = _key()
    known = _remembered().get(key, {})
    if not known.keys() >= set(precisions):
        known = _measured(precisions)
        _remember(key, known)
    return {name: known[name] for name in precisions}


def _key():
    import keras

    backend = keras.backend.backend()
    flags = hashlib.sha256(_facts()["flags"].encode()).hexdigest()[:12]
    limits = [f"{name}={os.environ.get(name, '')}" for name in LIMITS]
    version = importlib.metadata.version(backend)
    gpu, _ = accelerator() or ("", None)
    return ", ".join([_facts()["name"], flags, f"{cores()}", gpu, f"{backend} {version}", *limits])


def memory() -> Path:
    """The file that remembers."""
    home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return home / "tfstyle" / "convolutions.json"


def _remembered() -> Mapping[str, Milliseconds]:
    """What the file holds; nothing where it is missing or another."""
    try:
        found = json.loads(memory().read_text())
        return {k: {name: float(ms) for name, ms in each.items()} for k, each in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(key, times):
    from tfstyle import images

    text = json.dumps(_remembered() | {key: times}, indent=2)
    with contextlib.suppress(OSError):
        images.write_file(memory(), text.encode())


def _measured(precisions):
    runs = {name: run for name in precisions if (run := _runnable(name))}
    times = dict.fromkeys(precisions, float("inf"))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name] = min(times[name], 1000 * (time.perf_counter() - start))
    return times


def _runnable(precision) -> Callable[[], object] | None:
    """A convolution that has run once, or None where the device refuses it."""
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
