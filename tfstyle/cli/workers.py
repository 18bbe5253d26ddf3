"""Painting of many photographs: one after the other, or in several processes."""

import argparse
import collections
import contextlib
import functools
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent import futures
from multiprocessing import connection

from tfstyle.cli.report import OF_PROCESS, PAINTED, Result

AHEAD = 2  # photographs that a worker holds: it decodes one while it paints another


def paint_in_turn(paint, options, tasks) -> Iterator[Result]:
    """Paints one photograph while the next one is decoded.

    Args:
        paint: A function of a photograph, its opacity and its picture's file.
        options: Options of the command.
        tasks: Photographs with their pictures' files.
    """
    tasks = iter(tasks)

    def decode_next():
        task = next(tasks, None)
        return task and (task, *_decoded(task, options))

    with futures.ThreadPoolExecutor(1) as reader:
        decoded = reader.submit(decode_next).result()
        while decoded:
            task, picture, error, seconds = decoded
            following = reader.submit(decode_next)
            if picture:
                start = time.perf_counter()
                error = _error_of(functools.partial(paint, *picture, task[1]))
                seconds += time.perf_counter() - start
            size = picture[0].shape[1::-1] if picture else ()
            yield Result(task, size, seconds, error or PAINTED)
            decoded = following.result()


def _decoded(task, options):
    """A photograph with its opacity, or None; why there is none; and the seconds."""
    from tfstyle import disk, images
    from tfstyle.methods.checked_inputs import photograph

    start, pictures = time.perf_counter(), []

    def decode():
        disk.check_writable(task[1], options.overwrite, images.SUFFIXES)
        pictures.append(photograph(*task, options.size, options.alpha))

    error = _error_of(decode)
    return pictures[0] if pictures else None, error, time.perf_counter() - start


def _error_of(function):
    """The message of a function's error in a line; empty if there is none."""
    try:
        function()
    except (ValueError, OSError) as error:
        return " ".join(str(error).split())
    return ""


def paint_in_processes(file_painter, options, count, tasks) -> Iterator[Result]:
    """Paints in several processes, each of which gets the next photographs.

    Args:
        file_painter: `stylize.file_painter`.
        options: Options of the command.
        count: Number of processes.
        tasks: Photographs with their pictures' files.
    """
    threads = max(1, (options.threads or os.cpu_count()) // count)
    waiting = collections.deque(tasks)
    workers = [_Worker(file_painter, options, threads) for _ in range(min(count, len(tasks)))]
    try:
        while waiting or any(worker.tasks for worker in workers):
            for worker in workers:
                worker.send(waiting)
            for pipe in connection.wait([worker.pipe for worker in workers if worker.tasks]):
                worker = next(worker for worker in workers if worker.pipe is pipe)
                yield worker.result(waiting)
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that paints; if it dies, its photograph is lost and a new process begins."""

    def __init__(self, file_painter, options, threads):
        values = {k: v for k, v in vars(options).items() if k not in OF_PROCESS}
        self.options = argparse.Namespace(**values, results={})
        self.file_painter, self.threads = file_painter, threads
        self.begin()

    def begin(self):
        context = multiprocessing.get_context("spawn")
        self.pipe, process_pipe = context.Pipe()
        arguments = (process_pipe, self.file_painter, self.options, self.threads)
        self.process = context.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        process_pipe.close()
        self.tasks = collections.deque()

    def send(self, waiting):
        """Sends photographs that wait."""
        while waiting and len(self.tasks) < AHEAD:
            try:
                self.pipe.send(waiting[0])
            except OSError:
                return  # `result` sees that the process has died
            self.tasks.append(waiting.popleft())

    def result(self, waiting):
        """The result of the first photograph that was sent."""
        try:
            result = self.pipe.recv()
        except (EOFError, OSError):
            return self._lost(waiting)
        self.tasks.popleft()
        if isinstance(result, BaseException):
            raise result
        return result

    def _lost(self, waiting):
        lost, *others = self.tasks
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


def _work(pipe, file_painter, options, threads):
    """Paints what comes through a pipe, until the command has ended."""
    command = os.getppid()

    def tasks():
        with contextlib.suppress(EOFError, OSError):
            while True:
                yield pipe.recv()

    try:
        paint = file_painter(options, threads)

        def paint_for_command(content, alpha, target):
            if os.getppid() != command:
                sys.exit()  # another command may paint it already
            paint(content, alpha, target)

        for result in paint_in_turn(paint_for_command, options, tasks()):
            pipe.send(result)
    except KeyboardInterrupt:
        pass
    except (ValueError, OSError) as error:
        with contextlib.suppress(OSError):
            pipe.send(error)
