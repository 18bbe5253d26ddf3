"""Work that goes on after a kill: a folder beside a result, until the result is there."""

import contextlib
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfstyle import images

SUFFIX = ".unfinished"
JOB, STATE = "job.json", "state.npz"


class Work:
    """A folder beside a result, with what it is made from and how far it is made.

    Args:
        target: The result.
        job: What it is made from; another job does not go on.
        told: What `told` is before anything is done.
        overwrite: Whether another job's folder may be replaced.

    Attributes:
        told: How far the result is made, as it was written last.
        arrays: Arrays that were written with it.

    Raises:
        FileExistsError: Another job was begun.
        OSError: The folder is broken.
    """

    def __init__(self, target: Path, job: Mapping, told: Mapping, overwrite: bool = False):
        self.target, self.job = Path(target), json.loads(json.dumps(job))
        self.folder = self.target.with_name(self.target.name + SUFFIX)
        self.first, self.told, self.arrays = dict(told), dict(told), {}
        begun = self._begun()
        if begun not in (None, self.job) and not overwrite:
            raise FileExistsError(
                f"Expected the command that began {self.folder}, or --overwrite. "
                f"Received: another {self._other(begun)}."
            )
        self.stale = begun != self.job
        if not self.stale:
            self._restore()

    def _begun(self):
        path = self.folder / JOB
        try:
            return json.loads(path.read_text()) if path.exists() else None
        except ValueError as error:
            raise OSError(f"Expected work that was begun. Received: {path} ({error}).") from error

    def _other(self, begun):
        names = [name for name in self.job if begun.get(name) != self.job[name]]
        return ", ".join(names) or "version"

    def _restore(self):
        path = self.folder / STATE
        if not path.exists():
            return
        try:
            with np.load(path) as found:
                self.arrays = {name: found[name] for name in found.files}
            self.told = json.loads(str(self.arrays.pop("told")))
        except (ValueError, KeyError, zipfile.BadZipFile) as error:
            raise OSError(f"Expected work that was begun. Received: {path} ({error}).") from error

    def forget(self) -> None:
        """Has `begin` begin anew."""
        self.stale, self.told, self.arrays = True, dict(self.first), {}

    def begin(self) -> None:
        """Makes the folder where there is none of this job."""
        if self.stale:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.folder)
            images.write_file(self.folder / JOB, json.dumps(self.job, indent=1).encode())

    def write(self, told: Mapping, arrays: Mapping) -> None:
        """Keeps how far the result is made, whole or not at all.

        Raises:
            OSError: The disk is full, or takes none.
        """
        content = io.BytesIO()
        np.savez(content, told=json.dumps(told), **arrays)
        images.write_file(self.folder / STATE, content.getbuffer())
        self.told, self.arrays = dict(told), dict(arrays)

    def clear(self, kept: Path) -> None:
        """Removes all but one file, the whole result, and what says of what it is."""
        for path in list(self.folder.iterdir()):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in (kept.name, JOB, STATE):
                path.unlink()

    def remove(self) -> None:
        """Removes the folder, when the result is there."""
        shutil.rmtree(self.folder, ignore_errors=True)
