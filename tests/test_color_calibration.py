"""Tones behind a generator: what they leave, and what the fit does not pass."""

import json

import numpy as np
import pytest

from tfstyle import cli, examples, images, loading
from tfstyle.evaluation import color_baseline, color_calibration
from tfstyle.layers import Tone
from tfstyle.networks.resnet import resnet
from tfstyle.networks.tiling import measuring


@pytest.fixture
def generator():
    return resnet((4, 8, 8), 1, padding="zero", skip="features")


def test_a_tone_of_ones_changes_nothing_and_of_no_share_gives_the_source_back():
    picture, source = np.random.default_rng(0).random((2, 1, 8, 9, 3), np.float32)
    np.testing.assert_allclose(Tone()(picture, source), picture, atol=1e-6)
    np.testing.assert_allclose(Tone(share=0.0)(picture, source), source, atol=1e-6)


def test_the_layer_grades_as_the_baseline_does():
    picture, source = np.random.default_rng(0).random((2, 1, 8, 9, 3), np.float32)
    actual = Tone(1.0, 0.3, 0.8, -0.1, 0.05)(picture, source)
    np.testing.assert_allclose(
        actual, color_baseline.tones((0.3, 0.8, -0.1, 0.05))(picture), atol=1e-5
    )


def test_a_toned_generator_still_tells_its_moments(generator):
    content = np.random.default_rng(0).random((1, 32, 40, 3), np.float32)
    network = color_calibration.calibrated(
        generator, share=0.5, saturation=0.5, contrast=0.9, brightness=0.0
    )
    actual = measuring(network).predict_on_batch(content)
    np.testing.assert_allclose(actual["translated"], network.predict_on_batch(content), atol=1e-5)


@pytest.mark.slow
def test_a_run_is_toned_by_a_command(generator, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(color_calibration, "EVALUATIONS", 6)
    run = tmp_path / "run"
    run.mkdir()
    generator.save(run / "generator.keras")
    (run / "settings.json").write_text('{"steps": 1}')
    for index in range(3):
        images.write(examples.lake(60 + index, 80), tmp_path / "source" / f"{index}.png")
        images.write(examples.discs(60 + index, 80), tmp_path / "target" / f"{index}.png")
    domains = ["--source", str(tmp_path / "source"), "--target", str(tmp_path / "target")]
    assert cli.main(["tone", "--run", str(run), *domains, "-o", str(tmp_path / "toned")]) == 0
    assert "kernel distance" in capsys.readouterr().out
    assert json.loads((tmp_path / "toned/settings.json").read_text())["tone"].keys() == {
        *color_calibration.NAMES
    }
    painted = loading.load_model("cyclegan", tmp_path / "toned").stylize(examples.lake(50, 60))
    assert painted.shape == (50, 60, 3) and np.isfinite(painted).all()
