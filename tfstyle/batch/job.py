"""Runs a job, from its inputs to its report."""

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

from tfstyle.batch import filesystem, pipeline
from tfstyle.batch.transforms import Painting, StyleEncoding, check_target, target_name

INPUT_KINDS = ("pictures", "list", "records")
LIST_NAMES, RECORD_NAMES = (".txt", ".lst"), re.compile(r"\.tfrecords?(-|\.|$|\*)")
LIST_SIZES = (8, 1000)  # pictures at least and at most of a list that one worker reads
LISTS = 64  # where LIST_SIZES allow
SHARD_ROWS = 20_000  # of the report that one worker writes
IN_PROCESS = ("DirectRunner", "FnApiRunner")
LOG_LEVEL = "--default_sdk_harness_log_level"
JOB_FOLDER = ".tfstyle-batch"  # beside the results, with files of jobs
DASK = "apache_beam.runners.dask.dask_runner.DaskRunner"  # Beam needs its full name


@dataclasses.dataclass(frozen=True)
class Batch:
    """A batch of pictures, and what is done with them.

    Args:
        inputs: Paths and patterns of any of Beam's filesystems.
        output: Folder of pictures; or a .tfrecord file; or a .jsonl file of style codes.
        transform: What is done with each picture.
        input_kind: One of INPUT_KINDS; None tells by the inputs' names.
        overwrite: Whether earlier results are replaced.
        flags: Of Beam.
    """

    inputs: Sequence[str]
    output: str
    transform: Painting | StyleEncoding
    input_kind: str | None = None
    overwrite: bool = False
    flags: Sequence[str] = ()

    def run(self) -> Counter:
        """Runs the job and writes its report and its list of failures.

        Returns:
            The number of pictures by result, one of `pipeline.RESULTS`.

        Raises:
            ValueError: The inputs are of several kinds or filesystems, two pictures would have one
                name, or Beam does not know a flag.
            OSError: An input matches nothing, the output has results of another transform, or the
                runner stopped; the same job continues from there.
        """
        options = _options(self.flags)
        FileSystems.set_options(options)
        self.transform.load()  # so that a missing model is refused here
        output = filesystem.absolute(self.output).rstrip("/")
        files = _JobFiles(output, isinstance(self.transform, Painting) and not _is_file(output))
        total, groups = self._find_groups(output, files)
        files.begin(self.transform, self.overwrite)
        shards = max(1, min(100, math.ceil((total or SHARD_ROWS) / SHARD_ROWS)))
        target = output if files.in_folder else None
        start_time = files.record_start_time()
        job = pipeline.Job(
            self.transform, target, files.scratch, start_time, self.overwrite, shards
        )
        with _progress_bar(options, total):
            _run(options, groups(), job, None if files.in_folder else _sink(output))
        return files.finish(total)

    def _find_groups(self, output, files):
        """The number of sources, or None, and a function that returns a transform to groups."""
        inputs = list(map(filesystem.absolute, self.inputs))
        kind = self.input_kind or _input_kind(self.inputs)
        if kind == "list":
            paths = sorted({path for list_path in inputs for path in _read_list(list_path)})
            folder = filesystem.common_folder({path[: path.rindex("/") + 1] for path in paths})
        else:
            paths = filesystem.find_pictures(inputs, output)
            folder = filesystem.common_folder(map(filesystem.fixed_folder, inputs))
        if kind == "records":
            return None, lambda: pipeline.groups_of_records(paths, folder)
        names = {path: path[len(folder) :] for path in paths if files.check_utf8(path)}
        sources = [(target_name(name), pipeline.Source(path, name)) for path, name in names.items()]
        _check_targets(sources, output)
        return len(sources), lambda: pipeline.groups_of_lists(files.write_lists(sources))


def _input_kind(inputs):
    kinds = set(map(_kind_of_path, inputs))
    if len(kinds) > 1:
        raise ValueError(f"Expected inputs of one kind, or --from. Received: {', '.join(kinds)}.")
    return kinds.pop()


def _kind_of_path(path):
    if path.endswith(LIST_NAMES):
        return "list"
    return "records" if RECORD_NAMES.search(path.rpartition("/")[2]) else "pictures"


def _read_list(path):
    lines = (line.strip() for line in filesystem.read(path).decode().splitlines())
    paths = [filesystem.absolute(line) for line in lines if line and not line.startswith("#")]
    if not paths:
        raise ValueError(f"Expected a path a line. Received: {path}, without any.")
    return paths


def _check_targets(sources, output):
    if any(source.path == f"{output}/{target}" for target, source in sources):
        raise ValueError(
            f"Expected another folder for the results. Received: {output}, that of the pictures."
        )
    counts = Counter(target for target, _ in sources)
    duplicates = sorted(target for target, count in counts.items() if count > 1)
    if duplicates:
        raise ValueError(
            f"Expected pictures of different names. Received: two for {duplicates[0]}."
        )


def _is_file(output):
    return output.endswith((".tfrecord", ".jsonl"))


def _sink(output):
    check_target(output)
    stem, _, suffix = output.rpartition(".")
    return {"tfrecord": pipeline.write_records, "jsonl": pipeline.write_lines}[suffix](stem)


def _options(flags):
    """Beam's options. A runner with a job server may have more of them, which it checks itself."""
    flags = [DASK if flag == "DaskRunner" else flag for flag in flags]
    if DASK in flags:
        import apache_beam.runners.dask.dask_runner  # noqa: F401  (registers its options)
    if not any(flag.startswith(LOG_LEVEL) for flag in flags):
        flags += [LOG_LEVEL, "WARNING"]
    logging.disable(logging.WARNING)  # an error below names the flags that Beam does not know
    try:
        options = PipelineOptions(flags)
        values = options.get_all_options(retain_unknown_options=True)
        unknown = sorted(values.keys() - options.get_all_options().keys())
    finally:
        logging.disable(logging.NOTSET)
    with_job_server = ("FlinkRunner", "SparkRunner", "PortableRunner")
    if unknown and not (values["runner"] or "").endswith(with_job_server):
        raise ValueError(f"Expected flags of tfstyle batch or of Beam. Received: --{unknown[0]}.")
    return options


@contextlib.contextmanager
def _progress_bar(options, total):
    """Shows a progress bar if pictures are painted in this process; clusters show their own."""
    values = options.get_all_options()
    in_process = (values["runner"] or "DirectRunner").endswith(IN_PROCESS)
    in_process = in_process and values["direct_running_mode"] != "multi_processing"
    with tqdm(total=total, unit="picture", disable=not in_process) as bar:
        pipeline.PROGRESS_CALLBACKS.append(bar.update)
        try:
            yield
        finally:
            pipeline.PROGRESS_CALLBACKS.remove(bar.update)


def _run(options, groups, job, sink):
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # its errors are raised below
    logging.getLogger("distributed").setLevel(logging.WARNING)
    try:
        root = beam.Pipeline(options=options)
        pipeline.process_groups(root | groups, job, sink)
        root.run().wait_until_finish()
    except Exception as error:  # runners raise errors of any kind
        if "KeyboardInterrupt" in str(error):  # Beam wraps it
            raise KeyboardInterrupt from None
        lines = [line for line in str(error).splitlines() if line.strip()]
        reason = lines[-1].strip() if lines else type(error).__name__
        raise OSError(
            "Expected the runner to come to the end; the same command goes on from what is there. "
            f"Received: {type(error).__name__}: {reason}"
        ) from error


class _JobFiles:
    """The files that a job keeps beside its results.

    Args:
        output: Folder or file of the results, absolute.
        in_folder: Whether it is a folder.
    """

    def __init__(self, output, in_folder):
        self.output, self.in_folder = output, in_folder
        self.folder = f"{output}/{JOB_FOLDER}" if in_folder else f"{output}{JOB_FOLDER}"
        self.running = f"{self.folder}/running"
        self.scratch = f"{self.running}/{secrets.token_hex(8)}"
        self.report = f"{output}/report.csv" if in_folder else f"{output}.report.csv"
        self.failed = f"{output}/failed.csv" if in_folder else f"{output}.failed.csv"
        self.other_rows = []  # of files that no worker can open

    def check_utf8(self, path):
        """Whether a path is UTF-8, which Beam needs; the report says of others that they failed."""
        printable = path.encode(errors="backslashreplace").decode()
        if printable != path:
            reason = f"Expected a file name in UTF-8. Received: {printable}."
            self.other_rows.append([printable, "failed", "0.000", "", reason])
        return printable == path

    def begin(self, transform, overwrite):
        """Continues a job of the same transform; refuses results of another one."""
        if not self.in_folder:
            if not overwrite and (filesystem.exists(self.report) or self._shards()):
                raise FileExistsError(
                    f"Expected a new file, or --overwrite. Received: {self.output}, there already."
                )
            return
        path = f"{self.folder}/work.json"
        text = json.dumps(transform.appearance(), indent=1, sort_keys=True)
        earlier = filesystem.read(path).decode() if filesystem.exists(path) else None
        if not overwrite and earlier != text and filesystem.holds_files(self.output):
            origin = "of another style or settings" if earlier else "not of tfstyle batch"
            raise FileExistsError(
                "Expected an empty folder, one of the same job to go on with, or --overwrite. "
                f"Received: {self.output}, with files {origin}."
            )
        filesystem.remove(self.running)
        self._write(path, text.encode())

    def record_start_time(self):
        """The time now, by the clock of the results' filesystem."""
        path = f"{self.scratch}/begun"
        self._write(path, b"")
        self.start_time = filesystem.modified_time(path)
        return self.start_time

    def _shards(self):
        """The files that hold records or codes."""
        stem, _, suffix = self.output.rpartition(".")
        return filesystem.list_files(f"{stem}-*-of-*.{suffix}")

    def write_lists(self, sources):
        """Writes lists of sources, of which a worker reads one at a time, and returns the paths."""
        size = max(LIST_SIZES[0], min(LIST_SIZES[1], math.ceil(len(sources) / LISTS)))
        paths = []
        for first in range(0, len(sources), size):
            paths.append(f"{self.scratch}/lists/{len(paths):06d}")
            self._write(paths[-1], pipeline.encode_list(sources[first : first + size]))
        return paths

    def finish(self, total):
        """Writes the report, removes temporary files, and counts the results."""
        rows = pipeline.read_rows(self.scratch)
        if total not in (None, len(rows)):
            raise OSError(f"Expected a report of {total} pictures. Received: {len(rows)}.")
        rows = sorted([*rows, *self.other_rows])
        failed = [(row[0], row[-1]) for row in rows if row[1] == "failed"]
        self._write_table(self.failed, ("file", "reason"), failed)
        self._write_table(self.report, pipeline.COLUMNS, rows)
        if not self.in_folder:  # an earlier job may have written more shards
            times = {path: filesystem.modified_time(path) for path in self._shards()}
            filesystem.remove_files([p for p, time in times.items() if time < self.start_time])
        filesystem.remove(self.running if self.in_folder else self.folder)
        return Counter(row[1] for row in rows)

    def _write_table(self, path, columns, rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        self._write(path, text.getvalue().encode())

    def _write(self, path, content):
        filesystem.write(path, content, self.scratch)
