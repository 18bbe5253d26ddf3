"""The Beam pipeline: groups of pictures are processed, and each picture gets a row of a report."""

import csv
import dataclasses
import io
import itertools
import json
import time
import zlib
from collections.abc import Callable

import apache_beam as beam
from apache_beam.io import tfrecordio
from apache_beam.io.filesystems import FileSystems
from apache_beam.metrics import Metrics
from apache_beam.utils.shared import Shared

from tfstyle import images, messages
from tfstyle.batch import filesystem
from tfstyle.batch.transforms import Painting, StyleEncoding, target_name

COLUMNS = ("file", "result", "seconds", "picture", "reason")
RESULTS = ("painted", "coded", "kept", "failed")  # kept: the result was there already
RECORDS = "records"
GROUP_PICTURES, GROUP_BYTES = 16, 1 << 24  # pictures, or bytes of records, of a group
WAITING_PICTURES, WAITING_BYTES = 256, 1 << 26  # the same of all groups that are not full yet
PROGRESS_CALLBACKS: list[Callable[[], object]] = []  # called in this process after every picture


@dataclasses.dataclass(frozen=True)
class Source:
    """A picture of the inputs.

    Args:
        path: Of its file; for a record the file's path with the record's number.
        name: Its path below the inputs' common folder.
        content: A record's bytes; None where they are read from the path.
        reason: Why it cannot be read, or nothing.
    """

    path: str
    name: str
    content: bytes | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Job:
    """A job, as its workers need it.

    Args:
        transform: What is done with each picture.
        output: Folder of the pictures; None where they go to records.
        scratch: Folder of the job's own files, on the results' filesystem.
        start_time: When it began, by that filesystem's clock; newer pictures are its own.
        overwrite: Whether older pictures are painted again.
        shards: Number of files that the workers write the report to.
    """

    transform: Painting | StyleEncoding
    output: str | None
    scratch: str
    start_time: float
    overwrite: bool
    shards: int


def groups_of_lists(paths: list[str]) -> beam.PTransform:
    """Groups of targets and sources, from files that `encode_list` made."""
    return "Lists" >> beam.Create(paths) | "Names" >> beam.FlatMap(_groups_of_list)


def encode_list(sources: list[tuple[str, Source]]) -> bytes:
    """Targets and sources as lines of JSON."""
    lines = (json.dumps([target, source.path, source.name]) for target, source in sources)
    return "\n".join(lines).encode()


def _groups_of_list(path):
    lines = map(json.loads, filesystem.read(path).decode().splitlines())
    sources = ((target, Source(*source)) for target, *source in lines)
    yield from _group_by_extent(path, sources, lambda source: filesystem.extent(source.path))


def groups_of_records(paths: list[str], folder: str) -> beam.PTransform:
    """Groups of targets and sources, from TFRecord files of tf.train.Example.

    Args:
        paths: Of the files; their records have image/encoded and image/filename.
        folder: Folder that all of them are below, with a slash.
    """
    return "Files" >> beam.Create(paths) | "Records" >> beam.FlatMap(_groups_of_file, folder)


def _groups_of_file(path, folder):
    sources = _read_records(path, path[len(folder) :])
    yield from _group_by_extent(
        path, sources, lambda source: images.extent(io.BytesIO(source.content))
    )


def _group_by_extent(label, sources, extent):
    """Groups of pictures of one size, since a model is opened again for another size.

    Args:
        label: Begins the groups' keys, which are numbered.
        sources: Targets and sources.
        extent: A function of a source, which returns its height and width.

    Yields:
        A group's key, and its targets and sources.
    """
    groups, number = {}, itertools.count()
    for target, source in sources:
        group = groups.setdefault(size := extent(source), [])
        group.append((target, source))
        if _is_full(group, GROUP_PICTURES, GROUP_BYTES):
            yield f"{label}:{next(number)}", groups.pop(size)
        elif _is_full(list(itertools.chain(*groups.values())), WAITING_PICTURES, WAITING_BYTES):
            largest = max(groups, key=lambda size: len(groups[size]))
            yield f"{label}:{next(number)}", groups.pop(largest)
    for group in groups.values():
        yield f"{label}:{next(number)}", group


def _is_full(group, count, size):
    return len(group) >= count or sum(len(source.content or b"") for _, source in group) >= size


def _read_records(path, folder):
    """Targets and sources of a file's records, up to the first that is broken."""
    number, targets = 0, set()
    try:
        with FileSystems.open(path) as file:
            while (record := tfrecordio._TFRecordUtil.read_record(file)) is not None:
                target, source = _read_record(f"{path}:{number}", folder, record)
                if target in targets:
                    reason = f"Expected records of different names. Received: two for {target}."
                    source = dataclasses.replace(source, reason=reason)
                targets.add(target)
                yield target, source
                number += 1
    except Exception:  # broken files raise errors of any kind
        reason = f"Expected a TFRecord file. Received: {path}, broken at record {number}."
        yield f"{path}:{number}", Source(f"{path}:{number}", folder, b"", reason)


def _read_record(path, folder, record):
    try:
        features = _tf_train().Example.FromString(record).features.feature
        encoded = features["image/encoded"].bytes_list.value[0]
        names = list(features["image/filename"].bytes_list.value)
        name = names[0].decode() if names else f"{path.rpartition(':')[2]}.jpg"
        target = target_name(f"{folder}/{name}")
    except Exception as error:  # broken records raise errors of any kind
        reason = f"Expected an Example with image/encoded. Received: {path} ({error})."
        return path, Source(path, folder, b"", " ".join(reason.split()))
    return target, Source(path, f"{folder}/{name}", encoded)


def process_groups(
    groups: beam.PCollection, job: Job, sink: beam.PTransform | None = None
) -> beam.PCollection:
    """Processes every source, and writes its row of COLUMNS to the scratch folder's `rows`.

    Args:
        groups: Of `groups_of_lists` or `groups_of_records`; workers share them.
        job: The job.
        sink: Of `write_records` or `write_lines`; None writes each result to a file of its own.
    """
    spread = groups | "Spread" >> beam.GroupByKey()
    if sink is None:
        rows = spread | "Work" >> beam.ParDo(_ProcessSources(job))
    else:
        process = beam.ParDo(_ProcessSources(job)).with_outputs(RECORDS, main="rows")
        outputs = spread | "Work" >> process
        rows, _ = outputs.rows, outputs[RECORDS] | "Sink" >> sink
    by_shard = rows | "Shard" >> beam.Map(_with_shard, job.shards)
    return by_shard | "Gather" >> beam.GroupByKey() | "Report" >> beam.ParDo(_WriteRows(job))


def _with_shard(row, shards):
    return zlib.crc32(row[0].encode()) % shards, row


class _ProcessSources(beam.DoFn):
    """Applies a job's transform. All threads of a process share the model, which is loaded once."""

    def __init__(self, job):
        self.job, self.shared = job, Shared()
        self.success = "coded" if isinstance(job.transform, StyleEncoding) else "painted"

    def setup(self):
        self.process_content = self.shared.acquire(self.job.transform.load)

    def process(self, element):
        _, groups = element
        for target, source in sorted(next(iter(groups)), key=lambda pair: pair[0]):
            if source.reason:
                yield self._row(source, "failed", 0.0, target, source.reason)
            else:
                yield from self._process_source(source, target)

    def _process_source(self, source, target):
        path = self.job.output and f"{self.job.output}/{target}"
        start = time.perf_counter()
        modified = filesystem.modified_time(path) if path else None
        if modified is not None and (modified >= self.job.start_time or not self.job.overwrite):
            result = self.success if modified >= self.job.start_time else "kept"
            yield self._row(source, result, 0.0, target)
            return
        try:
            content = filesystem.read(source.path) if source.content is None else source.content
            output = self.process_content(content, source.name, target)
        except Exception as error:  # broken files raise errors of any kind
            reason = " ".join(str(error).split()) or type(error).__name__
            yield self._row(source, "failed", time.perf_counter() - start, target, reason)
            return
        if path:
            filesystem.write(path, output, f"{self.job.scratch}/pictures")
        else:
            yield beam.pvalue.TaggedOutput(RECORDS, (target, output))
        yield self._row(source, self.success, time.perf_counter() - start, target)

    def _row(self, source, result, seconds, target, reason=""):
        Metrics.counter("tfstyle", result).inc()
        Metrics.distribution("tfstyle", "milliseconds").update(round(1000 * seconds))
        for callback in PROGRESS_CALLBACKS:
            callback()
        picture = "" if result == "failed" else target
        return source.path, result, f"{seconds:.3f}", picture, reason


class _WriteRows(beam.DoFn):
    """Writes the rows of a shard; a second time replaces the same file."""

    def __init__(self, job):
        self.job = job

    def process(self, element):
        shard, rows = element
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(sorted(rows))
        path = f"{self.job.scratch}/rows/{shard:05d}.csv"
        filesystem.write(path, text.getvalue().encode(), f"{self.job.scratch}/pictures")
        yield path


def read_rows(scratch: str) -> list[list[str]]:
    """The rows that the workers wrote, in the sources' order; one row per source."""
    shards = filesystem.list_files(f"{scratch}/rows/*.csv")
    texts = (filesystem.read(path).decode() for path in shards)
    rows = (row for text in texts for row in csv.reader(io.StringIO(text)))
    return sorted({row[0]: row for row in rows}.values())


def write_records(path: str) -> beam.PTransform:
    """Writes pictures to TFRecord files of tf.train.Example: image/encoded, filename and format."""
    return "Example" >> beam.Map(_example) | beam.io.WriteToTFRecord(
        path, file_name_suffix=".tfrecord"
    )


def _example(output):
    train, (name, encoded) = _tf_train(), output
    kind = name.rpartition(".")[2].encode()
    fields = {"encoded": encoded, "filename": name.encode(), "format": kind}
    features = {
        f"image/{key}": train.Feature(bytes_list=train.BytesList(value=[value]))
        for key, value in fields.items()
    }
    return train.Example(features=train.Features(feature=features)).SerializeToString()


def _tf_train():
    with messages.quiet("TensorFlow"):
        from tensorflow import train
    return train


def write_lines(path: str) -> beam.PTransform:
    """Writes style codes to files of lines of JSON."""
    return "Line" >> beam.Map(lambda output: output[1].decode()) | beam.io.WriteToText(
        path, ".jsonl"
    )
