"""Where each style goes: shares of pixels, statistics of regions, and pictures of them."""

import io

import numpy as np
import pytest
from PIL import Image
from test_cli import refused, run

import tfstyle
from tfstyle import color, examples, images, masks, regions, registry, statistics
from tfstyle.layers import resampling
from tfstyle.methods import endpoints, tiled_network
from tfstyle.methods.cin.method import CIN
from tfstyle.networks import bottleneck, tiling

BLUE, GREEN, RED = (60, 120, 200), (40, 160, 60), (200, 60, 40)


@pytest.fixture(scope="module")
def adain():
    return tfstyle.load("adain")


@pytest.fixture(scope="module", params=["ghiasi", "adain", "wct"])
def arbitrary(request, stylizer, adain):
    found = {"ghiasi": stylizer, "adain": adain}.get(request.param)
    return found or tfstyle.load(request.param)


@pytest.fixture(scope="module")
def small():
    return bottleneck.bottleneck(4, 8, 2, (4, 4), vector=6)


@pytest.fixture
def painted_in_halves(photograph):
    """A share for the left half, soft at its edge, and the rest."""
    left = np.zeros((*photograph.shape[:2], 1), np.float32)
    left[:, :64] = 1
    return masks.feathered(left, 0.03)


def test_shares_and_the_photographs_sum_to_one():
    random = np.random.default_rng(0)
    given = [random.random((20, 30, 1), np.float32) for _ in range(3)]
    found = masks.shares(given, 3, 20, 30)
    total = sum(given)
    np.testing.assert_allclose(sum(found), np.minimum(total, 1), atol=1e-6)
    for share, mask in zip(found, given, strict=True):
        np.testing.assert_allclose(share, mask / np.maximum(total, 1), atol=1e-6)


def test_one_mask_fewer_leaves_the_rest_to_the_last_style():
    given = [np.full((4, 4, 1), share, np.float32) for share in (0.3, 0.2)]
    found = masks.shares(given, 3, 4, 4)
    np.testing.assert_allclose([each[0, 0, 0] for each in found], [0.3, 0.2, 0.5], atol=1e-6)
    over = masks.shares([np.ones((4, 4, 1), np.float32)] * 2, 3, 4, 4)
    np.testing.assert_allclose([each[0, 0, 0] for each in over], [0.5, 0.5, 0], atol=1e-6)


def test_masks_of_any_size_and_of_booleans_are_brought_to_the_photographs():
    half = np.arange(40) < 20
    (boolean,) = masks.checked([np.broadcast_to(half, (10, 40))], 1)
    (share,) = masks.shares([boolean], 1, 5, 8)
    assert share.shape == (5, 8, 1) and share.dtype == np.float32
    np.testing.assert_allclose(share[:, 0] + share[:, -1], 1, atol=1e-6)
    fine = np.float32(np.indices((64, 64)).sum(0) % 2)[..., None]
    np.testing.assert_allclose(masks.resized(fine, 8, 8), 0.5, atol=0.01)


@pytest.mark.parametrize(
    ("mask", "error", "words"),
    [
        (np.zeros((4, 4), np.uint8), TypeError, "uint8"),
        (np.zeros((4, 4, 3)), ValueError, r"\(4, 4, 3\)"),
        (np.zeros((0, 4)), ValueError, r"\(0, 4, 1\)"),
        (np.full((4, 4), 255.0), ValueError, "255"),
        (np.full((4, 4), np.nan), ValueError, "nan"),
    ],
)
def test_what_is_no_mask_is_refused(stylizer, photograph, painting, mask, error, words):
    with pytest.raises(error, match=f"Expected a mask.*{words}"):
        stylizer.stylize(photograph, painting, masks=[mask])


def test_other_numbers_of_masks_and_weights_beside_them_are_refused(stylizer, photograph, painting):
    ones = np.ones((4, 4))
    with pytest.raises(ValueError, match=r"Expected 1 masks, one a style.*Received: 2"):
        stylizer.stylize(photograph, painting, masks=[ones, ones])
    with pytest.raises(ValueError, match="masks or weights"):
        stylizer.stylize(photograph, painting, masks=[ones], weights=[1])


def test_weighted_statistics_are_those_of_the_region_alone():
    random = np.random.default_rng(1)
    features = random.normal(size=(1, 6, 5, 3)).astype("float32")
    inside = random.random((6, 5)) < 0.5
    weighted = np.float32(inside / inside.mean())[None, ..., None]
    mean, deviation = statistics.moments(features, 0.0, weighted)
    np.testing.assert_allclose(mean[0, 0, 0], features[0, inside].mean(0), atol=1e-5)
    np.testing.assert_allclose(deviation[0, 0, 0], features[0, inside].std(0), atol=1e-5)
    _, spread = statistics.covariance(features, weighted)
    expected = np.cov(features[0, inside].T, bias=True)
    np.testing.assert_allclose(spread[0], expected, atol=1e-5)


def strip(change):
    """A wide picture, whose right end changes."""
    content = np.random.default_rng(2).random((1, 24, 400, 3), np.float32)
    content[:, :, 300:] *= change
    mask = np.zeros((1, 24, 400, 1), np.float32)
    mask[:, :, :150] = 1
    return {"content": content, "mask": mask, "vector": np.ones((1, 6), np.float32)}


def test_a_regions_moments_do_not_know_what_is_beyond(small, monkeypatch):
    inside = tiling.inside(small, "pastiche")
    bounded = [inside(strip(c))["moments"] for c in (1.0, 0.1)]
    np.testing.assert_allclose(*bounded, rtol=0.3, atol=0.1)
    monkeypatch.setattr(resampling, "BEYOND", 0.0)
    pure = [inside(strip(c)) for c in (1.0, 0.1)]
    np.testing.assert_allclose(pure[0]["moments"], pure[1]["moments"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        *(each["pastiche"][:, :, :150] for each in pure), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_mask_of_ones_or_of_nothing_has_the_wholes_moments(small, value):
    given = strip(1.0)
    found = tiling.inside(small)({**given, "mask": np.full_like(given["mask"], value)})
    del given["mask"]
    np.testing.assert_allclose(
        found["moments"], tiling.measuring(small)(given)["moments"], atol=1e-4
    )


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (2, 40)])
def test_a_tiny_or_a_flat_region_is_painted_with_finite_numbers(arbitrary, photograph, size):
    content, mask = photograph.copy(), np.zeros(photograph.shape[:2])
    mask[40 : 40 + size[0], 50 : 50 + size[1]] = 1
    content[mask > 0] = 0.5
    found = arbitrary.stylize(content, [examples.discs(90, 90)], masks=[mask])
    assert np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1
    np.testing.assert_array_equal(found[mask == 0], content[mask == 0])


def test_between_two_styles_there_is_no_seam(arbitrary, photograph, painting, painted_in_halves):
    styles, left = [painting, 1.0 - painting], painted_in_halves
    found = arbitrary.stylize(photograph, styles, masks=[left, 1 - left])
    whole = [arbitrary.stylize(photograph, style) for style in styles]
    step, *others = (np.abs(np.diff(each, axis=1)).mean((0, 2)) for each in (found, *whole))
    assert step[56:72].max() < 1.2 * max(other.max() for other in others)


def test_each_half_is_nearer_to_its_own_style(arbitrary, photograph, painting, painted_in_halves):
    left, styles = painted_in_halves, [painting, 1.0 - painting]
    found = arbitrary.stylize(photograph, styles, masks=[left])
    one, other = (arbitrary.stylize(photograph, style) for style in styles)
    for half, near, far in ((slice(0, 50), one, other), (slice(78, None), other, one)):
        near, far = (np.abs(found - each)[:, half].mean() for each in (near, far))
        assert near < far


def test_a_region_at_low_strengths_comes_back_as_the_photograph(arbitrary, photograph, painting):
    mask = np.float32(np.arange(128) < 64) * np.ones((96, 1), np.float32)
    far = [
        np.abs(arbitrary.stylize(photograph, [painting], s, masks=[mask]) - photograph).mean()
        for s in (0.0, 0.1, 1.0)
    ]
    assert far[0] == 0 and far[1] < 0.5 * far[2]


@pytest.mark.parametrize("mode", color.KEEP)
def test_colours_are_kept_region_by_region(stylizer, photograph, painting, mode):
    mask = np.arange(96)[:, None] * np.ones((1, 128)) < 48
    found = stylizer.stylize(photograph, [painting], masks=[mask], keep_colors=mode)
    kept, wanted = (each[mask].mean(0) for each in (found, photograph))
    assert np.abs(kept - wanted).max() < 0.03 < np.abs(found - photograph)[mask].max()
    np.testing.assert_array_equal(found[~mask], photograph[~mask])


def test_a_batch_takes_the_same_masks(stylizer, photograph, painted_in_halves):
    names, batch = ["starry-night", "the-scream"], np.stack([photograph, photograph[::-1]])
    found = stylizer.stylize(batch, names, masks=[painted_in_halves])
    alone = stylizer.stylize(batch[1], names, masks=[painted_in_halves])
    np.testing.assert_allclose(found[1], alone, atol=1e-5)


def test_a_large_photograph_in_tiles_is_painted_as_whole_and_skips_what_no_mask_claims(
    arbitrary, painting, monkeypatch
):
    content, mask = examples.lake(60, 1000), np.zeros((60, 1000))
    mask[:, :100] = 1
    whole = arbitrary.stylize(content, [painting], masks=[mask])
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", content[..., 0].size - 1)
    monkeypatch.setattr(tiled_network, "THUMBNAIL_PIXELS", content[..., 0].size)
    tiled = arbitrary.stylize(content, [painting], masks=[mask])
    assert np.abs(tiled - whole)[:, :100].mean() < 0.02
    alone = arbitrary.render(
        content, arbitrary.style_code(painting), mask=np.float32(mask)[..., None]
    )
    outside = tiled_network.TILE + 128  # where the second tile has begun
    np.testing.assert_array_equal(alone[:, outside:], content[:, outside:])


def test_named_styles_of_one_network_take_masks(small, photograph, painted_in_halves):
    networks = {"transformer": small}
    table = endpoints.conditioned(networks)["transformer"] | endpoints.regional(networks)
    rows = {name: {"vector": np.eye(1, 6, i, dtype="float32")} for i, name in enumerate("ab", 1)}
    calls = {name: endpoint.arrays for name, endpoint in table.items()}
    stylizer = CIN(calls, networks, rows)
    for strength in (0.5, 1.0):
        found = stylizer.stylize(photograph, ["a", "b"], strength, masks=[painted_in_halves])
        assert found.shape == photograph.shape and np.isfinite(found).all()
    ones = stylizer.stylize(photograph, ["a"], masks=[np.ones((3, 3))])
    np.testing.assert_allclose(ones, stylizer.stylize(photograph, "a"), atol=1e-4)


def flag(colours, size=(96, 128), antialiased=4):
    """Horizontal bands with slanting edges, as bytes."""
    height, width = (antialiased * side for side in size)
    rows, columns = np.mgrid[:height, :width]
    band = np.clip((rows + columns / 4) * len(colours) / (1.25 * height), 0, len(colours) - 1)
    large = Image.fromarray(np.uint8(colours)[band.astype(int)])
    return np.asarray(large.resize(size[::-1], Image.Resampling.BOX))


def jpeg(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=75)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize("change", [lambda pixels: pixels, jpeg], ids=["exact", "jpeg"])
def test_flat_colours_are_regions_from_the_upper_left_corner_on(change):
    found = regions.by_colour(images.to_float(change(flag([BLUE, GREEN, RED]))), 3)
    wanted = ["#3c78c8", "#28a03c", "#c83c28"]
    for name, exact in zip(found, wanted, strict=True):
        levels = [np.frombuffer(bytes.fromhex(each[1:]), np.uint8) for each in (name, exact)]
        assert np.abs(np.subtract(*np.int32(levels))).max() < 8
    np.testing.assert_array_equal(sum(found.values()), 1)
    assert set(np.unique(next(iter(found.values())))) == {0, 1}


def test_a_line_between_two_colours_is_no_region_of_a_third():
    grey = [(0, 0, 0), (255, 255, 255), (128, 128, 128)]
    black, _, between = regions.by_colour(images.to_float(flag(grey)), 3).values()
    assert between[: 96 // 2, 0].sum() == 0 and black[0, 0] == 1


def test_the_examples_regions_are_sky_mountains_and_water():
    sky, mountains, water = regions.by_colour(examples.lake_regions(96, 128), 3).values()
    assert sky[0].all() and water[-1].all() and mountains[55].mean() > 0.9


def test_black_is_left_to_the_photograph_where_it_is_one_colour_too_many():
    picture = images.to_float(flag([(0, 0, 0), GREEN, RED]))
    assert list(regions.by_colour(picture, 2)) == ["#28a03c", "#c83c28"]
    assert list(regions.by_colour(picture, 3)) == ["#000000", "#28a03c", "#c83c28"]


@pytest.mark.parametrize("count", [1, 4])
def test_other_numbers_of_colours_are_refused_by_name(count):
    with pytest.raises(ValueError, match=rf"{count} flat colours.*#28a03c"):
        regions.by_colour(images.to_float(flag([BLUE, GREEN, RED])), count)


def test_a_picture_without_flat_colours_is_refused():
    noise = np.random.default_rng(0).random((64, 64, 3))
    with pytest.raises(ValueError, match="Received: none"):
        regions.by_colour(noise, 2)
    ramp = np.linspace(0, 1, 600)[None, :, None] * np.ones((20, 1, 3))
    with pytest.raises(ValueError, match="2 flat colours"):
        regions.by_colour(ramp, 2)


def test_masks_are_read_from_grey_of_16_bits_and_transparency_is_outside(tmp_path):
    ramp = np.linspace(0, 65535, 12).astype(np.uint16) * np.ones((4, 1), np.uint16)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    np.testing.assert_allclose(masks.read(tmp_path / "deep.png")[..., 0], ramp / 65535, atol=0.003)
    Image.new("LA", (4, 4), (255, 0)).save(tmp_path / "clear.png")
    np.testing.assert_array_equal(masks.read(tmp_path / "clear.png"), 0)


@pytest.fixture
def files(tmp_path, photograph):
    images.write(photograph, tmp_path / "photo.png")
    images.write(flag([BLUE, GREEN]), tmp_path / "regions.png")
    images.write(flag([(255, 255, 255), (0, 0, 0)]), tmp_path / "upper.png")
    return tmp_path


def stylize(files, *more, styles=("starry-night", "the-scream"), out="out.png"):
    named = [word for style in styles for word in ("--style", style)]
    return run("stylize", files / "photo.png", "-o", files / out, "--overwrite", *named, *more)


def test_a_mask_a_style_or_one_of_both_or_colours_paint_the_same(files, capsys):
    lower = 1.0 - images.read(files / "upper.png")
    images.write(lower, files / "lower.png")
    both = ["--mask", files / "upper.png", "--mask", files / "lower.png"]
    assert stylize(files, *both) == 0
    assert stylize(files, "--mask", files / "upper.png", out="one.png") == 0
    assert stylize(files, "--mask", files / "regions.png", out="colours.png") == 0
    assert capsys.readouterr().out.split() == ["#3c78c8", "starry-night", "#28a03c", "the-scream"]
    two, one, colours = (images.read(files / f"{n}.png") for n in ("out", "one", "colours"))
    np.testing.assert_allclose(one, two, atol=2 / 255)
    assert np.abs(colours - two).mean() < 0.01
    assert np.abs(two - images.read(files / "photo.png")).mean() > 0.03


def test_feather_softens_and_0_leaves_masks_as_they_are(files):
    mask = ["--mask", files / "upper.png", "--feather"]
    for percent in (0, 5):
        assert stylize(files, *mask, percent, styles=["irises"], out=f"{percent}.png") == 0
    stays = masks.read(files / "upper.png")[..., 0] == 0
    hard, soft = (images.read(files / f"{percent}.png") for percent in (0, 5))
    photo = images.read(files / "photo.png")
    np.testing.assert_array_equal(hard[stays], photo[stays])
    assert (soft != photo).any(-1)[stays].mean() > 0.1


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--mask", "upper.png", "--mask", "upper.png", "--mask", "upper.png"], "Expected 2 masks"),
        (["--mask", "photo.png"], "2 flat colours"),
        (["--mask", "none.png"], "not there"),
        (["--mask", "upper.png", "--weights", 1, 2], "without --weights"),
        (["--mask", "upper.png", "--threads", 1], "without --threads"),
        (["--feather", 2], "Expected --feather with --mask"),
    ],
)
def test_masks_that_do_not_fit_are_refused(files, capsys, flags, words):
    flags = [files / each if str(each).endswith(".png") else each for each in flags]
    refused(capsys, stylize(files, *flags), words)
    assert not (files / "out.png").exists()


def test_masks_are_refused_by_name_where_the_style_is_in_the_weights(files, capsys):
    flags = ["--method", "cyclegan", "--model", "sunny2rainy", "--mask", files / "upper.png"]
    refused(capsys, stylize(files, *flags, styles=()), "cyclegan has its style in its weights")


def test_a_finished_runs_folder_takes_masks(files):
    folder = registry.RELEASED / "ghiasi-desktop"
    more = ["--model", folder, "--mask", files / "upper.png"]
    assert stylize(files, *more, styles=["irises"]) == 0
