"""A run folder: settings, log and the checkpoint from which a run is resumed."""

import csv
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import keras

from tfstyle import disk
from tfstyle.networks import files
from tfstyle.precision import Choice
from tfstyle.training import provenance, resume
from tfstyle.training.snapshots import RECORD, SETTINGS, STATE

LOG = "log.csv"
OVERHEAD = 200_000  # bytes of a checkpoint besides its numbers
COPIES = 4  # of a weight in a checkpoint: with Adam's two moments and a running average


class Run:
    """The folder that a training writes to and is resumed from.

    Args:
        folder: Made where it is missing.
        settings: Plain numbers and strings. A checkpoint of others is refused, but for those of
            `resume.CHANGEABLE`, and the precision "auto", which is that of the checkpoint.
        writes: False for workers that only read the folder.

    Raises:
        ValueError: The folder holds a run with other settings.
        OSError: The folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike, settings: dict, writes: bool = True):
        self.folder, self.writes, self.recorded = Path(folder), writes, False
        requested, path = json.loads(json.dumps(settings)), self.folder / SETTINGS
        if path.exists() and (self.step or not writes):
            saved = json.loads(path.read_text())
            self.settings = resume.continued_settings(self.folder, saved, requested)
        else:
            self.settings = resume.new_settings(requested)
        if writes:
            disk.write_bytes(path, json.dumps(self.settings, indent=2).encode())

    def made_of(
        self, data: Mapping[str, provenance.Pictures], begin: provenance.Begin = None
    ) -> None:
        """Records what the run learns from in run.json, and checks it when it is resumed.

        Args:
            data: Files of pictures, or a dataset, by name.
            begin: The folder of the first weights, or their network, or None for random ones.

        Raises:
            ValueError: Some are others.
        """
        words = {name: provenance.word(pictures) for name, pictures in data.items()}
        self._check(words | {"begin": provenance.source(begin)})
        if self.writes:
            described = {name: provenance.described(pictures) for name, pictures in data.items()}
            self._record({"data": described, "begin": provenance.begun(begin)})

    def uses(self, **networks: keras.Model) -> None:
        """Records the frozen networks of the run in run.json, and checks them when it is resumed.

        Args:
            **networks: By their part in the training, such as the teacher.

        Raises:
            ValueError: Some have other weights.
        """
        self._check({name: files.fingerprint(network) for name, network in networks.items()})
        if self.writes:
            self._record({name: provenance.network(network) for name, network in networks.items()})

    def _check(self, inputs):
        """Compares inputs, each in a word, with those of the checkpoint, and keeps them."""
        before = resume.inputs(self.settings)
        saved = before if self.step else {}
        changed = [name for name in inputs if saved.get(name, inputs[name]) != inputs[name]]
        if changed:
            changes = ", ".join(f"{name}: {inputs[name]} (was {saved[name]})" for name in changed)
            raise ValueError(
                f"Expected what {self.folder} was begun with, or a new folder. Received: {changes}."
            )
        self.settings |= {resume.INPUTS: before | inputs}
        if self.writes:
            text = json.dumps(self.settings, indent=2)
            disk.write_bytes(self.folder / SETTINGS, text.encode())

    def _record(self, entries):
        """Adds entries to run.json, which is begun anew with the run and tells how it began."""
        path, record, versions = self.folder / RECORD, {}, provenance.versions()
        if path.exists() and (self.step or self.recorded):
            record = json.loads(path.read_text())
        if self.precision:
            entries["precision"] = dict(vars(self.precision))
        record = entries | record
        if not self.step:
            record["versions"] = versions
        elif record.get("versions") != versions:
            record["resumed"] = {"step": self.step, "versions": versions}
        self.recorded = True
        disk.write_bytes(path, json.dumps(record, indent=1).encode())

    def share(self, folder: Path) -> None:
        """Writes the run's settings and its record to another folder of its networks as well."""
        if self.writes and folder != self.folder:
            for name in (SETTINGS, RECORD):
                disk.write_bytes(folder / name, (self.folder / name).read_bytes())

    @property
    def precision(self) -> Choice | None:
        """The precision of the run; None if its settings do not name one."""
        return resume.precision(self.settings)

    @property
    def step(self) -> int:
        """Number of steps at the checkpoint."""
        path = self.folder / STATE
        return json.loads(path.read_text())["step"] if path.exists() else 0

    def save(self, trainer: keras.Model, step: int) -> None:
        """Writes networks, optimizer and step, whole or not at all."""
        if self.writes:  # HDF5 ends the process where it finds the disk full
            disk.check_space(self.folder, OVERHEAD + COPIES * 4 * trainer.count_params())
        self.keep(step, ".weights.h5", trainer.save_weights)

    def keep(self, step: int, suffix: str, write: Callable[[Path], object]) -> None:
        """Writes a checkpoint in place of the one before, whole or not at all.

        Args:
            step: That it stands at.
            suffix: Of its file.
            write: Writes the file.
        """
        if not self.writes:
            return
        name = f"step-{step}{suffix}"
        temporary = self.folder / f"new-{name}"
        try:
            with disk.explained_write_errors(self.folder / name):
                write(temporary)
                os.replace(temporary, self.folder / name)
        finally:
            temporary.unlink(missing_ok=True)
        state = {"step": step, "file": name}
        disk.write_bytes(self.folder / STATE, json.dumps(state).encode())
        for old in self.folder.glob(f"*step-*{suffix}"):
            if old.name != name:
                old.unlink()

    @property
    def checkpoint(self) -> Path | None:
        """The last checkpoint's file, if there is one."""
        path = self.folder / STATE
        return self.folder / json.loads(path.read_text())["file"] if path.exists() else None

    def restore(self, trainer: keras.Model) -> int:
        """Loads the last checkpoint, if there is one, and returns its step."""
        if self.checkpoint:
            trainer.load_weights(self.checkpoint)
        self.forget_log()
        return self.step

    def log(self, step: int, losses: dict[str, float]) -> None:
        """Adds a row to log.csv, of the losses that its first row names."""
        if not self.writes:
            return
        path, names = self.folder / LOG, ["step", *losses]
        fresh = not path.exists()
        if not fresh:
            with path.open(newline="") as file:
                names = next(csv.reader(file), names)
        row = {"step": step} | {name: f"{value:.6g}" for name, value in losses.items()}
        with disk.explained_write_errors(path), path.open("a", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            if fresh:
                writer.writeheader()
            writer.writerow(row)

    def forget_log(self) -> None:
        """Removes the rows after the last checkpoint from log.csv."""
        if not self.writes:
            return
        path, step = self.folder / LOG, self.step
        lines = path.read_text().splitlines() if step and path.exists() else []
        complete = [line for line in lines[1:] if line.count(",") == lines[0].count(",")]
        remaining = [*lines[:1], *(line for line in complete if int(line.split(",")[0]) <= step)]
        if remaining:
            disk.write_bytes(path, ("\n".join(remaining) + "\n").encode())
        else:
            path.unlink(missing_ok=True)
