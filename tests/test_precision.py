"""What Keras computes in: chosen once a machine, kept by runs, told by cards."""

import functools
import json
import math
import os

import keras
import numpy as np
import pytest
import tensorflow as tf
from processes import steps_logged

from tfstyle import cli, device, examples, images, loading, precision, release
from tfstyle.layers import Double, UpsampleLike
from tfstyle.layers.fast_convolutions import convolved, fits, with_fast_convolutions
from tfstyle.methods.gatys.settings import Settings
from tfstyle.methods.johnson import training as johnson
from tfstyle.networks import encoder as encoders
from tfstyle.networks import files
from tfstyle.training import resume, runs

QUICK = Settings(iterations=6)
NARROW = {"half": 4, "quarter": 8, "blocks": 1, "top": 4, "margin": 8}
SMALL = johnson.Settings(steps=2, batch=2, size=64, **NARROW)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine that nothing is remembered of, and a function that says what it takes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    monkeypatch.setattr(device, "accelerator", lambda: None)
    precision._fastest.cache_clear()
    yield lambda **times: _measures(monkeypatch, times)
    precision._fastest.cache_clear()


def _measures(monkeypatch, times):
    asked = []
    monkeypatch.setattr(device, "_measure", lambda names: asked.append(names) or times)
    precision._fastest.cache_clear()
    return asked


@pytest.mark.parametrize("name", precision.COMPUTE_PRECISIONS[1:])
def test_what_is_asked_for_is_obeyed_and_nothing_is_measured(machine, name):
    asked = machine(float32=1.0, bfloat16=2.0)
    assert precision.choose(name).name == name and not asked


def test_an_unknown_precision_is_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match="auto, bfloat16, float16, float32"):
        precision.choose("int8")


@pytest.mark.parametrize(
    ("bfloat16", "chosen"),
    [(1.0, "bfloat16"), (1.9, "float32"), (8.0, "float32"), (math.inf, "float32")],
)
def test_auto_is_the_faster_of_two_where_it_is_clearly_so(machine, bfloat16, chosen):
    machine(float32=2.0, bfloat16=bfloat16)
    choice = precision.choose()
    assert choice.name == chosen and "2.0 ms" in str(choice) and device.processor() in str(choice)


def test_what_was_measured_is_remembered_in_the_process_and_in_a_file(machine):
    asked = machine(float32=2.0, bfloat16=1.0)
    assert precision.choose() is precision.choose()
    precision._fastest.cache_clear()
    assert precision.choose().name == "bfloat16" and len(asked) == 1


def test_what_was_measured_on_a_busy_machine_is_measured_again(machine):
    machine(float32=2.3, bfloat16=2.3)
    assert precision.choose().name == "float32"
    asked = machine(float32=2.4, bfloat16=1.5)
    assert precision.choose().name == "bfloat16" and len(asked) == 1
    machine(float32=9.0, bfloat16=9.0)
    assert precision.choose().name == "bfloat16"
    (kept,) = json.loads(device.cache_file().read_text()).values()
    assert kept == {"float32": 2.3, "bfloat16": 1.5}


def test_other_limits_of_the_processor_are_another_machine(machine, monkeypatch):
    machine(float32=2.0, bfloat16=1.0)
    precision.choose()
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    machine(float32=2.0, bfloat16=math.inf)
    choice = precision.choose()
    assert choice.name == "float32" and "ONEDNN_MAX_CPU_ISA=AVX2" in str(choice)


@pytest.mark.parametrize("content", ["", "[]", '{"a": 3}', '{"a": {"float32": "no"}}', "\udcff"])
def test_a_broken_memory_is_measured_again_and_written_anew(machine, content):
    asked = machine(float32=2.0, bfloat16=1.0)
    device.cache_file().parent.mkdir(parents=True)
    device.cache_file().write_bytes(content.encode(errors="surrogateescape"))
    assert precision.choose().name == "bfloat16" and len(asked) == 1
    (actual,) = json.loads(device.cache_file().read_text()).values()
    assert actual == {"float32": 2.0, "bfloat16": 1.0}


def test_a_memory_that_cannot_be_written_is_no_error(machine, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    machine(float32=2.0, bfloat16=1.0)
    assert precision.choose().name == "bfloat16"


@pytest.mark.parametrize(
    ("capability", "chosen"), [(6, "float32"), (7, "float16"), (8, "bfloat16"), (12, "bfloat16")]
)
def test_gpus_with_tensor_cores_compute_on_them(machine, monkeypatch, capability, chosen):
    monkeypatch.setattr(device, "accelerator", lambda: ("GPU X", capability))
    choice = precision.choose()
    assert choice.name == chosen and "GPU X" in str(choice)


def test_this_machine_is_measured_in_half_a_second_or_says_what_it_refuses():
    times = device._measure(("float32", "bfloat16"))
    assert 0 < times["float32"] < 500 and times["bfloat16"] > 0


def test_policies_last_as_long_as_their_context():
    before = keras.mixed_precision.global_policy().name
    with precision.mixed("bfloat16"):
        assert keras.mixed_precision.global_policy().name == "mixed_bfloat16"
        with precision.pure("float16"):
            assert keras.mixed_precision.global_policy().name == "float16"
    with precision.mixed("float32"):
        assert keras.mixed_precision.global_policy().name == "float32"
    assert keras.mixed_precision.global_policy().name == before


def going(folder, precision, step=3):
    """A run that is begun or goes on with a precision, and has a checkpoint."""
    run = runs.Run(folder, {"rate": 1.0, "precision": precision})
    run.keep(step, ".txt", lambda path: path.write_text("weights"))
    return run


def test_a_run_goes_on_in_its_own_precision_on_another_machine(machine, tmp_path):
    machine(float32=2.0, bfloat16=1.0)
    first = going(tmp_path / "run", "auto").precision
    device.cache_file().unlink()
    machine(float32=1.0, bfloat16=2.0)
    assert precision.choose().name == "float32"
    assert going(tmp_path / "run", "auto").precision == first
    assert going(tmp_path / "run", "bfloat16").precision == first
    assert first.name == "bfloat16" and "1.0 ms" in first.why


def test_a_run_refuses_another_precision(machine, tmp_path):
    going(tmp_path, "bfloat16")
    with pytest.raises(ValueError, match=r"precision=float32 \(was bfloat16\)"):
        runs.Run(tmp_path, {"rate": 1.0, "precision": "float32"})


@pytest.mark.parametrize(
    ("saved", "name"),
    [
        ({}, "bfloat16"),
        ({"precision": "mixed_bfloat16"}, "bfloat16"),
        ({"precision": "float32"}, "float32"),
    ],
)
def test_runs_of_before_go_on(machine, tmp_path, saved, name):
    machine(float32=2.0, bfloat16=1.9)
    going(tmp_path, "float32")
    (tmp_path / "settings.json").write_text(json.dumps({"rate": 1.0, **saved}))
    assert going(tmp_path, "auto").precision.name == name
    settings = json.loads((tmp_path / "settings.json").read_text())
    assert settings["precision"] == name and settings[resume.WHY]


def loss_network():
    feature_extractor, readouts = loading.encoder()
    return encoders.like(feature_extractor), encoders.readout_weights(readouts)


@pytest.mark.parametrize("name", ["float32", pytest.param("float16", marks=pytest.mark.slow)])
def test_a_training_computes_in_what_is_asked_and_its_card_says_so(name, tmp_path, capsys):
    for index in range(2):
        images.write(examples.lake(70, 80 + index), tmp_path / "content" / f"{index}.png")
    images.write(examples.discs(64, 80), tmp_path / "style.png")
    settings = johnson.Settings(**{**vars(SMALL), "precision": name})
    run = tmp_path / "run"
    data = {"content": tmp_path / "content", "style": tmp_path / "style.png"}
    assert johnson.train(data, run, settings, loss_network=loss_network)
    assert f"Computes in {name}: as asked." in capsys.readouterr().out
    assert steps_logged(run) == 1
    card = release._card("johnson-x", run, {}, None)
    assert card["precision"] == name and card["precision_reason"] == "as asked"


LIMITED = pytest.mark.skipif("ONEDNN_MAX_CPU_ISA" in os.environ, reason="oneDNN refuses bfloat16")


@pytest.mark.parametrize(
    "name",
    [pytest.param("bfloat16", marks=LIMITED), pytest.param("float16", marks=pytest.mark.slow)],
)
def test_gatys_takes_the_steps_of_float32_up_to_rounding(name, painting):
    photograph = examples.lake(64, 80)
    exact, actual = (
        loading.load("gatys", settings=QUICK, precision=each).stylize(photograph, painting)
        for each in ("float32", name)
    )
    assert np.abs(exact - photograph).mean() > 0.02
    assert np.abs(actual - exact).mean() < 0.02


@pytest.mark.slow
def test_half_precision_halves_the_scale_of_losses_that_overflow(painting):
    stylizer = loading.load("gatys", settings=QUICK, precision="float16")
    stylizer.targets.gradients.scale = 2.0**40
    painted = stylizer.stylize(examples.lake(64, 80), painting)
    assert np.isfinite(painted).all() and stylizer.targets.gradients.scale < 2.0**40


def test_gatys_says_what_it_computes_in_and_why(tmp_path, capsys):
    photo, style = tmp_path / "photo.png", tmp_path / "style.png"
    images.write(examples.lake(64, 80), photo)
    images.write(examples.discs(64, 80), style)
    command = ["stylize", photo, "--style", style, "--method", "gatys", "-o", tmp_path / "out.png"]
    command = [str(each) for each in [*command, "--iterations", "2", "--run", tmp_path / "run"]]
    assert cli.main([*command, "--precision", "float32"]) == 0
    assert "Computes in float32: as asked." in capsys.readouterr().err
    assert cli.main([*command, "--overwrite"]) == 0
    assert "Computes in float32: as asked." in capsys.readouterr().err
    assert cli.main([*command, "--overwrite", "--precision", "bfloat16"]) == 2
    assert "precision=bfloat16 (was float32)" in capsys.readouterr().err


def test_a_network_from_a_file_convolves_in_any_precision(stylizer):
    network = loading.load_networks("ghiasi")["transformer"]
    assert {layer.dtype_policy.name for layer in network.layers} == {"float32"}
    actual = files.convolving_in(network, "bfloat16")
    policies = {layer.dtype_policy.name for layer in actual.layers}
    assert policies == {"float32", "mixed_bfloat16"} and actual.output.dtype == "float32"
    again = files.convolving_in(actual, "float32")
    assert {layer.dtype_policy.name for layer in again.layers} == {"float32"}


@pytest.mark.parametrize(("name", "file"), [("wct", "decoder1"), ("ghiasi", "transformer")])
def test_what_paints_in_one_pass_stays_in_float32_unless_it_is_asked(machine, name, file):
    machine(float32=2.0, bfloat16=1.0)
    for asked, expected in (("auto", "float32"), ("bfloat16", "mixed_bfloat16")):
        layers = loading.load_networks(name, None, asked)[file].layers
        kinds = [each for each in layers if isinstance(each, keras.layers.Conv2D)]
        assert {layer.dtype_policy.name for layer in kinds} == {expected}


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(
    ("inputs", "outputs", "side"), [(16, 5, 3), (3, 5, 3), (32, 5, 3), (5, 3, 7)]
)
def test_a_convolution_as_a_gradient_and_its_gradients_are_the_same(padding, inputs, outputs, side):
    layer = keras.layers.Conv2D(outputs, side, padding=padding)
    picture = keras.random.normal((1, 11, 14, inputs), seed=1)
    layer.build(picture.shape)
    assert fits(layer)

    def seen(function):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            actual = function(picture, layer.kernel.value)
            loss = tf.reduce_sum(actual**2)
        return actual, *tape.gradient(loss, [picture, layer.kernel.value])

    actual = seen(functools.partial(convolved, layer))
    for one, other in zip(actual, seen(layer.convolution_op), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_networks_are_hastened_where_it_helps_alone(machine, monkeypatch, photograph):
    pair = np.stack([photograph] * 2)
    network = loading.encoder()[0]
    expected = {name: np.array(tap) for name, tap in network(pair, training=False).items()}
    for copies in (False, True):
        monkeypatch.setattr(device, "convolves_by_im2col", lambda copies=copies: copies)
        layers = with_fast_convolutions(network).layers
        assert any("convolution_op" in vars(layer) for layer in layers) == copies
    for count in (1, 2):
        for name, tap in network(pair[:count], training=False).items():
            error = np.abs(tap - expected[name][:count]).max()
            assert error < 1e-4 * expected[name].max(), name


@pytest.mark.parametrize("grow", [Double("bilinear"), UpsampleLike("bilinear"), Double()])
def test_only_what_is_doubled_by_nearest_pixels_is_seen_before(machine, grow):
    small, like = keras.Input((4, 4, 4)), keras.Input((8, 8, 1))
    grown = grow(small) if isinstance(grow, Double) else grow(small, like)
    network = keras.Model([small, like], keras.layers.Conv2D(5, 3, padding="same")(grown))
    pictures = [keras.random.normal((2, s, s, c), seed=c) for s, c in ((4, 4), (8, 1))]
    expected = np.array(network(pictures))
    fast = with_fast_convolutions(network)
    np.testing.assert_allclose(fast(pictures), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("side", [8, 9, None])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_what_is_doubled_before_a_convolution_is_seen_as_before(
    machine, monkeypatch, side, padding, copies
):
    """At sides that are not doubled exactly and at unknown ones too."""
    monkeypatch.setattr(device, "convolves_by_im2col", lambda: copies)
    like, small = keras.Input((None, None, 1)), keras.Input((None, None, 4))
    conv = keras.layers.Conv2D(5, 3, padding=padding, activation="relu", bias_initializer="ones")
    network = keras.Model([small, like], conv(UpsampleLike()(small, like)))
    pictures = [keras.random.normal((2, s, s, c), seed=c) for s, c in ((4, 4), (side or 8, 1))]
    signature = [
        tf.TensorSpec((None, side and 4, side and 4, 4)),
        tf.TensorSpec((2, side, side, 1)),
    ]

    @tf.function(input_signature=signature)
    def seen(*pictures):
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            actual = network(pictures)
            loss = tf.reduce_sum(actual**2)
        return actual, *tape.gradient(loss, [pictures[0], *network.trainable_variables])

    expected = seen(*pictures)
    function = tf.function(seen.python_function, input_signature=signature)
    with_fast_convolutions(network)
    actual = function(*pictures)
    kinds = [node.type for node in function.get_concrete_function().graph.get_operations()]
    forward = kinds[: kinds.index("Relu")]
    assert ("Conv2DBackpropInput" in forward) == (side == 8 and padding == "same")
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("flags", "limit", "copies"),
    [
        ("avx2 fma", "", True),
        ("avx2 avx512f avx512_bf16", "", False),
        ("avx2 avx512f", "AVX2", True),
        ("asimd", "", False),
    ],
)
def test_processors_without_avx_512_convolve_by_copies(machine, monkeypatch, flags, limit, copies):
    monkeypatch.setattr(device, "_cpu_info", lambda: {"name": "X", "flags": flags})
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    assert device.convolves_by_im2col() == copies
