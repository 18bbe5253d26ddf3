"""Disks that take no more, clocks that go backwards: a sentence, and nothing half-written."""

import itertools
import json
import shutil
import subprocess
import sys
import time
from collections import namedtuple

import pytest

from tfstyle import cli

SMALL = ["--batch=1", "--size=64", "--half=4", "--quarter=8", "--blocks=1", "--top=4", "--margin=8"]
COMMANDS = {
    "paint": "stylize {photo} --style {style} -o {home}/new/a.png",
    "folder": "stylize {content} --style {style} -o {home}/many",
    "optimise": "stylize {photo} --style {style} --method gatys --iterations 2 -o {home}/g.png "
    "--run {home}/optimised",
    "export": "export johnson-irises -o {home}/phone",
    "saved_model": "export ghiasi --format saved_model -o {home}/hub",
    "compare": "compare {photo} {style} -o {home}/sheet.html",
    "styles": "styles -o {home}/styles.png",
    "layers": "layers {photo} {style} -o {home}/layers.png",
}
LIMITED = """
import contextlib, io, json, resource, sys
import tensorflow
from tfstyle import cli, model_facts
two = model_facts.models()[:2]
model_facts.models = lambda: two  # each of which `compare` gives a process
for command in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
        code = cli.main(command)
        resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (resource.RLIM_INFINITY,))
    lines = said.getvalue().splitlines()
    print(json.dumps([code, [line for line in lines if "tfstyle: " in line]]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of files")
def test_a_file_that_cannot_be_written_whole_is_not_there(pictures):
    home = pictures / "home"
    home.mkdir()
    named = {"photo": pictures / "content/0.png", "style": pictures / "style/0.png"}
    named |= {"content": pictures / "content", "home": home}
    commands = [[word.format(**named) for word in each.split()] for each in COMMANDS.values()]
    found = subprocess.run(
        [sys.executable, "-c", LIMITED],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    answers = [json.loads(line) for line in found.stdout.splitlines() if line.startswith("[")]
    for name, (code, lines) in zip(COMMANDS, answers, strict=True):
        assert code == (1 if name == "folder" else 2), (name, lines)
        assert any("Expected to write" in line and "too large" in line for line in lines), name
    left = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    assert {path.name for path in left} <= {"settings.json", "log.csv", "report.csv"}


@pytest.mark.slow
def test_a_training_that_has_no_room_for_a_checkpoint_says_so(pictures, capsys, monkeypatch):
    """HDF5 would end the process."""
    run, usage = pictures / "run", namedtuple("usage", ["free"])
    command = ["train", "johnson", "--content", str(pictures / "content"), "--steps=1", *SMALL]
    command += ["--style", str(pictures / "style/0.png"), "--run", str(run)]
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda folder: usage(1000))
        assert cli.main(command) == 2
    assert "MB of free disk" in capsys.readouterr().err.splitlines()[-1]
    assert sorted(path.name for path in run.iterdir() if path.is_file()) == [
        "log.csv",
        "run.json",
        "settings.json",
    ]
    assert cli.main(command) == 0 and (run / "generator.keras").is_file()


@pytest.mark.slow
def test_a_clock_that_goes_backwards_loses_nothing(pictures, capsys, monkeypatch):
    """At first by an hour whenever it is asked; then to a year that no zip file can hold."""
    run, localtime = pictures / "run", time.localtime
    command = ["train", "johnson", "--content", str(pictures / "content"), "--steps=2", *SMALL]
    command += ["--style", str(pictures / "style/0.png"), "--run", str(run)]
    clock = itertools.count(time.time(), -3600)
    monkeypatch.setattr(time, "time", lambda: next(clock))
    monkeypatch.setattr(time, "localtime", lambda *_: localtime(86400 * 200))
    assert cli.main(command) == 2
    assert "Expected a clock after 1980" in capsys.readouterr().err.splitlines()[-1]
    assert not [path for path in run.iterdir() if path.suffix == ".keras"]
    monkeypatch.setattr(time, "localtime", lambda *_: localtime(next(clock)))
    assert cli.main(command) == 0 and (run / "generator.keras").is_file()
    assert (run / "log.csv").read_text().splitlines()[-1].startswith("2,")
