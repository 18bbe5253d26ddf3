"""Modules of TensorFlow Hub: other people's behind the verb, and ours called as theirs are."""

import functools
import hashlib
import http.server
import socket
import sys
import tarfile
import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_hub

import tfstyle
from tfstyle import cli, examples, hub, images, model_facts
from tfstyle.evaluation import comparison, models, speed

PICTURE = (None, None, None, 3)
MAGENTA = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256"
KAGGLE = "google/arbitrary-image-stylization-v1/TensorFlow1/256/2"


def painted(content, style):
    """The mean of both pictures' colours, on sides of a multiple of 4, as Magenta's come back."""
    missing = [-tf.shape(content)[axis] % 4 for axis in (1, 2)]
    room = tf.pad(content, [[0, 0], [0, missing[0]], [0, missing[1]], [0, 0]])
    with tf.control_dependencies([tf.debugging.assert_equal(tf.shape(style)[1:3], 256)]):
        return 0.25 * room + 0.75 * tf.reduce_mean(style, (1, 2), keepdims=True)


class Signed(tf.Module):
    """Magenta's signature: of placeholders, with one output."""

    @tf.function(
        input_signature=[
            tf.TensorSpec(PICTURE, name="placeholder"),
            tf.TensorSpec(PICTURE, name="placeholder_1"),
        ]
    )
    def serve(self, placeholder, placeholder_1):
        return {"output_0": painted(placeholder, placeholder_1)}


class Called(tf.Module):
    """Magenta's call."""

    @tf.function(input_signature=[tf.TensorSpec(PICTURE), tf.TensorSpec(PICTURE)])
    def __call__(self, content, style):
        return [painted(content, style)]


class Classifier(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec(PICTURE, name="image")])
    def serve(self, image):
        return {"score": tf.reduce_mean(image, (1, 2, 3))}


class Scorer(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec(PICTURE), tf.TensorSpec(PICTURE)])
    def __call__(self, content, style):
        return [tf.reduce_mean(content) + tf.reduce_mean(style)]


def save_signed(path, kind=Signed):
    module = kind()
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.serve})


def save_called(path, kind=Called):
    tf.saved_model.save(kind(), str(path))


def save_for_tensorflow_1(path):
    """The format of modules for TensorFlow 1: no tags, and a file beside the graph."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        pictures = [tf.compat.v1.placeholder(tf.float32, PICTURE) for _ in range(2)]
        inputs = dict(zip(("content_image", "style_image"), pictures, strict=True))
        infos = {k: tf.compat.v1.saved_model.build_tensor_info(v) for k, v in inputs.items()}
        output = tf.compat.v1.saved_model.build_tensor_info(painted(*pictures))
        signature = tf.compat.v1.saved_model.build_signature_def(infos, {"default": output}, "hub")
        builder = tf.compat.v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(session, [], {"default": signature})
        builder.save()
    (path / "tfhub_module.pb").write_bytes(b"\x08\x03")


KINDS = {"signed": save_signed, "called": save_called, "tensorflow_1": save_for_tensorflow_1}
REFUSED = {
    "classifier": functools.partial(save_signed, kind=Classifier),
    "scorer": functools.partial(save_called, kind=Scorer),
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder of modules, `signed` also as archives."""
    folder = tmp_path_factory.mktemp("shelf")
    for name, save in (KINDS | REFUSED).items():
        save(folder / name)
    for name, mode in {"flat.tar.gz": "w:gz", "flat.tar": "w"}.items():
        with tarfile.open(folder / name, mode) as archive:
            archive.add(folder / "signed", ".")
    with tarfile.open(folder / "nested.tgz", "w:gz") as archive:
        archive.add(folder / "signed", "module/256/2")
    whole = (folder / "flat.tar.gz").read_bytes()
    (folder / "truncated.tar.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "page.tar.gz").write_bytes(b"<html>not found</html>")
    with tarfile.open(folder / "other.tar.gz", "w:gz") as archive:
        archive.add(folder / "page.tar.gz", "page.html")
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken/saved_model.pb").write_bytes(b"nothing")
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def server(shelf, cache):
    """The address of a server of the shelf."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(shelf))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def expected(content, style):
    return 0.25 * content + 0.75 * images.squash(style, 256).mean((0, 1))


@pytest.mark.parametrize("kind", [*KINDS, "flat.tar.gz", "flat.tar", "nested.tgz"])
def test_a_file_or_folder_is_loaded_by_the_public_verb(kind, shelf, photograph, painting):
    stylizer = tfstyle.load(str(shelf / kind))
    pastiche = stylizer.stylize(photograph, painting)
    np.testing.assert_allclose(pastiche, expected(photograph, painting), atol=2e-3)
    assert pastiche.dtype == np.float32


@pytest.fixture(scope="module")
def module(shelf):
    return hub.load(shelf / "signed")


@pytest.mark.parametrize("size", [(1, 1), (33, 41), (97, 50), (3, 500)])
def test_any_size_comes_back_as_it_was(module, painting, size):
    content = np.random.default_rng(0).random((*size, 3), dtype=np.float32)
    pastiche = module.stylize(content, painting)
    np.testing.assert_allclose(pastiche, expected(content, painting), atol=2e-3)


def test_a_batch_is_painted_one_by_one(module, photograph, painting):
    both = np.stack([photograph, photograph[::-1]])
    one, other = module.stylize(both, painting)
    np.testing.assert_array_equal(one, module.stylize(both[0], painting))
    np.testing.assert_array_equal(other, module.stylize(both[1], painting))


def test_strengths_fade_from_the_photograph(module, photograph, painting):
    full = module.stylize(photograph, painting)
    np.testing.assert_array_equal(module.stylize(photograph, painting, 0.0), photograph)
    for strength in (0.05, 0.5):
        pastiche = module.stylize(photograph, painting, strength)
        mixture = photograph + strength * (full - photograph)
        np.testing.assert_allclose(pastiche, mixture, atol=1e-5)


def test_several_paintings_are_refused(module, photograph, painting):
    with pytest.raises(ValueError, match=r"mixes none. Received: 2"):
        module.stylize(photograph, [painting, photograph])


def test_a_photograph_too_large_to_be_painted_whole_is_refused(module, painting):
    with pytest.raises(ValueError, match=r"at most 16 megapixels.*5000x4000"):
        module.stylize(np.zeros((4000, 5000, 3), np.float32), painting)


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("classifier", ValueError, "called as Magenta's is"),
        ("scorer", ValueError, "called as Magenta's is"),
        ("truncated.tar.gz", OSError, "whole .tar or .tar.gz file"),
        ("page.tar.gz", OSError, "whole .tar or .tar.gz file"),
        ("other.tar.gz", OSError, "with saved_model.pb"),
        ("broken", OSError, "SavedModel that can be read"),
        ("none.tar.gz", ValueError, "none.tar.gz, which is not there"),
    ],
)
def test_what_is_no_module_is_refused_by_name(shelf, source, error, words):
    with pytest.raises(error, match=words) as caught:
        tfstyle.load(str(shelf / source))
    assert source in str(caught.value) and len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("limit", "most"), [("MAX_FILES", 2), ("MAX_BYTES", 10)])
def test_an_archive_of_more_than_a_module_is_refused(shelf, monkeypatch, limit, most):
    monkeypatch.setattr(hub, limit, most)
    with pytest.raises(OSError, match=r"flat\.tar\.gz \(more than"):
        hub.load(shelf / "flat.tar.gz")


def test_an_archive_writes_nothing_outside(shelf, tmp_path):
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.add(shelf / "page.tar.gz", "../../escaped")
    with pytest.raises(OSError, match="outside"):
        hub.load(tmp_path / "evil.tar")


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("magenta", f"{MAGENTA}/2"),
        ("magenta-v2", f"{MAGENTA}/2"),
        ("magenta-v1", f"{MAGENTA}/1"),
        (f"{MAGENTA}/1", f"{MAGENTA}/1"),
        (KAGGLE, f"https://www.kaggle.com/models/{KAGGLE}"),
        (KAGGLE[:-1] + "1", f"https://www.kaggle.com/models/{KAGGLE[:-1]}1"),
    ],
)
def test_without_a_network_a_name_fails_soon_and_says_what_to_give(
    source, address, cache, monkeypatch
):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    start = time.perf_counter()
    with pytest.raises(OSError, match=r"give its .tar.gz file or its folder") as caught:
        tfstyle.load(source)
    assert f"Received: {address} (" in str(caught.value)
    assert time.perf_counter() - start < 10


def test_a_silent_server_is_given_up(cache, monkeypatch):
    monkeypatch.setattr(hub, "TIMEOUT", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(OSError, match="timed out"),
    ):
        hub.load(f"http://127.0.0.1:{silent.getsockname()[1]}/module.tar.gz")
    assert socket.getdefaulttimeout() is None


def test_other_threads_keep_their_timeouts_while_a_module_is_downloaded(shelf, cache):
    seen = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            seen.append(socket.getdefaulttimeout())
            super().do_GET()

    handler = functools.partial(Handler, directory=str(shelf))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        hub.fetch(f"http://127.0.0.1:{running.server_port}/flat.tar.gz")
        running.shutdown()
    assert seen == [None]


def test_an_address_is_downloaded_once(server, photograph, painting):
    path = hub.fetch(f"{server}/flat.tar.gz")
    assert hub.fetch(f"{server}/flat.tar.gz") == path and (path / "saved_model.pb").is_file()
    pastiche = tfstyle.load(f"{server}/flat.tar.gz").stylize(photograph, painting)
    np.testing.assert_allclose(pastiche, expected(photograph, painting), atol=2e-3)


@pytest.mark.parametrize("name", ["truncated.tar.gz", "page.tar.gz", "none.tar.gz"])
def test_a_download_that_is_no_module_leaves_nothing(server, cache, name):
    with pytest.raises(OSError, match="can be downloaded"):
        hub.load(f"{server}/{name}")
    assert not any(cache.iterdir())


def test_a_download_that_was_killed_is_begun_again(server, cache, monkeypatch):
    address = f"{server}/flat.tar.gz"
    cache.mkdir()
    (cache / f"{hashlib.sha1(address.encode()).hexdigest()}.lock").write_text("gone.1.0")
    monkeypatch.setattr(hub, "TIMEOUT", 0.1)
    monkeypatch.setattr(time, "sleep", lambda seconds: threading.Event().wait(seconds / 25))
    assert (hub.fetch(address) / "saved_model.pb").is_file()


@pytest.mark.parametrize("package", ["tensorflow_hub", "pkg_resources"])
def test_only_addresses_need_tensorflow_hub_and_say_how_to_get_it(package, shelf, monkeypatch):
    for name in [n for n in sys.modules if n.partition(".")[0] == "tensorflow_hub"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OSError, match=r'pip install "tfstyle\[hub\]"'):
        hub.load("magenta")
    assert hub.load(shelf / "flat.tar.gz")


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path, photograph, painting):
    images.write(photograph, tmp_path / "photo.png")
    images.write(painting, tmp_path / "style.png")
    return tmp_path


def stylize(files, model, *more):
    photo, style, output = (files / name for name in ("photo.png", "style.png", "out.png"))
    command = "stylize", photo, "--style", style, "-o", output, "--method", "magenta"
    return run(*command, "--model", model, *more)


@pytest.mark.parametrize("kind", ["signed", "flat.tar.gz"])
def test_the_command_paints_with_a_module(files, shelf, kind, photograph, painting):
    assert stylize(files, shelf / kind) == 0
    pastiche = images.read(files / "out.png")
    np.testing.assert_allclose(pastiche, expected(photograph, painting), atol=0.01)


@pytest.mark.parametrize(
    ("model", "more", "words"),
    [
        ("truncated.tar.gz", (), "whole .tar"),
        ("classifier", (), "called as Magenta's is"),
        ("empty", (), "without"),
        ("none", (), "not there"),
        ("signed", ("--style", "irises"), "irises"),
        ("signed", ("--levels", 5), "wct alone"),
    ],
)
def test_the_command_refuses_in_a_sentence(files, shelf, capsys, model, more, words):
    assert stylize(files, shelf / model, *more) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1 and not (files / "out.png").exists()


@pytest.mark.parametrize("model", ["v1", "v2", MAGENTA + "/1"])
def test_the_command_takes_versions_and_addresses(files, cache, monkeypatch, capsys, model):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    assert stylize(files, model) == 2
    assert f"{MAGENTA}/{model[-1]} (" in capsys.readouterr().err


def entry(files, shelf, kind):
    model = model_facts.module(shelf / kind)
    return comparison._entry(model, files / "photo.png", files / "style.png", "irises", 60, 0)


@pytest.mark.slow
def test_a_comparison_takes_a_module_along(files, shelf, photograph, painting):
    result = entry(files, shelf, "signed")
    np.testing.assert_allclose(result.picture, expected(photograph, painting), atol=0.01)
    assert result.model.size.endswith("MB (SavedModel)")


def test_a_comparison_leaves_out_what_cannot_be_had(files, two_models, capsys):
    arguments = "compare", files / "photo.png", files / "style.png", "--size", 48
    code = run(*arguments, "-o", files / "sheet.png", "--also", files / "none.tar.gz")
    assert code == 1 and (files / "sheet.png").is_file()
    assert "is left out. Expected magenta" in capsys.readouterr().err


def test_a_module_is_measured_beside_others(shelf, photograph, painting):
    loaded = models.stylizers(str(shelf / "signed"))
    assert list(loaded) == ["signed"] and list(models.painters(loaded, [0.5, 1.0])) == ["signed"]
    paint = models.transform(loaded["signed"], photograph)
    np.testing.assert_allclose(paint(), expected(photograph, photograph), atol=2e-3)
    assert any("not timed" in line for line in speed.report([str(shelf / "signed")]))


@pytest.fixture(scope="module")
def ours(saved_model):
    """Our SavedModel, loaded as people load Magenta's."""
    return tensorflow_hub.load(str(saved_model))


def test_ours_is_called_through_tensorflow_hub_as_magentas_is(ours, stylizer):
    predictor, transformer = (stylizer.networks[name] for name in ("predictor", "transformer"))
    style = examples.discs(256, 256)[None]
    vector = predictor.predict_on_batch(style)
    for size in [(256, 256), (75, 93), (130, 64)]:
        content = examples.lake(*size)[None]
        pastiche = ours(tf.constant(content), tf.constant(style))[0]
        plain = transformer.predict_on_batch({"content": content, "vector": vector})
        np.testing.assert_allclose(pastiche, plain, atol=1e-4)


def test_ours_is_a_layer_of_keras_3(ours, saved_model, photograph, painting):
    layer = keras.layers.TFSMLayer(tensorflow_hub.resolve(str(saved_model)), call_endpoint="serve")
    content, style = tf.constant(photograph[None]), tf.constant(painting[None])
    pastiche = layer(content, style=style)["pastiche"]
    np.testing.assert_allclose(pastiche, ours(content, style)[0], atol=1e-4)


def test_ours_also_takes_a_strength(ours, photograph, painting):
    content, style = tf.constant(photograph[None]), tf.constant(painting[None])
    painted = {s: ours.stylize(content, style, tf.constant(s))["pastiche"] for s in (0.0, 0.5, 1.0)}
    np.testing.assert_allclose(painted[1.0], ours(content, style)[0], atol=1e-4)
    np.testing.assert_allclose(painted[0.0], ours(content, content)[0], atol=1e-4)
    assert np.abs(painted[0.5] - (painted[0.0] + painted[1.0]) / 2).mean() > 1e-3


def test_ours_comes_back_in_with_its_own_strengths(ours, saved_model, stylizer):
    content, style = examples.lake(256, 320), examples.discs(256, 256)
    again = tfstyle.load(str(saved_model))
    for strength in (0.5, 1.0):
        pastiche = again.stylize(content, style, strength)
        served = ours.stylize(content[None], style[None], strength)["pastiche"][0]
        assert np.abs(pastiche - served).mean() < 5e-3  # the painting is squashed in bytes
        original = stylizer.stylize(content, style, strength)
        # with a margin, which the module has not, so that its noise is another
        assert np.abs(pastiche - original).mean() < 0.1


def test_a_released_name_is_ours_whatever_lies_there(saved_model, monkeypatch):
    monkeypatch.chdir(saved_model.parent)
    assert tfstyle.load("ghiasi").networks and not tfstyle.load("./ghiasi").networks
