"""Folders of photographs: reports, workers, kills."""

import argparse
import csv
import os
import signal
import subprocess
import sys
import time

import pytest

from tfstyle import cli, examples, images
from tfstyle.cli import folder, report

WAITS = 120.0  # seconds at most


@pytest.fixture
def photographs(tmp_path):
    for index in range(6):
        images.write(examples.lake(40 + index, 56), tmp_path / "in" / f"{index}.png")
    (tmp_path / "in" / "bad.jpg").write_bytes(b"no picture")
    return tmp_path / "in"


def arguments(photographs, *more):
    out = photographs.parent / "out"
    return ["stylize", photographs, "--style", "starry-night", "-o", out, *more]


def run(*words):
    return cli.main(list(map(str, words)))


def rows(path):
    with path.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["result"] != report.BEGUN]


def painted(path):
    return sorted(row["file"] for row in rows(path) if row["result"] == report.PAINTED)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_report_says_what_became_of_each(photographs, workers, capsys):
    assert run(*arguments(photographs, "--workers", workers)) == 1
    assert "1 of 7 not painted" in capsys.readouterr().err
    results = {row["file"]: row for row in rows(photographs.parent / "out" / report.REPORT)}
    good, bad = results[str(photographs / "3.png")], results[str(photographs / "bad.jpg")]
    assert len(results) == 7 and (good["width"], good["height"]) == ("56", "43")
    assert float(good["seconds"]) > 0 and good["result"] == report.PAINTED
    assert "bad.jpg" in bad["result"] and not bad["width"]


def test_the_same_command_goes_on_and_another_one_refuses(photographs, capsys):
    run(*arguments(photographs))
    out = photographs.parent / "out"
    (out / "2.png").unlink()
    changed_at = (out / "1.png").stat().st_mtime_ns
    assert run(*arguments(photographs, "--threads", 1)) == 1
    assert (out / "1.png").stat().st_mtime_ns == changed_at and (out / "2.png").is_file()
    assert painted(out / report.REPORT).count(str(photographs / "2.png")) == 2
    assert painted(out / report.REPORT).count(str(photographs / "1.png")) == 1
    capsys.readouterr()
    assert run(*arguments(photographs, "--strength", 0.5)) == 1
    assert "7 of 7 not painted" in capsys.readouterr().err
    assert (out / "1.png").stat().st_mtime_ns == changed_at


def test_a_report_that_a_kill_cut_short_is_read(photographs):
    (photographs / "bad.jpg").unlink()
    run(*arguments(photographs))
    path = photographs.parent / "out" / report.REPORT
    path.write_bytes(path.read_bytes()[:-20])
    (photographs.parent / "out" / "5.png").unlink()
    assert run(*arguments(photographs)) == 0
    assert len(set(painted(path))) == 6


def test_a_report_goes_where_it_is_asked_to(photographs):
    path = photographs.parent / "elsewhere" / "results.csv"
    run(*arguments(photographs, "--report", path))
    assert len(painted(path)) == 6
    assert not (photographs.parent / "out" / report.REPORT).exists()


def test_gatys_takes_one_worker(photographs, capsys):
    more = ("--method", "gatys", "--workers", 2)
    assert run(*arguments(photographs, *more)) == 2
    assert "--workers" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_kills_leave_every_picture_once_and_none_half_written(photographs, workers):
    (photographs / "bad.jpg").unlink()
    out = photographs.parent / "out"
    command = [sys.executable, "-m", "tfstyle", *arguments(photographs, "--workers", workers)]
    for count in (1, 3, 5):
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL)
        begun = time.monotonic()
        while len(list(out.glob("*.png"))) < count and process.poll() is None:
            assert time.monotonic() < begun + WAITS
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in out.glob("*.png"):
            images.read(path)
    assert subprocess.run(list(map(str, command)), check=False).returncode == 0
    assert len(list(out.glob("*.png"))) == 6
    done = painted(out / report.REPORT)
    assert len(done) == len(set(done))


def dying(options, threads=None):
    """A file painter that ends its process at one of the photographs."""

    def paint(content, alpha, target):
        if target.name == "3.png":
            os.kill(os.getpid(), signal.SIGKILL)
        images.write(content, target)

    return paint


@pytest.mark.slow
def test_a_worker_that_dies_loses_its_picture_alone(photographs, capsys):
    (photographs / "bad.jpg").unlink()
    inputs, out = sorted(photographs.iterdir()), photographs.parent / "out"
    options = argparse.Namespace(
        **{"output": out, "report": None, "overwrite": False, "workers": 2, "threads": 2},
        **{"size": None, "alpha": "keep", "results": {}},
    )
    tasks = [(path, out / path.name) for path in inputs]
    assert folder.paint(dying, options, tasks) == 1
    assert "1 of 6 not painted" in capsys.readouterr().err
    assert sorted(path.name for path in out.glob("*.png")) == [f"{i}.png" for i in (0, 1, 2, 4, 5)]
