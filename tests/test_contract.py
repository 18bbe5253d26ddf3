"""One contract for every released model of every method of METHODS, on LiteRT and on Keras."""

import concurrent.futures
import functools
import shutil

import numpy as np
import pytest
from PIL import Image

import tfstyle
from tfstyle import examples, images, loading, registry, remote
from tfstyle.methods import METHODS, Kind, method, tiled_network
from tfstyle.methods.gatys.settings import Settings

NAMES = registry.released()
LITE = registry.exported()
FIRST = list({method(name).name: name for name in reversed(NAMES)}.values())  # one a method
SIZES = [(64, 80), (33, 41), (97, 50), (1, 1), (3, 500)]


@functools.cache
def loaded(name, engine):
    if name == "gatys":
        return loading.load("gatys", settings=Settings(iterations=12))
    return tfstyle.load(name) if engine == "keras" else loading.load_lite(name)


def any_engine(name):
    """LiteRT's where it has files."""
    return loaded(name, "litert" if name in LITE else "keras")


def case_of_model(name, *rest):
    """A case; variants of a method, which are other weights of its networks, take long."""
    marks = () if name in FIRST else pytest.mark.slow
    return pytest.param((name, *rest) if rest else name, id="-".join((name, *rest)), marks=marks)


@pytest.fixture(
    params=[case_of_model(name, "litert") for name in LITE]
    + [case_of_model(name, "keras") for name in FIRST]
)
def model(request):
    return request.param


@pytest.fixture
def paint(model, painting):
    """The model's verb with a painting where it takes one."""
    return functools.partial(loaded(*model).stylize, style=style_of(model[0], painting))


def style_of(name, painting):
    """A painting, a name of a model that knows names alone, or nothing."""
    if method(name).in_weights:
        return None
    return next(iter(registry.styles(name))) if not method(name).kind.takes_pictures else painting


def rounding(model):
    """Mean difference that eight bits of every activation make, or of the weights alone, or two
    of Adam's steps."""
    return 0.04 if model[0] == "gatys" or method(model[0]).precision == "int8" else 0.02


def test_every_method_has_a_released_model():
    assert {method(name).name for name in NAMES} == set(METHODS)


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_comes_back_at_its_size_as_floats_in_0_1_and_always_the_same(paint, size):
    content = np.random.default_rng(0).random((*size, 3), dtype=np.float32)
    first, second = paint(content), paint(content)
    np.testing.assert_array_equal(first, second)
    assert first.shape == content.shape and first.dtype == np.float32
    assert np.isfinite(first).all() and first.min() >= 0 and first.max() <= 1


@pytest.mark.parametrize(
    "model",
    [case_of_model(name, "litert") for name in LITE]
    + [pytest.param((name, "keras"), marks=pytest.mark.slow) for name in FIRST],
    indirect=True,
)
def test_sixteen_threads_share_a_stylizer(paint, model, photograph):
    pictures = [np.roll(photograph[:48, :64], 5 * k, axis=1) for k in range(4)]
    alone = [paint(picture) for picture in pictures]
    count = len(pictures) if model == ("gatys", "keras") else 16 if model[1] == "keras" else 32
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda index: paint(pictures[index % 4]), range(count)))
    for index, painted in enumerate(together):
        np.testing.assert_allclose(painted, alone[index % 4], atol=1e-4)


def test_bytes_pillow_pictures_and_paths_are_painted_as_floats_are(
    paint, model, photograph, painting, tmp_path
):
    pixels, style = images.to_bytes(photograph[:40, :48]), style_of(model[0], painting)
    expected = paint(images.to_float(pixels))
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    contents = [
        pixels,
        Image.fromarray(pixels),
        tmp_path / "photo.png",
        str(tmp_path / "photo.png"),
    ]
    for content in contents[: 1 if model[0] == "gatys" else 4]:
        np.testing.assert_allclose(paint(content), expected, atol=1e-6)
    as_bytes = paint(pixels, out="uint8")
    np.testing.assert_array_equal(as_bytes, images.to_bytes(expected))
    pictures = paint(np.stack([pixels]), out="pil")
    np.testing.assert_array_equal(np.asarray(pictures[0]), as_bytes)
    if isinstance(style, np.ndarray):
        other = loaded(*model).stylize(contents[1], painting[None])
        np.testing.assert_allclose(other, expected, atol=1e-6)
    with pytest.raises(ValueError, match=r"float, uint8, pil.*'jpeg'"):
        paint(pixels, out="jpeg")


def test_a_batch_of_two_equals_two_of_one(paint, photograph):
    both = np.stack([photograph, photograph[::-1]])
    for one, content in zip(paint(both), both, strict=True):
        np.testing.assert_allclose(one, paint(content), atol=1e-5)


def test_strength_0_is_the_photograph_and_strengths_go_on_without_a_jump(model, paint, photograph):
    strengths = [0.0, 0.001, 0.099, 0.101, 0.5, 0.501, 0.999, 1.0]
    painted = [paint(photograph, strength=s) for s in strengths]
    np.testing.assert_array_equal(painted[0], photograph)
    for index in (0, 2, 4, 6):
        assert np.abs(painted[index] - painted[index + 1]).mean() < rounding(model)


def test_more_strength_is_further_from_the_photograph(paint, photograph):
    far = [np.abs(paint(photograph, strength=s) - photograph).mean() for s in (0.0, 0.1, 0.5, 1.0)]
    assert far == sorted(far) and far[-1] > 0.02


def test_keras_and_litert_agree(model, paint, photograph, painting):
    name, engine = model
    if name not in LITE:
        pytest.skip("has no TFLite files")
    other = loaded(name, "keras" if engine == "litert" else "litert")
    style = style_of(name, painting)
    assert np.abs(paint(photograph) - other.stylize(photograph, style)).mean() < rounding(model)


@pytest.mark.parametrize("name", [name for name in FIRST if name in LITE])
def test_saved_and_loaded_with_safe_mode_it_paints_the_same(name, photograph, painting, tmp_path):
    stylizer = loaded(name, "keras")
    for file, network in stylizer.networks.items():
        network.save(tmp_path / f"{file}.keras")
    style = style_of(name, painting)
    if isinstance(style, str):
        shutil.copy(registry.RELEASED / name / registry.STYLES, tmp_path)
    again = loading.load(name, tmp_path)
    np.testing.assert_array_equal(
        again.stylize(photograph, style), stylizer.stylize(photograph, style)
    )


@pytest.mark.parametrize("name", [name for name in FIRST if name in LITE])
def test_a_large_photograph_in_tiles_looks_as_it_does_whole(name, painting, monkeypatch):
    stylizer, content = loaded(name, "litert"), examples.lake(160, 1000)
    style = style_of(name, painting)
    untiled = stylizer.stylize(content, style)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", content[..., 0].size - 1)
    monkeypatch.setattr(tiled_network, "THUMBNAIL_PIXELS", content[..., 0].size)
    tiled = stylizer.stylize(content, style)
    assert tiled.shape == untiled.shape and np.abs(tiled - untiled).mean() < 0.035


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (np.zeros((8, 8)), ValueError, r"content.*\(8, 8\)"),
        (np.zeros((8, 8, 4)), ValueError, r"content.*\(8, 8, 4\)"),
        (np.zeros((8, 8, 3), np.int32), TypeError, "int32"),
        (np.full((8, 8, 3), 255.0), ValueError, "255"),
        (np.full((8, 8, 3), np.nan), ValueError, "nan"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(model, paint, painting, content, error, words):
    with pytest.raises(error, match=words):
        paint(content)
    if method(model[0]).kind.takes_pictures:
        with pytest.raises(error, match=words.replace("content", "style")):
            loaded(*model).stylize(painting, content)


@pytest.mark.parametrize("strength", [1.5, -0.1, float("nan")])
def test_a_strength_outside_0_1_is_refused(paint, photograph, strength):
    with pytest.raises(ValueError, match="from 0 to 1"):
        paint(photograph, strength=strength)


@pytest.mark.parametrize("name", [n for n in registry.released() if method(n).in_weights])
def test_a_style_is_refused_where_it_is_in_the_weights(name, photograph):
    with pytest.raises(ValueError, match="in the weights"):
        loaded(name, "litert").stylize(photograph, photograph)


@pytest.mark.parametrize("name", [n for n in FIRST if not method(n).in_weights])
def test_a_mask_of_ones_is_none_and_what_no_mask_claims_stays(name, photograph, painting):
    stylizer, style = loaded(name, "keras"), style_of(name, painting)
    unmasked = stylizer.stylize(photograph, style)
    ones = stylizer.stylize(photograph, [style], masks=[np.ones((7, 5))])
    np.testing.assert_allclose(ones, unmasked, atol=2e-3)
    left = np.arange(photograph.shape[1]) < 50
    mask = np.broadcast_to(left, photograph.shape[:2])
    pastiche = stylizer.stylize(photograph, [style], masks=[mask])
    np.testing.assert_array_equal(pastiche[:, ~left], photograph[:, ~left])
    assert np.abs(pastiche - photograph)[:, left].mean() > 0.02


@pytest.mark.parametrize("name", [n for n in FIRST if n in LITE and not method(n).in_weights])
def test_on_litert_a_region_is_cut_from_the_whole_photograph_painted(name, photograph, painting):
    stylizer, style = loaded(name, "litert"), style_of(name, painting)
    left = np.broadcast_to(np.arange(photograph.shape[1]) < 50, photograph.shape[:2])
    pastiche = stylizer.stylize(photograph, [style], masks=[left])
    np.testing.assert_array_equal(pastiche[~left], photograph[~left])
    unmasked = stylizer.stylize(photograph, style)
    np.testing.assert_allclose(pastiche[left], unmasked[left], atol=1e-6)


@pytest.mark.parametrize("name", [n for n in registry.released() if method(n).in_weights])
def test_masks_are_refused_where_the_style_is_in_the_weights(name, photograph):
    with pytest.raises(ValueError, match=r"masks.*in the weights"):
        loaded(name, "litert").stylize(photograph, masks=[np.ones((4, 4))])


@pytest.mark.parametrize("name", registry.released(Kind.ARBITRARY, Kind.OPTIMISATION))
def test_two_paintings_give_two_pictures_and_shares_lie_between(name, photograph, painting):
    stylizer, styles = any_engine(name), [painting, 1.0 - painting]
    one, other = (stylizer.stylize(photograph, style) for style in styles)
    mixed = stylizer.stylize(photograph, styles, weights=[0.5, 0.5])
    apart = np.abs(one - other).mean()
    assert apart > 0.03
    assert np.abs(mixed - one).mean() < apart and np.abs(mixed - other).mean() < apart
    first = stylizer.stylize(photograph, styles, weights=[1, 0])
    np.testing.assert_allclose(first, one, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_cards_say_what_the_weights_are_from(name):
    card = registry.card(name)
    assert {"method", "data", "steps", "licence", "measured", "learned_in"} <= card.keys()
    assert card["tflite_bytes"] == registry.tflite_bytes(name)
    assert "LiteRT" in card.get("runtime", "") if card["tflite_bytes"] else "runtime" not in card


@pytest.mark.parametrize("name", [*NAMES, "encoder"])
def test_cards_have_the_hashes_of_the_files_as_they_are(name):
    folder = registry.RELEASED / name
    files = [path for path in folder.iterdir() if path.suffix in (".keras", ".tflite")]
    hashes = {path.name: remote.sha256(path) for path in files}
    assert registry.card(name).get("sha256", {}) == hashes
