"""Files for GPUs and NPUs: their operations, and that CompiledModel paints with them."""

import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.compiled_model import CompiledModel

from tfstyle import cli, examples, layers, loading, metrics, registry, tiles
from tfstyle.export import ACCELERATORS, accelerated, fidelity, folder, signature_runner
from tfstyle.layers.static_shapes import static_shapes
from tfstyle.methods import method

SIZE = (72, 100)
MODELS = {method(name).name: name for name in registry.exported()}
README = Path(__file__).parents[1] / "tflite/README.md"


def compiled(content):
    """A file's signatures, through CompiledModel on this processor."""
    model = CompiledModel.from_buffer(content)
    return {name: functools.partial(run, model, name) for name in model.get_signature_list()}


def run(model, name, **inputs):
    input_buffers, output_buffers = {}, {}
    for key, array in inputs.items():
        input_buffers[key] = model.create_input_buffer_by_name(name, key)
        input_buffers[key].write(np.ascontiguousarray(array, np.float32))
    details = model.get_output_tensor_details(name)
    for key in details:
        output_buffers[key] = model.create_output_buffer_by_name(name, key)
    model.run_by_name(name, input_buffers, output_buffers)
    shapes = {key: tuple(detail["shape"]) for key, detail in details.items()}
    numbers = {
        key: output_buffers[key].read(int(np.prod(shape)), np.float32)
        for key, shape in shapes.items()
    }
    return {key: np.array(numbers[key]).reshape(shape) for key, shape in shapes.items()}


def exported(tmp_path, name, accelerator="gpu", *more):
    command = ["export", name, "--for", accelerator, "--size", "72x100", *more]
    assert cli.main([*command, "-o", str(tmp_path / name)]) == 0
    home = tmp_path / name
    return home, json.loads((home / "card.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("accelerator", ACCELERATORS)
@pytest.mark.parametrize("name", MODELS.values())
def test_compiled_models_paint_as_interpreters_do(tmp_path, name, accelerator):
    home, card = exported(tmp_path, name, accelerator)
    assert card["for"] == accelerator and "CompiledModel" in card["runtime"]
    assert card["psnr_to_keras"]["72x100"] >= 60
    contents = {path.stem: path.read_bytes() for path in home.glob("*.tflite")}
    for file, operations in card["operations"].items():
        unsupported = {*operations} - accelerated.SUPPORTED[accelerator]
        assert unsupported == {*card["left_to_the_processor"][file]}
        assert unsupported <= accelerated.ALLOWED_UNSUPPORTED[accelerator]
    models = {file: compiled(content) for file, content in contents.items()}
    inputs = signature_runner.first_inputs((examples.lake(72, 100), examples.discs(72, 100)))
    networks = loading.load_networks(name)
    table = {
        file: {label: folder.endpoints(name, networks, SIZE)[file][label] for label in labels}
        for file, labels in card["signatures"].items()
    }
    actual, expected = (
        list(signature_runner.run_signatures(table, inputs, runner))
        for runner in (
            lambda file, label, **x: models[file][label](**x),
            fidelity.tflite_runner(contents),
        )
    )
    for (*_, outputs), (*_, expected_outputs) in zip(actual, expected, strict=True):
        for key, array in expected_outputs.items():
            np.testing.assert_allclose(outputs[key], array, atol=1e-3, rtol=1e-2)
    pictures = actual[-1][-1]["pastiche"], expected[-1][-1]["pastiche"]
    assert pictures[0].shape == (1, *SIZE, 3) and metrics.psnr(*pictures) >= 60


@pytest.mark.slow
def test_int8_is_taken_too(tmp_path):
    home, card = exported(tmp_path, "adain", "npu", "--precision", "int8")
    assert card["precision"] == "int8" and not card["left_to_the_processor"]["adain"]
    content = (home / "adain.tflite").read_bytes()
    assert compiled(content)["predict"](style=examples.discs(*SIZE)[None])["vector"].std() > 0


@pytest.mark.slow
def test_any_size_says_that_it_needs_the_interpreter(tmp_path):
    assert cli.main(["export", "pix2pix-facades", "-o", str(tmp_path / "any")]) == 0
    card = json.loads((tmp_path / "any/card.json").read_text())
    assert card["size"] == "any" and "CompiledModel runs files of one size alone" in card["runtime"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ghiasi", "--for", "gpu"], "--size HxW"),
        (["ghiasi", "--for", "npu", "--size", "64x64", "--format", "onnx"], "no other format"),
        (["ghiasi", "--for", "gpu", "--size", "64x64", "--precision", "dynamic"], "float16"),
    ],
)
def test_what_accelerators_cannot_have_is_refused(arguments, words, tmp_path, capsys):
    assert cli.main(["export", *arguments, "-o", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(("margin", "multiple"), [(8, 16), (24, 4), (31, 1), (150, 1)])
@pytest.mark.parametrize("sides", [(64, 70), (5, 1)])
def test_mirroring_by_slices_is_mirroring(margin, multiple, sides):
    image = np.random.default_rng(0).random((1, *sides, 3), dtype=np.float32)
    spans = (tiles.span(extent, margin, multiple) for extent in sides)
    with static_shapes():
        actual = layers.MirrorPad(margin, multiple)(image)
    np.testing.assert_array_equal(actual[0], tiles.mirrored_window(image[0], *spans))


@pytest.mark.parametrize(
    "layer", [layers.PositionNoise(3, seed=4), layers.SmoothNoise(2), layers.Streaks(2)]
)
def test_noise_of_a_known_size_is_the_same(layer):
    image = np.random.default_rng(0).random((1, 40, 33, 3), dtype=np.float32)
    with static_shapes():
        actual = layer(image)
    np.testing.assert_array_equal(actual, layer(image))


@pytest.mark.slow
def test_operations_that_are_not_taken_are_named(monkeypatch):
    networks = loading.load_networks("pix2pix-facades")
    table = folder.endpoints("pix2pix-facades", networks, (64, 64))["generator"]
    endpoints = {"stylize": table["stylize"]}
    monkeypatch.setitem(accelerated.SUPPORTED, "gpu", accelerated.SUPPORTED["gpu"] - {"TANH"})
    with pytest.raises(ValueError, match=r"GPUs take\. Received: TANH"):
        accelerated.to_tflite(endpoints, "float32", (64, 64), "gpu")


def test_every_operation_is_one_of_tflites():
    for names in (*accelerated.SUPPORTED.values(), *accelerated.ALLOWED_UNSUPPORTED.values()):
        assert names <= vars(schema.BuiltinOperator).keys()


def test_the_readme_lists_what_is_taken():
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (\S+) \| (\S+) \|", README.read_text(), re.M)
    for name, *words in rows:
        for accelerator, word in zip(("gpu", "npu"), words, strict=True):
            assert (word == "yes") == (name in accelerated.SUPPORTED[accelerator]), name
    used = {op for name in ("ghiasi", "wct", "adain") for op in operations(name)}
    assert used <= {name for name, *_ in rows}


def operations(name):
    """Of a model's released files."""
    return {op for ops in registry.card(name)["operations"].values() for op in ops}
