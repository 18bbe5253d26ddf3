"""Trainings that log every step, in this process or in ones of their own that can be killed."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tfstyle import cli
from tfstyle.training import curves, runs

PROGRAM = """
import sys
sys.path.append(sys.argv.pop(1))
import processes
sys.exit(processes.train(sys.argv[1:], seconds=0.0))
"""


def train(arguments, interrupted=None, seconds=90.0):
    """A training in this process.

    Args:
        arguments: Of the command.
        interrupted: Step at which ctrl-c is pressed, or None.
        seconds: Between two checkpoints.

    Returns:
        The exit code.
    """
    begin, write = runs.Recorder.__init__, runs.Run.log

    def often(self, *given, **named):
        begin(self, *given, **{**named, "seconds": seconds, "every": 1})

    def logged(self, step, losses):
        write(self, step, losses)
        if step == interrupted:
            signal.raise_signal(signal.SIGINT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs.Recorder, "__init__", often)
        patch.setattr(runs.Run, "log", logged)
        patch.setattr(curves.Curves, "draw", lambda self: None)
        return cli.main(arguments)


def start(arguments, **environment):
    """A training in a process of its own, which checkpoints at every step."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


def log(folder):
    with (folder / "log.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def steps_logged(folder):
    path = folder / "log.csv"
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


def stop_after(process, run, steps, number=signal.SIGKILL):
    """Sends a signal once so many steps are logged."""
    while steps_logged(run) < steps and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    process.wait()


def same_losses(run, other, steps, tolerance=1e-3):
    """Both logs have all steps, with the same losses."""
    mine, theirs = log(run), log(other)
    assert [row["step"] for row in mine] == [row["step"] for row in theirs]
    assert len(mine) == steps
    for one, two in zip(mine, theirs, strict=True):
        assert one.keys() == two.keys()
        for name in one.keys() - {"waiting"}:
            assert one[name] == pytest.approx(two[name], rel=tolerance), (name, one["step"])
