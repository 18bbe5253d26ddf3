"""Named styles, mixtures, colours, tiles and sizes of the released models."""

import itertools
import os

import keras
import numpy as np
import pytest

import tfstyle
from tfstyle import color, loading, registry, tiles
from tfstyle.methods import Kind, method, tiled_network
from tfstyle.networks import teachers


@pytest.fixture(scope="session", params=["keras", "litert"])
def any_stylizer(request, stylizer, lite):
    return {"keras": stylizer, "litert": lite}[request.param]


@pytest.mark.parametrize("name", [n for n in registry.released() if method(n).in_weights])
def test_translations_fade_from_the_photograph(name, photograph):
    stylizer = loading.load_lite(name)
    np.testing.assert_array_equal(stylizer.stylize(photograph, strength=0.0), photograph)
    full, half = (stylizer.stylize(photograph, strength=s) for s in (1.0, 0.5))
    np.testing.assert_allclose(half, (photograph + full) / 2, atol=1e-5)
    both = stylizer.stylize(np.stack([photograph, photograph]))
    np.testing.assert_allclose(both[1], full, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in registry.released() if method(n).in_weights])
def test_generators_keep_within_two_megabytes(name):
    generator = tfstyle.load(name).networks["generator"]
    assert 2 * generator.count_params() <= 2_000_000


@pytest.mark.parametrize(
    "name", [n for n in registry.released(Kind.ARBITRARY, Kind.OPTIMISATION) if n != "gatys"]
)
def test_cards_of_any_style_stand_beside_magenta(name):
    """By style; wct, which came nearer by its weave than without one, by weave."""
    card, kind = registry.card(name), "weave" if name == "wct" else "style"
    assert "loss_network" in card
    assert card["measured"][kind] < card["measured"]["magenta_fp16"][kind]


def test_the_phone_model_keeps_within_two_megabytes():
    assert registry.tflite_bytes("ghiasi") <= 2_000_000


def test_windows_begin_a_tile_apart():
    begun = {rows[0].start for rows, _ in tiles.windows(200, 10, 32, 8, 8, aligned=True)}
    assert begun == {-8, 24, 56, 88, 120, 152, 184}


@pytest.mark.parametrize("name", ["ghiasi", "johnson-the-scream"])
def test_tiles_paint_what_the_whole_does(name, painting, monkeypatch):
    """Their noise as well, which repeats as often as tiles begin."""
    stylizer = loading.load(name)
    paint = stylizer.painter(painting if name == "ghiasi" else None)
    photograph = tfstyle.examples.lake(60, tiled_network.TILE + 200)
    whole = paint(photograph)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(tiled_network, "THUMBNAIL_PIXELS", photograph[..., 0].size)
    np.testing.assert_allclose(paint(photograph), whole, atol=2e-4)


@pytest.mark.parametrize(("height", "width"), [(100, 70), (64, 64), (1, 200)])
def test_the_kept_parts_of_windows_cover_a_picture_once(height, width):
    covered = np.zeros((height, width), int)
    for rows, columns in tiles.windows(height, width, tile=32, overlap=8, margin=8, multiple=8):
        covered[rows[1], columns[1]] += 1
        assert rows[0].start + rows[2].start == rows[1].start
        assert columns[0].start + columns[2].stop == columns[1].stop
        assert len(rows[0]) % 8 == len(columns[0]) % 8 == 0
    assert (covered == 1).all()


def test_a_picture_goes_on_mirrored_beyond_its_borders():
    image = np.arange(12.0).reshape(2, 2, 3)
    mirrored = tiles.mirrored_window(image, range(-3, 5), range(0, 3))
    rows = np.pad(np.arange(2), (3, 3), mode="symmetric")
    np.testing.assert_array_equal(mirrored, image[rows][:, [0, 1, 1]])


def test_several_styles_are_the_weighted_mean_of_their_vectors(lite, photograph, painting):
    styles = [painting, 1.0 - painting]
    one, other = (lite.style_code(style)["vector"] for style in styles)
    mixed, mean = (lite.style_code(styles, shares)["vector"] for shares in ([3, 1], None))
    np.testing.assert_allclose(mixed, 0.75 * one + 0.25 * other, atol=1e-5)
    np.testing.assert_allclose(mean, 0.5 * (one + other), atol=1e-5)
    np.testing.assert_array_equal(
        lite.stylize(photograph, styles, weights=[1, 0]), lite.stylize(photograph, painting)
    )


@pytest.mark.parametrize("shares", [[1], [1, 2, 3], [-1, 2], [0, 0], [1, float("nan")]])
def test_weights_that_fit_no_styles_are_refused(lite, photograph, painting, shares):
    with pytest.raises(ValueError, match=r"Expected .*weights"):
        lite.stylize(photograph, [painting, painting], weights=shares)


def test_no_style_is_refused(lite, photograph):
    with pytest.raises(ValueError, match="one style or more"):
        lite.stylize(photograph, [])


@pytest.mark.parametrize(
    "name", [n for n in registry.released(Kind.ARBITRARY, Kind.OPTIMISATION) if registry.styles(n)]
)
def test_named_styles_are_known_paintings_in_the_public_domain(name):
    vectors, paintings = registry.styles(name), registry.paintings()
    assert len(vectors) >= 16 and {"starry-night", "great-wave", "the-scream"} <= vectors.keys()
    for label, code in vectors.items():
        assert (
            paintings[label]["died"] < 1955
            and paintings[label]["artist"]
            and paintings[label]["title"]
        )
        assert code["vector"].shape[0] == 1 and np.isfinite(code["vector"]).all()


def test_a_mixture_of_named_styles_lies_between_them(any_stylizer, photograph):
    names = ["starry-night", "the-scream"]
    pair = [any_stylizer.stylize(photograph, name) for name in names]
    apart = np.abs(pair[0] - pair[1]).mean()
    assert apart > 0.03
    mixed = any_stylizer.stylize(photograph, names, weights=[0.5, 0.5])
    for painted in pair:
        assert 0.2 * apart < np.abs(painted - mixed).mean() < 0.9 * apart


def test_a_named_style_paints_as_its_vector(any_stylizer, photograph):
    painted = any_stylizer.render(photograph, registry.styles("ghiasi")["starry-night"])
    np.testing.assert_array_equal(any_stylizer.stylize(photograph, "starry-night"), painted)


def test_a_named_style_is_the_paintings_own(lite, shared):
    """The vector of a file of the painting, read as any user's would be."""
    picture = tfstyle.read(shared / "data/style/classic/gordicaleksa_vg_starry_night.jpg")
    named, seen = (lite.style_code(style)["vector"] for style in ("starry-night", picture))
    np.testing.assert_allclose(named, seen, atol=1e-3)


def test_an_unknown_style_is_refused_with_the_nearest_names(lite, photograph):
    with pytest.raises(ValueError, match=r"starry-night.*'stary-night'"):
        lite.stylize(photograph, "stary-night")


@pytest.mark.parametrize("mode", color.KEEP)
def test_kept_colours_are_those_of_the_photograph(any_stylizer, photograph, painting, mode):
    painted = any_stylizer.stylize(photograph, painting)
    kept = any_stylizer.stylize(photograph, painting, keep_colors=mode)
    far, near = (np.abs(x.mean((0, 1)) - photograph.mean((0, 1))).max() for x in (painted, kept))
    assert near < 0.03 and near < far
    assert np.abs(kept - photograph).mean() > 0.01


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="ghiasi"):
        tfstyle.load("impressionism")


@pytest.mark.parametrize("name", ["ghiasi", "adain"])
def test_no_deviation_of_a_photograph_makes_a_jump(name, photograph):
    """Photographs that are all but one colour get a wider margin."""
    stylizer = loading.load_lite(name)
    steps = np.geomspace(0.01, 0.1, 16) / photograph.std(axis=(0, 1)).max()
    painted = [stylizer.stylize(0.5 + s * (photograph - 0.5), "starry-night") for s in steps]
    changes = [np.abs(b - a).mean() for a, b in itertools.pairwise(painted)]
    assert max(changes) < 2.5 * np.median(changes)


def test_broken_named_styles_are_refused_by_their_file(tmp_path):
    for path in (registry.RELEASED / "ghiasi").glob("*.tflite"):
        (tmp_path / path.name).symlink_to(path)
    for text in ("{", '{"irises": ["red"]}', "[1]"):
        (tmp_path / "styles.json").write_text(text)
        with pytest.raises(OSError, match=r"Received: .*styles\.json"):
            loading.load_lite("ghiasi", folder=tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04nothing"])
def test_broken_weights_of_a_teacher_are_refused_by_their_file(tmp_path, content):
    (tmp_path / "vgg.npz").write_bytes(content)
    with pytest.raises(OSError, match=r"Expected VGG weights.*vgg\.npz"):
        teachers.from_source(tmp_path / "vgg.npz")


@pytest.mark.parametrize("name", ["johnson-the-scream", "wct"])
def test_a_policy_of_the_callers_own_changes_nothing(name, photograph, painting):
    style = None if name.startswith("johnson") else painting
    expected = loading.load(name).stylize(photograph, style)
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        pastiche = loading.load(name).stylize(photograph, style)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    np.testing.assert_allclose(pastiche, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"), [("floatx", "float16"), ("image_data_format", "channels_first")]
)
@pytest.mark.parametrize("model", ["gatys", "johnson-the-scream"])
def test_settings_of_keras_that_no_network_has_are_named(model, name, value):
    before = getattr(keras.config, name)()
    getattr(keras.config, f"set_{name}")(value)
    try:
        with pytest.raises(ValueError, match=rf"keras\.config\.{name}.*Received: '{value}'"):
            loading.load(model)
    finally:
        getattr(keras.config, f"set_{name}")(before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.parametrize("name", ["johnson-the-scream", "gatys"])
def test_a_fork_of_tensorflow_is_refused(name, photograph, painting):
    stylizer, style = loading.load(name), painting if name == "gatys" else None
    if not (child := os.fork()):
        try:
            stylizer.stylize(photograph, style)
        except RuntimeError as error:
            os._exit(3 if "a fork" in str(error) else 4)
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
