"""The scripts and the page for phone developers."""

import importlib.util
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from tfstyle import cli

HOME = Path(__file__).parent.parent / "tflite"


def script(name, monkeypatch):
    monkeypatch.syspath_prepend(str(HOME))
    spec = importlib.util.spec_from_file_location(name, HOME / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def files(tmp_path_factory, drop_in):
    folder = tmp_path_factory.mktemp("files")
    assert cli.main(["export", "ghiasi", "-o", str(folder / "ghiasi")]) == 0
    shutil.copytree(drop_in, folder / "drop-in")
    return folder


@pytest.mark.slow
def test_the_readmes_names_are_those_of_the_files(files, monkeypatch):
    signatures = script("compare", monkeypatch).signatures(files / "ghiasi")
    names = {name for each in signatures.values() for kind in each.values() for name in kind}
    known = names | signatures.keys() | {path.name for path in (files / "ghiasi").iterdir()}
    blocks = re.findall(r"```(?:kotlin|swift)\n(.*?)```", (HOME / "README.md").read_text(), re.S)
    quoted = [name for block in blocks for name in re.findall(r'"([\w.]+)"', block)]
    assert len(blocks) == 4 and {"stylize", "content", "pastiche", "predict"} <= set(quoted)
    assert set(quoted) <= known


@pytest.mark.slow
def test_the_readmes_compiled_models_have_one_signature_a_file(tmp_path, monkeypatch):
    command = ["export", "ghiasi", "--for", "gpu", "--size", "64x64", "-o", str(tmp_path)]
    assert cli.main(command) == 0
    found = script("compare", monkeypatch).signatures(tmp_path)
    assert found.keys() == {"predict", "stylize"}
    assert {*found["stylize"]["inputs"]} == {"content", "vector", "own", "strength"}
    assert {*found["stylize"]["outputs"]} == {"pastiche"}
    assert {*found["predict"]["outputs"]} == {"vector"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ghiasi", "drop-in"])
def test_a_painter_paints_what_an_app_would(files, name, monkeypatch):
    painted = script("painter", monkeypatch).painter(files / name)()
    assert painted.shape == (1, 384, 384, 3)
    assert np.isfinite(painted).all() and painted.std() > 0.02


@pytest.mark.slow
def test_the_comparison_has_a_row_for_every_folder(files, monkeypatch):
    compare = script("compare", monkeypatch)
    monkeypatch.setattr(compare, "SIZES", ((64, 80),))
    monkeypatch.setattr(compare, "ROUNDS", 1)
    folders = sorted(files.iterdir())
    pairs = list(compare.signature_runner.calibration_pairs(None, None))[:1]
    rows = list(compare.rows(folders, files / "drop-in", pairs))
    assert [row.split(" | ")[0] for row in rows] == [
        "| drop-in",
        "| ghiasi",
        "| peer style_transfer",
    ]
    assert all(row.count("|") == compare.HEAD.splitlines()[0].count("|") for row in rows)


def test_without_files_the_comparison_says_so(tmp_path, monkeypatch, capsys):
    compare = script("compare", monkeypatch)
    monkeypatch.setattr("sys.argv", ["compare.py", "--files", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        compare.main()
    assert "convert.py" in capsys.readouterr().err
