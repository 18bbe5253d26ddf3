import keras
import numpy as np
import pytest

from tfstyle import export, layers
from tfstyle.networks import encoder as encoders
from tfstyle.networks import predictor, transformer, vgg
from tfstyle.networks.endpoint import Endpoint


@pytest.fixture(scope="module")
def small():
    return transformer.transformer(stem=4, quarter=8, eighth=8, blocks=2, top=4, vector=6)


@pytest.fixture
def inputs():
    random = np.random.default_rng(0)
    content = random.random((1, 37, 45, 3)).astype("float32")
    return {"content": content, "vector": random.normal(size=(1, 6)).astype("float32")}


def test_the_transformer_keeps_odd_sizes_and_the_range(small, inputs):
    painted = small.predict_on_batch(inputs)
    assert painted.shape == (1, 37, 45, 3) and painted.min() >= 0 and painted.max() <= 1


def test_every_normalisation_has_its_moments(small, inputs):
    moments = transformer.measuring(small).predict_on_batch(inputs)["moments"]
    assert moments.shape == (1, 2 * (4 + 8 + 8 * 5 + 8 + 16 + 8))


def test_given_its_own_moments_a_tile_is_the_whole(small, inputs):
    moments = transformer.measuring(small).predict_on_batch(inputs)["moments"]
    tile = transformer.tiling(small).predict_on_batch({**inputs, "moments": moments})["pastiche"]
    np.testing.assert_allclose(tile, small.predict_on_batch(inputs), atol=1e-6)


def test_the_vector_changes_the_picture(small, inputs):
    other = {**inputs, "vector": -inputs["vector"]}
    assert np.abs(small.predict_on_batch(inputs) - small.predict_on_batch(other)).mean() > 1e-3


def test_the_transformers_default_has_the_published_budget():
    assert transformer.transformer().count_params() == 1_138_219


def test_a_sub_pixel_convolution_starts_as_nearest_upsampling():
    start = layers.SameForEveryPixel(seed=1)((3, 3, 5, 8))
    block = np.asarray(start).reshape(3, 3, 5, 4, 2)
    assert (block == block[:, :, :, :1]).all()


def test_pixel_shuffle_places_channels_as_pixels():
    features = np.arange(16, dtype="float32").reshape(1, 2, 2, 4)
    found = np.asarray(layers.PixelShuffle()(features))[0, :, :, 0]
    expected = [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    np.testing.assert_array_equal(found, expected)


def test_crop_like_cuts_to_the_reference():
    picture = np.arange(48, dtype="float32").reshape(1, 4, 4, 3)
    found = layers.CropLike()(picture, np.zeros((1, 3, 4, 3), "float32"))
    np.testing.assert_array_equal(found, picture[:, :3])


def test_the_encoder_halves_from_tap_to_tap():
    taps = encoders.encoder()(np.zeros((1, 64, 96, 3), "float32"))
    sides = [tuple(taps[tap].shape[1:3]) for tap in vgg.TAPS]
    assert sides == [(64, 96), (32, 48), (16, 24), (8, 12), (4, 6)]


def test_an_encoder_like_another_sees_the_same():
    one, image = encoders.encoder(), np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    for tap, value in encoders.like(one)(image).items():
        np.testing.assert_array_equal(value, one(image)[tap])


def test_the_predictor_gives_vectors_for_any_size():
    network = predictor.predictor(encoders.encoder(), hidden=8)
    for size in ((32, 32), (50, 71)):
        assert network.predict_on_batch(np.zeros((2, *size, 3), "float32")).shape == (2, 100)


def test_vgg_19_has_the_papers_parameters_to_relu5_1():
    conv0 = 3 * 3 + 3
    assert vgg.untrained().count_params() - conv0 == 12_944_960


def test_caffe_preprocessing_is_keras_applications_own():
    image = np.random.default_rng(0).random((1, 4, 4, 3)).astype("float32")
    expected = keras.applications.vgg19.preprocess_input(255.0 * image)
    np.testing.assert_allclose(vgg.CaffePreprocess()(image), expected, atol=1e-4)


def test_a_missing_teacher_names_its_file(tmp_path):
    with pytest.raises(OSError, match="vgg19_normalised_relu3_1"):
        vgg.teacher(tmp_path)


def test_exports_agree_with_keras_and_hold_builtin_operations_only(small, inputs):
    endpoints = {
        "paint": Endpoint(transformer.measuring(small)),
        "tile": Endpoint(transformer.tiling(small)),
    }
    content = export.to_tflite(endpoints, "float32")
    moments = endpoints["paint"].arrays(**inputs)["moments"]
    for name, endpoint in endpoints.items():
        known = {**inputs, "moments": moments} if name == "tile" else inputs
        assert export.difference(content, name, endpoint, known) < 1e-4
    found = export.operations(content)
    assert "CONV_2D" in found and not [op for op in found if op.startswith(export.REFUSED)]


def test_int8_weights_are_smaller_and_close(small, inputs):
    endpoints = {"paint": Endpoint(small, "pastiche")}
    whole, quantized = (export.to_tflite(endpoints, p) for p in ("float32", "dynamic"))
    assert len(quantized) < len(whole)
    assert export.difference(quantized, "paint", endpoints["paint"], inputs) < 0.15


def test_an_unknown_precision_is_refused(small):
    with pytest.raises(ValueError, match="float16"):
        export.to_tflite({"paint": Endpoint(small, "pastiche")}, "int4")
