"""The page in a real browser paints what Python's LiteRT paints."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import browser
import numpy as np
import pytest
from PIL import Image

from tfstyle import examples, images, loading, metrics, registry
from tfstyle.methods import method

ROOT = Path(__file__).parents[1]
WEB = ROOT / "tflite/web"
MARK = 40  # dB from Python's picture
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

MODELS = {method(name).name: name for name in registry.exported()}
DROP = """
const canvas = Object.assign(document.createElement("canvas"), { width: 30, height: 20 });
canvas.toBlob((blob) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([blob], "dropped.png"));
  arguments[0].dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
});
"""

pytest.importorskip("selenium", reason="needs selenium")
pytestmark = pytest.mark.skipif(
    bool(browser.missing()), reason=f"needs {', '.join(browser.missing())}"
)


def npm(*arguments):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
    command = ["npm", *arguments]
    done = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True)
    if done.returncode and "network" in done.stderr:
        pytest.skip("needs npm's registry")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def dist():
    npm("ci", "--no-audit", "--no-fund")
    npm("run", "build")
    return WEB / "dist"


@pytest.fixture(scope="module")
def serve():
    """Starts a server, and says its address."""
    servers = []

    def start(*arguments):
        command = [sys.executable, "-u", *map(str, arguments)]
        servers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return next(w.strip("()") for w in servers[-1].stdout.readline().split() if "://" in w)

    yield start
    for server in servers:
        with server:
            server.terminate()


@pytest.fixture(scope="module")
def address(dist, serve):
    return serve(WEB / "serve.py", dist, 0)


@pytest.fixture(scope="module")
def driver():
    driver = browser.chromium()
    yield driver
    driver.quit()


@pytest.fixture
def page(driver, address):
    return browser.Page(driver, address)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A photograph and a painting, neither of a round size."""
    folder = tmp_path_factory.mktemp("pictures")
    images.write(examples.lake(150, 203), folder / "photograph.png")
    images.write(examples.discs(133, 121), folder / "painting.png")
    return folder / "photograph.png", folder / "painting.png"


def painted(page, name, files, strength=1.0):
    page.choose("model", name)
    page.give("photograph", files[0])
    if method(name).kind.takes_pictures:
        page.give("painting", files[1])
    page.slide(strength)
    page.paint()
    return images.to_float(page.painted())


def expected(name, files, strength=1.0):
    photograph, painting = map(images.read, files)
    style = (
        painting if method(name).kind.takes_pictures else next(iter(registry.styles(name)), None)
    )
    if method(name).in_weights:
        style = None
    return loading.load_lite(name).stylize(photograph, style, strength)


@pytest.mark.parametrize("name", MODELS.values())
def test_every_method_paints_as_in_python(page, files, name):
    assert metrics.psnr(expected(name, files), painted(page, name, files)) >= MARK


@pytest.mark.parametrize(
    ("name", "strength"),
    [("ghiasi", 0.6), ("ghiasi", 0.05), ("wct", 0.6), ("pix2pix-facades", 0.6)],
)
def test_a_strength_is_pythons(page, files, name, strength):
    actual = painted(page, name, files, strength)
    assert metrics.psnr(expected(name, files, strength), actual) >= MARK


def test_a_company_is_offered_what_is_cleared_alone(driver, dist, serve, tmp_path):
    cleared = shutil.copytree(dist, tmp_path / "dist")
    index = json.loads((cleared / "models/index.json").read_text())
    next(m for m in index["models"] if m["name"] == "johnson-irises")["commercial"] = True
    (cleared / "models/index.json").write_text(json.dumps(index))
    page = browser.Page(driver, serve(WEB / "serve.py", cleared, 0))
    assert "Not cleared for commercial use: it learned from" in page.find("#about").text
    page.find("#commercial").click()
    assert [option.text for option in page.find("#model").find_elements("css selector", "*")] == [
        "johnson-irises"
    ]
    assert "Cleared for commercial use." in page.find("#about").text
    page.paint()
    assert page.painted().size and page.find("#painting").is_displayed() is False
    page.find("#commercial").click()
    assert page.find("#model").get_property("value") == "johnson-irises"


def test_no_model_is_offered_where_none_is_cleared(page):
    page.find("#commercial").click()
    assert "None of these models is cleared" in page.find("#about").text
    assert not page.find("#paint").is_enabled()
    page.find("#commercial").click()
    assert page.find("#paint").is_enabled()


def test_a_named_style_is_pythons(page, files):
    page.choose("named", "great-wave")
    page.give("photograph", files[0])
    page.paint()
    reference = loading.load_lite().stylize(images.read(files[0]), "great-wave")
    assert metrics.psnr(reference, images.to_float(page.painted())) >= MARK


def test_a_photograph_of_one_colour_has_pythons_margin(page, files, tmp_path):
    Image.new("RGB", (90, 70), (90, 140, 160)).save(tmp_path / "flat.png")
    files = (tmp_path / "flat.png", files[1])
    assert metrics.psnr(expected("ghiasi", files), painted(page, "ghiasi", files)) >= MARK


def test_threads_are_not_needed(driver, dist, serve, files):
    address = serve("-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", dist)
    page = browser.Page(driver, address)
    assert driver.execute_script("return crossOriginIsolated") is False
    assert metrics.psnr(expected("ghiasi", files), painted(page, "ghiasi", files)) >= MARK


def test_a_large_photograph_is_reduced_and_a_change_paints_again(page, tmp_path):
    images.write(examples.lake(400, 600), tmp_path / "large.png")
    page.give("photograph", tmp_path / "large.png")
    page.choose("side", "256")
    page.paint()
    assert page.painted().shape == (171, 256, 3)
    page.choose("side", "384")
    page.until("document.getElementById('painted').width === 384")
    assert page.painted().shape == (256, 384, 3)


def test_a_photograph_is_upright_and_what_is_transparent_is_white(page, tmp_path):
    picture = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees, clockwise
    picture.save(tmp_path / "turned.png", exif=exif)
    page.give("photograph", tmp_path / "turned.png")
    page.slide(0)
    page.paint()
    actual = page.painted()
    assert actual.shape == (60, 40, 3)
    np.testing.assert_array_equal(actual[:30], np.broadcast_to([0, 0, 255], (30, 40, 3)))
    np.testing.assert_array_equal(actual[30:], 255)


def test_a_photograph_can_be_dropped(page):
    page.driver.execute_script(DROP, page.find("#photograph"))
    page.until("document.querySelector('#photograph canvas').width === 30")


def test_what_is_painted_can_be_saved(page, files, tmp_path):
    page.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    painted(page, "pix2pix-facades", files)
    page.find("#download").click()
    saved = tmp_path / "painted.png"
    browser.wait(page.driver, lambda _: saved.exists())
    np.testing.assert_array_equal(images.read_bytes(saved), page.painted())


def test_a_file_that_is_no_picture_is_named(page, tmp_path):
    (tmp_path / "notes.png").write_text("no picture")
    page.find("#photograph input").send_keys(str(tmp_path / "notes.png"))
    page.until("document.body.dataset.state === 'failed'")
    assert "Expected a picture" in page.error() and "notes.png" in page.error()
    page.paint()
    assert page.error() == ""


def test_a_camera_that_is_not_there_is_said(page):
    page.find("#use-camera").click()
    page.until("document.body.dataset.state === 'failed'")
    assert page.error() == "There is no camera."


def test_a_photograph_comes_from_the_camera(address):
    driver = browser.chromium(*CAMERA)
    try:
        page = browser.Page(driver, address)
        page.find("#use-camera").click()
        page.until("document.querySelector('#camera video').videoWidth > 0")
        page.find("#camera .main").click()
        page.until("!document.getElementById('camera').open")
        canvas = images.to_float(page.pixels("#photograph canvas"))
        assert canvas[..., 1].mean() > 0.3 > canvas[..., 0].mean()  # Chromium's is green
    finally:
        driver.quit()


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("litert/litert_wasm_threaded_internal.wasm", None, "could not be loaded (404)"),
        ("models/ghiasi/transformer.tflite", b"no model", "Expected TFLite files"),
        ("models/ghiasi/predictor.tflite", None, "could not be loaded (404)"),
    ],
)
def test_a_broken_site_is_said(driver, dist, serve, tmp_path, file, content, words):
    broken = shutil.copytree(dist, tmp_path / "dist")
    (broken / file).unlink() if content is None else (broken / file).write_bytes(content)
    page = browser.Page(driver, serve(WEB / "serve.py", broken, 0))
    page.paint()
    assert words in page.error() and file in page.error()
