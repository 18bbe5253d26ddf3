"""Many photographs: flags, and a loop that reports each and goes on after a kill."""

import functools
import sys
from collections.abc import Callable, Sequence

from tfstyle.cli import report, scripts, workers
from tfstyle.cli.options import positive
from tfstyle.cli.targets import Task
from tfstyle.methods import method


def add_flags(parser):
    """Adds the flags of many photographs."""
    parser.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="for several photographs: number of processes that paint; they share the threads, and "
        "each needs memory (default: 1, which decodes the next photograph while it paints)",
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="for several photographs: CSV file with the result of each; the same command goes on "
        f"where it was stopped (default: {report.REPORT} in the folder of the results)",
    )


def check(options):
    """Refuses workers that would take each other's cores.

    Raises:
        ValueError: The method optimises.
    """
    if not method(options.method).kind.one_pass and (options.workers or 1) > 1:
        raise ValueError(
            f"Expected --workers with methods of one pass, for {options.method} takes all cores. "
            f"Received: {options.workers}."
        )


def paint(file_painter: Callable, options, tasks: Sequence[Task]) -> int:
    """Paints photographs whose pictures do not exist yet, and reports the result of each.

    Args:
        file_painter: `stylize.file_painter`.
        options: Options of the command.
        tasks: Photographs with their pictures' files.

    Returns:
        0 if all are painted, else 1.
    """
    count = min(options.workers or 1, len(tasks))
    run = functools.partial(workers.paint_in_processes, file_painter, options, count)
    if count == 1:
        run = functools.partial(workers.paint_in_turn, file_painter(options), options)
    with report.Report(options) as results:
        remaining, failures = results.remaining(tasks), []
        for result in _with_bar(run(remaining), len(tasks), len(remaining)):
            results.add(result)
            if result.outcome != report.PAINTED:
                failures.append({"photo": result.task[0], "error": result.outcome})
            else:
                scripts.add_picture(options, *result.task, result.size, result.seconds)
    for failure in failures:
        print(f"tfstyle: {failure['error']}", file=sys.stderr)
    options.results["failures"] = failures
    if failures:
        print(f"tfstyle: {len(failures)} of {len(tasks)} not painted.", file=sys.stderr)
    return 1 if failures else 0


def _with_bar(results, count, remaining):
    from tqdm import tqdm

    return tqdm(results, unit="picture", total=count, initial=count - remaining)
