"""The pipeline: groups of pictures, worked on, a row of the report each."""

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

from tfstyle import images, litert
from tfstyle.batch import places
from tfstyle.batch.work import Coding, Painting, target_name

COLUMNS = ("file", "result", "seconds", "picture", "reason")
RESULTS = ("painted", "coded", "kept", "failed")  # kept is what was there already
RECORDS = "records"
A_GROUP, A_GROUP_BYTES = 16, 1 << 24  # pictures, or bytes of records, that a worker is given
HELD, HELD_BYTES = 256, 1 << 26  # the same of what waits for others of its size
WATCHING: list[Callable[[], object]] = []  # called in this process after every picture


@dataclasses.dataclass(frozen=True)
class Source:
    """A picture that is to be read.

    Args:
        path: Of its file; of a record the file's, with the record's number.
        name: Below the inputs' common folder.
        content: Of a record; None is read from the path.
        reason: Why it is not to be read at all.
    """

    path: str
    name: str
    content: bytes | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Job:
    """What the workers are told.

    Args:
        work: What is done with a picture.
        output: Folder of the pictures; None where they go to records.
        scratch: Folder of this job's own files, on the results' filesystem.
        begun: When it began, by that filesystem's clock; what is newer, it painted itself.
        overwrite: Whether pictures that are older are painted again.
        shards: Files that the report is written to by the workers.
    """

    work: Painting | Coding
    output: str | None
    scratch: str
    begun: float
    overwrite: bool
    shards: int


def of_lists(lists: list[str]) -> beam.PTransform:
    """Groups of sources by target, from files that `listed` wrote."""
    return "Lists" >> beam.Create(lists) | "Names" >> beam.FlatMap(_of_list)


def listed(sources: list[tuple[str, Source]]) -> bytes:
    """A list of sources by target, a line of JSON each."""
    lines = (json.dumps([target, each.path, each.name]) for target, each in sources)
    return "\n".join(lines).encode()


def _of_list(path):
    lines = map(json.loads, places.read(path).decode().splitlines())
    sources = ((target, Source(*source)) for target, *source in lines)
    yield from _grouped(path, sources, lambda source: places.extent(source.path))


def of_records(paths: list[str], home: str) -> beam.PTransform:
    """Groups of sources by target, from TFRecord files of tf.train.Example.

    Args:
        paths: Of the files; their records have image/encoded and image/filename.
        home: Folder that all of them are below.
    """
    return "Files" >> beam.Create(paths) | "Records" >> beam.FlatMap(_of_file, home)


def _of_file(path, home):
    yield from _grouped(path, _records(path, path[len(home) :]), _extent)


def _extent(source):
    return images.extent(io.BytesIO(source.content))


def _grouped(label, sources, extent):
    """Groups of pictures of one size, since a model is opened anew for another.

    Args:
        label: Of the groups, which number themselves.
        sources: By target.
        extent: From a source to its height and width.

    Yields:
        A group's own key, and sources by target.
    """
    groups, number = {}, itertools.count()
    for target, source in sources:
        group = groups.setdefault(key := extent(source), [])
        group.append((target, source))
        if _is_full(group, A_GROUP, A_GROUP_BYTES):
            yield f"{label}:{next(number)}", groups.pop(key)
        elif _is_full(list(itertools.chain(*groups.values())), HELD, HELD_BYTES):
            largest = max(groups, key=lambda key: len(groups[key]))
            yield f"{label}:{next(number)}", groups.pop(largest)
    for group in groups.values():
        yield f"{label}:{next(number)}", group


def _is_full(group, count, size):
    return len(group) >= count or sum(len(s.content or b"") for _, s in group) >= size


def _records(path, folder):
    """The records of a file, as far as it can be read."""
    number, seen = 0, set()
    try:
        with FileSystems.open(path) as file:
            while (record := tfrecordio._TFRecordUtil.read_record(file)) is not None:
                target, source = _of_record(f"{path}:{number}", folder, record)
                if target in seen:
                    reason = f"Expected records of different names. Received: two for {target}."
                    source = dataclasses.replace(source, reason=reason)
                seen.add(target)
                yield target, source
                number += 1
    except Exception:  # of whatever kind a broken file raises
        reason = f"Expected a TFRecord file. Received: {path}, broken at record {number}."
        yield f"{path}:{number}", Source(f"{path}:{number}", folder, b"", reason)


def _of_record(path, folder, record):
    try:
        features = _train().Example.FromString(record).features.feature
        encoded = features["image/encoded"].bytes_list.value[0]
        given = list(features["image/filename"].bytes_list.value)
        name = given[0].decode() if given else f"{path.rpartition(':')[2]}.jpg"
        target = target_name(f"{folder}/{name}")
    except Exception as error:  # of whatever kind a broken record raises
        reason = f"Expected an Example with image/encoded. Received: {path} ({error})."
        return path, Source(path, folder, b"", " ".join(reason.split()))
    return target, Source(path, f"{folder}/{name}", encoded)


def worked(
    groups: beam.PCollection, job: Job, sink: beam.PTransform | None = None
) -> beam.PCollection:
    """Rows of COLUMNS, one a source, written to the scratch folder's `rows`.

    Args:
        groups: As of `of_lists`; workers share them out.
        job: As of `Job`.
        sink: Of what was made where it goes to records, by `record` or as it is.
    """
    spread = groups | "Spread" >> beam.GroupByKey()
    if sink is None:
        rows = spread | "Work" >> beam.ParDo(_Work(job))
    else:
        both = spread | "Work" >> beam.ParDo(_Work(job)).with_outputs(RECORDS, main="rows")
        rows, _ = both.rows, both[RECORDS] | "Sink" >> sink
    by_shard = rows | "Shard" >> beam.Map(_sharded, job.shards)
    return by_shard | "Gather" >> beam.GroupByKey() | "Report" >> beam.ParDo(_Report(job))


def _sharded(row, shards):
    return zlib.crc32(row[0].encode()) % shards, row


class _Work(beam.DoFn):
    """Does a job's work. The model is shared by all threads of a process, and opened once."""

    def __init__(self, job):
        self.job, self.shared = job, Shared()
        self.done = "coded" if isinstance(job.work, Coding) else "painted"

    def setup(self):
        self.opened = self.shared.acquire(self.job.work.opened)

    def process(self, element):
        _, groups = element
        for target, source in sorted(next(iter(groups)), key=lambda pair: pair[0]):
            if source.reason:
                yield self._row(source, "failed", 0.0, target, source.reason)
            else:
                yield from self._worked(source, target)

    def _worked(self, source, target):
        path = self.job.output and f"{self.job.output}/{target}"
        begun = time.perf_counter()
        there = places.updated(path) if path else None
        if there is not None and (there >= self.job.begun or not self.job.overwrite):
            result = self.done if there >= self.job.begun else "kept"
            yield self._row(source, result, 0.0, target)
            return
        try:
            content = places.read(source.path) if source.content is None else source.content
            made = self.opened(content, source.name, target)
        except Exception as error:  # of whatever kind a broken file raises
            reason = " ".join(str(error).split()) or type(error).__name__
            yield self._row(source, "failed", time.perf_counter() - begun, target, reason)
            return
        if path:
            places.write(path, made, f"{self.job.scratch}/pictures")
        else:
            yield beam.pvalue.TaggedOutput(RECORDS, (target, made))
        yield self._row(source, self.done, time.perf_counter() - begun, target)

    def _row(self, source, result, seconds, target, reason=""):
        Metrics.counter("tfstyle", result).inc()
        Metrics.distribution("tfstyle", "milliseconds").update(round(1000 * seconds))
        for tell in WATCHING:
            tell()
        made = "" if result == "failed" else target
        return source.path, result, f"{seconds:.3f}", made, reason


class _Report(beam.DoFn):
    """Writes the rows of a shard, the same file however often it is asked to."""

    def __init__(self, job):
        self.job = job

    def process(self, element):
        shard, rows = element
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(sorted(rows))
        path = f"{self.job.scratch}/rows/{shard:05d}.csv"
        places.write(path, text.getvalue().encode(), f"{self.job.scratch}/pictures")
        yield path


def rows(scratch: str) -> list[list[str]]:
    """What the workers reported of each file, in the files' order; once, whoever did it again."""
    parts = FileSystems.match([f"{scratch}/rows/*.csv"])[0].metadata_list
    texts = (places.read(part.path).decode() for part in parts)
    found = [row for text in texts for row in csv.reader(io.StringIO(text))]
    return sorted({row[0]: row for row in found}.values())


def to_records(path: str) -> beam.PTransform:
    """Pictures to TFRecord files of tf.train.Example: image/encoded, filename and format."""
    return "Example" >> beam.Map(_example) | beam.io.WriteToTFRecord(
        path, file_name_suffix=".tfrecord"
    )


def _example(made):
    train, (name, encoded) = _train(), made
    kind = name.rpartition(".")[2].encode()
    fields = {"encoded": encoded, "filename": name.encode(), "format": kind}
    features = {
        f"image/{key}": train.Feature(bytes_list=train.BytesList(value=[value]))
        for key, value in fields.items()
    }
    return train.Example(features=train.Features(feature=features)).SerializeToString()


def _train():
    with litert.quiet("TensorFlow"):
        from tensorflow import train
    return train


def to_lines(path: str) -> beam.PTransform:
    """Codes to files of a line of JSON each."""
    return "Line" >> beam.Map(lambda made: made[1].decode()) | beam.io.WriteToText(path, ".jsonl")
