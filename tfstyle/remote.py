"""Fetches releases from hubs, archives and folders, and checks them before they are opened.

Only cards, styles and networks are fetched, by their names. None of these is a program, and .keras
files are loaded in Keras' safe mode.
"""

import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import tarfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tfstyle import disk
from tfstyle.methods import method

RELEASE_FILES = ("card.json", "styles.json", "*.keras", "*.tflite")
_RELEASE_FILE = re.compile(r"(card|styles)\.json|[\w-]+\.(keras|tflite)")
CARD = "card.json"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tfstyle" / "models"
MAX_FILES, MAX_BYTES = 100, 512 << 20  # of a release; the largest one here has 9 MB
TIMEOUT = 20.0  # seconds without an answer
HUBS = ("hf://", "kaggle://")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
CHUNK = 1 << 16

Source = str | os.PathLike


def is_release(source: Source) -> bool:
    """Whether this is an address, archive or folder of a release, for `fetch`, and no module's."""
    text = str(source)
    if text.startswith(HUBS):
        return True
    if text.startswith(("https://", "http://")):
        return urllib.parse.urlparse(text).path.endswith(ARCHIVES)
    path = Path(text)
    if path.is_dir():
        return (path / CARD).is_file() and not (path / "saved_model.pb").is_file()
    return path.is_file() and text.endswith(ARCHIVES) and _lists_card(path)


def fetch(source: Source) -> Path:
    """The folder of a release, which is downloaded or unpacked into the user's cache if needed.

    Args:
        source: "hf://owner/name", with "@revision" or without; "kaggle://" and a model's handle;
            "https://" and an archive's address, with "#sha256=" and its hash or without; an
            archive, or a folder.

    Raises:
        ValueError: The address cannot be parsed, or the card is no release's.
        OSError: The release cannot be downloaded or read, or its files have other hashes than its
            card says.
    """
    text = str(source)
    if text.startswith("hf://"):
        folder = _download_from_hugging_face(text)
    elif text.startswith("kaggle://"):
        folder = _download_from_kaggle(text)
    elif text.startswith(("https://", "http://")):
        folder = _unpack(download_archive(text))
    else:
        folder = Path(text) if Path(text).is_dir() else _unpack(Path(text))
    check(folder, text, downloaded="://" in text)
    return folder


def model_name(folder: Path) -> str:
    """The model's name in a release's card.

    Raises:
        ValueError: The card is no release's.
        OSError: There is no card, or it cannot be read.
    """
    path = Path(folder) / CARD
    if not path.is_file() or path.stat().st_size > 1 << 20:
        raise OSError(f"Expected a release with a {CARD} of at most 1 MB. Received: {folder}.")
    try:
        card = json.loads(path.read_text())
        name = card.get("name") or card["model"]
        method(name)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise ValueError(f"Expected a release's card. Received: {path} ({reason}).") from error
    return name


def check(folder: Path, source: Source, downloaded: bool = False) -> None:
    """Refuses a release whose files are missing or have other hashes than its card says.

    Args:
        folder: Of the release.
        source: Its name in errors.
        downloaded: Whether the card has to hold every file's hash.

    Raises:
        ValueError: The card is no release's.
        OSError: A file is missing, or has another hash.
    """
    method_class = method(model_name(folder))
    card = json.loads((folder / CARD).read_text())
    hashes, size = card.get("sha256", {}), card.get("size", "any")
    if "precision" in card and isinstance(size, list):
        raise OSError(
            f"Expected a release of any size. Received: {source}, of {size[0]}x{size[1]} alone."
        )
    kinds = [
        [f"{file}.keras" for file in method_class.files],
        [f"{file}.tflite" for file in method_class.tflite],
    ]
    if not any(files and all((folder / file).is_file() for file in files) for files in kinds):
        needed = " or ".join(", ".join(files) for files in kinds if files)
        raise OSError(
            f"Expected a release of {method_class.name}: {needed}. Received: {source}, without."
        )
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".keras", ".tflite")):
        if path.name not in hashes and not downloaded:
            continue
        if hashes.get(path.name) != sha256(path):
            raise OSError(
                f"Expected {path.name} with the hash that its card says. "
                f"Received: {source}, with another or none."
            )


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _hub_errors(address: str, extra: str) -> Iterator[None]:
    """Turns any error of a hub's package into an OSError of one sentence."""
    try:
        yield
    except ImportError as error:
        raise OSError(
            f"Expected a package for {address}: pip install 'tfstyle[{extra}]'. Received: {error}."
        ) from error
    except (OSError, ValueError) as error:
        if str(error).startswith("Expected"):
            raise
        raise _unreachable(address, error) from error
    except Exception as error:
        raise _unreachable(address, error) from error


def _unreachable(address, error):
    reason = (str(error).strip(" <>") or type(error).__name__).splitlines()[0][:200]
    return OSError(
        "Expected a release that can be downloaded; without a network, give its folder or archive "
        f"instead. Received: {address} ({reason})."
    )


def _download_from_hugging_face(text):
    address, _, revision = text.removeprefix("hf://").partition("@")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", address):
        raise ValueError(f"Expected hf://owner/name, with @revision or without. Received: {text}.")
    with _hub_errors(text, "hf"):
        import huggingface_hub
        from huggingface_hub.errors import DryRunError, LocalEntryNotFoundError

        arguments = {
            "repo_id": address,
            "revision": revision or None,
            "allow_patterns": list(RELEASE_FILES),
            "etag_timeout": TIMEOUT,
            "endpoint": os.environ.get("HF_ENDPOINT"),
        }
        try:
            planned = huggingface_hub.snapshot_download(**arguments, dry_run=True)
        except (DryRunError, LocalEntryNotFoundError) as error:
            return _cached_snapshot(huggingface_hub, arguments, error)
        _check_size(text, len(planned), sum(file.file_size or 0 for file in planned))
        return Path(huggingface_hub.snapshot_download(**arguments))


def _cached_snapshot(huggingface_hub, arguments, error):
    """An earlier download, for when the hub cannot be reached."""
    with contextlib.suppress(Exception):
        return Path(huggingface_hub.snapshot_download(**arguments, local_files_only=True))
    raise error


def _download_from_kaggle(text):
    handle = text.removeprefix("kaggle://")
    if not re.fullmatch(r"[\w-]+/[\w-]+/\w+/[\w.-]+(/\d+)?", handle):
        raise ValueError(
            "Expected kaggle://owner/model/framework/variation, with /version or without. "
            f"Received: {text}."
        )
    with _hub_errors(text, "kaggle"):
        import kagglehub

        folder = Path(kagglehub.model_download(handle))
    files = [path for path in folder.rglob("*") if path.is_file()]
    _check_size(text, len(files), sum(path.stat().st_size for path in files))
    return folder


def _check_size(source, count, size):
    if count > MAX_FILES or size > MAX_BYTES:
        raise OSError(
            f"Expected at most {MAX_FILES} files and {MAX_BYTES >> 20} MB. "
            f"Received: {source}, with {count} files and {size >> 20} MB."
        )


def download_archive(text: str) -> Path:
    """Downloads an archive into the user's cache. A download that was cut off is continued.

    Args:
        text: Its address, see `fetch`.

    Raises:
        ValueError: The address of another machine does not begin with https://.
        OSError: The archive cannot be downloaded, is too large, or has another hash.
    """
    address, _, fragment = text.partition("#")
    parts = urllib.parse.urlparse(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError(f"Expected an https:// address. Received: {text}.")
    suffix = next(suffix for suffix in ARCHIVES if parts.path.endswith(suffix))
    target = CACHE / (hashlib.sha256(address.encode()).hexdigest()[:32] + suffix)
    if not target.is_file():
        with _hub_errors(address, "hf"):
            _download(address, target)
    expected = fragment.removeprefix("sha256=")
    if expected and sha256(target) != expected.lower():
        target.unlink()
        raise OSError(f"Expected an archive of hash {expected}. Received: {address}, of another.")
    return target


def _download(address, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    start = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not start:
            raise
        part.unlink()
        _download(address, target)
        return
    with response:
        start = start if response.status == http.client.PARTIAL_CONTENT else 0
        expected = start + int(response.headers.get("Content-Length") or 0)
        _check_size(address, 1, expected)
        with open(part, "ab" if start else "wb") as file:
            size = _copy_response(response, file, start, address)
    if size < expected:
        raise OSError(f"ended after {size} of {expected} bytes; the same command goes on")
    os.replace(part, target)


def _copy_response(response, file, size, address):
    from tqdm import tqdm

    with tqdm(initial=size, unit="B", unit_scale=True, leave=False, disable=None) as bar:
        while block := response.read(CHUNK):
            size += len(block)
            _check_size(address, 1, size)
            file.write(block)
            bar.update(len(block))
    return size


def _lists_card(path):
    with contextlib.suppress(Exception), _open_archive(path) as (members, _):
        return any(Path(name).name == CARD for name, _ in members)
    return False


@contextlib.contextmanager
def _open_archive(path):
    """Names and sizes of an archive's plain files, and a function that opens one by name."""
    if path.name.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            yield [(info.filename, info.file_size) for info in files], archive.open
    else:
        with tarfile.open(path) as archive:
            members = []
            for member in archive:
                members.append(member)
                _check_size(path, len(members), sum(member.size for member in members))
            files = [member for member in members if archive.getmember(member.name).isfile()]
            yield [(member.name, member.size) for member in files], archive.extractfile


def _unpack(path):
    """Unpacks an archive's release to a folder of the user's cache, named by the archive's hash."""
    target = CACHE / f"release-{sha256(path)[:32]}"
    if target.is_dir():
        return target
    try:
        with _open_archive(path) as (members, open_member):
            _check_size(path, len(members), sum(size for _, size in members))
            cards = [name for name, _ in members if Path(name).name == CARD]
            root = Path(min(cards, key=len)).parent if cards else Path()
            with disk.new_folder(target) as folder:
                for name, size in members:
                    member = Path(name)
                    if member.parent == root and _RELEASE_FILE.fullmatch(member.name):
                        with open_member(name) as source, open(folder / member.name, "wb") as file:
                            _copy_member(source, file, size)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, RuntimeError, KeyError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise OSError(f"Expected a whole archive. Received: {path} ({reason}).") from error
    if not (target / CARD).is_file():
        shutil.rmtree(target)
        raise OSError(f"Expected a release with a {CARD}. Received: {path}, without.")
    return target


def _copy_member(source, file, size):
    """Copies an archive's member; refuses one that is larger than the archive says."""
    while block := source.read(CHUNK):
        size -= len(block)
        if size < 0:
            raise tarfile.ReadError("a member is larger than it says")
        file.write(block)


def upload(folder: Path, address: str, private: bool = False) -> str:
    """Sends a folder to a repository of Hugging Face's hub, made where it is missing.

    Args:
        folder: As `publication.prepare` fills it.
        address: "hf://owner/name".
        private: Whether a new repository is private.

    Returns:
        The address of the commit.

    Raises:
        ValueError: The address cannot be parsed.
        OSError: The hub cannot be reached, or refuses.
    """
    repository = address.removeprefix("hf://")
    if not address.startswith("hf://") or not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ValueError(f"Expected hf://owner/name. Received: {address}.")
    with _hub_errors(address, "hf"):
        import huggingface_hub

        hub = huggingface_hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        try:
            hub.create_repo(repository, private=private, exist_ok=True)
            commit = hub.upload_folder(repo_id=repository, folder_path=folder)
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
            raise OSError(
                f"Expected a repository that can be written, after `hf auth login`. "
                f"Received: {address} ({reason})."
            ) from error
    return str(commit.commit_url)
