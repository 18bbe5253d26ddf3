"""Generators and discriminators: their networks, their losses and their runs."""

import dataclasses
import importlib.util
import json
import shutil
import signal
import socket
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from processes import log, same_losses, start, stop_after, train

from tfstyle import cli, examples, images, loading, losses
from tfstyle.data import batches, catalog, folders, shards
from tfstyle.layers import InstanceNorm, RainLayers, Streaks
from tfstyle.methods import tiled_network
from tfstyle.methods.cyclegan import training as cyclegan
from tfstyle.methods.pix2pix import training as pix2pix
from tfstyle.networks import contrast
from tfstyle.networks.adversarial import take_fewer_inputs
from tfstyle.networks.geometry import geometry
from tfstyle.networks.johnson import johnson
from tfstyle.networks.layered import layered
from tfstyle.networks.patchgan import patchgan
from tfstyle.networks.resnet import resnet
from tfstyle.networks.tiling import measuring, tiling
from tfstyle.networks.unet import unet
from tfstyle.training import resume
from tfstyle.training.augmentation import NUMBERS as DRAWN
from tfstyle.training.augmentation import Augmented, augmented
from tfstyle.training.gan import ConstantThenLinear
from tfstyle.training.image_pool import ImagePool

TINY = {"filters": 4, "blocks": 1, "discriminator_filters": 4, "size": 32, "steps": 4, "decay": 4}
STEPS = TINY["steps"] + TINY["decay"]
NUMBERS = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]
CUT = ["--objective=cut", "--augment=all"]
TWO = ["--batch=2", "--pool=0", "--precision=float32"]


def trainable(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (lambda: resnet(), 11_378_179),
        (lambda: resnet(upsampling="transposed"), 11_378_179),
        (lambda: resnet(upsampling="nearest"), 11_378_179),
        (lambda: resnet(blocks=6), 7_837_699),
        (lambda: unet(), 54_413_955),
        (lambda: patchgan(), 2_764_737),
        (lambda: patchgan(norm="batch", channels=(3, 3)), 2_768_705),
    ],
)
def test_networks_have_the_authors_parameters(network, count):
    assert trainable(network()) == count


@pytest.mark.parametrize("size", [(40, 52), (33, 41), (65, 34)])
@pytest.mark.parametrize(
    "build",
    [
        lambda: resnet((4, 8, 8), 1),
        lambda: resnet((4, 8, 8), 1, padding="zero", skip="features"),
        lambda: resnet((4, 8, 8), 1, upsampling="nearest", noise=2, streaks=3),
        lambda: unet(4, 5, 2, "instance"),
        lambda: unet(4, 5, 2, "instance", upsampling="bilinear"),
        lambda: layered(4, 2),
        lambda: unet(4, 5, 2, "instance", upsampling="nearest"),
    ],
)
def test_generators_keep_any_size_and_the_range(build, size):
    picture = np.random.default_rng(0).random((1, *size, 3), dtype=np.float32)
    actual = np.asarray(build()(picture))
    assert actual.shape == picture.shape and actual.min() >= 0 and actual.max() <= 1


def test_one_channel_generators_see_and_show_grey(photograph):
    network = resnet((4, 8, 8), 1, channels=(1, 1))
    grey = (photograph @ np.float32([0.299, 0.587, 0.114]))[..., None].repeat(3, -1)
    actual = np.asarray(network(photograph[None]))
    assert np.ptp(actual, axis=-1).max() == 0
    np.testing.assert_allclose(actual, network(grey[None]), atol=1e-4)
    assert network.get_layer("c1").kernel.shape[2] == 1


def test_a_patchgan_judges_70_pixels():
    judge, size = patchgan(8), 128
    picture = tf.Variable(np.random.default_rng(0).random((1, size, size, 3), dtype=np.float32))
    judge.get_layer("conv2_norm").trainable = False
    with tf.GradientTape() as tape:
        x = picture
        for layer in judge.layers:
            if not isinstance(layer, (InstanceNorm, keras.layers.InputLayer)):
                x = layer(x)
        score = x[0, x.shape[1] // 2, x.shape[2] // 2, 0]
    seen = np.abs(tape.gradient(score, picture).numpy()).sum(axis=(0, 3)) > 0
    assert seen.any(axis=1).sum() == seen.any(axis=0).sum() == 70


def test_instance_norm_of_one_picture_is_the_same_by_both_kernels():
    features = np.random.default_rng(0).normal(1.0, 3.0, (1, 9, 11, 5)).astype("float32")
    norm = InstanceNorm()
    fast, plain = (np.asarray(norm(features, training=kind)) for kind in (True, False))
    np.testing.assert_allclose(fast, plain, atol=1e-4)
    np.testing.assert_allclose(plain.std(axis=(1, 2)), 1.0, atol=1e-3)


def test_given_its_own_moments_a_tile_is_the_whole(photograph):
    network = unet(4, 4, 2, "instance")
    whole = measuring(network)({"content": photograph[None]})
    tile = tiling(network)({"content": photograph[None], "moments": np.asarray(whole["moments"])})
    np.testing.assert_allclose(tile["translated"], whole["translated"], atol=1e-6)
    np.testing.assert_allclose(whole["translated"], network(photograph[None]), atol=1e-6)


GENERATORS = {
    "resnet": lambda: resnet((4, 8, 8), 2, padding="zero", skip="features", noise=1, streaks=1),
    "reflecting": lambda: resnet((4, 8, 8), 1, upsampling="transposed"),
    "unet": lambda: unet(4, 5, 2, "instance", upsampling="bilinear"),
    "published": lambda: unet(4, 5, 2, "instance"),
    "johnson": lambda: johnson((4, 8, 8)),
    "layered": lambda: layered(4, 1),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_a_pixel_is_seen_as_far_as_the_geometry_says_and_not_much_less(name):
    network, side, middle = GENERATORS[name](), 512, 256
    for layer in network.layers:  # so that no distant pixel is lost in rounding
        layer.set_weights([np.abs(array) for array in layer.get_weights()])
    actual = geometry(network)
    picture = np.full((1, side, 32, 3), 0.5, np.float32)
    moments = np.asarray(measuring(network)({"content": picture})["moments"])
    tile = tiling(network)
    before = np.asarray(tile({"content": picture, "moments": moments})["translated"])
    picture[:, middle] = 0.9
    after = np.asarray(tile({"content": picture, "moments": moments})["translated"])
    changed = np.flatnonzero((before != after).any(axis=(0, 2, 3))) - middle
    assert -changed.min() <= actual.reach and changed.max() <= actual.reach
    assert max(-changed.min(), changed.max()) >= 0.6 * actual.reach


@pytest.mark.parametrize(
    ("method", "build"),
    [
        ("cyclegan", lambda: cyclegan.generator(cyclegan.Settings(filters=4, streaks=3), "a_to_b")),
        (
            "cyclegan",
            lambda: cyclegan.generator(cyclegan.Settings(filters=2, generator="unet"), "a_to_b"),
        ),
        ("pix2pix", lambda: pix2pix.generator(pix2pix.Settings(filters=2, depth=8))),
        ("cyclegan", lambda: layered(4, 3)),
    ],
)
def test_whatever_generator_is_trained_its_tiles_are_the_whole(
    method, build, tmp_path, monkeypatch
):
    build().save(tmp_path / "generator.keras")
    stylizer, photograph = loading.load(method, tmp_path), examples.lake(60, 1700)
    whole = stylizer.stylize(photograph)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(tiled_network, "THUMBNAIL_PIXELS", photograph[..., 0].size)
    np.testing.assert_allclose(stylizer.stylize(photograph), whole, atol=2e-4)
    assert whole.std() > 0.01


def test_streaks_are_lines_that_fall_and_a_place_has_the_same_ones():
    picture = np.zeros((1, 300, 310, 3), np.float32)
    actual = np.asarray(Streaks(3)(picture))
    assert actual.shape == (1, 300, 310, 3) and actual.min() == 0 and 0.5 < actual.max() <= 1
    assert (actual.mean(axis=(0, 1, 2)) > 0.005).all() and (actual.mean(axis=(0, 1, 2)) < 0.2).all()
    down, across = (np.abs(np.diff(actual, axis=axis)).mean() for axis in (1, 2))
    assert down < 0.5 * across
    part = np.asarray(Streaks(3)(picture[:, :200, :100]))
    np.testing.assert_allclose(part[:, :180, :80], actual[:, :180, :80], atol=1e-6)
    with pytest.raises(ValueError, match="Expected 1 to 3 channels"):
        Streaks(4)


def test_layers_begin_as_the_photograph_under_a_little_rain(photograph):
    keras.utils.set_random_seed(1)  # its maps of colours begin near the picture's, not on it
    actual = np.asarray(layered(8, 3)(photograph[None]))[0]
    apart = actual - photograph
    assert 0 < np.abs(apart).mean() < 0.05 and apart.mean() > 0


def test_rain_is_lighter_than_what_it_falls_on_and_all_else_is_a_smooth_grade():
    layer, picture = RainLayers(1), np.full((1, 40, 40, 3), 0.3, np.float32)
    maps = np.zeros((1, 40, 40, layer.maps), np.float32)
    maps[..., 0], maps[..., 11], maps[..., 12], maps[..., 13] = -0.5, 0.2, 60.0, -60.0
    lines = np.zeros((1, 40, 40, 1), np.float32)
    lines[:, :, 7] = 1.0
    actual = np.asarray(layer(picture, maps, lines))[0]
    graded = np.broadcast_to([0.15, 0.3, 0.5], (40, 32, 3))
    np.testing.assert_allclose(actual[:, 8:], graded, atol=1e-6)
    np.testing.assert_allclose(actual[:, 7], layer.DIM, atol=1e-6)


def test_the_documents_flags_give_the_authors_generator():
    flags = "--filters 64 --padding reflect --upsampling transposed --skip none --noise 0"
    assert flags in (Path(__file__).parents[1] / "docs/training.md").read_text()
    words = flags.replace("--", "").split()
    numbers = {
        k: int(v) if v.isdigit() else v for k, v in zip(words[::2], words[1::2], strict=True)
    }
    generator = cyclegan.generator(cyclegan.Settings(**numbers), "a_to_b")
    assert trainable(generator) == 11_378_179


def test_a_residual_generator_of_pairs_grows_as_it_is_asked_to():
    for upsampling, kind in {"transposed": "Conv2DTranspose", "bilinear": "UpsampleLike"}.items():
        asked = pix2pix.Settings(generator="resnet", filters=4, blocks=1, upsampling=upsampling)
        kinds = {type(layer).__name__ for layer in pix2pix.generator(asked).layers}
        assert kind in kinds and len(kinds & {"Conv2DTranspose", "UpsampleLike"}) == 1


@pytest.mark.parametrize("wrong", [{"streaks": 0}, {"streaks": 3, "channels_b": 1}])
def test_layers_without_streaks_or_of_grey_pictures_are_refused(wrong):
    with pytest.raises(ValueError, match="Expected layers with --streaks"):
        cyclegan.Settings(generator="layers", back="resnet", **wrong)


def test_a_generator_with_noise_begins_as_one_without(photograph):
    old, new = resnet((4, 8, 8), 1), resnet((4, 8, 8), 1, noise=2, streaks=1)
    take_fewer_inputs(new, old)
    np.testing.assert_allclose(new(photograph[None]), old(photograph[None]), atol=1e-5)
    with pytest.raises(ValueError, match="Expected a network of the same layers"):
        take_fewer_inputs(old, new)


def test_unknown_choices_of_networks_are_refused():
    with pytest.raises(ValueError, match="reflect, zero"):
        resnet((4, 8, 8), 1, padding="mirror")
    with pytest.raises(ValueError, match="Expected channels as one of 1, 3"):
        unet(4, 4, 2, "instance", channels=(4, 3))


@pytest.mark.parametrize("kind", losses.ADVERSARIAL)
def test_adversarial_losses_fall_towards_the_right_side(kind):
    scores = np.float32([-0.5, 0.0, 0.5])
    real = [float(losses.adversarial_loss(score, True, kind)) for score in scores]
    fake = [float(losses.adversarial_loss(score, False, kind)) for score in scores]
    assert real == sorted(real, reverse=True) and fake[1] < fake[2]


def test_adversarial_losses_are_the_papers():
    scores = np.float32([[0.3, -1.2]])
    actual = [float(losses.adversarial_loss(scores, real)) for real in (True, False)]
    np.testing.assert_allclose(actual, [np.mean((scores - 1) ** 2), np.mean(scores**2)], rtol=1e-6)
    actual = float(losses.adversarial_loss(scores, True, "cross-entropy"))
    assert actual == pytest.approx(np.mean(np.log1p(np.exp(-scores))))
    with pytest.raises(ValueError, match="hinge"):
        losses.adversarial_loss(scores, True, "hinge")


def test_absolute_loss_counts_in_the_papers_range():
    assert float(losses.absolute_loss(np.zeros((1, 2, 2, 3)), np.ones((1, 2, 2, 3)))) == 2.0


def test_contrast_is_the_cross_entropy_of_a_patchs_own_key():
    random = np.random.default_rng(0)
    keys, queries = random.normal(size=(2, 2, 5, 3)).astype(np.float32)
    actual = float(losses.contrastive_loss(keys, queries, 0.5))
    one, other = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (keys, queries))
    likeness = np.exp(np.einsum("bqc,bkc->bqk", other, one) / 0.5)
    own = np.diagonal(likeness, axis1=1, axis2=2)
    assert actual == pytest.approx(np.mean(np.log(likeness.sum(axis=-1) / own)), rel=1e-5)
    right, wrong = (float(losses.contrastive_loss(keys, x)) for x in (3 * keys, keys[:, ::-1]))
    assert right < actual < wrong
    assert float(losses.contrastive_loss(np.ones((1, 7, 3)), np.ones((1, 7, 3)))) == pytest.approx(
        np.log(7.0)
    )


@pytest.mark.parametrize("kind", contrast.TAPS)
def test_an_encoders_taps_are_the_generators_own_and_heads_tell_patches(kind, photograph):
    build = {
        "resnet": lambda: resnet((4, 8, 8), 5),
        "unet": lambda: unet(4, 5, 2, "instance"),
        "layers": lambda: layered(4, 1),
    }
    generator = build[kind]()
    whole, encoder = contrast.tapped(generator, kind)
    picture, features = whole(photograph[None])
    np.testing.assert_allclose(picture, generator(photograph[None]), atol=1e-6)
    assert tuple(features) == contrast.TAPS[kind]
    assert {id(v) for v in encoder.variables} < {id(v) for v in generator.variables}
    for name, tap in encoder(photograph[None]).items():
        np.testing.assert_allclose(tap, features[name], atol=1e-6)
    np.testing.assert_allclose(features["content_centre"], 2 * photograph[None] - 1, atol=1e-6)
    patches = {name: np.ones((1, 3, x.shape[-1]), np.float32) for name, x in features.items()}
    assert {x.shape for x in contrast.heads(encoder)(patches).values()} == {(1, 3, 256)}


STILL = np.float32([[0.5, 0.5, 0.0, 0.0, 0.5, 0.25, 0.5]])  # a hole of which a quarter is seen


def test_augmented_pictures_are_shifted_have_a_hole_and_can_be_graded():
    picture = np.random.default_rng(0).random((1, 16, 24, 3), dtype=np.float32)
    actual = np.asarray(augmented(picture, STILL))
    np.testing.assert_array_equal(actual[:, :4, :6], 0.5)
    np.testing.assert_allclose(actual[:, 4:], picture[:, 4:], atol=1e-6)
    np.testing.assert_allclose(actual[:, :, 6:], picture[:, :, 6:], atol=1e-6)
    moved = STILL + np.float32([[0.49, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0]])
    actual = np.asarray(augmented(picture, moved))
    np.testing.assert_allclose(actual[:, 4:14, 6:], picture[:, 6:, 3:21], atol=1e-6)
    np.testing.assert_array_equal(actual[:, 14:], 0.5)
    grade = STILL + np.float32([[0.0, 0.0, 0.0, 0.0, 0.25, 0.0, -0.25]])
    actual, grey = (
        np.asarray(augmented(picture, grade, colors=True)),
        picture.mean(-1, keepdims=True),
    )
    expected = 0.5 * picture + 0.5 * grey + 0.125
    expected = expected.mean() + 0.75 * (expected - expected.mean())
    np.testing.assert_allclose(actual[:, 4:], expected[:, 4:], atol=1e-5)


def test_generators_learn_through_augmentation_and_each_picture_has_its_own():
    picture = tf.Variable(np.full((2, 16, 16, 3), 0.25, np.float32))
    numbers = np.random.default_rng(1).random((2, DRAWN), dtype=np.float32)
    with tf.GradientTape() as tape:
        actual = augmented(picture, numbers, colors=True)
        target = tf.reduce_sum(actual)
    gradient = np.abs(tape.gradient(target, picture)).sum(axis=(1, 2, 3))
    assert (gradient > 1).all() and np.abs(actual[0] - actual[1]).max() > 0.01


def test_augmentation_depends_on_seed_and_call_alone():
    def shown(seed, calls):
        judge = Augmented(lambda pictures, training: pictures["picture"], True, seed)
        return [np.asarray(judge({"picture": picture})) for _ in range(calls)]

    picture = np.random.default_rng(0).random((1, 16, 16, 3), dtype=np.float32)
    first, second = shown((1, 5), 2)
    np.testing.assert_array_equal(shown((1, 5), 1)[0], first)
    assert np.abs(first - second).max() > 0.01 < np.abs(first - shown((1, 6), 1)[0]).max()


def test_the_rate_is_constant_and_then_falls_to_nothing():
    rate = ConstantThenLinear(0.5, 10, 20)
    actual = [float(rate(step)) for step in (0, 10, 20, 30, 40)]
    np.testing.assert_allclose(actual, [0.5, 0.5, 0.25, 0.0, 0.0])


def pictures_of(values):
    return np.stack([np.full((2, 2, 3), value, np.float32) for value in values])


def test_a_pool_fills_and_then_gives_back_older_pictures_half_of_the_time():
    pool, values = ImagePool(5, seed=1), np.arange(205, dtype=np.float32)
    shown = np.concatenate([pool.exchange("x", pictures_of([v]))[:, 0, 0, 0] for v in values])
    np.testing.assert_array_equal(shown[:5], values[:5])
    older = shown[5:] != values[5:]
    assert 0.35 < older.mean() < 0.65 and (shown <= values).all()
    assert len(set(shown[5:][older])) == older.sum()


def test_a_restored_pool_goes_on_as_the_old_one():
    pool, other = ImagePool(3, seed=1), ImagePool(3, seed=1)
    for value in range(8):
        pool.exchange("x", pictures_of([value]))
    other.restore(pool.state())
    for value in range(8, 20):
        one, two = (each.exchange("x", pictures_of([value])) for each in (pool, other))
        np.testing.assert_array_equal(one, two)


def test_a_pool_of_nothing_shows_what_comes():
    pictures = pictures_of([1.0, 2.0])
    np.testing.assert_array_equal(ImagePool(0, seed=1).exchange("x", pictures), pictures)


@pytest.fixture(scope="module")
def domains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("domains")
    for name, draw in {"a": examples.lake, "b": examples.discs}.items():
        for index in range(4):
            images.write(draw(60 + 10 * index, 80), folder / name / f"{index}.png")
    both = [np.concatenate([draw(64, 64) for draw in (examples.lake, examples.discs)], axis=1)]
    for index, picture in enumerate(both * 3):
        images.write(np.roll(picture, 9 * index, axis=0), folder / "pairs" / f"{index}.png")
    for split in ("trainA", "trainB", "testA", "testB"):
        images.write(examples.lake(40, 40), folder / "layout" / split / "0.png")
    return folder


def command(domains, run, *more):
    sides = ["--a", str(domains / "a"), "--b", str(domains / "b")]
    return ["train", "cyclegan", *sides, "--run", str(domains / run), *NUMBERS, *more]


def paired_command(domains, run, *more):
    numbers = [each for each in NUMBERS if "blocks" not in each]
    sides = ["--pairs", str(domains / "pairs"), "--depth=4"]
    return ["train", "pix2pix", *sides, "--run", str(domains / run), *numbers, *more]


def one_way_command(domains, run, *more):
    return command(domains, run, *CUT, *more)


@pytest.mark.slow
@pytest.mark.parametrize("make", [command, paired_command, one_way_command])
def test_an_interrupted_game_goes_on_as_if_it_had_not_been(domains, make):
    whole, broken = (f"{make.__name__}-{name}" for name in ("unbroken", "interrupted"))
    more = ["--pool=2"] if make is command else []
    assert train(make(domains, whole, *more)) == 0
    assert train(make(domains, broken, *more), interrupted=3) == 130
    assert len(log(domains / broken)) == 3
    assert train(make(domains, broken, *more)) == 0
    same_losses(domains / broken, domains / whole, STEPS)


@pytest.mark.slow
@pytest.mark.parametrize("make", [command, paired_command])
def test_a_killed_game_goes_on_as_if_it_had_not_been(domains, make):
    whole, killed = (f"{make.__name__}-{name}" for name in ("whole", "killed"))
    more = ["--pool=2"] if make is command else []
    assert start(make(domains, whole, *more)).wait() == 0
    stop_after(start(make(domains, killed, *more)), domains / killed, 4)
    assert len(log(domains / killed)) < STEPS
    assert start(make(domains, killed, *more)).wait() == 0
    same_losses(domains / killed, domains / whole, STEPS)


@pytest.mark.slow
def test_two_replicas_lose_what_one_process_does(domains, one_process):
    assert start(command(domains, "replicas", *TWO, "--replicas=2")).wait() == 0
    same_losses(domains / "replicas", one_process, STEPS, 2e-3)


@pytest.mark.slow
def test_two_replicas_draw_what_one_process_does(domains):
    """Without noise, whose place a rounding of a generated picture decides."""
    for name, more in {"one-way": [], "one-way-replicas": ["--replicas=2"]}.items():
        assert start(one_way_command(domains, name, *TWO, "--noise=0", *more)).wait() == 0
    same_losses(domains / "one-way-replicas", domains / "one-way", STEPS, 2e-3)


@pytest.fixture(scope="module")
def one_process(domains):
    assert start(command(domains, "one-process", *TWO)).wait() == 0
    return domains / "one-process"


def free_ports(count):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def workers(domains, run, *more):
    cluster = {"worker": [f"localhost:{port}" for port in free_ports(2)]}
    return [
        start(
            command(domains, run, *TWO, *more),
            TF_CONFIG=json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}),
        )
        for index in range(2)
    ]


@pytest.mark.slow
def test_two_workers_lose_what_one_process_does_and_outlive_one_that_dies(domains, one_process):
    chief, worker = workers(domains, "workers")
    stop_after(worker, domains / "workers", 3, signal.SIGKILL)
    error = chief.communicate()[1]
    assert chief.returncode == 2 and "go on from step" in error and "Traceback" not in error
    assert len(log(domains / "workers")) < STEPS
    assert [each.wait() for each in workers(domains, "workers")] == [0, 0]
    same_losses(domains / "workers", one_process, STEPS, 2e-3)


@pytest.mark.slow
def test_half_precision_trains_with_scaled_losses(domains):
    more = ["--precision=float16", "--decay=16"]
    assert cli.main(command(domains, "half", *more)) == 0
    run = domains / "half"
    assert np.isfinite([list(row.values()) for row in log(run)]).all()
    one = {"loss": tf.constant(1.0)}
    for precision, scaled in {"mixed_float16": True, "float32": False}.items():
        gan = cyclegan.gan(cyclegan.Settings(**TINY, precision=precision))
        targets = [float(side.target(one)) for side in gan.sides.values()]
        assert (min(targets) > 1) == (max(targets) > 1) == scaled
    assert (run / "losses.png").is_file() == bool(importlib.util.find_spec("matplotlib"))


@pytest.mark.parametrize(
    "asked",
    [
        {"pool": 2},
        pytest.param({"pool": 2, "augment": "all"}, marks=pytest.mark.slow),
        pytest.param({"pool": 0, "augment": "geometry"}, marks=pytest.mark.slow),
        pytest.param({"pool": 0, "augment": "all", "objective": "cut"}, marks=pytest.mark.slow),
    ],
)
def test_a_game_plays_by_keras_fit_and_saves_all_it_needs(domains, tmp_path, asked):
    settings = cyclegan.Settings(**TINY, **asked)
    played, other = cyclegan.gan(settings), cyclegan.gan(settings)
    paths = [folders.pictures(domains / name) for name in "ab"]
    history = played.fit(batches.unpaired(*paths, 1, 32, 1).take(5), verbose=0, shuffle=False)
    assert set(played.objective.names) <= history.history.keys()
    played.save_weights(tmp_path / "all.weights.h5")
    other.load_weights(tmp_path / "all.weights.h5")
    batch = next(iter(batches.unpaired(*paths, 1, 32, 1, start=5)))
    mine, theirs = (each.optimize_parameters(batch) for each in (played, other))
    for name, loss in mine.items():
        assert float(loss) == pytest.approx(float(theirs[name]), rel=1e-4), name


@pytest.mark.slow
def test_without_a_pool_sides_move_as_with_one_that_is_not_full(domains):
    """But for its half precision."""
    paths = [folders.pictures(domains / name) for name in "ab"]
    batch = next(iter(batches.unpaired(*paths, 1, 32, 1)))
    settings = cyclegan.Settings(**TINY, precision="float32")
    gans = [cyclegan.gan(dataclasses.replace(settings, pool=pool)) for pool in (0, 50)]
    for _ in range(3):
        mine, theirs = (gan.optimize_parameters(batch) for gan in gans)
        for name, loss in mine.items():
            assert float(loss) == pytest.approx(float(theirs[name]), rel=1e-2), name


def test_dropped_channels_are_drawn_on_after_loading(tmp_path):
    settings = pix2pix.Settings(filters=4, depth=5, discriminator_filters=4, size=32)
    batch = {name: tf.random.stateless_uniform((1, 32, 32, 3), (1, 2)) for name in ("from", "to")}
    played, other = pix2pix.gan(settings), pix2pix.gan(settings)
    played.optimize_parameters(batch)
    played.save_weights(tmp_path / "all.weights.h5")
    other.load_weights(tmp_path / "all.weights.h5")
    mine, theirs = (
        np.asarray(each.objective.translate(each.generators, batch)["fake"])
        for each in (played, other)
    )
    np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_a_finished_run_translates_both_ways(domains, tmp_path, capsys):
    assert train(command(domains, "finished")) == 0
    for way in ("a_to_b", "b_to_a"):
        arguments = ["stylize", str(domains / "a" / "0.png"), "--method", "cyclegan"]
        arguments += [
            "--model",
            str(domains / "finished" / way),
            "-o",
            str(tmp_path / f"{way}.png"),
        ]
        assert cli.main(arguments) == 0
        assert images.read(tmp_path / f"{way}.png").shape == (60, 80, 3)
    assert list((domains / "finished" / "samples").iterdir())


@pytest.mark.slow
def test_a_run_of_one_way_paints_and_begins_with_a_run_of_two(domains, tmp_path):
    for way in ("a_to_b", "b_to_a"):
        given = cyclegan.generator(cyclegan.Settings(**TINY), way)
        for variable in given.trainable_variables:
            variable.assign((variable.constraint or keras.ops.copy)(variable))
        (tmp_path / "two" / way).mkdir(parents=True)
        given.save(tmp_path / "two" / way / "generator.keras")
    more = ["--steps=1", "--decay=1", "--rate=1e-12", "--begin", str(tmp_path / "two")]
    assert train(one_way_command(domains, "one", *more)) == 0
    begun_with, actual = (
        keras.models.load_model(folder / "generator.keras").get_weights()
        for folder in (tmp_path / "two" / "a_to_b", domains / "one")
    )
    for mine, theirs in zip(actual, begun_with, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    arguments = ["stylize", str(domains / "a" / "0.png"), "--method", "cyclegan"]
    arguments += ["--model", str(domains / "one"), "-o", str(tmp_path / "painted.png")]
    assert cli.main(arguments) == 0
    assert images.read(tmp_path / "painted.png").shape == (60, 80, 3)
    assert list((domains / "one" / "samples").iterdir())
    assert not list((domains / "one").glob("*_to_*"))


def test_a_single_generator_of_another_shape_is_refused_in_a_sentence(domains, tmp_path, capsys):
    cyclegan.generator(cyclegan.Settings(**{**TINY, "filters": 6}), "a_to_b").save(
        tmp_path / "generator.keras"
    )
    arguments = one_way_command(domains, "refused", "--begin", str(tmp_path))
    assert cli.main(arguments) == 2
    assert "Expected a network of the same layers" in capsys.readouterr().err


def test_a_run_that_was_begun_before_there_was_a_choice_goes_on():
    asked = dataclasses.asdict(cyclegan.Settings(precision="float32"))
    older = {name: value for name, value in asked.items() if name not in resume.FORMER_DEFAULTS}
    assert len(older) == len(asked) - len(resume.FORMER_DEFAULTS.keys() & asked.keys()) < len(asked)
    assert resume.continued_settings(Path("run"), older, asked) == resume.continued_settings(
        Path("run"), asked, asked
    )
    with pytest.raises(ValueError, match=r"objective=cut \(was cycle\)"):
        resume.continued_settings(Path("run"), older, asked | {"objective": "cut"})


def test_one_way_with_a_network_back_is_refused():
    with pytest.raises(ValueError, match="Expected --back with --objective cycle alone"):
        cyclegan.Settings(objective="cut", back="unet")


@pytest.mark.slow
def test_a_broken_picture_stops_neither_a_game_nor_its_sheets(domains, tmp_path):
    for name in ("a", "b"):
        shutil.copytree(domains / name, tmp_path / name)
    (tmp_path / "a" / "0.png").write_bytes(b"no picture")
    (tmp_path / "b" / "3.png").write_bytes(b"no picture")
    sides = ["--a", str(tmp_path / "a"), "--b", str(tmp_path / "b")]
    arguments = ["train", "cyclegan", *sides, "--run", str(tmp_path / "run"), *NUMBERS]
    assert train([*arguments, "--steps=1", "--decay=1"]) == 0
    assert list((tmp_path / "run" / "samples").iterdir())


def test_pairs_are_cut_at_the_same_place(domains):
    picture = examples.lake(64, 64)
    images.write(np.concatenate([picture, 1 - picture], axis=1), domains / "negative" / "0.png")
    paths = folders.pairs(domains / "negative")
    for direction in folders.DIRECTIONS:
        batch = next(iter(batches.paired(paths, 2, 32, 1, direction=direction)))
        np.testing.assert_allclose(batch["from"] + batch["to"], 1.0, atol=0.03)


def test_directions_are_each_other_turned(domains):
    paths = folders.pairs(domains / "pairs")
    there, back = (
        next(iter(batches.paired(paths, 2, 32, 1, direction=each))) for each in folders.DIRECTIONS
    )
    np.testing.assert_array_equal(there["from"], back["to"])


def test_two_folders_make_pairs_by_name(domains, tmp_path):
    images.write(examples.lake(30, 30), tmp_path / "x" / "1.png")
    images.write(examples.lake(30, 30), tmp_path / "y" / "1.jpg")
    assert folders.pairs(None, tmp_path / "x", tmp_path / "y") == [
        (tmp_path / "x" / "1.png", tmp_path / "y" / "1.jpg")
    ]
    images.write(examples.lake(30, 30), tmp_path / "y" / "2.jpg")
    with pytest.raises(ValueError, match="2 in one"):
        folders.pairs(None, tmp_path / "x", tmp_path / "y")


def test_parts_make_up_the_whole_batch(domains):
    paths = [folders.pictures(domains / name) for name in "ab"]
    whole = next(iter(batches.unpaired(*paths, 4, 16, 1, start=3)))
    first = iter(batches.unpaired(*paths, 4, 16, 1, start=3, shard=shards.Shard(0, 1, 4)))
    rest = iter(batches.unpaired(*paths, 4, 16, 1, start=3, shard=shards.Shard(1, 3, 4)))
    parts = [next(first), *(next(rest) for _ in range(3))]
    for name in "ab":
        np.testing.assert_array_equal(np.concatenate([p[name] for p in parts]), whole[name])
    with pytest.raises(ValueError, match="3 replicas can share"):
        shards.Shard(0, 1, 3).examples(4, 0)


def test_the_authors_layout_is_read(domains):
    for split in ("train", "test"):
        a, b = folders.domains(None, None, domains / "layout", split)
        assert [a[0].parent.name, b[0].parent.name] == [f"{split}A", f"{split}B"]
    with pytest.raises(ValueError, match="or --data"):
        folders.domains([domains / "a"], None)


def stand_in(folder):
    """A prepared cycle_gan/horse2zebra of two tiny pictures a split, as TFDS writes it."""
    tfds = pytest.importorskip("tensorflow_datasets")
    from tensorflow_datasets.image_classification import cycle_gan

    class CycleGAN(cycle_gan.CycleGAN, skip_registration=True):
        def _split_generators(self, manager):
            return {split: self._generate_examples(split) for split in SPLITS}

        def _generate_examples(self, split):
            for index in range(2):
                picture = images.to_bytes(examples.lake(24 + index, 30))
                yield index, {"image": picture, "label": "AB".index(split[-1])}

    CycleGAN(config="horse2zebra", data_dir=folder).download_and_prepare()
    return tfds


SPLITS = ("trainA", "trainB", "testA", "testB")


def test_a_tensorflow_dataset_becomes_folders(tmp_path, monkeypatch):
    tfds = stand_in(tmp_path / "prepared")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "prepared"))
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path / "prepared"))
    monkeypatch.setattr(catalog, "CACHE", tmp_path / "cache")
    for split in ("train", "test"):
        a, b = folders.domains(None, None, "cycle_gan/horse2zebra", split)
        assert [a[0].parent.name, b[0].parent.name] == [f"{split}A", f"{split}B"]
        assert {images.read(path).shape for path in b} == {(24, 30, 3), (25, 30, 3)}
    assert sorted(path.name for path in (tmp_path / "cache").rglob("*A")) == ["testA", "trainA"]


def test_a_dataset_that_cannot_be_had_is_one_sentence(tmp_path, monkeypatch, capsys):
    pytest.importorskip("tensorflow_datasets")
    monkeypatch.setattr(catalog, "CACHE", tmp_path / "cache")
    arguments = ["train", "cyclegan", "--data", "cycle_gan/horse2unicorn"]
    assert cli.main([*arguments, "--run", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("tfstyle: Expected a folder, or a TensorFlow dataset")
    assert not list((tmp_path / "cache").rglob("*"))


def test_bad_input_to_a_training_is_one_sentence(domains, tmp_path, capsys):
    wrong = [
        (["--a", str(domains / "a"), "--run", str(tmp_path / "x")], "--a and --b"),
        (["--data", str(tmp_path), "--run", str(tmp_path / "x")], "folder of pictures"),
    ]
    for arguments, words in wrong:
        assert cli.main(["train", "cyclegan", *arguments]) == 2
        error = capsys.readouterr().err
        assert words in error and "Traceback" not in error


def test_tf_config_that_is_no_cluster_is_refused(domains, monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": 1')
    assert cli.main(command(domains, "no-cluster")) == 2
    error = capsys.readouterr().err
    assert "Expected TF_CONFIG" in error and '{"cluster": 1' in error
    assert not (domains / "no-cluster").exists()
