"""Files and folders that are written whole or not at all; checks before, sentences after."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path


def check_writable(path: str | os.PathLike, overwrite: bool, suffixes: Sequence[str]) -> None:
    """Checks that a file can be written, before the work is done.

    Args:
        path: The target.
        overwrite: Whether it may be there.
        suffixes: What its name may end in.

    Raises:
        ValueError: The suffix is another.
        OSError: It is a folder, or it exists and `overwrite` is false, or its folder takes none.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise ValueError(
            f"Expected a file name ending in one of {', '.join(suffixes)}. Received: {path}."
        )
    if path.is_dir():
        raise IsADirectoryError(f"Expected a file to write. Received: {path}, a folder.")
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a new file, or --overwrite. Received: {path}, which is there."
        )
    folder = next(parent for parent in path.parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise PermissionError(
            f"Expected to write {path}. Received: {folder}, which takes no files."
        )


def check_space(folder: Path, needed: int) -> None:
    """Checks that the disk has room.

    Args:
        folder: On the disk.
        needed: Bytes.

    Raises:
        OSError: Fewer bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            f"Expected {needed / 1e6:.1f} MB of free disk for {folder}. "
            f"Received: {free / 1e6:.1f} MB."
        )


@contextlib.contextmanager
def explained_write_errors(path: str | os.PathLike) -> Iterator[None]:
    """Errors of writing a file, as sentences.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise OSError(f"Expected to write {path}. Received: {error.strerror or error}.") from error


def write_bytes(path: str | os.PathLike, content: bytes) -> None:
    """Writes a file whole or not at all, making its folder where there is none.

    Raises:
        OSError: The folder cannot be made or written to, or the disk is full.
    """
    path = Path(path)
    temporary = _temporary_path(path)
    try:
        with explained_write_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "xb") as file:
                file.write(content)
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary folder to fill, which is renamed at the end.

    Args:
        path: The final name: of nothing yet, or of an empty folder.

    Raises:
        OSError: The path is neither, or cannot be written.
    """
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(f"Expected an empty folder or none. Received: {path}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_path(path)
    temporary.mkdir()
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def filled_folder(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary folder to fill, whose files are moved to another one at the end.

    Args:
        path: The other folder, made where it is missing; files that it has already stay.

    Raises:
        OSError: It cannot be written.
    """
    path = Path(path)
    if not path.exists():
        with new_folder(path) as temporary:
            yield temporary
        return
    if not path.is_dir():
        raise NotADirectoryError(f"Expected a folder. Received: {path}, a file.")
    temporary = _temporary_path(path / "file")
    with explained_write_errors(path):
        temporary.mkdir()
    try:
        yield temporary
        for file in sorted(entry for entry in temporary.rglob("*") if entry.is_file()):
            target = path / file.relative_to(temporary)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _temporary_path(path):
    """An unused name in the same folder."""
    return path.parent / f".tfstyle-{secrets.token_hex(8)}"
