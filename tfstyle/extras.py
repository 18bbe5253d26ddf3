"""What `pip install tfstyle` leaves to its extras, and the sentence that asks for one.

The package alone paints with TFLite files through LiteRT. Trainings, gatys, exports and figures
need Keras.
"""

import importlib.util

BACKENDS = ("tensorflow", "jax", "torch")  # of Keras
EXTRAS = {  # by the packages that one brings
    "h5py": "keras",
    "keras": "keras",
    "scipy": "keras",
    "tensorflow": "keras",
    "tensorflow_hub": "hub",
    "tensorflow_datasets": "datasets",
    "matplotlib": "train",
    "gradio": "demo",
    "shtab": "completion",
    "pyvips": "prints",
}
TITLES = {
    "keras": "Keras and TensorFlow",
    "hub": "TensorFlow Hub",
    "datasets": "TensorFlow Datasets",
    "train": "matplotlib",
    "demo": "Gradio",
    "completion": "shtab",
    "prints": "libvips",
}


def has_keras() -> bool:
    """Whether Keras and a backend of it are installed; imports neither."""
    return _is_there("keras") and any(map(_is_there, BACKENDS))


def _is_there(package):
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # some finder refuses it, or it has no spec
        return False


def check_keras(what: str) -> None:
    """Refuses what needs Keras where Keras is not installed.

    Args:
        what: That needs it.

    Raises:
        OSError: It is not installed; says the command that installs it.
    """
    if not has_keras():
        raise OSError(f"Expected Keras for {what}: {command('keras')}. Received: none.")


def command(extra: str) -> str:
    """The command that installs an extra."""
    return f'pip install "tfstyle[{extra}]"'


def sentence(missing: ModuleNotFoundError) -> str | None:
    """What to install for a package that cannot be imported; None where no extra brings it."""
    package = (missing.name or "").partition(".")[0]
    if package not in EXTRAS:
        return None
    extra = EXTRAS[package]
    return f"Expected {TITLES[extra]}: {command(extra)}. Received: no {package}."
