"""Pictures painted by stages are what the whole is."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tfstyle import examples, litert, loading, registry
from tfstyle.layerwise import inference
from tfstyle.layerwise.litert import staged_network
from tfstyle.layerwise.running_statistics import RunningStatistics
from tfstyle.methods import method, tiled_network


def noisy(height, width, deviation=0.02):
    noise = np.random.default_rng(0).normal(0.0, deviation, (height, width, 3))
    return np.float32(np.clip(examples.lake(height, width) + noise, 0.0, 1.0))


def decibels(one, other):
    return -10.0 * np.log10(np.mean(np.square(np.float64(one) - other)) + 1e-20)


def tiled_and_whole(name, style, content, monkeypatch, tile=tiled_network.TILE):
    """What is painted in tiles, and in one tile, both in floats."""
    paint = loading.load_lite(name).painter(style)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(tiled_network, "TILE", tile)
    tiled = paint(content)
    monkeypatch.setattr(tiled_network, "TILE", 768 * 64)
    return tiled, paint(content)


@pytest.mark.parametrize("memory", [0, inference.MEMORY])
def test_small_tiles_are_what_the_whole_is(memory, monkeypatch):
    monkeypatch.setattr(inference, "MEMORY", memory)
    tiled, whole = tiled_and_whole("cyclegan-rainy2sunny", None, noisy(40, 200), monkeypatch, 64)
    assert decibels(tiled, whole) > 80 and whole.std() > 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "adain",
        "wct",
        "ghiasi",
        "ghiasi-desktop",
        "cin",
        "johnson-the-kiss",
        "cyclegan-day2night",
        "cyclegan-rainy2sunny",
        "cyclegan-sunny2rainy",
        "pix2pix-facades",
    ],
)
@pytest.mark.parametrize("deviation", [0.0, 0.02])
def test_real_tiles_are_what_the_whole_is(name, deviation, painting, monkeypatch):
    style = painting if name.startswith(("adain", "wct", "ghiasi")) else None
    style = "starry-night" if name == "cin" else style
    content = noisy(96, tiled_network.TILE + 240, deviation)
    tiled, whole = tiled_and_whole(name, style, content, monkeypatch)
    assert decibels(tiled, whole) > 50 and whole.std() > 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "adain",
        "wct",
        "ghiasi",
        "cin",
        "johnson-the-kiss",
        "cyclegan-day2night",
        "cyclegan-rainy2sunny",
        "cyclegan-sunny2rainy",
        "pix2pix-facades",
    ],
)
def test_a_row_above_the_limit_changes_no_more_than_a_row_below_it(name, painting, monkeypatch):
    height, width, inside = 900, 1000, 860
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", height * width)
    content = noisy(height + 1, width)
    style = painting if name.startswith(("adain", "wct", "ghiasi")) else None
    paint = loading.load_lite(name).painter("starry-night" if name == "cin" else style)
    less, last, more = (paint(content[: height + by])[:inside] for by in (-1, 0, 1))
    above, below = np.abs(more - last).mean(), np.abs(last - less).mean()
    rounding = 0.003  # whole pictures are painted in rounded numbers, tiles in floats
    assert above < 1.2 * below + rounding


def test_other_tiles_take_the_statistics_of_a_thumbnail(painting, monkeypatch):
    content = noisy(40, 200)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(tiled_network, "THUMBNAIL_PIXELS", 5000)
    exact, fast = (
        loading.load_lite("adain", exact=exact).stylize(content, painting)
        for exact in (True, False)
    )
    assert decibels(exact, fast) < 40


@pytest.mark.parametrize("covariance", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_statistics_of_parts_are_those_of_the_whole(covariance, weighted):
    random = np.random.default_rng(1)
    features = np.float32(random.normal(100.0, 0.5, (150, 30, 4)))
    weights_ = np.float32(random.random((150, 30, 1))) if weighted else np.ones((150, 30, 1))
    running = RunningStatistics(covariance)
    for rows in (slice(0, 70), slice(70, 150)):
        running.add(features[rows], weights_[rows] if weighted else None)
    flat, shares = np.float64(features.reshape(-1, 4)), np.float64(weights_.reshape(-1))
    expected = np.cov(flat.T, aweights=shares, bias=True)
    np.testing.assert_allclose(running.mean, np.average(flat, axis=0, weights=shares), rtol=1e-6)
    found = running.spread / running.count
    np.testing.assert_allclose(found, expected if covariance else np.diag(expected), rtol=1e-4)


LITE = [name for name in registry.exported() if not name.startswith(("johnson", "wct"))]


@pytest.mark.parametrize("name", [*LITE, "johnson-the-kiss"])
def test_stages_measure_all_that_a_network_takes_out(name):
    path = registry.RELEASED / name / f"{method(name).tflite[-1]}.tflite"
    network = staged_network(path, "tile", {}, "moments", 1)
    runner = litert.interpreter(1, model_path=str(path)).get_signature_runner("tile")
    (numbers,) = (
        details["shape"][-1]
        for label, details in runner.get_input_details().items()
        if label == "moments"
    )
    found = sorted(
        (begin, begin + 2 * stage.source.shape(tensor)[-1])
        for stage in network.stages
        for tensor, begin in stage.subgraph.measured.items()
    )
    ends = [0, *(stop for _, stop in found)]
    assert [start for start, _ in found] == ends[:-1] and ends[-1] == numbers


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pix2pix-facades", "johnson-the-kiss", "cin", "adain", "ghiasi"])
def test_stages_on_keras_and_in_a_file_paint_what_a_whole_picture_is(name, painting, monkeypatch):
    style = painting if name in ("adain", "ghiasi") else None
    style = "starry-night" if name == "cin" else style
    content = noisy(64, tiled_network.TILE + 136)
    paint = loading.load(name).painter(style)
    whole = paint(content)
    lite = loading.load_lite(name).stylize(content, style)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    assert decibels(paint(content), whole) > 60
    found = loading.load_lite(name).stylize(content, style)
    assert np.abs(found - whole).mean() <= np.abs(lite - whole).mean() + 5e-3


def test_networks_that_painted_by_stages_can_be_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    stylizer = loading.load("johnson-the-kiss")
    painted = stylizer.stylize(noisy(40, 60))
    stylizer.networks["generator"].save(tmp_path / "generator.keras")
    again = keras.models.load_model(tmp_path / "generator.keras")
    content = noisy(40, 60)[None]
    np.testing.assert_array_equal(again(content), stylizer.networks["generator"](content))
    assert painted.std() > 0.05


@pytest.mark.slow
def test_a_region_of_a_large_photograph_has_its_own_statistics(painting, monkeypatch):
    content = noisy(64, tiled_network.TILE + 136)
    half = np.zeros(content.shape[:2], np.float32)
    half[:, :300] = 1.0
    paint = loading.load("ghiasi").painter(painting, masks=[half])
    whole = paint(content)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    assert decibels(paint(content), whole) > 50


WIDE_KERNEL = """
import numpy as np
from tfstyle import registry
from tfstyle.layerwise.litert import staged_network
path = registry.model_folder("cyclegan-sunny2rainy") / "generator.tflite"
network = staged_network(path, "tile", {}, "moments", 1)
compute = network.stages[0].load()
compute({network.content: np.zeros((1, 700, 700, 3), np.float32)}, np.zeros(0, np.float32))
print(*(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_a_wide_kernel_takes_no_memory_for_each_of_its_taps():
    found = subprocess.run(
        [sys.executable, "-c", WIDE_KERNEL], capture_output=True, text=True, check=True
    )
    assert int(found.stdout) < 600_000  # KiB, of which a pointer a tap would take 3,700,000
