"""One contract for every released method, on Keras and on LiteRT."""

import numpy as np
import pytest

import tfstyle
from tfstyle import tiles
from tfstyle.methods.ghiasi import stylizer as ghiasi


@pytest.fixture(scope="session", params=["keras", "litert"])
def any_stylizer(request, stylizer, lite):
    return {"keras": stylizer, "litert": lite}[request.param]


@pytest.mark.parametrize("size", [(64, 80), (33, 41), (97, 50), (1, 1), (3, 500)])
def test_odd_sizes_come_back_the_same_size(any_stylizer, painting, size):
    content = np.random.default_rng(0).random((*size, 3), dtype=np.float32)
    painted = any_stylizer.stylize(content, painting)
    assert painted.shape == content.shape and painted.dtype == np.float32
    assert np.isfinite(painted).all() and painted.min() >= 0 and painted.max() <= 1


def test_the_same_pictures_give_the_same_result(any_stylizer, photograph, painting):
    first, second = (any_stylizer.stylize(photograph, painting) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_batch_of_two_equals_two_of_one(any_stylizer, photograph, painting):
    both = np.stack([photograph, photograph[::-1]])
    painted = any_stylizer.stylize(both, painting)
    for one, content in zip(painted, both, strict=True):
        np.testing.assert_allclose(one, any_stylizer.stylize(content, painting), atol=1e-5)


def test_strength_0_is_the_photograph(any_stylizer, photograph, painting):
    np.testing.assert_array_equal(
        any_stylizer.stylize(photograph, painting, strength=0.0), photograph
    )


def test_strength_is_continuous(stylizer, photograph, painting):
    strengths = [0.0, 0.001, 0.099, 0.101, 0.5, 0.501, 0.999, 1.0]
    painted = [stylizer.stylize(photograph, painting, strength=s) for s in strengths]
    for index in (0, 2, 4, 6):
        assert np.abs(painted[index] - painted[index + 1]).mean() < 0.01


def test_more_strength_is_further_from_the_photograph(stylizer, photograph, painting):
    distances = [
        np.abs(stylizer.stylize(photograph, painting, strength=s) - photograph).mean()
        for s in (0.0, 0.1, 0.5, 1.0)
    ]
    assert distances == sorted(distances)


def test_two_paintings_give_two_pictures(any_stylizer, photograph, painting):
    one = any_stylizer.stylize(photograph, painting)
    other = any_stylizer.stylize(photograph, 1.0 - painting)
    assert np.abs(one - other).mean() > 0.03


def test_litert_agrees_with_keras(stylizer, lite, photograph, painting):
    difference = np.abs(lite.stylize(photograph, painting) - stylizer.stylize(photograph, painting))
    assert difference.mean() < 0.02


def test_tiles_paint_what_the_whole_does(stylizer, painting, monkeypatch):
    content = tfstyle.examples.lake(320, 400)
    vector = stylizer.vector(painting)
    whole = stylizer._whole_or_tiled(content, vector)
    monkeypatch.setattr(ghiasi, "TILE", 160)
    monkeypatch.setattr(ghiasi, "THUMBNAIL_PIXELS", content[..., 0].size)
    np.testing.assert_allclose(stylizer._tiled(content, vector), whole, atol=2e-5)


def test_a_large_photograph_in_tiles_looks_as_it_does_whole(stylizer, painting, monkeypatch):
    content = tfstyle.examples.lake(400, 520)
    whole = stylizer.stylize(content, painting)
    monkeypatch.setattr(ghiasi, "TILE", 160)
    monkeypatch.setattr(ghiasi, "WHOLE_PIXELS", content[..., 0].size - 1)
    monkeypatch.setattr(ghiasi, "THUMBNAIL_PIXELS", content[..., 0].size // 2)
    tiled = stylizer.stylize(content, painting)
    assert tiled.shape == whole.shape and np.abs(tiled - whole).mean() < 0.05


@pytest.mark.parametrize(("height", "width"), [(100, 70), (64, 64), (1, 200)])
def test_the_kept_parts_of_windows_cover_a_picture_once(height, width):
    covered = np.zeros((height, width), int)
    for rows, columns in tiles.windows(height, width, tile=32, overlap=8):
        covered[rows[1], columns[1]] += 1
        assert rows[0].start + rows[2].start == rows[1].start
        assert columns[0].start + columns[2].stop == columns[1].stop
    assert (covered == 1).all()


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (np.zeros((8, 8)), ValueError, r"content.*\(8, 8\)"),
        (np.zeros((8, 8, 4)), ValueError, r"content.*\(8, 8, 4\)"),
        (np.zeros((8, 8, 3), np.uint8), TypeError, "uint8"),
        (np.full((8, 8, 3), 255.0), ValueError, "255"),
        (np.full((8, 8, 3), np.nan), ValueError, "nan"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(stylizer, painting, content, error, words):
    with pytest.raises(error, match=words):
        stylizer.stylize(content, painting)
    with pytest.raises(error, match=words.replace("content", "style")):
        stylizer.stylize(painting, content)


@pytest.mark.parametrize("strength", [1.5, -0.1, float("nan")])
def test_a_strength_outside_0_1_is_refused(stylizer, photograph, painting, strength):
    with pytest.raises(ValueError, match="from 0 to 1"):
        stylizer.stylize(photograph, painting, strength=strength)


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="ghiasi"):
        tfstyle.load("impressionism")


def test_saved_networks_load_with_safe_mode_and_paint_the_same(stylizer, tmp_path, photograph):
    import keras

    vector = stylizer.vector(photograph)
    inputs = {"content": photograph[None], "vector": vector}
    for name, network in stylizer.networks.items():
        network.save(tmp_path / f"{name}.keras")
        keras.models.load_model(tmp_path / f"{name}.keras", safe_mode=True)
    again = keras.models.load_model(tmp_path / "transformer.keras")
    np.testing.assert_array_equal(
        stylizer.networks["transformer"].predict_on_batch(inputs), again.predict_on_batch(inputs)
    )
