"""A film that is being painted: its finished segments, and what the next one begins with."""

import contextlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from tfstyle import images
from tfstyle.video import encoding
from tfstyle.video.encoding import Packet

SUFFIX = ".unfinished"
JOB, STATE = "job.json", "state.npz"


class Work:
    """A folder beside the film, until the film is there.

    Args:
        target: The film.
        job: What the film is made from; another job does not go on.
        overwrite: Whether another job's folder and film may be replaced.

    Attributes:
        told: Where painting is: `segments`, `frames`, the next `tick`, whether all frames are
            painted (`ended`), why the clip ends early (`broken`), and whether the film that is
            there is a part of this one (`shown`).
        arrays: The state that the next segment begins with.

    Raises:
        FileExistsError: Another job was begun, or the film is there already.
        OSError: The folder is broken or takes no files.
    """

    def __init__(self, target: Path, job: Mapping, overwrite: bool = False):
        self.target, self.job = target, json.loads(json.dumps(job))
        self.folder = target.with_name(target.name + SUFFIX)
        self.told = {"segments": 0, "frames": 0, "tick": 0, "ended": False, "broken": None}
        self.told["shown"], self.arrays = False, {}
        begun = self._begun()
        if begun not in (None, self.job) and not overwrite:
            raise FileExistsError(
                f"Expected the command that began {self.folder}, or --overwrite. "
                f"Received: another {self._other(begun)}."
            )
        self.stale = begun != self.job
        if not self.stale:
            self._restore()
        self._check_target(overwrite)

    def _begun(self):
        path = self.folder / JOB
        try:
            return json.loads(path.read_text()) if path.exists() else None
        except ValueError as error:
            raise OSError(f"Expected a film that was begun. Received: {path} ({error}).") from error

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
            raise OSError(f"Expected a film that was begun. Received: {path} ({error}).") from error

    def _check_target(self, overwrite):
        if self.target.is_dir():
            if any(self.target.iterdir()) and not (overwrite or self.told["shown"]):
                raise FileExistsError(
                    f"Expected an empty folder, or --overwrite. Received: {self.target}."
                )
        elif self.target.suffix:
            allowed = overwrite or self.told["shown"]
            images.check_writable(self.target, allowed, (self.target.suffix.lower(),))
        elif self.target.exists():
            raise NotADirectoryError(f"Expected a folder. Received: {self.target}, a file.")

    def begin(self) -> None:
        """Makes the folder where there is none of this job."""
        if self.stale:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.folder)
            images.write_file(self.folder / JOB, json.dumps(self.job, indent=1).encode())

    def keep(
        self, packets: list[Packet], arrays: Mapping, ended: bool, broken: str | None = None
    ) -> None:
        """Keeps a segment and the state after it, both or none.

        Raises:
            OSError: The disk is full, or takes none.
        """
        if packets:
            encoding.write(self._segment(self.told["segments"]), packets)
        told = self.told | {"ended": ended, "broken": broken}
        if packets:
            told["segments"] += 1
            told["frames"] += len(packets)
            told["tick"] = packets[-1].tick + 1
        self._write(told, arrays)

    def show(self) -> None:
        """Notes that a part of the film is there, which the whole one may replace."""
        self._write(self.told | {"shown": True}, self.arrays)

    def _write(self, told, arrays):
        content = io.BytesIO()
        np.savez(content, told=json.dumps(told), **arrays)
        images.write_file(self.folder / STATE, content.getbuffer())
        self.told, self.arrays = told, dict(arrays)

    def packets(self) -> Iterator[Packet]:
        """Of all segments, one segment in memory at a time."""
        for index in range(self.told["segments"]):
            yield from encoding.read(self._segment(index))

    def last(self) -> Packet:
        """The last one of all segments."""
        return encoding.read(self._segment(self.told["segments"] - 1))[-1]

    def _segment(self, index):
        return self.folder / f"{index:06d}.segment"

    def remove(self) -> None:
        """Removes the folder, when the film is there."""
        shutil.rmtree(self.folder, ignore_errors=True)
