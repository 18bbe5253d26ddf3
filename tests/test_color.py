import numpy as np
import pytest

from tfstyle import color


@pytest.fixture
def content(photograph):
    return photograph


@pytest.fixture
def pastiche(photograph):
    return np.float32(0.2 + 0.6 * photograph[::-1, :, ::-1] ** 2)


def chrominance(image):
    return image - (image @ color.LUMA)[..., None]


@pytest.mark.parametrize("mode", color.KEEP)
def test_a_picture_with_its_own_colours_stays_as_it_is(mode, content):
    np.testing.assert_allclose(color.keeper(mode)(content, content), content, atol=2e-3)


@pytest.mark.parametrize("mode", color.KEEP)
def test_the_result_is_a_picture_of_the_same_size(mode, content, pastiche):
    found = color.keeper(mode)(content, pastiche)
    assert found.shape == content.shape and found.dtype == np.float32
    assert found.min() >= 0 and found.max() <= 1


def test_luminance_keeps_the_chrominance_of_every_pixel(content, pastiche):
    found = color.luminance(content, pastiche)
    inside = ((found > 0) & (found < 1)).all(axis=-1)
    assert inside.mean() > 0.5
    np.testing.assert_allclose(chrominance(found)[inside], chrominance(content)[inside], atol=1e-5)


def test_luminance_follows_the_pastiche(content, pastiche):
    found, wanted = color.luminance(content, pastiche) @ color.LUMA, pastiche @ color.LUMA
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.95


def test_covariance_gives_the_photographs_mean_and_covariance(pastiche):
    random = np.random.default_rng(0)
    content = np.float32(np.clip(random.normal((0.4, 0.5, 0.6), 0.05, (60, 80, 3)), 0, 1))
    found = color.covariance(content, pastiche).reshape(-1, 3)
    expected = content.reshape(-1, 3)
    np.testing.assert_allclose(found.mean(axis=0), expected.mean(axis=0), atol=5e-3)
    np.testing.assert_allclose(np.cov(found.T), np.cov(expected.T), atol=5e-4)


@pytest.mark.parametrize("mode", color.KEEP)
def test_pictures_of_one_colour_are_no_trouble(mode, content):
    flat = np.full_like(content, 0.3)
    for one, other in ((flat, content), (content, flat), (flat, flat)):
        assert np.isfinite(color.keeper(mode)(one, other)).all()


def test_an_unknown_mode_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"luminance or covariance.*hue"):
        color.keeper("hue")


def test_no_mode_returns_the_pastiche(content, pastiche):
    assert color.keeper(None)(content, pastiche) is pastiche
