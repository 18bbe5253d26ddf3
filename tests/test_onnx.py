"""ONNX files: what they hold, and that three runtimes paint with them as Keras does."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tfstyle import cli, examples, loading, metrics, registry
from tfstyle.export import folder, onnx, onnx_weights, signature_runner, tflite
from tfstyle.methods import METHODS, method

pytest.importorskip("tf2onnx", reason="needs tf2onnx")
pytest.importorskip("onnxruntime", reason="needs onnxruntime")

SMALL = "johnson-irises"
MODELS = {method(name).name: name for name in registry.exported()} | {"johnson": SMALL}
SIZES = ((17, 29), (37, 53), (128, 96), (201, 150))  # other ones than the export compares
WEB = "onnxruntime-web@1.30.0"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Folders of a model's ONNX files, written once."""
    folders = {}

    def export(name):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp("onnx") / name
            assert cli.main(["export", name, "--format", "onnx", "-o", str(folders[name])]) == 0
        return folders[name]

    return export


def painted(home, name, size):
    """The inputs of a model's last signature, and Keras' picture of them."""
    pair = examples.lake(*size), examples.discs(80, 70)
    table = folder.endpoints(name, loading.load_networks(name))
    first = signature_runner.first_inputs(pair)
    *_, (_, signature, inputs, outputs) = signature_runner.run_signatures(table, first)
    assert signature == "stylize" and (home / "stylize.onnx").is_file()
    return inputs, outputs["pastiche"]


def card(home):
    return json.loads((home / "card.json").read_text())


@pytest.fixture(scope="module")
def quick():
    """A signature of a small network, and its ONNX file."""
    endpoint = folder.endpoints("adain", loading.load_networks("adain"))["adain"]["paint"]
    return endpoint, onnx.to_onnx(endpoint)


@pytest.mark.parametrize("size", [(17, 23), (64, 96)])
def test_a_signature_paints_in_any_size(quick, size):
    endpoint, content = quick
    vector = np.abs(np.random.default_rng(0).normal(size=endpoint.inputs["vector"].shape[1:]))
    inputs = {"content": examples.lake(*size)[None], "vector": np.float32(vector)[None]}
    expected = endpoint.arrays(**inputs)
    actual = onnx.runner({"paint": content})("adain", "paint", **inputs)
    assert actual.keys() == expected.keys()
    for key in expected:
        np.testing.assert_allclose(actual[key], expected[key], atol=1e-4, rtol=1e-3)


def test_a_files_ends_are_named_and_its_operations_onnx_own(quick):
    _, content = quick
    shapes = onnx.signature(content)
    assert shapes["inputs"]["content"] == [1, -1, -1, 3]
    assert shapes["outputs"].keys() == {"pastiche", "moments"}
    assert {"Conv", "Resize"} <= set(onnx.operations(content))


@pytest.mark.parametrize(
    ("precision", "size", "least"), [("float16", 0.56, 60), ("dynamic", 0.34, 33)]
)
def test_smaller_weights_paint_nearly_the_same(quick, precision, size, least):
    endpoint, content = quick
    inputs = {
        "content": examples.lake(48, 64)[None],
        "vector": np.float32(
            np.random.default_rng(0).uniform(0, 1, endpoint.inputs["vector"].shape[1:])
        )[None],
    }
    small = onnx_weights.compact(content, precision)
    assert len(small) < size * len(content)
    assert onnx.signature(small) == onnx.signature(content)
    pictures = [
        onnx.runner({"paint": c})("", "paint", **inputs)["pastiche"] for c in (content, small)
    ]
    assert metrics.psnr(*pictures) >= least


def test_calibrated_eight_bits_are_refused_in_onnx(tmp_path, capsys):
    command = [
        "export",
        SMALL,
        "--format",
        "onnx",
        "--precision",
        "int8",
        "-o",
        str(tmp_path / "o"),
    ]
    assert cli.main(command) == 2
    assert "Expected ONNX files in float32, float16, dynamic" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_what_is_no_onnx_file_is_refused():
    with pytest.raises(OSError, match="Expected an ONNX file"):
        onnx.session(b"nothing")


def test_every_method_is_exported():
    assert MODELS.keys() == {
        method_class.name for method_class in METHODS.values() if method_class.tflite
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS.values())
def test_onnxruntime_paints_as_keras_does(exported, name):
    home = exported(name)
    assert len(card(home)["psnr_to_keras"]) == 4
    assert min(card(home)["psnr_to_keras"].values()) >= 80
    run = onnx.runner({"stylize": (home / "stylize.onnx").read_bytes()})
    for size in SIZES:
        inputs, expected = painted(home, name, size)
        pastiche = run("", "stylize", **inputs)["pastiche"]
        assert pastiche.shape == (1, *size, 3)
        assert metrics.psnr(expected, pastiche) >= 80


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS.values())
def test_signatures_are_those_of_the_tflite_files(exported, name):
    home = exported(name)
    paths = [registry.RELEASED / name / f"{file}.tflite" for file in method(name).tflite]
    expected = {k: v for path in paths for k, v in tflite.signatures(path.read_bytes()).items()}
    actual = {label: file[label] for label, file in card(home)["signatures"].items()}
    names = [
        {
            label: {kind: sorted(shapes) for kind, shapes in signature.items()}
            for label, signature in signatures.items()
        }
        for signatures in (expected, actual)
    ]
    assert names[0] == {label: ends for label, ends in names[1].items() if label != "stylize"}
    assert {path.stem for path in home.glob("*.onnx")} == {*expected, "stylize"}
    assert actual["stylize"]["inputs"]["content"] == [1, -1, -1, 3]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS.values())
def test_openvino_paints_as_keras_does(exported, name):
    openvino = pytest.importorskip("openvino", reason="needs openvino")
    home = exported(name)
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(home / "stylize.onnx"), "CPU", exact)
    for size in SIZES[1:]:
        inputs, expected = painted(home, name, size)
        pastiche = next(iter(compiled(inputs).values()))
        assert metrics.psnr(expected, pastiche) >= 80


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A folder in which node finds onnxruntime-web."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs node and npm")
    home = tmp_path_factory.mktemp("node")
    command = ["npm", "install", WEB, "--prefix", str(home), "--no-audit", "--no-fund"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("needs npm's registry")
    return home


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS.values())
def test_onnxruntime_web_paints_as_keras_does(exported, node, tmp_path, name):
    home = exported(name)
    inputs, expected = painted(home, name, (75, 93))
    described = {k: {"shape": v.shape, "numbers": v.ravel().tolist()} for k, v in inputs.items()}
    (tmp_path / "inputs.json").write_text(json.dumps(described))
    script = Path(__file__).with_name("run_onnx.mjs")
    files = home / "stylize.onnx", tmp_path / "inputs.json", tmp_path / "outputs.json"
    subprocess.run(["node", script, *files], cwd=node, check=True)
    output = json.loads((tmp_path / "outputs.json").read_text())
    picture = np.float32(output["numbers"]).reshape(output["shape"])
    assert metrics.psnr(expected, picture) >= 80


@pytest.mark.slow
def test_a_file_of_one_size_says_so(tmp_path):
    command = ["export", SMALL, "--format", "onnx", "--size", "40x56", "-o", str(tmp_path)]
    assert cli.main(command) == 0
    assert card(tmp_path)["size"] == [40, 56] and not (tmp_path / "tile.onnx").exists()
    content = (tmp_path / "stylize.onnx").read_bytes()
    assert onnx.signature(content)["outputs"] == {"pastiche": [1, 40, 56, 3]}


@pytest.mark.slow
def test_a_file_that_differs_is_not_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(folder.fidelity.LEAST_PSNR, "float32", 500.0)
    command = ["export", SMALL, "--format", "onnx", "--size", "40x56", "-o", str(tmp_path / "out")]
    assert cli.main(command) == 2
    assert "nothing is written" in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ghiasi", "--precision", "int8"], "float32"),
        (["ghiasi", "--drop-in"], "drop-in"),
        (["gatys"], "one pass"),
    ],
)
def test_what_onnx_files_cannot_be_is_refused(arguments, words, tmp_path, capsys):
    assert cli.main(["export", *arguments, "--format", "onnx", "-o", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_what_is_not_installed_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    assert cli.main(["export", SMALL, "--format", "onnx", "-o", str(tmp_path / "out")]) == 2
    assert "pip install 'tfstyle[onnx]'" in capsys.readouterr().err and not list(tmp_path.iterdir())
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(OSError, match="pip install 'tfstyle"):
        onnx.session(b"")
