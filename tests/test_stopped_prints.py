"""Prints that are killed go on with the same command, tile by tile."""

import json
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tfstyle import checkpoint, examples, images, loading, prints
from tfstyle.cli import main

pytest.importorskip("pyvips")

PROGRAM = """
import os, sys
from tfstyle import checkpoint, cli
from tfstyle.methods import tiled_network
tiled_network.TILE, left, save = 64, [int(sys.argv.pop(1))], checkpoint.Checkpoint.save
number = int(sys.argv.pop(1))
def counted(self, *state):
    save(self, *state)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), number)
checkpoint.Checkpoint.save = counted
sys.exit(cli.main(sys.argv[1:]))
"""
ADAIN = ("--method", "adain", "--strength", 0.05)  # pixels fade behind the network
WCT = ("--method", "wct", "--levels", "2", "1")
FAST = ("--method", "johnson", "--fast-tiles")


@pytest.fixture
def photo(tmp_path):
    random_ = np.random.default_rng(0)
    noise = random_.normal(0.0, 0.02, (100, 130, 3))
    images.write(np.float32(np.clip(examples.lake(100, 130) + noise, 0, 1)), tmp_path / "a.png")
    images.write(examples.discs(64, 64), tmp_path / "style.png")
    return tmp_path / "a.png"


def arguments(photo, out, *flags):
    style = "the-kiss" if "johnson" in flags else photo.with_name("style.png")
    return ["stylize", photo, "--style", style, "--depth", 16, *flags, "-o", photo.with_name(out)]


def start(kept, *command, number=signal.SIGKILL):
    """A command that is killed, or sent another signal, once it has kept so many tiles."""
    words = [sys.executable, "-c", PROGRAM, kept, int(number), *command]
    return subprocess.Popen(list(map(str, words)), stderr=subprocess.PIPE, text=True)


def finished(photo, out, *flags):
    assert start(0, *arguments(photo, out, *flags)).wait() == 0
    return photo.with_name(out).read_bytes()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGKILL, -signal.SIGKILL), pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow)],
)
def test_a_stopped_print_goes_on_to_the_same_file(number, code, photo):
    whole, out = finished(photo, "whole.tif", "--method", "johnson"), photo.with_name("out.tif")
    command = arguments(photo, "out.tif", "--method", "johnson")
    assert start(8, *command, number=number).wait() == code and not out.exists()
    state = np.load(out.with_name("out.tif.unfinished") / checkpoint.STATE)
    assert json.loads(str(state["told"]))["stage"] > 0
    again = start(0, *command)
    assert "goes on where it was stopped, at " in again.communicate()[1]
    assert again.returncode == 0 and out.read_bytes() == whole
    assert {path.name for path in photo.parent.iterdir()} == {
        *("a.png", "style.png", "whole.tif", "out.tif")
    }


@pytest.mark.slow
@pytest.mark.parametrize("flags", [ADAIN, WCT, FAST], ids=lambda flags: flags[1])
def test_prints_killed_at_any_moment_are_the_same_in_the_end(flags, photo):
    began = time.monotonic()
    whole, out = finished(photo, "whole.tif", *flags), photo.with_name("out.tif")
    seconds, chance, killed = time.monotonic() - began, random.Random(0), 0
    for kept in (1, 2, 3, 5, 8, 0, 0, 0, 0, 0):
        process = start(kept, *arguments(photo, "out.tif", *flags))
        try:
            process.wait(None if kept else chance.uniform(0.4 * seconds, seconds))
        except subprocess.TimeoutExpired:
            process.kill()
        killed += process.wait() == -signal.SIGKILL
        if out.exists():
            break
    if not out.exists():
        finished(photo, "out.tif", *flags)
    assert killed >= 2 and out.read_bytes() == whole
    assert not out.with_name("out.tif.unfinished").exists()


def test_another_command_does_not_go_on(photo, capsys):
    assert start(3, *arguments(photo, "out.tif", "--method", "johnson")).wait() != 0
    others = arguments(photo, "out.tif", "--method", "johnson", "--strength", 0.5)
    assert main(list(map(str, others))) == 2
    assert "Received: another strength." in capsys.readouterr().err
    images.write(examples.lake(100, 130), photo)
    same = list(map(str, arguments(photo, "out.tif", "--method", "johnson")))
    assert main(same) == 2 and "Received: another files." in capsys.readouterr().err
    assert main([*same, "--overwrite"]) == 0 and photo.with_name("out.tif").is_file()


def test_a_print_that_is_written_is_moved_alone(photo, monkeypatch):
    whole, out, job = (photo.with_name("whole.tif"), photo.with_name("out.tif"), {"style": "kiss"})
    paint = loading.load_lite("johnson-the-kiss").painter()
    prints.paint(paint, photo, whole)

    def fail(*what):
        raise OSError("Expected a disk. Received: none.")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Checkpoint, "keep_only", fail)
        with pytest.raises(OSError, match="Expected a disk"):
            prints.paint(paint, photo, out, job=job)
    assert not out.exists()
    prints.paint(fail, photo, out, job=job)
    assert out.read_bytes() == whole.read_bytes()
    assert not out.with_name("out.tif.unfinished").exists()
