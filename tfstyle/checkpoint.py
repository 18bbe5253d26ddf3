"""Checkpoints of results that are made step by step: a folder beside each, until it is there."""

import contextlib
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfstyle import disk

SUFFIX = ".unfinished"
JOB, STATE = "job.json", "state.npz"
STATE_KEY = "told"  # of the state in its file


class Checkpoint:
    """A folder beside a result: what the result is made from, and how far it is made.

    Args:
        target: The result.
        job: What it is made from; a checkpoint of another job is not continued.
        state: The state before anything is done, as JSON holds it.
        overwrite: Whether another job's folder may be replaced.

    Attributes:
        state: How far the result is made, as it was saved last.
        arrays: Arrays that were saved with the state, by name.

    Raises:
        FileExistsError: The folder is another job's.
        OSError: The folder is broken.
    """

    def __init__(self, target: Path, job: Mapping, state: Mapping, overwrite: bool = False):
        self.target, self.job = Path(target), json.loads(json.dumps(job))
        self.folder = self.target.with_name(self.target.name + SUFFIX)
        self.initial, self.state, self.arrays = dict(state), dict(state), {}
        saved = self._saved_job()
        if saved not in (None, self.job) and not overwrite:
            raise FileExistsError(
                f"Expected the command that began {self.folder}, or --overwrite. "
                f"Received: another {self._differences(saved)}."
            )
        self.stale = saved != self.job
        if not self.stale:
            self._restore()

    def _saved_job(self):
        path = self.folder / JOB
        try:
            return json.loads(path.read_text()) if path.exists() else None
        except ValueError as error:
            raise OSError(f"Expected work that was begun. Received: {path} ({error}).") from error

    def _differences(self, saved):
        names = [name for name in self.job if saved.get(name) != self.job[name]]
        return ", ".join(names) or "version"

    def _restore(self):
        path = self.folder / STATE
        if not path.exists():
            return
        try:
            with np.load(path) as saved:
                self.arrays = {name: saved[name] for name in saved.files}
            self.state = json.loads(str(self.arrays.pop(STATE_KEY)))
        except (ValueError, KeyError, zipfile.BadZipFile) as error:
            raise OSError(f"Expected work that was begun. Received: {path} ({error}).") from error

    def reset(self) -> None:
        """Returns to the initial state; `begin` then empties the folder."""
        self.stale, self.state, self.arrays = True, dict(self.initial), {}

    def begin(self) -> None:
        """Makes the folder, unless it is this job's already."""
        if self.stale:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.folder)
            disk.write_bytes(self.folder / JOB, json.dumps(self.job, indent=1).encode())

    def save(self, state: Mapping, arrays: Mapping) -> None:
        """Saves the state and the arrays, both or none.

        Raises:
            OSError: The disk is full or read-only.
        """
        content = io.BytesIO()
        np.savez(content, **{STATE_KEY: json.dumps(state)}, **arrays)
        disk.write_bytes(self.folder / STATE, content.getbuffer())
        self.state, self.arrays = dict(state), dict(arrays)

    def keep_only(self, result: Path) -> None:
        """Removes the folder's files except the finished result, the job and the state."""
        for path in list(self.folder.iterdir()):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in (result.name, JOB, STATE):
                path.unlink()

    def remove(self) -> None:
        """Removes the folder, when the result is in its place."""
        shutil.rmtree(self.folder, ignore_errors=True)
