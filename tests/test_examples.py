"""The scripts that paint the documents' pictures."""

import importlib.util
from pathlib import Path

import pytest

from tfstyle import examples, images

SCRIPT = Path(__file__).parents[1] / "examples/readme.py"


@pytest.fixture
def readme():
    pytest.importorskip("skimage")
    spec = importlib.util.spec_from_file_location("readme", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_our_models_are_painted_beside_magentas(readme, shared, tmp_path, monkeypatch):
    monkeypatch.setattr(readme, "PICTURES", tmp_path)
    for _, style in readme.BESIDE:
        images.write(examples.swirls(96, 96), tmp_path / "paintings" / f"{style}.jpg")
    readme.beside(shared / "peers/magenta_tflite", tmp_path / "paintings")
    height, width, _ = images.read(tmp_path / "beside.jpg").shape
    models = len(readme.OURS) + 1
    assert width == 2 * (1 + models) * (readme.SIDE + 4)
    assert height == len(readme.BESIDE) // 2 * (readme.SIDE + 4 + 20 + 4)
