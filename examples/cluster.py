"""A batch on a Dask cluster on this machine: a scheduler and workers, processes of their own.

    pip install "tfstyle[beam]" "apache-beam[dask]"
    python examples/cluster.py --workers 2 -o painted/ 'photos/*.jpg' --style starry-night

`--kill 20` kills a worker as `kill -9` does, once 20 pictures are painted; the others do the rest.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PARTITIONS = 8  # a worker's shares of the pictures


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[tuple[Path, list[subprocess.Popen]]]:
    """A file that tells clients of the scheduler, and the workers, until the end of the block."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        told = Path(folder) / "scheduler.json"

        def begun(program, *flags):
            command = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--no-dashboard"]
            command += ["--host", "127.0.0.1", "--scheduler-file", str(told), *flags]
            process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
            running.callback(process.wait)
            running.callback(process.kill)
            return process

        begun("scheduler", "--port", "0")
        own = ("--nthreads", "1", "--no-nanny", "--local-directory", folder)
        yield told, [begun("worker", *own) for _ in range(workers)]


def painted(folder: Path) -> list[Path]:
    """The pictures that are there, without the job's own files."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and ".tfstyle-batch" not in path.parts and path.suffix != ".csv"
    ]


def batch(output: Path, rest: list[str], workers: int, kill: int | None = None) -> int:
    """Runs `tfstyle batch` on a cluster and returns its exit code.

    Args:
        output: Folder of the pictures.
        rest: The command's other arguments.
        workers: Processes.
        kill: Pictures after which a worker is killed; None kills none.
    """
    with cluster(workers) as (told, processes):
        command = [sys.executable, "-m", "tfstyle", "batch", *rest, "-o", str(output)]
        command += ["--runner", "DaskRunner", "--dask_scheduler_file", str(told)]
        command += ["--dask_npartitions", str(PARTITIONS * workers)]
        job = subprocess.Popen(command, env=os.environ | {"PYTHONUNBUFFERED": "1"})
        try:
            while job.poll() is None:
                if kill is not None and len(painted(output)) >= kill:
                    processes[0].kill()
                    print(f"killed a worker after {len(painted(output))} pictures", flush=True)
                    kill = None
                time.sleep(0.1)
        finally:
            job.kill()
        return job.wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--kill", type=int, metavar="PICTURES")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    options, rest = parser.parse_known_args()
    begun = time.perf_counter()
    code = batch(options.output, rest, options.workers, options.kill)
    seconds = time.perf_counter() - begun
    count = len(painted(options.output))
    print(f"{count} pictures in {seconds:.1f} s with {options.workers} workers")
    return code


if __name__ == "__main__":
    sys.exit(main())
