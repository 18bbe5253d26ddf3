"""The CSV file of many photographs, by which a stopped command goes on."""

import contextlib
import csv
import dataclasses
import hashlib
import io
from pathlib import Path

from tfstyle.cli.targets import Task

REPORT = "report.csv"
COLUMNS = ("file", "width", "height", "seconds", "result", "run")
PAINTED, BEGUN = "painted", "begun"
NOT_OF_PICTURES = ("overwrite", "photos", "output", "report", "run", "threads", "workers", "json")
OF_PROCESS = ("command", "results", "stdout")  # options that a worker does not get


@dataclasses.dataclass(frozen=True)
class Result:
    """The result of a photograph.

    Args:
        task: Its file, and its picture's.
        size: Width and height in pixels; empty if it could not be read.
        seconds: Time that it took.
        outcome: PAINTED, or a sentence that says why it is not.
    """

    task: Task
    size: tuple[int, ...]
    seconds: float
    outcome: str


class Report:
    """A CSV file that grows with every photograph, so that a kill breaks at most its last line.

    Its first line is the folder's. The last column identifies the settings that a photograph was
    painted with: the same settings go on, and others refuse to replace a picture, as always.
    """

    def __init__(self, options):
        self.folder = Path(options.output)
        self.path = Path(options.report or self.folder / REPORT)
        self.overwrite, self.run, self.file = options.overwrite, _fingerprint(options), None

    def __enter__(self):
        from tfstyle import disk

        rows = self._read()
        self.resumes = any(row.get("run") == self.run for row in rows)
        with disk.explained_write_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        complete = [row for row in rows if None not in row.values()]
        disk.write_bytes(self.path, _text(complete, header=True).encode())
        self.file = self.path.open("a", newline="", encoding="utf-8")
        self._write(self.folder, ("", ""), "", BEGUN)
        return self

    def __exit__(self, *exception):
        self.file.close()

    def _read(self):
        with (
            contextlib.suppress(FileNotFoundError, UnicodeDecodeError),
            self.path.open(newline="", encoding="utf-8") as file,
        ):
            return [row for row in csv.DictReader(file) if set(COLUMNS) <= set(row)]
        return []

    def remaining(self, tasks):
        """The photographs that these settings have not painted yet."""
        if self.overwrite or not self.resumes:
            return tasks
        return [(source, target) for source, target in tasks if not target.is_file()]

    def add(self, result):
        """Writes the result of a photograph."""
        size = result.size or ("", "")
        self._write(result.task[0], size, f"{result.seconds:.4f}", result.outcome)

    def _write(self, path, size, seconds, outcome):
        cells = (path, *size, seconds, outcome, self.run)
        self.file.write(_text([dict(zip(COLUMNS, map(str, cells), strict=True))]))
        self.file.flush()


def _text(rows, header=False):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _fingerprint(options):
    """A hash of the options that change pictures."""
    excluded = (*NOT_OF_PICTURES, *OF_PROCESS)
    values = {
        name: repr(value)
        for name, value in vars(options).items()
        if name not in excluded and not callable(value)
    }
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]
