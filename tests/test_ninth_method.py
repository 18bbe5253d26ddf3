"""The method of docs/methods.md, in a package of its own, is found by all that asks METHODS."""

import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from test_documents import blocks

from tfstyle import examples, images

ROOT = Path(__file__).parents[1]
CARD = {"learned_in": "no time", "licence": "Apache-2.0", "tflite_bytes": 1000, "sources": []}
SEEN = """
import contextlib, json
from tfstyle import cli
from tfstyle.demo.method_choices import method_choices
print(json.dumps([cli.main(["methods"]), list(method_choices())]))
for command in (["stylize"], ["train", "tint"]):
    with contextlib.suppress(SystemExit):
        cli.main([*command, "--help"])
"""
EVERYTHING = """
import json, sys
import tfstyle
from tfstyle import cli, model_facts, loading
from tfstyle.demo.service import Request, Service
from tfstyle.evaluation import report
from tfstyle.metrics import Protocol

photo, painting = tfstyle.read("photos/photo.png"), tfstyle.read("paintings/painting.png")
known = model_facts.models()
model_facts.models = lambda: [model for model in known if model.name in ("tint", "cin")]
report.Protocol = lambda teacher: Protocol(feature_extractor=loading.feature_extractor())
for command in json.loads(sys.argv[1]):
    assert cli.main(command) == 0, command
(painted,) = Service(100_000).paint(Request(photo, [painting], "tint"))
tfstyle.write(painted.picture, "demo.png")
"""


@pytest.fixture
def package(tmp_path):
    """A folder as `pip install` leaves it, with notes of a release."""
    page = [block for block in blocks(ROOT / "docs/methods.md") if block.language != "bash"]
    project = tomllib.loads(page[0].text)["project"]
    for file, block in zip(("tint.py", "tint_training.py", "notes.json"), page[1:], strict=True):
        (tmp_path / file).write_text(block.text)
    metadata = tmp_path / f"{project['name']}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    for group, entries in project["entry-points"].items():
        lines = [f"{name} = {module}" for name, module in entries.items()]
        (metadata / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
    return tmp_path


def python(package, *arguments):
    paths = os.pathsep.join(map(str, (package, ROOT)))
    environment = os.environ | {"PYTHONPATH": paths, "COLUMNS": "300"}
    command = [sys.executable, *arguments]
    process = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_a_ninth_method_is_listed_offered_and_has_its_flags(package):
    (package / "released/tint").mkdir(parents=True)
    (package / "released/tint/card.json").write_text(json.dumps(CARD))
    output = python(package, "-c", SEEN)
    assert re.search(r"^tint: any painting's mean colour$", output, re.M)
    code, offered = json.loads(next(line for line in output.splitlines() if line[0] == "["))
    assert code == 0 and "tint" in offered
    assert "of tint:" in output and "--share" in output
    assert "Train a tint's contrast." in output and "optimizer steps (default: 200)" in output


def check_training(package):
    """Its command trains, goes on and logs."""
    train = ["-m", "tfstyle", "train", "tint", "--content", "photos", "--run", "runs/tint"]
    for steps in ("50", "200"):
        python(package, *train, "--steps", steps)
    with (package / "runs/tint/log.csv").open() as file:
        logged = list(csv.DictReader(file))
    assert float(logged[-1]["own"]) < 0.2 * float(logged[0]["own"])
    assert [row["step"] for row in logged] == [str(step) for step in range(10, 201, 10)]


@pytest.mark.slow
def test_a_ninth_method_is_trained_released_paints_is_exported_measured_and_compared(package):
    for name, draw in (("photos/photo", examples.lake), ("paintings/painting", examples.discs)):
        images.write(draw(48, 64), package / f"{name}.png")
    check_training(package)
    (release,) = (block for block in blocks(ROOT / "docs/methods.md") if block.language == "bash")
    stylize = ["stylize", "photos/photo.png", "--method", "tint", "--style"]
    stylize += ["paintings/painting.png", "-o"]
    folders = ["--content", "photos", "--style", "paintings", "--size", "64"]
    compare = ["compare", "photos/photo.png", "paintings/painting.png", "--size", "64"]
    commands = [
        [*stylize, "full.png"],
        [*stylize, "half.png", "--share", "0.5"],
        [*stylize, "masked.png", "--mask", "photos/photo.png"],
        ["export", "tint", "-o", "phone"],
        ["evaluate", "tint", *folders, "--pictures", "judged"],
        [*compare, "-o", "sheet.html"],
        ["film", "photos", "--method", "tint", "--style", "paintings/painting.png", "-o", "frames"],
    ]
    pytest.importorskip("av")
    pytest.importorskip("cv2")
    python(package, "-m", "tfstyle", *release.text.split()[1:])
    python(package, "-c", EVERYTHING, json.dumps(commands))
    python(package, ROOT / "tflite/web/models.py", "site", "released/tint")
    photo, full, half, demo = (
        images.read(package / f"{name}.png") for name in ("photos/photo", "full", "half", "demo")
    )
    mean = images.read(package / "paintings/painting.png").mean((0, 1))
    assert np.abs(full.mean((0, 1)) - mean).max() < 0.05
    assert np.abs(full - photo).mean() > np.abs(half - photo).mean() + 0.01
    np.testing.assert_allclose(demo, full, atol=0.01)
    assert (package / "judged/00_tint.png").is_file()
    assert min(json.loads((package / "phone/card.json").read_text())["psnr_to_keras"].values()) > 30
    assert "tint" in (package / "sheet.html").read_text()
    assert len(list((package / "frames").iterdir())) == 1
    (model,) = json.loads((package / "site/index.json").read_text())["models"]
    assert model["look"] == "predict" and model["passes"][0]["signature"] == "paint"
