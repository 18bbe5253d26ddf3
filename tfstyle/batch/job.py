"""A job from its inputs to its report."""

import contextlib
import csv
import dataclasses
import io
import json
import logging
import math
import re
import secrets
from collections import Counter
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from tqdm import tqdm

from tfstyle.batch import pipeline, places
from tfstyle.batch.work import Coding, Painting, check_target, target_name

FORMS = ("pictures", "list", "records")
LIST_NAMES, RECORD_NAMES = (".txt", ".lst"), re.compile(r"\.tfrecords?(-|\.|$|\*)")
A_LIST = (8, 1000)  # pictures at least and at most of a list that one worker reads
LISTS = 64  # between these
A_SHARD = 20_000  # rows of the report that one worker writes
IN_PROCESS = ("DirectRunner", "FnApiRunner")
LOG_LEVEL = "--default_sdk_harness_log_level"
OWN = ".tfstyle-batch"  # folder beside the results, with what jobs keep
DASK = "apache_beam.runners.dask.dask_runner.DaskRunner"  # that Beam does not know by its name


@dataclasses.dataclass(frozen=True)
class Batch:
    """A job.

    Args:
        inputs: Paths and patterns of any of Beam's filesystems.
        output: Folder of pictures; or a .tfrecord file; or a .jsonl file of codes.
        work: What is done with a picture.
        form: What the inputs are, one of FORMS; None goes by their names.
        overwrite: Whether results that are there are replaced.
        flags: Beam's own.
    """

    inputs: Sequence[str]
    output: str
    work: Painting | Coding
    form: str | None = None
    overwrite: bool = False
    flags: Sequence[str] = ()

    def run(self) -> Counter:
        """Runs the job and writes its report and its list of failures.

        Returns:
            How many pictures came to each of `pipeline.RESULTS`.

        Raises:
            ValueError: The inputs are of several kinds or filesystems, two pictures would have one
                name, Beam does not know a flag, or the results are there and of another work.
            OSError: An input matches nothing, or the runner stopped; the same job goes on.
        """
        options = _options(self.flags)
        FileSystems.set_options(options)
        self.work.opened()  # so that a model that is missing is refused here
        output = places.absolute(self.output).rstrip("/")
        own = _Own(output, isinstance(self.work, Painting) and not _is_file(output))
        total, sources = self._sources(output, own)
        own.begin(self.work, self.overwrite)
        shards = max(1, min(100, math.ceil((total or A_SHARD) / A_SHARD)))
        target = output if own.folder else None
        job = pipeline.Job(self.work, target, own.scratch, own.begun(), self.overwrite, shards)
        with _watching(options, total):
            _run(options, sources(), job, None if own.folder else _sink(output))
        return own.finish(total)

    def _sources(self, output, own):
        """How many there are, where that is known, and a function to Beam's transform."""
        form, inputs = self.form or _form(self.inputs), list(map(places.absolute, self.inputs))
        if form == "records":
            paths = places.found(inputs, output)
            home = places.common_home({places.home(each) for each in inputs})
            return None, lambda: pipeline.of_records(paths, home)
        if form == "list":
            paths = sorted({path for each in inputs for path in _paths(each)})
            home = places.common_home({path[: path.rindex("/") + 1] for path in paths})
        else:
            paths = places.found(inputs, output)
            home = places.common_home({places.home(each) for each in inputs})
        named = [(path, path[len(home) :]) for path in paths if own.can_tell(path)]
        sources = [(target_name(name), pipeline.Source(path, name)) for path, name in named]
        _check_targets(sources, output)
        return len(sources), lambda: pipeline.of_lists(own.write_lists(sources))


def _form(inputs):
    forms = {_form_of(each) for each in inputs}
    if len(forms) > 1:
        raise ValueError(f"Expected inputs of one kind, or --from. Received: {', '.join(forms)}.")
    return forms.pop()


def _form_of(path):
    if path.endswith(LIST_NAMES):
        return "list"
    return "records" if RECORD_NAMES.search(path.rpartition("/")[2]) else "pictures"


def _paths(path):
    lines = (line.strip() for line in places.read(path).decode().splitlines())
    found = [places.absolute(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise ValueError(f"Expected a path a line. Received: {path}, without any.")
    return found


def _check_targets(sources, output):
    if any(source.path == f"{output}/{target}" for target, source in sources):
        raise ValueError(
            f"Expected another folder for the results. Received: {output}, that of the pictures."
        )
    counts = Counter(target for target, _ in sources)
    twice = sorted(target for target, count in counts.items() if count > 1)
    if twice:
        raise ValueError(f"Expected pictures of different names. Received: two for {twice[0]}.")


def _is_file(output):
    return output.endswith((".tfrecord", ".jsonl"))


def _sink(output):
    check_target(output)
    stem, _, suffix = output.rpartition(".")
    return {"tfrecord": pipeline.to_records, "jsonl": pipeline.to_lines}[suffix](stem)


def _options(flags):
    """Beam's options; of runners that ask a job server, it may know more of them."""
    flags = [DASK if flag == "DaskRunner" else flag for flag in flags]
    if DASK in flags:
        import apache_beam.runners.dask.dask_runner  # noqa: F401  (makes its options known)
    if not any(flag.startswith(LOG_LEVEL) for flag in flags):
        flags += [LOG_LEVEL, "WARNING"]
    logging.disable(logging.WARNING)  # the flags that Beam does not know are told below
    try:
        options = PipelineOptions(flags)
        given = options.get_all_options(retain_unknown_options=True)
        unknown = sorted(given.keys() - options.get_all_options().keys())
    finally:
        logging.disable(logging.NOTSET)
    served = ("FlinkRunner", "SparkRunner", "PortableRunner")
    if unknown and not (given["runner"] or "").endswith(served):
        raise ValueError(f"Expected flags of tfstyle batch or of Beam. Received: --{unknown[0]}.")
    return options


@contextlib.contextmanager
def _watching(options, total):
    """A progress bar where the pictures are painted in this process; clusters show their own."""
    told = options.get_all_options()
    here = (told["runner"] or "DirectRunner").endswith(IN_PROCESS)
    here = here and told["direct_running_mode"] != "multi_processing"
    with tqdm(total=total, unit="picture", disable=not here) as bar:
        pipeline.WATCHING.append(bar.update)
        try:
            yield
        finally:
            pipeline.WATCHING.remove(bar.update)


def _run(options, sources, job, sink):
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # what it raises is told below
    logging.getLogger("distributed").setLevel(logging.WARNING)
    try:
        flow = beam.Pipeline(options=options)
        pipeline.worked(flow | sources, job, sink)
        flow.run().wait_until_finish()
    except Exception as error:  # of whatever kind a runner raises
        if "KeyboardInterrupt" in str(error):  # that Beam has wrapped
            raise KeyboardInterrupt from None
        lines = [line for line in str(error).splitlines() if line.strip()]
        reason = lines[-1].strip() if lines else type(error).__name__
        raise OSError(
            "Expected the runner to come to the end; the same command goes on from what is there. "
            f"Received: {type(error).__name__}: {reason}"
        ) from error


class _Own:
    """What a job keeps beside its results."""

    def __init__(self, output, folder):
        self.output, self.folder = output, folder
        self.home = f"{output}/{OWN}" if folder else f"{output}{OWN}"
        self.running = f"{self.home}/running"
        self.scratch = f"{self.running}/{secrets.token_hex(8)}"
        self.report = f"{output}/report.csv" if folder else f"{output}.report.csv"
        self.failed = f"{output}/failed.csv" if folder else f"{output}.failed.csv"
        self.untold = []  # rows of what no worker can be told of

    def can_tell(self, path):
        """Whether a path is text, as Beam hands it on; another one fails."""
        told = path.encode(errors="backslashreplace").decode()
        if told != path:
            reason = f"Expected a file name in UTF-8. Received: {told}."
            self.untold.append([told, "failed", "0.000", "", reason])
        return told == path

    def begin(self, work, overwrite):
        """Goes on with what the same work left, and refuses another's results."""
        if not self.folder:
            if not overwrite and (places.exists(self.report) or self._files()):
                raise FileExistsError(
                    f"Expected a new file, or --overwrite. Received: {self.output}, there already."
                )
            return
        path, told = f"{self.home}/work.json", json.dumps(work.told(), indent=1, sort_keys=True)
        before = places.read(path).decode() if places.exists(path) else None
        if not overwrite and before != told and places.holds_files(self.output):
            whose = "of another style or settings" if before else "not of tfstyle batch"
            raise FileExistsError(
                "Expected an empty folder, one of the same job to go on with, or --overwrite. "
                f"Received: {self.output}, with files {whose}."
            )
        places.remove(self.running)
        self._write(path, told.encode())

    def begun(self):
        """Now, by the clock of the results' filesystem."""
        path = f"{self.scratch}/begun"
        self._write(path, b"")
        self.since = places.updated(path)
        return self.since

    def _files(self):
        """Those that records or codes are in."""
        stem, _, suffix = self.output.rpartition(".")
        return places.listed(f"{stem}-*-of-*.{suffix}")

    def write_lists(self, sources):
        """Lists of sources, of which a worker reads one at a time, and their paths."""
        size = max(A_LIST[0], min(A_LIST[1], math.ceil(len(sources) / LISTS)))
        paths = []
        for first in range(0, len(sources), size):
            paths.append(f"{self.scratch}/lists/{len(paths):06d}")
            self._write(paths[-1], pipeline.listed(sources[first : first + size]))
        return paths

    def finish(self, total):
        """Writes the report, removes what no one needs any more, and counts the results."""
        rows = pipeline.rows(self.scratch)
        if total not in (None, len(rows)):
            raise OSError(f"Expected a report of {total} pictures. Received: {len(rows)}.")
        rows = sorted([*rows, *self.untold])
        failed = [(row[0], row[-1]) for row in rows if row[1] == "failed"]
        self._write_table(self.failed, ("file", "reason"), failed)
        self._write_table(self.report, pipeline.COLUMNS, rows)
        if not self.folder:  # an earlier job's may be more
            places.remove_files([p for p in self._files() if places.updated(p) < self.since])
        places.remove(self.running if self.folder else self.home)
        return Counter(row[1] for row in rows)

    def _write_table(self, path, columns, rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        self._write(path, text.getvalue().encode())

    def _write(self, path, content):
        places.write(path, content, self.scratch)
