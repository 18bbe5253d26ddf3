"""Many photographs: a report of each, workers, and going on after a kill."""

import argparse
import collections
import contextlib
import csv
import dataclasses
import functools
import hashlib
import io
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from multiprocessing import connection
from pathlib import Path

from tfstyle.cli import scripts
from tfstyle.cli.options import positive
from tfstyle.methods import method

REPORT = "report.csv"
COLUMNS = ("file", "width", "height", "seconds", "result", "run")
PAINTED, BEGUN = "painted", "begun"
AHEAD = 2  # photographs that a worker has been given: one is decoded while another is painted
OTHERS = ("overwrite", "photos", "output", "report", "run", "threads", "workers", "json")
OF_PROCESS = ("command", "results", "stdout")  # what a worker is not given

Way = tuple[Path, Path]


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of a photograph.

    Args:
        way: Its file, and its picture's.
        size: Width and height, or nothing of one that could not be read.
        seconds: That it took.
        words: PAINTED, or the sentence that says why not.
    """

    way: Way
    size: tuple[int, ...]
    seconds: float
    words: str


def add(parser):
    """The flags of many photographs."""
    parser.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="of several photographs: processes that paint them, which share the threads and need "
        "memory each (default: 1, which decodes the next one beside painting)",
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="of several photographs: a CSV file of what became of each; the same command goes on "
        f"where it was stopped (default: {REPORT} in the folder of the results)",
    )


def check(options):
    """Refuses what cannot be shared among workers.

    Raises:
        ValueError: The method optimises.
    """
    if not method(options.method).kind.one_pass and (options.workers or 1) > 1:
        raise ValueError(
            f"Expected --workers with methods of one pass, for {options.method} takes all cores. "
            f"Received: {options.workers}."
        )


def read(source, target, options):
    """A photograph and its opacity, as the options have it."""
    from tfstyle.methods.stylizer import photograph

    return photograph(source, target, options.size, options.alpha)


def paint(brush: Callable, options, inputs: Sequence[Path], outputs: Sequence[Path]) -> int:
    """Paints photographs that are not there already, and says what became of each.

    Args:
        brush: `paint.brush`.
        options: Of the command.
        inputs: Photographs.
        outputs: Their pictures.

    Returns:
        0 where all are there, else 1.
    """
    ways = list(zip(inputs, outputs, strict=True))
    workers = min(options.workers or 1, len(ways))
    run = functools.partial(_shared, brush, options, workers)
    if workers == 1:
        run = functools.partial(_painted, brush(options), options)
    with _Report(options) as report:
        left, failures = report.left(ways), []
        for result in _shown(run(left), len(ways), len(left)):
            report.add(result)
            if result.words != PAINTED:
                failures.append({"photo": result.way[0], "error": result.words})
            else:
                scripts.add_picture(options, *result.way, result.size, result.seconds)
    for failure in failures:
        print(f"tfstyle: {failure['error']}", file=sys.stderr)
    options.results["failures"] = failures
    if failures:
        print(f"tfstyle: {len(failures)} of {len(inputs)} not painted.", file=sys.stderr)
    return 1 if failures else 0


def _shown(results, count, left):
    from tqdm import tqdm

    return tqdm(results, unit="picture", total=count, initial=count - left)


class _Report:
    """A CSV file that grows with every photograph, so that a kill leaves it whole but for a line.

    Its first line is the folder's. The last column says with which settings a photograph was
    painted: with the same ones the command goes on, with others a picture that is there is
    refused, as always.
    """

    def __init__(self, options):
        self.home = Path(options.output)
        self.path = Path(options.report or self.home / REPORT)
        self.overwrite, self.run, self.file = options.overwrite, _fingerprint(options), None

    def __enter__(self):
        from tfstyle import images

        known = self._known()
        self.goes_on = any(row.get("run") == self.run for row in known)
        with images.writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = [row for row in known if None not in row.values()]
        images.write_file(self.path, _text(COLUMNS, kept).encode())
        self.file = self.path.open("a", newline="", encoding="utf-8")
        self._write(self.home, ("", ""), "", BEGUN)
        return self

    def __exit__(self, *what):
        self.file.close()

    def _known(self):
        with (
            contextlib.suppress(FileNotFoundError, UnicodeDecodeError),
            self.path.open(newline="", encoding="utf-8") as file,
        ):
            return [row for row in csv.DictReader(file) if set(COLUMNS) <= set(row)]
        return []

    def left(self, ways):
        """Photographs that these settings have not painted yet."""
        if self.overwrite or not self.goes_on:
            return ways
        return [way for way in ways if not way[1].is_file()]

    def add(self, result):
        """Says what became of a photograph."""
        size = result.size or ("", "")
        self._write(result.way[0], size, f"{result.seconds:.4f}", result.words)

    def _write(self, path, size, seconds, words):
        row = (path, *size, seconds, words, self.run)
        self.file.write(_text(None, [dict(zip(COLUMNS, map(str, row), strict=True))]))
        self.file.flush()


def _text(header, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _fingerprint(options):
    """A number that changes with what changes pictures."""
    kept = {k: v for k, v in vars(options).items() if k not in (*OTHERS, *OF_PROCESS)}
    kept = {key: repr(value) for key, value in kept.items() if not callable(value)}
    return hashlib.sha256(repr(sorted(kept.items())).encode()).hexdigest()[:12]


def _painted(paint, options, ways) -> Iterator[Result]:
    """Paints one photograph while the next one is decoded."""
    ways = iter(ways)

    def decoded():
        way = next(ways, None)
        return way and (way, *_decoded(way, options))

    with futures.ThreadPoolExecutor(1) as reader:
        found = reader.submit(decoded).result()
        while found:
            way, picture, size, seconds = found
            following = reader.submit(decoded)
            if not isinstance(picture, str):
                begun = time.perf_counter()
                picture = _said(functools.partial(paint, *picture, way[1]))
                seconds += time.perf_counter() - begun
            yield Result(way, size, seconds, picture or PAINTED)
            found = following.result()


def _decoded(way, options):
    """A photograph, or why there is none; its width and height; and the seconds."""
    from tfstyle import images

    begun, found = time.perf_counter(), []

    def decode():
        images.check_writable(way[1], options.overwrite)
        found.append(read(*way, options))

    words = _said(decode)
    size = found[0][0].shape[1::-1] if found else ()
    return words or found[0], size, time.perf_counter() - begun


def _said(work):
    """Why work failed, in a line, or nothing."""
    try:
        work()
    except (ValueError, OSError) as error:
        return " ".join(str(error).split())
    return ""


def _shared(brush, options, count, ways) -> Iterator[Result]:
    """Paints in processes of their own, each of which is given the next photographs."""
    threads = max(1, (options.threads or os.cpu_count()) // count)
    waiting = collections.deque(ways)
    workers = [_Worker(brush, options, threads) for _ in range(min(count, len(ways)))]
    try:
        while waiting or any(worker.given for worker in workers):
            for worker in workers:
                worker.give(waiting)
            for pipe in connection.wait([worker.pipe for worker in workers if worker.given]):
                worker = next(each for each in workers if each.pipe is pipe)
                yield worker.result(waiting)
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that paints; where it dies, its photograph is told as lost and a new one begins."""

    def __init__(self, brush, options, threads):
        kept = {k: v for k, v in vars(options).items() if k not in OF_PROCESS}
        self.options = argparse.Namespace(**kept, results={})
        self.brush, self.threads = brush, threads
        self.begin()

    def begin(self):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        given = (theirs, self.brush, self.options, self.threads)
        self.process = context.Process(target=_work, args=given, daemon=True)
        self.process.start()
        theirs.close()
        self.given = collections.deque()

    def give(self, waiting):
        """Hands over photographs that wait."""
        while waiting and len(self.given) < AHEAD:
            try:
                self.pipe.send(waiting[0])
            except OSError:
                return  # `result` sees that it has died
            self.given.append(waiting.popleft())

    def result(self, waiting):
        """What became of the first photograph that it was given."""
        try:
            found = self.pipe.recv()
        except (EOFError, OSError):
            return self._lost(waiting)
        self.given.popleft()
        if isinstance(found, BaseException):
            raise found
        return found

    def _lost(self, waiting):
        lost, *others = self.given
        waiting.extendleft(reversed(others))
        self.process.join()
        self.begin()
        words = f"Expected a picture of {lost[0]}. Received: a worker that ended, as without memory"
        return Result(lost, (), 0.0, f"{words}; fewer --workers need less.")

    def end(self):
        """Ends the process."""
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def _work(pipe, brush, options, threads):
    """Paints what comes through a pipe, until the command has ended."""
    command = os.getppid()

    def ways():
        with contextlib.suppress(EOFError, OSError):
            while True:
                yield pipe.recv()

    try:
        paint = brush(options, threads)

        def painted(content, alpha, target):
            if os.getppid() != command:
                sys.exit()  # another command may paint it already
            paint(content, alpha, target)

        for result in _painted(painted, options, ways()):
            pipe.send(result)
    except KeyboardInterrupt:
        pass
    except (ValueError, OSError) as error:
        with contextlib.suppress(OSError):
            pipe.send(error)
