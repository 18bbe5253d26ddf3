"""Trainings in processes of their own, which checkpoint and log at every step."""

import csv
import os
import signal
import subprocess
import sys
import time

PROGRAM = """
import sys
from tfstyle import cli
from tfstyle.training import curves, runs
defaults = runs.Recorder.__init__
def often(self, *arguments, **named):
    defaults(self, *arguments, **{**named, "seconds": 0.0, "every": 1})
runs.Recorder.__init__ = often
curves.Curves.draw = lambda self: None
sys.exit(cli.main(sys.argv[1:]))
"""


def start(arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
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
