"""Optimised pictures: losses, gradients in tiles, descents, masks, and what a kill leaves."""

import copy
import dataclasses
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfstyle import cli, examples, images, loading, losses, statistics
from tfstyle.methods.gatys.layer_visualization import LayerVisualization, final_picture
from tfstyle.methods.gatys.method import Gatys
from tfstyle.methods.gatys.optimisation import Progress
from tfstyle.methods.gatys.settings import CONTENT_LOSSES, Settings
from tfstyle.networks import vgg
from tfstyle.networks.encoder import encoder, like, readout_weights
from tfstyle.training import descent, pixels
from tfstyle.training.settings import STYLE_LOSSES

QUICK = Settings(iterations=6)


@pytest.fixture(scope="module")
def exact():
    """Our encoder in float32 and its readouts of VGG-19."""
    feature_extractor, readouts = loading.encoder()
    return feature_extractor, readout_weights(readouts)


@pytest.fixture(scope="module")
def gatys():
    return loading.load("gatys", settings=QUICK)


def with_numbers(gatys, **numbers):
    """The same stylizer, whose losses need not be compiled again, with other numbers."""
    other = copy.copy(gatys)
    other.settings = dataclasses.replace(gatys.settings, **numbers)
    return other


def features(seed, channels=6, size=(1, 9, 7)):
    mixing = np.random.default_rng(7 + seed).standard_normal((channels, channels))
    noise = np.random.default_rng(seed).standard_normal((*size, channels))
    return np.float32(noise @ mixing + seed)


def test_sums_of_parts_are_those_of_the_whole_and_give_mean_and_covariance():
    actual = features(1)
    whole = statistics.position_sums(actual)
    parts = [statistics.position_sums(actual[:, :4]), statistics.position_sums(actual[:, 4:])]
    for each, one, other in zip(whole, *parts, strict=True):
        np.testing.assert_allclose(each, one + other, rtol=1e-4)
    for each, expected in zip(
        statistics.covariance_of_sums(*whole), statistics.covariance(actual), strict=True
    ):
        np.testing.assert_allclose(each, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("mask", [None, np.float32(np.arange(63).reshape(1, 9, 7, 1) / 63)])
def test_the_gradient_of_sums_is_that_of_plain_products(mask):
    actual, pull = tf.constant(features(2)), np.float32(np.arange(36).reshape(6, 6))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(actual)
        _, total, products = statistics.position_sums(actual, mask)
        ours = tf.reduce_sum(products * pull) + tf.reduce_sum(total)
        flat = tf.reshape(actual, (-1, 6))
        weighted = flat if mask is None else flat * mask.reshape(-1, 1)
        plain = tf.reduce_sum(tf.matmul(weighted, flat, transpose_a=True) * pull)
        plain += tf.reduce_sum(weighted)
    np.testing.assert_allclose(tape.gradient(ours, actual), tape.gradient(plain, actual), rtol=1e-4)


def test_the_gradient_of_products_is_the_plain_one():
    actual, expected = tf.constant(features(2)), features(5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(actual)
        ours = [tf.reduce_sum(each) for each in statistics.product_sums(actual, expected)]
        plain = [tf.reduce_sum(each) for each in (actual, actual**2, actual * expected)]
        ours, plain = (a + 2 * b + 3 * c for a, b, c in (ours, plain))
    np.testing.assert_allclose(ours, plain, rtol=1e-4)
    np.testing.assert_allclose(tape.gradient(ours, actual), tape.gradient(plain, actual), rtol=1e-4)


def test_the_wasserstein_loss_is_that_of_gaussians_of_one_axis_and_0_at_itself():
    spread, other = (np.diag([4.0, 9.0, 1.0])[None], np.diag([1.0, 4.0, 16.0])[None])
    mean = np.zeros((1, 3))
    actual = losses.wasserstein_loss(
        *((np.float32(mean + i), np.float32(c)) for i, c in ((0, spread), (1, other)))
    )
    np.testing.assert_allclose(actual, (3 + 1 + 1 + 9) / 14, rtol=1e-3)
    own = statistics.covariance(features(3))
    assert abs(float(losses.wasserstein_loss(own, own))) < 1e-3


def test_the_wasserstein_losss_gradient_is_its_slope():
    style, pastiche = (statistics.covariance(features(seed)) for seed in (3, 4))
    mean, spread = (tf.constant(each) for each in pastiche)
    with tf.GradientTape() as tape:
        tape.watch(spread)
        before = losses.wasserstein_loss(style, (mean, spread))
    slope = tape.gradient(before, spread).numpy()
    step = np.float32(0.01) * spread.numpy()
    after = losses.wasserstein_loss(style, (mean, spread + step))
    np.testing.assert_allclose(float(after - before), float((slope * step).sum()), rtol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("content", "kind"), list(itertools.product(CONTENT_LOSSES, STYLE_LOSSES)))
def test_gradients_over_tiles_are_those_of_the_whole(exact, kind, content, monkeypatch):
    settings = Settings(style_loss=kind, content_loss=content, variation_weight=0.1)
    stylizer, photograph = Gatys(*exact, settings), examples.lake(150, 210)
    mask = np.arange(210) > 90
    problem = stylizer.optimisation(
        photograph,
        [examples.swirls(), examples.discs(100, 120)],
        masks=[np.broadcast_to(mask, (150, 210))],
    ).problem
    noise = np.random.default_rng(0).standard_normal(photograph.shape)
    picture = np.float32(photograph + 0.1 * noise)
    targets = stylizer.targets.at(problem, 150, 210)
    expected, whole = stylizer.targets.gradients(picture, targets)
    monkeypatch.setattr(pixels, "TILE", 64)
    monkeypatch.setattr(pixels, "WHOLE_PIXELS", 1)
    targets = stylizer.targets.at(problem, 150, 210)
    actual, tiled = stylizer.targets.gradients(picture, targets)
    assert len(targets.parts) == 12 and actual.keys() == {"style", "content", "variation"}
    for name, loss in expected.items():
        np.testing.assert_allclose(actual[name], loss, rtol=1e-3)
    assert np.linalg.norm(tiled - whole) < 1e-3 * np.linalg.norm(whole)


def test_a_gradient_is_the_slope_of_the_losses(exact):
    stylizer, photograph = Gatys(*exact, QUICK), examples.lake(64, 80)
    targets = stylizer.targets.at(
        stylizer.optimisation(photograph, examples.swirls()).problem, 64, 80
    )
    before, gradient = stylizer.targets.gradients(photograph, targets)
    direction = -gradient / np.linalg.norm(gradient)
    after, _ = stylizer.targets.gradients(photograph + 0.05 * direction, targets)
    fallen = sum(before.values()) - sum(after.values())
    np.testing.assert_allclose(fallen, 0.05 * np.linalg.norm(gradient), rtol=0.3)


def bowl(picture):
    """An elongated one, whose lowest point is at 0.3."""
    scale = np.linspace(1, 50, picture.size).reshape(picture.shape)
    error = picture - 0.3
    return {"bowl": float((scale * error**2).sum())}, np.float32(2 * scale * error)


@pytest.mark.parametrize("steps", [descent.lbfgs, descent.adam])
def test_a_descent_goes_down_and_tells_each_picture_with_its_losses(steps):
    start = np.zeros((8, 9, 3), np.float32)
    actual = list(steps(bowl, start, 40))
    assert 20 < len(actual) <= 40
    for picture, told in actual:
        np.testing.assert_allclose(told["bowl"], bowl(picture)[0]["bowl"], rtol=1e-3, atol=1e-6)
    assert actual[-1][1]["bowl"] < 0.01 * bowl(start)[0]["bowl"]


def test_adam_moves_strips_as_it_moves_the_whole(monkeypatch):
    start = np.zeros((8, 9, 3), np.float32)
    whole = [picture for picture, _ in descent.adam(bowl, start, 5)]
    monkeypatch.setattr(descent, "STRIP", 20)
    strips = [picture for picture, _ in descent.adam(bowl, start, 5)]
    np.testing.assert_allclose(strips, whole, rtol=1e-6)


def test_adam_takes_longer_steps_at_what_is_broad_than_at_fine_detail():
    checkers = np.indices((8, 8)).sum(axis=0)[..., None] % 2 * np.ones(3, np.float32) - 0.5

    def moved(slope):
        (_, (picture, _)) = descent.adam(lambda picture: ({}, slope), 0 * checkers, 2, rate=0.1)
        return np.abs(picture).max()

    np.testing.assert_allclose(moved(np.ones_like(checkers)), 0.1, rtol=1e-3)
    assert moved(checkers) < 0.06


def test_l_bfgs_can_be_left_at_any_step_and_passes_errors_on():
    taken = list(itertools.islice(descent.lbfgs(bowl, np.zeros((4, 4, 3), np.float32), 50), 3))
    assert len(taken) == 3

    def broken(picture):
        raise FloatingPointError("no")

    with pytest.raises(FloatingPointError, match="no"):
        list(descent.lbfgs(broken, np.zeros((4, 4, 3), np.float32), 5))


@pytest.mark.parametrize("optimizer", ["adam", "l-bfgs"])
@pytest.mark.parametrize(
    "style_weight",
    [pytest.param(1e-3, marks=pytest.mark.slow), 1.0, pytest.param(1e3, marks=pytest.mark.slow)],
)
def test_from_noise_no_weight_makes_a_nan(gatys, optimizer, style_weight, painting, monkeypatch):
    noisy = with_numbers(gatys, iterations=25, optimizer=optimizer, start="noise")
    weighted = Settings(style_weight=style_weight)
    monkeypatch.setattr(gatys.targets.objective, "settings", weighted)
    actual = list(noisy.optimisation(examples.lake(48, 64), painting))
    assert len(actual) > 10
    for progress in actual:
        assert np.isfinite(progress.picture).all()
        assert np.isfinite(list(progress.losses.values())).all()


def test_sizes_double_and_shares_grow_to_1(gatys, painting):
    work = gatys.optimisation(examples.lake(201, 397), painting)
    assert work.sizes == [(50, 99), (100, 198), (201, 397)]
    actual = list(work)
    assert work.steps == [6, 4, 3]
    assert [p.size for p in actual] == [0] * 6 + [1] * 4 + [2] * 3
    shares = [p.share for p in actual]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert work.finished(actual[0].picture).shape == (201, 397, 3)


def test_the_losses_fall_and_the_picture_nears_the_painting(gatys, photograph, painting):
    work = with_numbers(gatys, iterations=30).optimisation(photograph, painting)
    actual = [p.losses for p in work]
    assert actual[-1]["style"] < 0.3 * actual[0]["style"]


def test_going_on_from_a_checkpoint_does_only_what_is_left(gatys, photograph, painting, tmp_path):
    work = gatys.optimisation(photograph, painting)
    first = next(itertools.islice(work, 3, None))
    first.save(tmp_path / "state.npz")
    again = Progress.of(tmp_path / "state.npz")
    np.testing.assert_array_equal(again.picture, first.picture)
    rest = list(dataclasses.replace(work, begin=again))
    assert len(rest) == sum(work.steps) - 4
    (tmp_path / "bad.npz").write_bytes(b"PK")
    with pytest.raises(OSError, match=r"checkpoint.*bad\.npz"):
        Progress.of(tmp_path / "bad.npz")


@pytest.mark.slow
def test_masks_keep_what_none_claims_and_share_one_optimisation(gatys, photograph, painting):
    left = np.broadcast_to(np.arange(128) < 64, (96, 128))
    actual = gatys.stylize(photograph, [painting], masks=[left])
    np.testing.assert_array_equal(actual[:, 64:], photograph[:, 64:])
    assert np.abs(actual - photograph)[:, :64].mean() > 0.01
    styles = [np.float32(0.3 * painting), np.float32(0.7 + 0.3 * painting)]
    longer = with_numbers(gatys, iterations=60)
    one, other = (longer.stylize(photograph, each, masks=[left]) for each in (styles, styles[::-1]))
    assert one[:, :60].mean() < other[:, :60].mean() - 0.02
    assert one[:, 68:].mean() > other[:, 68:].mean() + 0.02


def test_an_estimate_grows_with_the_picture(gatys, painting):
    small, large = (
        gatys.optimisation(examples.lake(height, 2 * height), painting).estimate()
        for height in (64, 256)
    )
    assert large.seconds > 2 * small.seconds > 0 and large.memory > small.memory
    assert str(large).startswith("512x256 pixels take about")


def test_layers_are_named_as_the_papers_do_and_unknown_ones_are_refused(photograph, painting):
    network = vgg.untrained("vgg19", ["relu1_1", "relu2_2", "relu4_2"])
    settings = Settings(
        iterations=1, content_layers=(("relu4_2", 1),), style_layers=(("relu1_1", 2),)
    )
    stylizer = Gatys(network, {}, settings)
    assert stylizer.stylize(photograph, painting).shape == photograph.shape
    assert stylizer.targets.objective.feature_extractor.strides == {"relu1_1": 1, "relu4_2": 8}
    with pytest.raises(ValueError, match=r"relu1_1, relu2_2.*relu9_9"):
        Gatys(network, {}, Settings(content_layers=(("relu9_9", 1),)))


def test_average_pooling_is_another_network():
    pooled = loading.load(
        "gatys", settings=Settings(pooling="average")
    ).targets.objective.feature_extractor.network
    kinds = [type(layer) for layer in pooled.layers]
    assert keras.layers.AveragePooling2D in kinds and keras.layers.MaxPooling2D not in kinds
    one, picture = encoder(), examples.lake(32, 32)[None]
    taps, others = one(picture), like(one, "average")(picture)
    np.testing.assert_array_equal(others["relu1_1"], taps["relu1_1"])
    assert np.abs(others["relu2_1"] - taps["relu2_1"]).mean() > 1e-3


@pytest.mark.slow
def test_content_comes_back_from_one_layer_and_textures_have_any_size(exact, painting):
    photograph = examples.lake(64, 64)
    visualization = LayerVisualization(*exact, Settings(iterations=200))
    shallow, deep = (
        final_picture(visualization.content(photograph, tap)) for tap in ("relu1_1", "relu5_1")
    )
    assert np.abs(shallow - photograph).mean() < 0.05 < np.abs(deep - photograph).mean()
    texture = final_picture(visualization.texture(painting, 40, 70, "relu2_1"))
    assert texture.shape == (40, 70, 3)
    assert np.abs(texture.mean((0, 1)) - painting.mean((0, 1))).max() < 0.1


@pytest.fixture
def command(tmp_path, photograph, painting):
    images.write(photograph, tmp_path / "photo.png")
    images.write(painting, tmp_path / "style.png")
    arguments = ["stylize", tmp_path / "photo.png", "--style", tmp_path / "style.png"]
    arguments += ["-o", tmp_path / "out.png", "--method", "gatys", "--overwrite"]
    return [str(each) for each in arguments]


def test_the_command_paints_logs_and_goes_on(command, tmp_path, capsys):
    run = [*command, "--iterations", "5", "--run", str(tmp_path / "run"), "--every", "2"]
    assert cli.main(run) == 0
    assert "pixels take about" in capsys.readouterr().err
    assert images.read(tmp_path / "out.png").shape == (96, 128, 3)
    assert (tmp_path / "run/log.csv").read_text().startswith("step,style,content\n1,")
    assert len(list((tmp_path / "run/pictures").iterdir())) == 2
    before = images.read_bytes(tmp_path / "out.png")
    assert cli.main(run) == 0
    np.testing.assert_array_equal(images.read_bytes(tmp_path / "out.png"), before)
    assert cli.main([*run, "--seed", "2"]) == 2
    assert "seed=2 (was 1)" in capsys.readouterr().err


def test_ctrl_c_writes_what_there_is(command, tmp_path, monkeypatch, capsys):
    """The signal arrives while the third step is shown."""
    from tfstyle.cli import optimising

    record = optimising.Recorder.record

    def interrupted(self, progress):
        record(self, progress)
        if progress.step == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(optimising.Recorder, "record", interrupted)
    assert cli.main([*command, "--iterations", "9"]) == 130
    assert "as far as it came" in capsys.readouterr().err
    assert images.read(tmp_path / "out.png").shape == (96, 128, 3)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--method", "ghiasi", "--iterations", "3"], "--iterations with --method gatys alone"),
        (["--every", "3"], "--every with --run"),
        (["--content-layers", "relu9_1"], "relu9_1"),
        (["--teacher", "nowhere.npz"], "nowhere.npz"),
    ],
)
def test_what_does_not_go_together_is_refused(command, more, words, capsys):
    assert cli.main([*command, *more]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.slow
def test_a_command_draws_layers(command, tmp_path):
    sheet = tmp_path / "layers.png"
    arguments = ["layers", command[1], command[3], "-o", str(sheet), "--size", "64"]
    assert cli.main([*arguments, "--iterations", "2"]) == 0
    assert images.read(sheet).shape == (2 * (48 + 20 + 4), 6 * 68, 3)


def test_a_command_draws_textures(command, tmp_path):
    texture, quick = tmp_path / "texture.png", ["--iterations", "2"]
    arguments = ["texture", command[3], "-o", str(texture), "--size", "40x72", *quick]
    assert cli.main(arguments) == 0 and images.read(texture).shape == (40, 72, 3)
    assert cli.main([*arguments[:-3], "8x72", "--overwrite"]) == 2
