"""AdaIN's and WCT's networks: mirrors of encoders, and layers that exchange statistics."""

import os

import keras
import numpy as np
import pytest

from tfstyle import loading, statistics
from tfstyle.layers import AlignMoments, Coloring, Double, Moments, WhitenColor, Whitening
from tfstyle.networks import adain, tiling, wct
from tfstyle.networks.decoder import decoder, mirrored_layers, redrawing
from tfstyle.networks.encoder import encoder
from tfstyle.networks.vgg import TAPS, at_taps, untrained

LAYERS = (("conv1_1", 4), ("pool1", 0), ("conv2_1", 6), ("pool2", 0), ("conv3_1", 8), ("pool3", 0))
LAYERS += (("conv4_1", 8), ("pool4", 0), ("conv5_1", 8))
ONE = np.ones((1, 1), np.float32)


@pytest.fixture(scope="module")
def feature_extractor():
    return encoder(LAYERS)


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(0).random((1, 48, 64, 3), np.float32)


@pytest.fixture(scope="module")
def features():
    x = np.random.default_rng(1).random((1, 20, 24, 8), np.float32)
    return np.float32(x @ np.random.default_rng(2).normal(size=(8, 8)))


def test_adains_decoder_of_vgg_19_has_the_authors_parameters():
    layers = mirrored_layers(untrained("vgg19", TAPS[:4]), "relu4_1")
    assert decoder(layers, 512).count_params() == 3_505_219


def test_a_mirror_ends_in_pictures_and_doubles_where_the_encoder_pools(feature_extractor):
    layers = mirrored_layers(feature_extractor, "relu3_1", deep=1)
    assert layers == (
        *(("deep1", 8), ("conv3_1", 6), ("pool2", 0)),
        *(("conv2_1", 4), ("pool1", 0), ("conv1_1", 3)),
    )


@pytest.mark.parametrize("padding", ["zero", "reflect"])
def test_decoders_bring_every_tap_back_to_the_pictures_size(feature_extractor, picture, padding):
    taps = feature_extractor.predict_on_batch(picture)
    for tap, network in wct.level_decoders(feature_extractor, padding).items():
        assert network.predict_on_batch(taps[tap]).shape == picture.shape


def test_taps_of_two_sizes_are_one_feature_map_of_their_own_moments(feature_extractor, picture):
    encoder = at_taps(feature_extractor, adain.TAPS)
    taps = encoder.predict_on_batch(picture)
    joined = adain.features_at(encoder).predict_on_batch(picture)
    np.testing.assert_allclose(joined[..., :8], taps["relu3_1"], atol=1e-5)
    np.testing.assert_allclose(joined[:, 1::2, ::2, 8:], taps["relu4_1"], atol=1e-5)
    actual = np.split(adain.style_network(encoder).predict_on_batch(picture), 4, axis=-1)
    for index, tap in enumerate(adain.TAPS):
        expected = np.split(Moments()(taps[tap]), 2, axis=-1)
        for part, whole in zip(actual[index::2], expected, strict=True):
            np.testing.assert_allclose(part, whole, atol=1e-5)


def test_a_redrawing_decoder_paints_features_and_places(features):
    network = redrawing(8, 6, 1, 4, noise=1, smooth_noise=1)
    painted = network.predict_on_batch(features)
    assert painted.shape == (1, 80, 96, 3) and painted.min() >= 0 and painted.max() <= 1
    flat = np.ones_like(features)
    assert network.predict_on_batch(flat)[:, 20:-20, 20:-20].std(axis=(1, 2)).min() > 1e-3
    same = redrawing(8, 6, 1, 4, noise=0, smooth_noise=0).predict_on_batch(flat)
    assert same[:, 20:-20, 20:-20].std(axis=(1, 2)).max() < 1e-4


def test_doubling_repeats_every_pixel(features):
    np.testing.assert_array_equal(Double()(features)[:, 1::2, ::2], features)


def test_between_two_styles_moments_lies_the_blend_of_their_features(features):
    random = np.random.default_rng(3)
    styles = [np.float32(random.random((1, 16))) for _ in range(2)]
    own, layer = Moments()(features), AlignMoments()
    blended = layer(features, 0.3 * styles[0] + 0.7 * styles[1], own)
    parts = [np.asarray(layer(features, style, own)) for style in styles]
    np.testing.assert_allclose(blended, 0.3 * parts[0] + 0.7 * parts[1], atol=1e-4)
    np.testing.assert_allclose(layer(features, own, own), features, atol=1e-4)


def test_colored_features_have_the_styles_mean_and_covariance(features):
    style = np.float32(np.random.default_rng(4).normal(2.0, 3.0, (1, 9, 40, 8)))
    coloring, whitening = Coloring(1e-5)(style), Whitening(1e-5)(features)
    actual = WhitenColor()(features, coloring, whitening, ONE)
    for moments, expected in zip(*map(statistics.covariance, (actual, style)), strict=True):
        np.testing.assert_allclose(moments, expected, atol=0.02 * np.abs(expected).max())


def test_the_blend_weight_goes_from_the_features_to_the_style(features):
    coloring, whitening = Coloring()(features[:, :7] + 1.0), Whitening()(features)
    none, half, full = (
        np.asarray(WhitenColor()(features, coloring, whitening, share * ONE))
        for share in (0.0, 0.5, 1.0)
    )
    np.testing.assert_allclose(none, features, atol=1e-5)
    np.testing.assert_allclose(half, (features + full) / 2, atol=1e-4)


def odd_styles(count):
    """Constant, grey, two-coloured, one pixel wide, striped and noisy pictures, in turns."""
    random = np.random.default_rng(5)
    for index in range(count):
        height, width = random.integers(16, 64, 2)
        colour, other = random.random((2, 3))
        noise = random.random((height, width, 3))
        flat, grey = np.ones_like(noise), noise.mean(-1, keepdims=True)
        stripes = np.where(np.arange(width)[:, None] % 2, colour, other) * flat
        kinds = (
            *(flat * colour, grey.repeat(3, -1), np.where(noise[..., :1] < 0.5, colour, other)),
            *(noise[:, :1].repeat(16, 1), stripes, noise, np.round(noise), 0.0 * flat),
        )
        yield np.float32(kinds[index % len(kinds)])


@pytest.mark.parametrize("name", ["adain", "wct"])
def test_no_style_makes_a_method_say_anything_but_pictures(name, photograph):
    """Of 1,000 styles with TFSTYLE_STYLES=1000."""
    stylizer, small = loading.load_lite(name), photograph[:48, :64]
    if name == "wct":
        stylizer = stylizer.at_levels({5: 1, 4: 1, 3: 1, 2: 1, 1: 1})
    for style in odd_styles(int(os.environ.get("TFSTYLE_STYLES", 40))):
        painted = stylizer.stylize(small, style)
        assert np.isfinite(painted).all() and painted.min() >= 0 and painted.max() <= 1


@pytest.mark.parametrize("level", wct.LEVELS)
def test_any_single_level_paints(level, photograph, painting):
    stylizer = loading.load_lite("wct").at_levels({level: 1.0})
    painted = stylizer.stylize(photograph, painting)
    assert np.abs(painted - photograph).mean() > 0.02


@pytest.mark.parametrize("levels", [{}, {6: 1}, {4: 1.5}, {4: float("nan")}])
def test_levels_that_are_none_are_refused(levels):
    with pytest.raises(ValueError, match="levels from 1 to 5"):
        loading.load_lite("wct").at_levels(levels)


def test_a_tile_that_knows_the_whole_is_painted_as_the_whole(feature_extractor, picture):
    decoders, code = wct.level_decoders(feature_extractor), {"vector": np.ones((1, 16), np.float32)}
    aligned = adain.painting(at_taps(feature_extractor, ["relu4_1"]), decoders["relu4_1"])
    redrawn = adain.painting(at_taps(feature_extractor, adain.TAPS), redrawing(16, 8, 1, 4))
    for whole, tile, known, given in (
        (
            tiling.measuring(aligned, "pastiche"),
            tiling.tiling(aligned, "pastiche"),
            "moments",
            code,
        ),
        (
            tiling.measuring(redrawn, "pastiche"),
            tiling.tiling(redrawn, "pastiche"),
            "moments",
            {"vector": np.ones((1, 32), np.float32)},
        ),
        (
            wct.measuring(feature_extractor, decoders["relu3_1"], 3),
            wct.tiling(feature_extractor, decoders["relu3_1"], 3),
            "whitening3",
            {"coloring3": np.float32(np.random.default_rng(6).random((1, 9, 8))), "strength": ONE},
        ),
    ):
        actual = whole.predict_on_batch({"content": picture, **given})
        again = tile.predict_on_batch({"content": picture, known: actual[known], **given})
        np.testing.assert_allclose(again["pastiche"], actual["pastiche"], atol=1e-4)


def test_networks_save_and_load_with_safe_mode(feature_extractor, picture, tmp_path):
    inputs = {"content": picture, "vector": np.ones((1, 16), np.float32)}
    decoder = wct.level_decoders(feature_extractor)["relu4_1"]
    paint = adain.painting(at_taps(feature_extractor, ["relu4_1"]), decoder)
    paint.save(tmp_path / "adain.keras")
    again = keras.models.load_model(tmp_path / "adain.keras", safe_mode=True)
    np.testing.assert_array_equal(again.predict_on_batch(inputs), paint.predict_on_batch(inputs))
