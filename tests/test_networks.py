import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

from tfstyle import examples, layers, litert, tiles
from tfstyle.export import signature_runner, tflite
from tfstyle.networks import (
    bottleneck,
    files,
    johnson,
    predictor,
    residual,
    squeezenet,
    teachers,
    tiling,
    vgg,
)
from tfstyle.networks import encoder as encoders
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.resnet import resnet
from tfstyle.networks.unet import unet


@pytest.fixture(scope="module")
def small():
    return bottleneck.bottleneck(4, 8, 2, (4, 4), vector=6)


@pytest.fixture
def inputs():
    random = np.random.default_rng(0)
    content = random.random((1, 37, 45, 3)).astype("float32")
    return {"content": content, "vector": random.normal(size=(1, 6)).astype("float32")}


def test_the_transformer_keeps_odd_sizes_and_the_range(small, inputs):
    painted = small.predict_on_batch(inputs)
    assert painted.shape == (1, 37, 45, 3) and painted.min() >= 0 and painted.max() <= 1


def test_a_vectors_scales_and_shifts_can_be_kept_without_it(small, inputs):
    fixed = bottleneck.without_vector(small, inputs["vector"][0])
    painted = small.predict_on_batch(inputs)
    np.testing.assert_allclose(fixed.predict_on_batch(inputs["content"]), painted, atol=1e-5)
    grown = bottleneck.with_row(small, fixed)
    last = {**inputs, "vector": np.eye(1, 7, 6, dtype="float32")}
    np.testing.assert_allclose(grown.predict_on_batch(last), painted, atol=1e-5)
    same = {**inputs, "vector": np.pad(inputs["vector"], [(0, 0), (0, 1)])}
    np.testing.assert_allclose(grown.predict_on_batch(same), painted, atol=1e-5)


@pytest.mark.parametrize("smooth_noise", [(0, 0), (0, 2), (2, 2)])
def test_a_wider_network_begins_as_the_narrower_one_paints(small, inputs, smooth_noise):
    had, has = smooth_noise
    if had:
        small = bottleneck.bottleneck(4, 8, 2, (4, 4), vector=6, smooth_noise=had)
    wide = bottleneck.bottleneck(5, 12, 2, (6, 4), vector=6, smooth_noise=has)
    bottleneck.take_narrower(wide, small)
    painted = wide.predict_on_batch(inputs)
    np.testing.assert_allclose(painted, small.predict_on_batch(inputs), atol=1e-5)
    new = wide.get_layer("up2").kernel[:, :, 8:, :4]
    assert not np.any(new) and np.any(wide.get_layer("down4").kernel[:, :, :, 8:])
    with pytest.raises(ValueError, match="wider at down2"):
        bottleneck.take_narrower(small, wide)
    with pytest.raises(ValueError, match="Received: 8 normalised"):
        bottleneck.take_narrower(bottleneck.bottleneck(4, 8, 3, (4, 4), vector=6), small)
    source = bottleneck.bottleneck(4, 8, 2, (4, 4), vector=6, smooth_noise=1)
    with pytest.raises(ValueError, match=f"of {has} channels of smooth noise, or none. .*: 1."):
        bottleneck.take_narrower(wide, source)


def test_every_normalisation_has_its_moments(small, inputs):
    moments = tiling.measuring(small).predict_on_batch(inputs)["moments"]
    assert moments.shape == (1, 2 * (4 + 8 * 5 + 4 + 4))


@pytest.mark.parametrize("papers", [False, True])
def test_given_its_own_moments_a_tile_is_the_whole(small, inputs, papers):
    network = residual.residual_transformer((4, 4, 8), vector=6) if papers else small
    whole = tiling.measuring(network, "pastiche").predict_on_batch(inputs)
    tile_inputs = {**inputs, "moments": whole["moments"]}
    tile = tiling.tiling(network, "pastiche").predict_on_batch(tile_inputs)["pastiche"]
    np.testing.assert_allclose(tile, network.predict_on_batch(inputs), atol=1e-6)
    np.testing.assert_allclose(tile, whole["pastiche"], atol=1e-6)


@pytest.mark.parametrize("norm", ["instance", "batch"])
@pytest.mark.parametrize("upsampling", ["nearest", "transposed"])
def test_johnsons_network_has_the_published_size_and_gives_any_size_back(norm, upsampling):
    network = johnson.johnson(norm=norm, upsampling=upsampling)
    trainable = sum(int(np.prod(v.shape)) for v in network.trainable_variables)
    assert trainable == 1_679_235  # with biases and a scale and a shift a normalised channel
    for size in ((37, 50), (1, 1)):
        assert network.predict_on_batch(np.zeros((1, *size, 3))).shape == (1, *size, 3)


@pytest.fixture(scope="module")
def redrawing():
    keras.utils.set_random_seed(3)
    return bottleneck.bottleneck(4, 8, 1, (4, 4))


@pytest.mark.parametrize("size", [(37, 45), (4, 9), (1, 1)])
def test_a_network_that_redraws_keeps_odd_sizes_and_the_range(redrawing, size):
    painted = redrawing.predict_on_batch(examples.lake(64, 64)[None, : size[0], : size[1]])
    assert painted.shape == (1, *size, 3) and painted.min() >= 0 and painted.max() <= 1


def test_nothing_passes_beside_the_bottleneck(redrawing):
    """With its last residual block's output held, the photograph changes nothing any more."""
    held = redrawing.get_layer("residual1").output
    after = keras.Model([held, *_sizes(redrawing)], redrawing.output)
    dark, light = np.zeros((1, 16, 16, 3), "float32"), np.ones((1, 16, 16, 3), "float32")
    features = np.random.default_rng(0).normal(size=(1, 4, 4, 8)).astype("float32")
    painted = [
        after.predict_on_batch([features, np.zeros((1, 8, 8, 4), "float32"), picture])
        for picture in (dark, light)
    ]
    np.testing.assert_array_equal(*painted)


def _sizes(network):
    """What upsampling takes only the size of."""
    return network.get_layer("down2_relu").output, network.input


def test_noise_is_the_same_for_the_same_place_and_moves_in_training():
    noise, picture = layers.PositionNoise(2), examples.lake(50, 40)[None]
    actual = np.asarray(noise(picture))
    assert actual.shape == (1, 50, 40, 2) and np.abs(actual).max() <= 1
    np.testing.assert_array_equal(actual, noise(1.0 - picture))
    np.testing.assert_array_equal(actual[:, :9, :7], noise(picture[:, :9, :7]))
    both = np.asarray(noise(np.concatenate([picture, picture[:, ::-1]])))
    np.testing.assert_array_equal(both, np.repeat(actual, 2, axis=0))
    assert np.abs(np.asarray(noise(picture, training=True)) - actual).mean() > 0.3
    other = np.asarray(layers.PositionNoise(2, seed=2)(picture))
    assert np.abs(other - actual).mean() > 0.3


def test_noise_is_uniform_and_has_no_pattern():
    field = np.asarray(layers.PositionNoise(1)(np.zeros((1, 300, 300, 3))))[0, :, :, 0]
    assert abs(field.mean()) < 0.02 and abs(field.std() - 3**-0.5) < 0.01
    for down, across in ((0, 1), (1, 0), (1, 1), (4, 4), (8, 0), (0, 8)):
        shifted = np.roll(field, (down, across), (0, 1))
        assert abs(np.mean(field * shifted)) < 0.02, (down, across)


def test_noise_repeats_where_tiles_begin():
    tall = np.asarray(layers.PositionNoise(1)(np.zeros((1, tiles.PERIOD + 5, 6, 3))))
    np.testing.assert_array_equal(tall[:, :5], tall[:, tiles.PERIOD :])
    wide = np.asarray(layers.PositionNoise(1)(np.zeros((1, 6, tiles.PERIOD + 5, 3))))
    np.testing.assert_array_equal(wide[:, :, :5], wide[:, :, tiles.PERIOD :])


def test_smooth_noise_is_smooth_and_the_same_for_the_same_place():
    noise, picture = layers.SmoothNoise(), examples.lake(50, 41)[None]
    actual = np.asarray(noise(picture))
    assert actual.shape == noise.compute_output_shape(picture.shape) == (1, 13, 11, 3)
    np.testing.assert_array_equal(actual, noise(1.0 - picture))
    full = np.asarray(layers.SmoothNoise(stride=1)(picture))
    np.testing.assert_array_equal(actual, full[:, ::4, ::4])
    steps = np.abs(np.diff(full, axis=1)).mean(axis=(0, 1, 2))
    assert steps[0] > 1.5 * steps[1] > 2.25 * steps[2] and steps[0] < 0.15
    moved = np.asarray(noise(picture, training=True))
    assert np.abs(moved - actual).mean() > 0.3


@pytest.mark.parametrize("kind", [layers.PositionNoise, layers.SmoothNoise])
def test_noise_beside_a_smaller_feature_map_is_that_of_its_places(kind):
    small, whole = np.zeros((1, 13, 11, 5)), np.zeros((1, 52, 44, 3))
    more = {"stride": 1} if kind is layers.SmoothNoise else {}
    actual = np.asarray(kind(scale=4, **more)(small))
    np.testing.assert_array_equal(actual, np.asarray(kind(**more)(whole))[:, ::4, ::4])
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(kind(scale=4, **more))
    )
    np.testing.assert_array_equal(again(small), actual)


def test_smooth_noise_repeats_where_tiles_begin_and_varies_alike():
    field = np.asarray(layers.SmoothNoise()(np.zeros((1, tiles.PERIOD + 20, tiles.PERIOD, 1))))
    np.testing.assert_array_equal(field[:, :5], field[:, -5:])
    whole = field[0, :-5]
    np.testing.assert_allclose(whole.mean(axis=(0, 1)), 0.0, atol=1e-5)
    np.testing.assert_allclose(whole.std(axis=(0, 1)), 0.58, atol=0.02)
    assert np.abs(field).max() <= 2.0


def test_channels_of_smooth_noise_are_1_to_3():
    with pytest.raises(ValueError, match=r"Expected 1 to 3 channels\. Received: 4\."):
        layers.SmoothNoise(4)


@pytest.mark.parametrize("conditioned", [False, True])
def test_a_network_that_gets_smooth_noise_paints_as_before_until_it_learns(
    redrawing, small, inputs, conditioned
):
    network, picture = (small, inputs) if conditioned else (redrawing, inputs["content"])
    before = network.predict_on_batch(picture)
    reading = bottleneck.with_smooth_noise(network, 2)
    np.testing.assert_allclose(reading.predict_on_batch(picture), before, atol=1e-6)
    assert bottleneck.with_smooth_noise(reading, 2) is reading
    convolution = reading.get_layer("residual1a")
    kernel = np.array(convolution.kernel)
    assert kernel.shape[2] == 8 + 2
    kernel[:, :, 8:] = 0.3
    convolution.set_weights([kernel])
    assert np.abs(reading.predict_on_batch(picture) - before).mean() > 1e-3


def test_a_network_without_moments_is_tiled_as_it_is():
    network, picture = johnson.johnson((4, 4, 8), "batch"), examples.lake(40, 56)[None]
    whole = tiling.measuring(network).predict_on_batch(picture)
    assert whole.keys() == {"translated"}
    tile = tiling.tiling(network).predict_on_batch(picture)["translated"]
    np.testing.assert_allclose(tile, whole["translated"], atol=1e-6)


def test_the_vector_changes_the_picture(small, inputs):
    other = {**inputs, "vector": -inputs["vector"]}
    assert np.abs(small.predict_on_batch(inputs) - small.predict_on_batch(other)).mean() > 1e-3


def test_a_constrained_convolution_makes_no_pattern_of_a_flat_picture():
    paint = keras.layers.Conv2D(3, 3, padding="valid")
    cells = np.tile(np.random.default_rng(0).random((1, 2, 2, 8), np.float32), (1, 8, 8, 1))
    before = np.asarray(paint(cells)).std(axis=(1, 2))
    paint.kernel.assign(layers.NoCheckerboard()(paint.kernel))
    after = np.asarray(paint(cells)).std(axis=(1, 2))
    assert before.min() > 1e-2 and after.max() < 1e-5


def test_the_constraint_leaves_a_blur_as_it_is():
    blur = np.outer([1, 2, 1], [1, 2, 1]).astype("float32")[:, :, None, None] / 16
    np.testing.assert_allclose(layers.NoCheckerboard()(blur), blur, atol=1e-6)


def test_crop_like_cuts_to_the_reference():
    picture = np.arange(48, dtype="float32").reshape(1, 4, 4, 3)
    actual = layers.CropLike()(picture, np.zeros((1, 3, 4, 3), "float32"))
    np.testing.assert_array_equal(actual, picture[:, :3])


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


def test_vgg_16_has_the_papers_parameters_to_conv5_3():
    conv0 = 3 * 3 + 3
    assert vgg.untrained("vgg16", ["conv5_3"]).count_params() - conv0 == 14_714_688


@pytest.mark.parametrize(("kind", "build"), [("vgg19", "VGG19"), ("vgg16", "VGG16")])
def test_any_convolution_of_a_keras_applications_file_is_tapped(kind, build, tmp_path):
    whole = getattr(keras.applications, build)(include_top=False, weights=None)
    path = tmp_path / "notop.h5"
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, whole)
    image = np.random.default_rng(0).random((1, 40, 48, 3)).astype("float32")
    actual = teachers.from_source(path, ["relu1_2", "relu4_2", "conv5_1"])(image)
    inputs = keras.applications.vgg19.preprocess_input(255.0 * image)
    for tap, layer in {"relu1_2": "block1_conv2", "relu4_2": "block4_conv2"}.items():
        expected = keras.Model(whole.input, whole.get_layer(layer).output)(inputs)
        np.testing.assert_allclose(actual[tap], expected, rtol=2e-3, atol=2e-3)
    relu5_1 = keras.Model(whole.input, whole.get_layer("block5_conv1").output)(inputs)
    np.testing.assert_allclose(np.maximum(actual["conv5_1"], 0), relu5_1, rtol=2e-3, atol=2e-3)
    assert list(actual) == ["relu1_2", "relu4_2", "conv5_1"]


@pytest.mark.parametrize("tap", ["relu3_9", "pool1", "relu6_1"])
def test_an_unknown_tap_is_refused_with_the_deepest_known(tap):
    with pytest.raises(ValueError, match=rf"relu5_4.*conv5_4.*{tap}"):
        vgg.untrained("vgg19", [tap])


def test_a_file_that_holds_no_vgg_is_refused(tmp_path):
    for name in ("other.h5", "other.npz"):
        (tmp_path / name).write_text("no weights")
        with pytest.raises(OSError, match=name):
            teachers.from_source(tmp_path / name)
    with pytest.raises(OSError, match="vgg16 or vgg19"):
        teachers.from_source(tmp_path / "missing.npz")


def test_the_supplied_vgg_begins_with_caffes_preprocessing(shared):
    arrays = np.load(shared / "weights" / teachers.EXACT_FILE)
    image = np.random.default_rng(0).random((1, 4, 4, 3)).astype("float32")
    actual = image @ arrays["conv0/kernel"][0, 0] + arrays["conv0/bias"]
    expected = keras.applications.vgg19.preprocess_input(255.0 * image)
    np.testing.assert_allclose(actual, expected, atol=1e-3)


def test_the_papers_transformer_has_its_parameters():
    network = residual.residual_transformer()
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert sum(layer.count_params() for layer in convolutions) == 1_674_432
    conditions = [layer for layer in network.layers if layer.name.endswith("condition")]
    assert sum(layer.units for layer in conditions) == 2758  # Ghiasi et al. 2017, section 2.2


def test_the_papers_transformer_keeps_odd_sizes():
    network = residual.residual_transformer(channels=(4, 4, 4))
    inputs = {"content": np.zeros((1, 45, 51, 3), "float32"), "vector": np.zeros((1, 100))}
    assert network.predict_on_batch(inputs).shape == (1, 45, 51, 3)


def test_the_papers_predictor_has_its_parameters_and_any_size():
    network = predictor.inception_predictor()
    assert network.get_layer("inception_v3").count_params() == 8_975_264
    assert network.get_layer("vector").count_params() == 768 * 100 + 100
    assert network.predict_on_batch(np.zeros((2, 80, 96, 3), "float32")).shape == (2, 100)


def test_squeezenet_has_the_papers_parameters():
    bgr, classifier = 3 * 3 + 3, 512 * 1000 + 1000
    actual = squeezenet.squeezenet().count_params() - bgr + classifier
    assert actual == 1_235_496  # torchvision's squeezenet1_1


def test_compact_files_hold_half_precision_in_half_the_bytes(tmp_path):
    network = encoders.encoder()
    network.save(tmp_path / "whole.keras")
    image = np.random.default_rng(0).random((1, 32, 32, 3)).astype("float32")
    before = network(image)["relu3_1"]
    again = files.load(files.save_compact(network, tmp_path / "compact.keras"))
    np.testing.assert_allclose(again(image)["relu3_1"], before, rtol=0.02, atol=0.1)
    sizes = [(tmp_path / f"{name}.keras").stat().st_size for name in ("compact", "whole")]
    assert sizes[0] < 0.7 * sizes[1]


def test_a_missing_teacher_names_its_file(tmp_path):
    with pytest.raises(OSError, match="vgg19_normalised_relu3_1"):
        teachers.teacher(tmp_path)


def test_exports_agree_with_keras_and_hold_builtin_operations_only(small, inputs):
    endpoints = {
        "paint": Endpoint(tiling.measuring(small, "pastiche")),
        "tile": Endpoint(tiling.tiling(small, "pastiche")),
    }
    content = tflite.to_tflite(endpoints, "float32")
    moments = endpoints["paint"].arrays(**inputs)["moments"]
    for name, endpoint in endpoints.items():
        arguments = {**inputs, "moments": moments} if name == "tile" else inputs
        assert tflite.relative_error(content, name, endpoint, arguments) < 1e-4
    actual = tflite.operations(content)
    assert "CONV_2D" in actual and not [op for op in actual if op.startswith(tflite.REFUSED)]


def test_a_network_that_mirrors_its_borders_is_exported_for_any_size(tmp_path):
    network = resnet((4, 8, 8), 1, padding="reflect")
    endpoint = Endpoint(tiling.measuring(network))
    path = tmp_path / "generator.tflite"
    path.write_bytes(tflite.to_tflite({"translate": endpoint}, "float32"))
    for size in ((37, 45), (61, 34)):
        content = np.random.default_rng(0).random((1, *size, 3), dtype=np.float32)
        actual = litert.signatures([path])["translate"](content=content)
        for name, expected in endpoint.arrays(content=content).items():
            np.testing.assert_allclose(actual[name], expected, atol=1e-4)


@pytest.mark.slow
def test_int8_weights_are_smaller_and_close(small, inputs):
    endpoints = {"paint": Endpoint(small, "pastiche")}
    whole, quantized = (tflite.to_tflite(endpoints, p) for p in ("float32", "dynamic"))
    assert len(quantized) < len(whole)
    assert tflite.relative_error(quantized, "paint", endpoints["paint"], inputs) < 0.15


@pytest.mark.slow
def test_int8_keeps_statistics_and_the_picture_in_floats(tmp_path):
    table = {"small": {"paint": Endpoint(tiling.measuring(resnet((8, 8, 8), 1), "pastiche"))}}
    pairs = [(examples.lake(64, 64), examples.discs(64, 64)), (examples.swirls(64, 64),) * 2]
    samples = signature_runner.calibration_samples(table, pairs)["small"]
    whole = tflite.to_tflite(table["small"], "float32")
    content = tflite.to_tflite(table["small"], "int8", samples)
    assert len(content) < 0.9 * len(whole) and "QUANTIZE" in tflite.operations(content)
    inputs = {"content": examples.lake(75, 93)[None]}
    assert tflite.relative_error(content, "paint", table["small"]["paint"], inputs) < 0.15
    (tmp_path / "small.tflite").write_bytes(content)
    painted = litert.signatures([tmp_path / "small.tflite"])["paint"](**inputs)["pastiche"]
    assert np.abs(painted * 255 - np.round(painted * 255)).mean() > 0.1


def test_a_cropped_picture_is_convolved_again_in_a_file_of_any_size():
    content = keras.Input((None, None, 3), name="content")
    x = keras.layers.Conv2D(4, 3, padding="same")(layers.MirrorPad(8, 16)(content))
    x = keras.layers.Conv2D(3, 3, padding="same")(layers.CropLike(8)(x, content))
    endpoint = Endpoint(keras.Model(content, x), "translated")
    exported = tflite.to_tflite({"translate": endpoint}, "float32")
    inputs = {"content": examples.lake(30, 41)[None]}
    assert tflite.relative_error(exported, "translate", endpoint, inputs) < 1e-5


@pytest.mark.slow
def test_careful_int8_is_nearer_where_a_norm_has_few_features():
    table = {"small": {"paint": Endpoint(unet(8, 5, 2, "instance", upsampling="nearest"), "out")}}
    pairs = [(examples.lake(64, 64), examples.discs(64, 64)), (examples.swirls(64, 64),) * 2]
    samples = signature_runner.calibration_samples(table, pairs)["small"]
    inputs = {"content": examples.lake(75, 93)[None]}
    rough, careful = (
        tflite.relative_error(
            tflite.to_tflite(table["small"], "int8", samples, careful=careful),
            *("paint", table["small"]["paint"], inputs),
        )
        for careful in (False, True)
    )
    assert careful < 0.6 * rough


def test_an_unknown_precision_is_refused(small):
    with pytest.raises(ValueError, match="float16"):
        tflite.to_tflite({"paint": Endpoint(small, "pastiche")}, "int4")


@pytest.mark.parametrize("layer", [layers.ReflectPad(3), layers.MirrorPad(4, 16), layers.Double()])
def test_layers_that_change_sizes_say_so_before_they_run(layer):
    """Other backends than TensorFlow build networks from what layers say."""
    unknown = layer.compute_output_shape((None, None, 12, 5))
    assert unknown[0] is unknown[1] is None
    assert layer.compute_output_shape((1, 10, 12, 5)) == layer(np.ones((1, 10, 12, 5))).shape
