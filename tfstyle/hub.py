"""Magenta's modules of TensorFlow Hub behind the verb: by name or address, as file or folder."""

import contextlib
import os
import re
import tarfile
import tempfile
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

from tfstyle import extras, litert
from tfstyle.methods.module import Module

_MAGENTA = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256"
MODULES = {"magenta": f"{_MAGENTA}/2", "magenta-v1": f"{_MAGENTA}/1", "magenta-v2": f"{_MAGENTA}/2"}
KAGGLE = "https://www.kaggle.com/models/"
HANDLE = re.compile(r"[\w-]+/[\w-]+/tensorflow\d/[\w-]+/\d+", re.IGNORECASE)
ARCHIVES = (".tar", ".tar.gz", ".tgz")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tfstyle" / "hub"
MOST_FILES, MOST_BYTES = 1000, 512 << 20  # of a module's archive; Magenta's has 83 MB
PATIENCE = 20.0  # seconds of silence after which a server is given up

Source = str | os.PathLike


def is_module(source: Source) -> bool:
    """Whether this names a module, or looks like one's address, file or folder."""
    text = str(source)
    known = text.partition("-")[0] == "magenta" or _address(text) is not None
    return known or text.endswith(ARCHIVES) or (Path(text) / "saved_model.pb").is_file()


def load(source: Source = "magenta") -> Module:
    """A module as a stylizer, on TensorFlow.

    Args:
        source: "magenta", which is "magenta-v2", or "magenta-v1"; a handle of Kaggle such as
            "google/arbitrary-image-stylization-v1/TensorFlow1/256/2"; an address of tfhub.dev or
            kaggle.com; a .tar or .tar.gz file; or a folder with saved_model.pb.

    Raises:
        ValueError: It is none of these, or a SavedModel that does not paint a photograph in the
            style of a painting.
        OSError: It cannot be downloaded or read.
    """
    with _opened(fetched(source)) as folder:
        module = Module(_saved_model(folder, source), str(source))
    return module.described(source, "saved_model")


def fetched(source: Source) -> Path:
    """A module's file or folder on this machine; what is downloaded is kept.

    TensorFlow Hub keeps it in TFHUB_CACHE_DIR, or else in tfstyle/hub in the user's cache.

    Args:
        source: As of `load`.

    Raises:
        ValueError: It is nothing that `load` takes.
        OSError: It cannot be downloaded.
    """
    address, path = _address(str(source)), Path(source)
    if address is not None:
        return _downloaded(address)
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


def _downloaded(address):
    resolver = _tensorflow_hub(address)
    os.environ.setdefault("TFHUB_CACHE_DIR", str(CACHE))
    try:
        return _resolved(resolver, address)
    except Exception as error:
        raise OSError(
            "Expected a module that can be downloaded; without a network, give its .tar.gz file or "
            f"its folder instead. Received: {address} ({_reason(error)})."
        ) from error


def _tensorflow_hub(address):
    try:
        with litert.quiet("TensorFlow Hub"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that pkg_resources will be gone one day
            import tensorflow_hub
    except ImportError as error:
        raise OSError(
            f"Expected TensorFlow Hub for {address}: {extras.command('hub')}. Received: {error}."
        ) from error
    return tensorflow_hub


def _resolved(tensorflow_hub, address):
    """TensorFlow Hub itself waits for a silent server as long as the system does, and ten minutes
    and more for a download whose process was killed.
    """

    class Impatient(tensorflow_hub.compressed_module_resolver.HttpCompressedFileResolver):
        def _call_urlopen(self, request):
            return urllib.request.urlopen(request, timeout=PATIENCE, context=self._context)

        def _lock_file_timeout_sec(self):
            return PATIENCE

    return Path(Impatient()(address))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """The folder of a SavedModel; that of an archive lasts as long as the context."""
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tfstyle-") as scratch:
        yield _extracted(path, Path(scratch))


def _extracted(path, scratch):
    try:
        with tarfile.open(path) as archive:
            archive.extractall(scratch, members=_bounded(archive), filter="data")
    except Exception as error:
        raise OSError(
            f"Expected a module's whole .tar or .tar.gz file. Received: {path} ({_reason(error)})."
        ) from error
    found = sorted(scratch.rglob("saved_model.pb"), key=lambda file: len(file.parts))
    return found[0].parent if found else scratch


def _bounded(archive):
    """Its members one by one, as long as all of them are no more than a module's are."""
    size = 0
    for count, member in enumerate(archive, start=1):
        size += member.size
        if count > MOST_FILES or size > MOST_BYTES:
            raise ValueError(f"more than {MOST_FILES} files or {MOST_BYTES >> 20} MB")
        yield member


def _saved_model(folder, source):
    extras.check_keras(f"{source}, a module")
    with litert.quiet("TensorFlow"):  # about the machine, which TensorFlow tells at every log level
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
