"""Loads Magenta's modules of TensorFlow Hub as stylizers, by name, address, file or folder."""

import contextlib
import os
import re
import tarfile
import tempfile
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

from tfstyle import extras, messages
from tfstyle.methods.module import Module

_MAGENTA = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256"
MODULES = {"magenta": f"{_MAGENTA}/2", "magenta-v1": f"{_MAGENTA}/1", "magenta-v2": f"{_MAGENTA}/2"}
KAGGLE = "https://www.kaggle.com/models/"
HANDLE = re.compile(r"[\w-]+/[\w-]+/tensorflow\d/[\w-]+/\d+", re.IGNORECASE)
ARCHIVES = (".tar", ".tar.gz", ".tgz")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tfstyle" / "hub"
MAX_FILES, MAX_BYTES = 1000, 512 << 20  # of a module's archive; Magenta's has 83 MB
TIMEOUT = 20.0  # seconds without an answer

Source = str | os.PathLike


def is_module(source: Source) -> bool:
    """Whether this names a module, or looks like one's address, file or folder."""
    text = str(source)
    if text.partition("-")[0] == "magenta" or _address(text) is not None:
        return True
    return text.endswith(ARCHIVES) or (Path(text) / "saved_model.pb").is_file()


def load(source: Source = "magenta") -> Module:
    """A module as a stylizer, on TensorFlow.

    Args:
        source: "magenta", which is "magenta-v2", or "magenta-v1"; a handle of Kaggle such as
            "google/arbitrary-image-stylization-v1/TensorFlow1/256/2"; an address of tfhub.dev or
            kaggle.com; a .tar or .tar.gz file; or a folder with saved_model.pb.

    Raises:
        ValueError: The source is none of these, or a SavedModel that does not paint a photograph
            in the style of a painting.
        OSError: The module cannot be downloaded or read.
    """
    with _unpacked(fetch(source)) as folder:
        module = Module(_load_saved_model(folder, source), str(source))
    return module.described(source, "saved_model")


def fetch(source: Source) -> Path:
    """The file or folder of a module, which is downloaded where it is not on this machine.

    TensorFlow Hub keeps downloads in TFHUB_CACHE_DIR, or else in tfstyle/hub in the user's cache.

    Args:
        source: See `load`.

    Raises:
        ValueError: `load` takes no such source.
        OSError: The module cannot be downloaded.
    """
    address, path = _address(str(source)), Path(source)
    if address is not None:
        return _download(address)
    if path.exists():
        return path
    raise ValueError(
        f"Expected {', '.join(MODULES)}, a handle of Kaggle, an address, a .tar or .tar.gz file, "
        f"or a folder with saved_model.pb. Received: {source}, which is not there."
    )


def _address(text):
    if HANDLE.fullmatch(text) and not Path(text).exists():
        return KAGGLE + text
    return text if text.startswith(("https://", "http://")) else MODULES.get(text)


def _download(address):
    tensorflow_hub = _import_tensorflow_hub(address)
    os.environ.setdefault("TFHUB_CACHE_DIR", str(CACHE))
    try:
        return Path(_resolver(tensorflow_hub)(address))
    except Exception as error:
        raise OSError(
            "Expected a module that can be downloaded; without a network, give its .tar.gz file or "
            f"its folder instead. Received: {address} ({_reason(error)})."
        ) from error


def _import_tensorflow_hub(address):
    try:
        with messages.quiet("TensorFlow Hub"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that pkg_resources will be gone one day
            import tensorflow_hub
    except ImportError as error:
        raise OSError(
            f"Expected TensorFlow Hub for {address}: {extras.command('hub')}. Received: {error}."
        ) from error
    return tensorflow_hub


def _resolver(tensorflow_hub):
    """TensorFlow Hub's downloader with a timeout. Without one it waits for a silent server as long
    as the system does, and ten minutes and more for a download whose process was killed.
    """

    class TimeoutResolver(tensorflow_hub.compressed_module_resolver.HttpCompressedFileResolver):
        def _call_urlopen(self, request):
            return urllib.request.urlopen(request, timeout=TIMEOUT, context=self._context)

        def _lock_file_timeout_sec(self):
            return TIMEOUT

    return TimeoutResolver()


@contextlib.contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The folder of a SavedModel; that of an archive exists only within the context."""
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tfstyle-") as scratch:
        yield _extract(path, Path(scratch))


def _extract(path, scratch):
    try:
        with tarfile.open(path) as archive:
            archive.extractall(scratch, members=_checked_members(archive), filter="data")
    except Exception as error:
        raise OSError(
            f"Expected a module's whole .tar or .tar.gz file. Received: {path} ({_reason(error)})."
        ) from error
    models = sorted(scratch.rglob("saved_model.pb"), key=lambda path: len(path.parts))
    return models[0].parent if models else scratch


def _checked_members(archive):
    """The archive's members; refuses more of them, or larger ones, than a module has."""
    size = 0
    for count, member in enumerate(archive, start=1):
        size += member.size
        if count > MAX_FILES or size > MAX_BYTES:
            raise ValueError(f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MB")
        yield member


def _load_saved_model(folder, source):
    extras.check_keras(f"{source}, a module")
    with messages.quiet("TensorFlow"):  # about the machine, told at every log level
        import tensorflow as tf

    if not (folder / "saved_model.pb").is_file():
        raise OSError(f"Expected a module with saved_model.pb. Received: {source}, without.")
    old = (folder / "tfhub_module.pb").is_file()  # the format of TensorFlow 1, which has no tags
    try:
        return tf.saved_model.load(str(folder), tags=[] if old else None)
    except Exception as error:
        raise OSError(
            f"Expected a SavedModel that can be read. Received: {source} ({_reason(error)})."
        ) from error


def _reason(error):
    return (str(error).strip(" <>") or type(error).__name__).splitlines()[0][:200]
