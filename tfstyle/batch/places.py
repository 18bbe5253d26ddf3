"""Files on any of Beam's filesystems: named, found, read, and written whole or not at all."""

import os
import secrets
from collections.abc import Iterable, Sequence

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from tfstyle import images

WILD = "*?["
RAW = {"compression_type": CompressionTypes.UNCOMPRESSED}


def absolute(path: str | os.PathLike) -> str:
    """A path, or a pattern, that is the same on every worker that sees the same files."""
    path = os.fspath(path)
    return path if "://" in path else os.path.abspath(path) + "/" * path.endswith("/")


def is_folder(path: str) -> bool:
    """Whether a path is a folder: a local one that is there, or another's that ends in a slash."""
    return path.endswith("/") if "://" in path else os.path.isdir(path)


def home(pattern: str) -> str:
    """The fixed part of a pattern: the folder that all of its files are below, with a slash."""
    if is_folder(pattern):
        return pattern.rstrip("/") + "/"
    fixed = pattern
    if not _is_literal(pattern):
        fixed = pattern[: min(i for i in map(pattern.find, WILD) if i >= 0)]
    return fixed[: fixed.rindex("/") + 1]


def common_home(homes: Iterable[str]) -> str:
    """The folder that several are below, with a slash.

    Raises:
        ValueError: They are on different filesystems.
    """
    homes = sorted(homes)
    schemes = {home.partition("://")[0] if "://" in home else "" for home in homes}
    if len(schemes) > 1:
        raise ValueError(f"Expected pictures of one filesystem. Received: {', '.join(homes[:2])}.")
    (scheme,) = schemes
    if not scheme:
        return os.path.commonpath(homes).rstrip("/") + "/"
    paths = [home.partition("://")[2].strip("/") for home in homes]
    return f"{scheme}://{os.path.commonpath(paths)}/".replace(":///", "://")


def _is_literal(pattern):
    return not any(sign in pattern for sign in WILD) or os.path.isfile(pattern)


def found(patterns: Sequence[str], but_below: str) -> list[str]:
    """The files of patterns, in name order, each once.

    Args:
        patterns: Absolute; of a folder every picture below it counts but hidden ones.
        but_below: The results' folder, whose files do not count where it lies among the others.

    Raises:
        OSError: A pattern matches nothing.
    """
    paths, results = set(), but_below.rstrip("/") + "/"
    for pattern in patterns:
        inside = home(pattern).startswith(results)
        some = [path for path in _matching(pattern) if inside or not path.startswith(results)]
        if not some:
            raise FileNotFoundError(f"Expected pictures. Received: {pattern}, which matches none.")
        paths.update(some)
    return sorted(paths)


def _matching(pattern):
    if is_folder(pattern):
        root = home(pattern)
        return [
            path
            for path in listed(root + "**")
            if path.lower().endswith(images.READABLE)
            and not any(part.startswith(".") for part in path[len(root) :].split("/"))
        ]
    return [pattern] if _is_literal(pattern) and exists(pattern) else listed(pattern)


def listed(pattern: str) -> list[str]:
    """The files that match a pattern.

    Raises:
        OSError: They cannot be listed.
    """
    try:
        (matched,) = FileSystems.match([pattern])
    except BeamIOError as error:
        raise OSError(f"Expected to list {pattern}. Received: {error}.") from error
    return [each.path for each in matched.metadata_list]


def exists(path: str) -> bool:
    """Whether a file is there."""
    return FileSystems.exists(path)


def updated(path: str) -> float | None:
    """When a file was written, in seconds by its filesystem's clock; None where there is none."""
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
    """What is in a file, as it is.

    Raises:
        OSError: It cannot be read.
    """
    try:
        with FileSystems.open(path, **RAW) as file:
            return file.read()
    except (OSError, BeamIOError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OSError(f"Expected to read {path}. Received: {reason}.") from error


def extent(path: str) -> tuple[int, int] | None:
    """`images.extent` of a file, of which no more is read than its header needs."""
    try:
        with FileSystems.open(path, **RAW) as file:
            return images.extent(file)
    except Exception:  # of whatever kind a filesystem raises; to read it whole says why
        return None


def write(path: str, content: bytes, scratch: str) -> None:
    """Writes a file whole or not at all: elsewhere on the same filesystem, then renamed.

    Of several that write the same file at once, the last one's stays.

    Args:
        path: Replaced where it is there.
        content: Bytes.
        scratch: Folder for the file until it is whole.
    """
    temporary = f"{scratch}/{secrets.token_hex(8)}"
    with FileSystems.create(temporary, **RAW) as file:
        file.write(content)
    _make_folder(path[: path.rindex("/")])
    try:
        FileSystems.rename([temporary], [path])
    except BeamIOError:  # of filesystems that do not rename over a file
        if not exists(path):
            raise
        FileSystems.delete([path])
        FileSystems.rename([temporary], [path])


def _make_folder(path):
    """Makes a folder where a filesystem has such; another worker may make it at the same time."""
    if not FileSystems.get_filesystem(path).has_dirs() or exists(path):
        return
    try:
        FileSystems.mkdirs(path)
    except OSError:
        if not exists(path):
            raise


def remove(folder: str) -> None:
    """Removes a folder and what is below it, where it is there."""
    named = folder if FileSystems.get_filesystem(folder).has_dirs() else f"{folder}/"
    if holds_files(folder) or exists(folder):
        FileSystems.delete([named])


def remove_files(paths: list[str]) -> None:
    """Removes files, where there are any."""
    if paths:
        FileSystems.delete(paths)
