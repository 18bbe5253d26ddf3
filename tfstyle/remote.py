"""Releases from elsewhere: addresses of hubs, archives and folders, checked before they are opened.

Of what is fetched only cards, styles and networks are kept, by their names; none of them is a
program, and .keras files are opened in Keras' safe mode.
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

from tfstyle import images
from tfstyle.methods import method

KEPT = ("card.json", "styles.json", "*.keras", "*.tflite")
_KEPT = re.compile(r"(card|styles)\.json|[\w-]+\.(keras|tflite)")
CARD = "card.json"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tfstyle" / "models"
MOST_FILES, MOST_BYTES = 100, 512 << 20  # of a release; the largest one here has 9 MB
PATIENCE = 20.0  # seconds of silence after which a server is given up
HUBS = ("hf://", "kaggle://")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
CHUNK = 1 << 16

Source = str | os.PathLike


def is_release(source: Source) -> bool:
    """Whether this is an address, an archive or a folder that `fetched` takes, not a module's."""
    text = str(source)
    if text.startswith(HUBS):
        return True
    if text.startswith(("https://", "http://")):
        return urllib.parse.urlparse(text).path.endswith(ARCHIVES)
    path = Path(text)
    if path.is_dir():
        return (path / CARD).is_file() and not (path / "saved_model.pb").is_file()
    return path.is_file() and text.endswith(ARCHIVES) and _lists_card(path)


def fetched(source: Source) -> Path:
    """The folder of a release on this machine; what is downloaded is kept.

    Args:
        source: "hf://owner/name", with "@revision" or without; "kaggle://" and a model's handle;
            "https://" and an archive's address, with "#sha256=" and its hash or without; an
            archive, or a folder.

    Raises:
        ValueError: The address cannot be read, or the card is no release's.
        OSError: It cannot be downloaded or read, or its files are others than its card says.
    """
    text = str(source)
    if text.startswith("hf://"):
        folder = _hugging_face(text)
    elif text.startswith("kaggle://"):
        folder = _kaggle(text)
    elif text.startswith(("https://", "http://")):
        folder = _unpacked(archive(text))
    else:
        folder = Path(text) if Path(text).is_dir() else _unpacked(Path(text))
    check(folder, text, downloaded="://" in text)
    return folder


def name(folder: Path) -> str:
    """The model that a release's card names.

    Raises:
        ValueError: The card is no release's.
        OSError: There is none, or it cannot be read.
    """
    path = Path(folder) / CARD
    if not path.is_file() or path.stat().st_size > 1 << 20:
        raise OSError(f"Expected a release with a {CARD} of at most 1 MB. Received: {folder}.")
    try:
        card = json.loads(path.read_text())
        found = card.get("name") or card["model"]
        method(found)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise ValueError(f"Expected a release's card. Received: {path} ({reason}).") from error
    return found


def check(folder: Path, source: Source, downloaded: bool = False) -> None:
    """Refuses a release whose files are missing, or others than its card says.

    Args:
        folder: Of the release.
        source: What it is called in errors.
        downloaded: Whether its card has to say every file's hash.

    Raises:
        ValueError: The card is no release's.
        OSError: A file is missing, or has another hash.
    """
    row = method(name(folder))
    card = json.loads((folder / CARD).read_text())
    hashes, size = card.get("sha256", {}), card.get("size", "any")
    if "precision" in card and isinstance(size, list):
        raise OSError(
            f"Expected a release of any size. Received: {source}, of {size[0]}x{size[1]} alone."
        )
    kinds = [[f"{file}.keras" for file in row.files], [f"{file}.tflite" for file in row.tflite]]
    if not any(files and all((folder / each).is_file() for each in files) for files in kinds):
        wanted = " or ".join(", ".join(files) for files in kinds if files)
        raise OSError(f"Expected a release of {row.name}: {wanted}. Received: {source}, without.")
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".keras", ".tflite")):
        if path.name not in hashes and not downloaded:
            continue
        if hashes.get(path.name) != digest(path):
            raise OSError(
                f"Expected {path.name} with the hash that its card says. "
                f"Received: {source}, with another or none."
            )


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _said(address: str, extra: str) -> Iterator[None]:
    """What goes wrong at a hub, as one sentence."""
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


def _hugging_face(text):
    address, _, revision = text.removeprefix("hf://").partition("@")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", address):
        raise ValueError(f"Expected hf://owner/name, with @revision or without. Received: {text}.")
    with _said(text, "hf"):
        import huggingface_hub
        from huggingface_hub.errors import DryRunError, LocalEntryNotFoundError

        known = {
            "repo_id": address,
            "revision": revision or None,
            "allow_patterns": list(KEPT),
            "etag_timeout": PATIENCE,
            "endpoint": os.environ.get("HF_ENDPOINT"),
        }
        try:
            planned = huggingface_hub.snapshot_download(**known, dry_run=True)
        except (DryRunError, LocalEntryNotFoundError) as error:
            return _kept(huggingface_hub, known, error)
        _bound(text, len(planned), sum(each.file_size or 0 for each in planned))
        return Path(huggingface_hub.snapshot_download(**known))


def _kept(huggingface_hub, known, error):
    """What was downloaded before, where the hub cannot be reached."""
    with contextlib.suppress(Exception):
        return Path(huggingface_hub.snapshot_download(**known, local_files_only=True))
    raise error


def _kaggle(text):
    handle = text.removeprefix("kaggle://")
    if not re.fullmatch(r"[\w-]+/[\w-]+/\w+/[\w.-]+(/\d+)?", handle):
        raise ValueError(
            "Expected kaggle://owner/model/framework/variation, with /version or without. "
            f"Received: {text}."
        )
    with _said(text, "kaggle"):
        import kagglehub

        folder = Path(kagglehub.model_download(handle))
    files = [path for path in folder.rglob("*") if path.is_file()]
    _bound(text, len(files), sum(path.stat().st_size for path in files))
    return folder


def _bound(source, count, size):
    if count > MOST_FILES or size > MOST_BYTES:
        raise OSError(
            f"Expected at most {MOST_FILES} files and {MOST_BYTES >> 20} MB. "
            f"Received: {source}, with {count} files and {size >> 20} MB."
        )


def archive(text: str) -> Path:
    """An archive from its address, kept; a download that was cut off goes on where it ended.

    Args:
        text: As of `fetched`.

    Raises:
        ValueError: The address is not encrypted, or another machine's without being so.
        OSError: It cannot be downloaded, is too large, or has another hash.
    """
    address, _, fragment = text.partition("#")
    parts = urllib.parse.urlparse(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError(f"Expected an https:// address. Received: {text}.")
    suffix = next(each for each in ARCHIVES if parts.path.endswith(each))
    target = CACHE / (hashlib.sha256(address.encode()).hexdigest()[:32] + suffix)
    if not target.is_file():
        with _said(address, "hf"):
            _download(address, target)
    wanted = fragment.removeprefix("sha256=")
    if wanted and digest(target) != wanted.lower():
        target.unlink()
        raise OSError(f"Expected an archive of hash {wanted}. Received: {address}, of another.")
    return target


def _download(address, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    begun = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={begun}-"} if begun else {})
    try:
        response = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not begun:
            raise
        part.unlink()
        _download(address, target)
        return
    with response:
        begun = begun if response.status == http.client.PARTIAL_CONTENT else 0
        expected = begun + int(response.headers.get("Content-Length") or 0)
        _bound(address, 1, expected)
        with open(part, "ab" if begun else "wb") as file:
            size = _copied(response, file, begun, address)
    if size < expected:
        raise OSError(f"ended after {size} of {expected} bytes; the same command goes on")
    os.replace(part, target)


def _copied(response, file, size, address):
    from tqdm import tqdm

    with tqdm(initial=size, unit="B", unit_scale=True, leave=False, disable=None) as bar:
        while block := response.read(CHUNK):
            size += len(block)
            _bound(address, 1, size)
            file.write(block)
            bar.update(len(block))
    return size


def _lists_card(path):
    with contextlib.suppress(Exception), _opened(path) as (members, _):
        return any(Path(name).name == CARD for name, _ in members)
    return False


@contextlib.contextmanager
def _opened(path):
    """Names and sizes of an archive's plain files, and a function that opens one by name."""
    if path.name.endswith(".zip"):
        with zipfile.ZipFile(path) as found:
            members = [(each.filename, each.file_size) for each in found.infolist()]
            yield [each for each in members if not each[0].endswith("/")], found.open
    else:
        with tarfile.open(path) as found:
            members = []
            for each in found:
                members.append((each.name, each.size))
                _bound(path, len(members), sum(size for _, size in members))
            yield (
                [(n, size) for n, size in members if found.getmember(n).isfile()],
                found.extractfile,
            )


def _unpacked(path):
    """The folder that an archive's release is unpacked to, kept by the archive's hash."""
    target = CACHE / f"release-{digest(path)[:32]}"
    if target.is_dir():
        return target
    try:
        with _opened(path) as (members, opened):
            _bound(path, len(members), sum(size for _, size in members))
            cards = [n for n, _ in members if Path(n).name == CARD]
            home = Path(min(cards, key=len)).parent if cards else Path()
            with images.new_folder(target) as made:
                for member, size in members:
                    if Path(member).parent == home and _KEPT.fullmatch(Path(member).name):
                        with opened(member) as source, open(made / Path(member).name, "wb") as file:
                            _limited(source, file, size)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, RuntimeError, KeyError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise OSError(f"Expected a whole archive. Received: {path} ({reason}).") from error
    if not (target / CARD).is_file():
        shutil.rmtree(target)
        raise OSError(f"Expected a release with a {CARD}. Received: {path}, without.")
    return target


def _limited(source, file, size):
    """No more of a member than its archive says that it has."""
    while block := source.read(CHUNK):
        size -= len(block)
        if size < 0:
            raise tarfile.ReadError("a member is larger than it says")
        file.write(block)


def upload(folder: Path, address: str, private: bool = False) -> str:
    """Sends a folder to a repository of Hugging Face's hub, made where it is missing.

    Args:
        folder: As `publication.prepared` fills it.
        address: "hf://owner/name".
        private: Whether a new repository is seen by its owner alone.

    Returns:
        The address of the commit.

    Raises:
        ValueError: The address cannot be read.
        OSError: The hub cannot be reached, or refuses.
    """
    repository = address.removeprefix("hf://")
    if not address.startswith("hf://") or not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ValueError(f"Expected hf://owner/name. Received: {address}.")
    with _said(address, "hf"):
        import huggingface_hub

        hub = huggingface_hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        try:
            hub.create_repo(repository, private=private, exist_ok=True)
            done = hub.upload_folder(repo_id=repository, folder_path=folder)
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
            raise OSError(
                f"Expected a repository that can be written, after `hf auth login`. "
                f"Received: {address} ({reason})."
            ) from error
    return str(done.commit_url)
