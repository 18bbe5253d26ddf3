"""Finds, reads and writes files on any of Beam's filesystems; a file is written whole or not."""

import os
import secrets
from collections.abc import Iterable, Sequence

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from tfstyle import images

WILDCARDS = "*?["
UNCOMPRESSED = {"compression_type": CompressionTypes.UNCOMPRESSED}


def absolute(path: str | os.PathLike) -> str:
    """A path or pattern that means the same on every worker."""
    path = os.fspath(path)
    return path if "://" in path else os.path.abspath(path) + "/" * path.endswith("/")


def is_folder(path: str) -> bool:
    """Whether a path is a folder: a local one that exists, or a remote one that ends in a slash."""
    return path.endswith("/") if "://" in path else os.path.isdir(path)


def fixed_folder(pattern: str) -> str:
    """The folder that all files of a pattern are below, with a slash."""
    if is_folder(pattern):
        return pattern.rstrip("/") + "/"
    end = len(pattern)
    if not _is_literal(pattern):
        end = min(i for i in map(pattern.find, WILDCARDS) if i >= 0)
    return pattern[: pattern.rindex("/", 0, end) + 1]


def common_folder(folders: Iterable[str]) -> str:
    """The folder that several folders are below, with a slash.

    Raises:
        ValueError: They are on different filesystems.
    """
    folders = sorted(folders)
    schemes = {folder.partition("://")[0] if "://" in folder else "" for folder in folders}
    if len(schemes) > 1:
        raise ValueError(
            f"Expected pictures of one filesystem. Received: {', '.join(folders[:2])}."
        )
    (scheme,) = schemes
    if not scheme:
        return os.path.commonpath(folders).rstrip("/") + "/"
    paths = [folder.partition("://")[2].strip("/") for folder in folders]
    return f"{scheme}://{os.path.commonpath(paths)}/".replace(":///", "://")


def _is_literal(pattern):
    return not any(sign in pattern for sign in WILDCARDS) or os.path.isfile(pattern)


def find_pictures(patterns: Sequence[str], output: str) -> list[str]:
    """The files that match patterns, in name order, each once.

    Args:
        patterns: Absolute patterns; or folders, of which every picture below matches unless it is
            hidden.
        output: The results' folder. Its files match only patterns that begin with it.

    Raises:
        OSError: A pattern matches nothing.
    """
    paths, output = set(), output.rstrip("/") + "/"
    for pattern in patterns:
        inside = fixed_folder(pattern).startswith(output)
        matches = [path for path in _matching(pattern) if inside or not path.startswith(output)]
        if not matches:
            raise FileNotFoundError(f"Expected pictures. Received: {pattern}, which matches none.")
        paths.update(matches)
    return sorted(paths)


def _matching(pattern):
    if is_folder(pattern):
        root = fixed_folder(pattern)
        return [
            path
            for path in list_files(root + "**")
            if path.lower().endswith(images.READABLE)
            and not any(part.startswith(".") for part in path[len(root) :].split("/"))
        ]
    return [pattern] if _is_literal(pattern) and exists(pattern) else list_files(pattern)


def list_files(pattern: str) -> list[str]:
    """The files that match a pattern.

    Raises:
        OSError: They cannot be listed.
    """
    try:
        (match,) = FileSystems.match([pattern])
    except BeamIOError as error:
        raise OSError(f"Expected to list {pattern}. Received: {error}.") from error
    return [metadata.path for metadata in match.metadata_list]


def exists(path: str) -> bool:
    """Whether a file exists."""
    return FileSystems.exists(path)


def modified_time(path: str) -> float | None:
    """When a file was written, in seconds by its filesystem's clock; None where it is missing."""
    try:
        return FileSystems.last_updated(path)
    except (OSError, BeamIOError):
        if exists(path):
            raise
        return None


def holds_files(folder: str) -> bool:
    """Whether any file is below a folder."""
    if "://" not in folder and not os.path.isdir(folder):
        return False
    return bool(FileSystems.match([folder.rstrip("/") + "/**"], limits=[1])[0].metadata_list)


def read(path: str) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        with FileSystems.open(path, **UNCOMPRESSED) as file:
            return file.read()
    except (OSError, BeamIOError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OSError(f"Expected to read {path}. Received: {reason}.") from error


def extent(path: str) -> tuple[int, int] | None:
    """Height and width of a picture, from its header; None where it cannot be read."""
    try:
        with FileSystems.open(path, **UNCOMPRESSED) as file:
            return images.extent(file)
    except Exception:  # filesystems raise errors of any kind; reading the whole file says why
        return None


def write(path: str, content: bytes, scratch: str) -> None:
    """Writes a file whole or not at all: to a temporary file, which is then renamed.

    If several workers write the same file at once, the last one's stays.

    Args:
        path: Replaced where it exists.
        content: The file's bytes.
        scratch: Folder on the same filesystem for the temporary file.
    """
    temporary = f"{scratch}/{secrets.token_hex(8)}"
    with FileSystems.create(temporary, **UNCOMPRESSED) as file:
        file.write(content)
    _make_folder(path[: path.rindex("/")])
    try:
        FileSystems.rename([temporary], [path])
    except BeamIOError:  # some filesystems do not rename over a file
        if not exists(path):
            raise
        FileSystems.delete([path])
        FileSystems.rename([temporary], [path])


def _make_folder(path):
    """Makes a folder on filesystems that have folders, even if another worker makes it too."""
    if not FileSystems.get_filesystem(path).has_dirs() or exists(path):
        return
    try:
        FileSystems.mkdirs(path)
    except OSError:
        if not exists(path):
            raise


def remove(folder: str) -> None:
    """Removes a folder with all that is below it, if it exists."""
    path = folder if FileSystems.get_filesystem(folder).has_dirs() else f"{folder}/"
    if holds_files(folder) or exists(folder):
        FileSystems.delete([path])


def remove_files(paths: list[str]) -> None:
    """Removes files; the list may be empty."""
    if paths:
        FileSystems.delete(paths)
