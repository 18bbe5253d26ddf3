import numpy as np
import pytest
from keras import ops

from tfstyle import losses, statistics
from tfstyle.color import LUMA


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(2.0, 3.0, (2, 6, 5, 4)).astype("float32")


def shuffled(features):
    flat = features.reshape(2, 30, 4)
    return flat[:, np.random.default_rng(1).permutation(30)].reshape(features.shape)


def test_moments_are_numpys(features):
    mean, deviation = statistics.moments(features, 0.0)
    np.testing.assert_allclose(mean[:, 0, 0], features.mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(deviation[:, 0, 0], features.std((1, 2)), rtol=1e-5)


def test_moments_forget_where_features_are(features):
    for one, other in zip(
        statistics.moments(features), statistics.moments(shuffled(features)), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_moments_of_bfloat16_are_float32(features):
    mean, _ = statistics.moments(ops.cast(features, "bfloat16"))
    assert ops.dtype(mean) == "float32"


def test_normalizing_twice_is_normalizing_once(features):
    once = statistics.normalize(features)
    np.testing.assert_allclose(statistics.normalize(once), once, atol=1e-4)


def test_covariance_is_numpys(features):
    _, actual = statistics.covariance(ops.convert_to_tensor(features))
    expected = [np.cov(x.reshape(-1, 4), rowvar=False, bias=True) for x in features]
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


def test_projected_moments_are_those_of_the_1x1_convolution(features):
    random = np.random.default_rng(2)
    kernel, bias = random.normal(size=(4, 7)).astype("float32"), np.ones(7, "float32")
    mean, deviation = statistics.projected_moments(
        *statistics.covariance(ops.convert_to_tensor(features)), kernel, bias, 0
    )
    wide = features @ kernel + bias
    np.testing.assert_allclose(mean, wide.mean((1, 2)), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(deviation, wide.std((1, 2)), rtol=1e-4, atol=1e-4)


def test_channel_moments_are_those_of_the_features(features):
    actual = statistics.channel_moments(*statistics.covariance(ops.convert_to_tensor(features)))
    for mine, theirs in zip(actual, statistics.moments(features), strict=True):
        np.testing.assert_allclose(mine, theirs[:, 0, 0], rtol=1e-4)


def test_the_gram_matrix_is_the_mean_product_and_forgets_where_features_are(features):
    flat = features.reshape(2, -1, 4)
    expected = flat.transpose(0, 2, 1) @ flat / flat.shape[1]
    for given in (features, shuffled(features)):
        actual = statistics.gram_matrix(*statistics.covariance(ops.convert_to_tensor(given)))
        np.testing.assert_allclose(actual, expected, rtol=1e-4)


def test_a_lattice_of_eight_pixels_is_seen_and_texture_is_not():
    random = np.random.default_rng(0)
    texture = random.random((2, 96, 96, 3)).astype("float32")
    cell = np.tile(random.random((1, 8, 8, 1)), (2, 12, 12, 3)).astype("float32")
    assert float(losses.lattice_loss(texture)) == pytest.approx(1.0, abs=0.4)
    assert float(losses.lattice_loss(texture + 0.5 * cell)) > 5.0
    assert float(losses.lattice_loss(texture[:, :12])) == 0.0


def test_gram_loss_is_zero_for_the_style_and_one_for_nothing():
    style = np.random.default_rng(0).random((2, 4, 4)).astype("float32")
    assert float(losses.gram_loss(style, style)) == 0.0
    assert float(losses.gram_loss(style, 0 * style)) == pytest.approx(1.0, rel=1e-5)


def test_color_loss_sees_colours_and_not_where_they_are():
    style = np.random.default_rng(0).random((2, 6, 5, 3)).astype("float32")
    moved = style[:, ::-1]
    faded = 0.5 * style + 0.5 * style.mean(axis=-1, keepdims=True)
    assert float(losses.color_loss(style, moved)) < 1e-8
    assert float(losses.color_loss(style, style + 0.1)) > 1e-3
    assert float(losses.color_loss(style, faded)) > 1e-3


def test_self_similarity_knows_what_is_alike_and_not_what_it_looks_like():
    random = np.random.default_rng(0)
    content = random.normal(size=(2, 4, 5, 6)).astype("float32")
    turned = content @ np.linalg.qr(random.normal(size=(6, 6)))[0].astype("float32")
    assert float(losses.self_similarity_loss(content, 3.0 * turned)) < 1e-4
    flat = np.where(np.arange(5)[:, None] < 3, content[:, :1, :1], content)
    assert float(losses.self_similarity_loss(flat, content)) > 0.3


def test_luminance_loss_sees_light_and_dark_and_neither_colours_nor_contrast():
    cells = np.random.default_rng(0).random((2, 8, 6, 3)).astype("float32")
    content = cells.repeat(4, axis=1).repeat(4, axis=2)
    darker = np.repeat((0.2 + 0.3 * content) @ LUMA[:, None], 3, axis=-1)
    assert float(losses.luminance_loss(content, darker)) < 0.01
    assert float(losses.luminance_loss(content, 1.0 - darker)) == pytest.approx(4.0, abs=0.01)
    strokes = np.tile(np.float32([[0.1, -0.1], [-0.1, 0.1]])[:, :, None], (16, 12, 1))
    assert float(losses.luminance_loss(content, darker + strokes)) < 0.01


def test_chroma_loss_asks_for_regions_of_colour_and_not_for_light_or_grain():
    random = np.random.default_rng(0)
    regions = random.random((2, 6, 6, 3)).repeat(8, axis=1).repeat(8, axis=2).astype("float32")
    style = statistics.covariance(regions)
    assert float(losses.chroma_loss(style, regions[:, ::-1])) < 1e-3
    assert float(losses.chroma_loss(style, 0.5 + 0.0 * regions)) > 0.9
    brighter = regions + np.float32(0.2)
    assert float(losses.chroma_loss(style, brighter)) < 1e-3
    grain = random.random((2, 48, 48, 3)).astype("float32")
    assert float(losses.chroma_loss(style, grain)) > 0.5
    assert float(losses.chroma_loss(style, grain, np.zeros(2, "float32"))) == 0.0


def test_recoloring_loss_is_zero_for_the_photograph_in_the_paintings_colours():
    random = np.random.default_rng(0)
    content = random.random((2, 4, 4, 3)).repeat(8, axis=1).repeat(8, axis=2).astype("float32")
    mixing = np.float32([[0.3, 0.1, 0.0], [0.1, 0.4, 0.1], [0.0, 0.1, 0.2]])  # symmetric
    recolored = content @ mixing + np.float32([0.1, 0.2, 0.3])
    style = statistics.covariance(recolored)
    assert float(losses.recoloring_loss(content, style, recolored)) < 1e-3
    mean = np.broadcast_to(np.asarray(style[0])[:, None, None], content.shape)
    assert float(losses.recoloring_loss(content, style, mean)) == pytest.approx(1.0, abs=0.05)
    patch = recolored.copy()
    patch[:, :16, :16] += np.float32([0.3, 0.0, 0.0])
    assert float(losses.recoloring_loss(content, style, patch)) > 0.1
    weights = np.zeros(2, "float32")
    assert float(losses.recoloring_loss(content, style, patch, weights)) == 0.0


def test_own_style_loss_counts_only_photographs_of_their_own_style():
    content = np.random.default_rng(0).random((2, 4, 4, 3)).astype("float32")
    for own, expected in (([1.0, 0.0], 0.5 * 0.01), ([0.0, 0.0], 0.0)):
        actual = losses.own_style_loss(content, np.float32(own), content + 0.1)
        assert float(actual) == pytest.approx(expected, rel=1e-3)


def test_content_loss_ignores_scale_and_shift_but_not_structure(features):
    assert float(losses.content_loss(features, 3 * features + 1)) < 1e-4
    assert float(losses.content_loss(features, shuffled(features))) > 0.5
    assert float(losses.content_loss(features, -features)) == pytest.approx(4.0, rel=1e-3)


def test_moment_loss_is_zero_for_the_style_and_one_for_nothing():
    style = np.ones((2, 3), "float32"), np.ones((2, 3), "float32")
    nothing = np.zeros((2, 3), "float32"), np.zeros((2, 3), "float32")
    assert float(losses.moment_loss(style, style)) == 0.0
    assert float(losses.moment_loss(style, nothing)) == pytest.approx(1.0, rel=1e-5)


def test_total_variation_of_stripes_is_their_contrast():
    stripes = np.zeros((1, 4, 6, 3), "float32")
    stripes[:, :, ::2] = 0.5
    assert float(losses.total_variation(stripes)) == pytest.approx(0.5)
    assert float(losses.total_variation(np.ones((1, 4, 4, 3), "float32"))) == 0.0


@pytest.mark.parametrize("channels", [16, 144, 512])
def test_roots_of_a_covariance_are_its_square_root_and_that_ones_inverse(channels):
    basis, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(channels, channels)))
    variances = 1 / np.arange(1, channels + 1) ** 2.0
    spread = np.float32((basis * variances) @ basis.T)
    root, inverse = (np.asarray(x)[0] for x in statistics.square_root_and_inverse(spread[None]))
    loaded = spread + (1e-3 * variances.mean() + 1e-6) * np.eye(channels)
    np.testing.assert_allclose(root @ root, loaded, atol=1e-4)
    np.testing.assert_allclose(inverse @ loaded @ inverse, np.eye(channels), atol=2e-3)


@pytest.mark.parametrize("size", [0.0, 1e-12, 1.0, 1e6])
def test_roots_of_what_has_one_direction_or_none_are_finite(size):
    for spread in (np.ones((1, 32, 32)), np.zeros((1, 32, 32))):
        assert all(
            np.isfinite(x).all()
            for x in statistics.square_root_and_inverse(np.float32(size * spread))
        )


def test_aligned_features_have_the_styles_moments_and_their_own_structure(features):
    style = 3.0 + 2.0 * np.random.default_rng(1).normal(size=(2, 4, 5, features.shape[-1]))
    aligned = statistics.align_moments(features, np.float32(style))
    for actual, expected in zip(
        statistics.moments(aligned), statistics.moments(style), strict=True
    ):
        np.testing.assert_allclose(actual, expected, rtol=1e-3)
    np.testing.assert_allclose(
        statistics.normalize(aligned), statistics.normalize(features), atol=1e-3
    )


def test_target_loss_is_zero_at_the_target_and_one_at_its_mean(features):
    flat = np.broadcast_to(features.mean((1, 2), keepdims=True), features.shape)
    assert float(losses.target_loss(features, features)) == 0
    assert float(losses.target_loss(features, flat)) == pytest.approx(1, abs=1e-3)
