"""Files for phones and for TensorFlow: what they hold, and that they paint as Keras does."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from tfstyle import baselines, cli, examples, layers, litert, loading, metrics, registry, tiles
from tfstyle.export import TFLITE_PRECISIONS, fidelity, folder, signature_runner, tflite
from tfstyle.methods import Kind, method

TRANSLATIONS = registry.released(Kind.TRANSLATION)


def exported(tmp_path, *arguments):
    assert cli.main(["export", *arguments, "-o", str(tmp_path / "out")]) == 0
    return tmp_path / "out"


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "mark"), [("float32", 80), ("float16", 60)])
def test_a_translation_is_exported_with_a_card(tmp_path, precision, mark):
    name = TRANSLATIONS[0]
    card = json.loads(
        (exported(tmp_path, name, "--precision", precision) / "card.json").read_text()
    )
    assert card["model"] == name and card["size"] == "any"
    assert min(card["psnr_to_keras"].values()) >= mark
    assert card["signatures"]["generator"]["translate"]["inputs"] == {"content": [1, -1, -1, 3]}
    content = (tmp_path / "out/generator.tflite").read_bytes()
    assert card["bytes"] == {"generator": len(content)}
    assert not [op for op in tflite.operations(content) if op.startswith(tflite.REFUSED)]


@pytest.mark.slow
def test_a_fixed_size_paints_as_any_size_does(tmp_path):
    name, content = TRANSLATIONS[0], examples.lake(72, 100)[None]
    fixed = exported(tmp_path / "fixed", name, "--size", "72x100")
    free = exported(tmp_path / "free", name)
    pictures = [
        litert.signatures([path / "generator.tflite"])["translate"](content=content)["translated"]
        for path in (fixed, free)
    ]
    assert pictures[0].shape == (1, 72, 100, 3)
    np.testing.assert_allclose(*pictures, atol=0.02)
    signatures = json.loads((fixed / "card.json").read_text())["signatures"]["generator"]
    assert signatures["translate"]["inputs"] == {"content": [1, 72, 100, 3]}
    assert "tile" not in signatures


@pytest.mark.slow
def test_calibrated_int8_says_what_stays_float(tmp_path):
    card = json.loads((exported(tmp_path, "adain") / "card.json").read_text())
    assert card["precision"] == "int8" and "MEAN" in card["float_operations"]


@pytest.mark.parametrize("name", [TRANSLATIONS[0], "johnson-the-scream", "ghiasi", "adain", "wct"])
def test_one_signature_paints_with_its_margin_as_the_stylizer_does(name):
    networks = loading.load_networks(name)
    table = folder.endpoints(name, networks)
    inputs = signature_runner.first_inputs((examples.lake(75, 93), examples.discs(80, 70)))
    outputs = {run[1]: run[-1] for run in signature_runner.run_signatures(table, inputs)}
    style = () if method(name).in_weights else (inputs["style"][0], signature_runner.STRENGTH)
    expected = loading.load(name).stylize(inputs["content"], *style)
    np.testing.assert_allclose(outputs["stylize"]["pastiche"], expected, atol=1e-4)


@pytest.mark.parametrize("side", [1, 5, 64])
def test_mirroring_goes_on_to_a_multiple_as_the_canvas_does(side):
    image = np.random.default_rng(0).random((1, side, 70, 3), dtype=np.float32)
    spans = (tiles.span(extent, 8, 16) for extent in (side, 70))
    expected = tiles.mirrored_window(image[0], *spans)
    np.testing.assert_array_equal(layers.MirrorPad(8, 16)(image)[0], expected)


@pytest.mark.slow
def test_a_file_that_differs_is_not_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(fidelity.LEAST_PSNR_DRAWN, "dynamic", 200.0)
    size = ["--size", "48x64"]
    assert cli.main(["export", TRANSLATIONS[0], *size, "-o", str(tmp_path / "out")]) == 2
    assert "nothing is written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_drop_in_pair_has_magentas_tensors(drop_in):
    predict, transfer = (
        Interpreter(str(drop_in / f"style_{n}.tflite")) for n in ("predict", "transfer")
    )
    shapes = [
        [detail["shape"].tolist() for detail in details]
        for file in (predict, transfer)
        for details in (file.get_input_details(), file.get_output_details())
    ]
    assert shapes[0] == [[1, 256, 256, 3]] and shapes[1] == [[1, 1, 1, 100]]
    assert shapes[2] == [[1, 384, 384, 3], [1, 1, 1, 100]] and shapes[3] == [[1, 384, 384, 3]]
    assert sum(path.stat().st_size for path in drop_in.glob("*.tflite")) <= 2_000_000


def test_the_code_of_magentas_pair_runs_ours(drop_in, painting):
    content = examples.lake(384, 384)
    ours = baselines.MagentaTFLite(
        drop_in / "style_predict.tflite", drop_in / "style_transfer.tflite"
    )
    painted = ours.stylize(content, painting)
    assert painted.shape == content.shape and np.isfinite(painted).all()
    square = examples.discs(256, 256)
    expected = loading.load_lite("ghiasi").stylize(content, square)
    assert metrics.psnr(ours.stylize(content, square), expected) > 25


def test_magentas_pair_runs_through_the_same_code(shared, painting):
    for baseline in baselines.magenta(shared / "peers/magenta_tflite").values():
        assert baseline.stylize(examples.lake(384, 384), painting).shape == (384, 384, 3)


def test_a_saved_model_is_called_as_magentas_module_is(saved_model, stylizer):
    path = saved_model
    content, style = examples.lake(75, 93)[None], examples.discs(80, 70)[None]
    painted = tf.saved_model.load(str(path))(tf.constant(content), tf.constant(style))[0]
    networks = stylizer.networks
    vector = networks["predictor"].predict_on_batch(style)
    expected = networks["transformer"].predict_on_batch({"content": content, "vector": vector})
    np.testing.assert_allclose(painted, expected, atol=1e-4)
    layer = keras.layers.TFSMLayer(str(path), call_endpoint="serve")
    pastiche = layer(tf.constant(content), style=tf.constant(style))["pastiche"]
    np.testing.assert_allclose(pastiche, expected, atol=1e-4)
    assert cli.main(["export", "ghiasi", "--format", "saved_model", "-o", str(path)]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "MODEL, or --all"),
        (["ghiasi", "--all"], "MODEL, or --all"),
        (["nonesuch"], "nonesuch"),
        (["adain", "--drop-in"], "adain"),
        (["adain", "--format", "saved_model"], "adain"),
        (["ghiasi", "--format", "saved_model", "--precision", "int8"], "without precision"),
        (["ghiasi", "--drop-in", "--size", "64x64"], "its own size"),
    ],
)
def test_what_cannot_be_exported_is_refused(arguments, words, tmp_path, capsys):
    assert cli.main(["export", *arguments, "-o", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_every_row_names_files_that_it_exports():
    for name in registry.exported():
        assert registry.tflite_bytes(name) > 0 and method(name).precision in TFLITE_PRECISIONS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folders", "drawn"),
    [({}, True), ({"photographs": "content"}, False)],
)
def test_a_translator_on_real_photographs_has_the_stricter_mark(
    tmp_path, pictures, monkeypatch, folders, drawn
):
    seen, name = [], "johnson-irises"
    monkeypatch.setattr(
        folder.fidelity, "reaches_least_psnr", lambda *a: seen.append(a[-1]) or True
    )
    paths = {key: pictures / name for key, name in folders.items()}
    list(folder.export(name, tmp_path / "out", precision="int8", size=(64, 64), **paths))
    assert seen == [drawn, drawn]


@pytest.mark.slow
def test_a_card_tells_each_files_own_precision(tmp_path):
    list(folder.export("ghiasi", tmp_path, precision="int8"))
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["precisions"] == {"predictor": "dynamic", "transformer": "int8"}
