"""The demo as visitors use it: in a browser, through programs, several at once, with bad files."""

import functools
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import browser
import numpy as np
import pytest
from PIL import Image

import tfstyle
from tfstyle import examples, images, loading
from tfstyle.methods.gatys.settings import Settings

pytest.importorskip("gradio")
from tfstyle.demo.handlers import PAINTINGS, Handlers, Stop
from tfstyle.demo.method_choices import method_choices, translations
from tfstyle.demo.page import Page
from tfstyle.demo.service import Request, Service, painted_masks
from tfstyle.demo.stylizer_pool import StylizerPool, cached_style_encoder

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

SIDE = 96


@pytest.fixture(scope="module")
def lake():
    return examples.lake(SIDE, 2 * SIDE)


@pytest.fixture(scope="module")
def service():
    return Service(max_pixels=40_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    images.write(examples.lake(SIDE, 2 * SIDE), folder / "lake.png")
    images.write(examples.swirls(SIDE, SIDE), folder / "swirls.png")
    return folder


@pytest.fixture(scope="module")
def address(folder):
    import demo

    port = demo.free_port()
    process = demo.start_server(port, folder, "--mcp")
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    try:
        assert process.wait(20) == 0
    finally:
        process.kill()


@pytest.fixture(scope="module")
def client(address, folder):
    from gradio_client import Client

    return Client(address, verbose=False, download_files=str(folder))


def file_of(path):
    from gradio_client import handle_file

    return handle_file(str(path))


def test_every_method_that_is_released_is_offered(service):
    assert next(iter(method_choices())) == "ghiasi"
    assert {"adain", "cin", "gatys", "johnson", "wct"} <= set(method_choices())
    assert "starry-night" in method_choices()["johnson"].names
    assert {name.partition("-")[0] for name in translations()} == {"cyclegan", "pix2pix"}


@pytest.mark.slow
def test_the_page_stands_without_methods_that_optimise_and_without_translations(tmp_path):
    service = Service(40_000)
    service.method_choices.pop("gatys")
    service.translations.clear()
    blocks = Page(Handlers(service, tmp_path), 1).blocks()
    endpoints = {fn.api_name for fn in blocks.fns.values() if fn.api_visibility == "public"}
    assert endpoints - {"film"} == {"paint", "compare"}


@pytest.mark.parametrize(
    "name", [n for n, choice in method_choices().items() if choice.method.kind.one_pass]
)
def test_every_method_paints(service, lake, name):
    choice = service.method_choices[name]
    style = examples.swirls(SIDE, SIDE) if choice.method.kind.takes_pictures else choice.names[0]
    (painted,) = service.paint(Request(lake, [style], name))
    assert painted.picture.shape == lake.shape
    assert np.abs(painted.picture - lake).mean() > 0.02
    assert f"{2 * SIDE}x{SIDE} pixels" in str(painted)


@pytest.mark.slow
def test_an_optimisation_shows_itself_growing_and_can_be_left(lake, monkeypatch):
    few = functools.partial(loading.load, settings=Settings(iterations=8))
    monkeypatch.setattr(loading, "load", few)
    monkeypatch.setattr("tfstyle.demo.service.INTERVAL", 0.0)
    service = Service(max_pixels=40_000)
    work = service.paint(Request(lake, [examples.swirls(SIDE, SIDE)], "gatys"))
    first = next(work)
    assert 0 < first.share < 1 and "% done" in str(first)
    work.close()
    *_, last = service.paint(Request(lake, [examples.swirls(SIDE, SIDE)], "gatys"))
    assert last.share == 1.0 and last.picture.shape == lake.shape
    (same,) = service.paint(Request(lake, [examples.swirls(SIDE, SIDE)], "gatys", strength=0.0))
    np.testing.assert_array_equal(same.picture, lake)


@pytest.fixture
def clip(folder):
    pytest.importorskip("av")
    import drawn_clips

    return drawn_clips.write(folder / "clip.mp4", count=60, size=(48, 64), sound="mono")


def test_a_film_grows_and_what_there_is_can_be_kept(service, folder, clip):
    import drawn_clips

    arguments = str(clip), None, "starry-night", "johnson"
    answers = list(Handlers(service, folder).film(*arguments))
    films = list(dict.fromkeys(film for _, _, film in answers if film))
    assert "% done" in answers[0][1] and answers[0][2] is None
    assert [len(drawn_clips.times(film)) for film in films] == [50, 60]
    assert drawn_clips.times(films[-1]) == drawn_clips.times(clip)
    assert drawn_clips.sounds(films[-1]) == drawn_clips.sounds(clip)
    work = Handlers(service, folder).film(*arguments)
    film_so_far = next(film for _, _, film in work if film)
    work.close()
    assert len(drawn_clips.times(film_so_far)) == 50


def test_a_film_that_is_stopped_holds_all_that_was_painted(service, folder, clip, monkeypatch):
    import drawn_clips

    monkeypatch.setattr("tfstyle.demo.handlers.FRAME_INTERVAL", 0.0)
    stop = Stop(requested=True)  # of an earlier film
    work = Handlers(service, folder).film(
        str(clip), None, "starry-night", "johnson", 1.0, PAINTINGS, stop
    )
    answers = [next(work) for _ in range(12)]
    assert "s are left" in answers[-1][1] and "s are left" not in answers[0][1]
    stop.request()
    *_, (_, words, film) = work
    times = drawn_clips.times(film)
    assert 12 <= len(times) < 50 and times == drawn_clips.times(clip)[: len(times)]
    assert drawn_clips.sounds(film)[-1][0] < len(times) / 25
    assert words.endswith("It ends where it was stopped.")


def test_a_frame_can_be_tried_before_the_film(service, folder, clip, monkeypatch):
    import drawn_clips

    file, words = Handlers(service, folder).frame(str(clip), None, "starry-night", "johnson")
    assert "64x48 pixels" in words and "A frame of 60 in 2.4 s." in words
    middle = tfstyle.film(clip, "starry-night", "johnson", start=1.2, steady=0)
    difference = images.read(file) - next(middle).picture
    assert np.abs(difference).mean() < 0.02  # of JPEG
    monkeypatch.setattr("tfstyle.demo.service.FILM", 1)
    large = drawn_clips.write(folder / "larger.mp4", count=40, size=(96, 1024))
    file, words = Handlers(service, folder).frame(str(large), None, "starry-night", "johnson")
    assert images.read(file).shape == (45, 480, 3)
    assert words.endswith("A frame of 25 in 1.0 s. The film goes on to 1.6 s, unpainted.")


def test_a_film_is_bounded(service, folder, monkeypatch):
    av = pytest.importorskip("av")
    import drawn_clips

    monkeypatch.setattr("tfstyle.demo.service.FILM", 1)
    clip = drawn_clips.write(folder / "large.mp4", count=40, size=(96, 1024))
    *_, (_, words, film) = Handlers(service, folder).film(
        str(clip), None, "starry-night", "johnson"
    )
    assert "480x45 pixels" in words and len(drawn_clips.times(film)) == 25
    with av.open(film) as container:
        assert container.streams.video[0].width == 480


def test_a_list_of_other_files_is_no_film(service, folder, clip):
    from tfstyle.demo.handlers import Handlers

    path = folder / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{clip.name}\n#EXT-X-ENDLIST\n")
    with pytest.raises(OSError, match="Expected a film"):
        list(Handlers(service, folder).film(str(path), None, "starry-night", "johnson"))


def test_regions_leave_the_rest_as_it_was(service, lake):
    layer = np.zeros((SIDE, 2 * SIDE, 4), np.uint8)
    layer[:, :SIDE] = (230, 25, 75, 255)
    masks = painted_masks(layer, ["#e6194b", "#3cb44b"])
    (painted,) = service.paint(Request(lake, ["starry-night", "irises"], masks=masks))
    moved = np.abs(painted.picture - lake).mean(axis=(0, 2))
    assert moved[:40].mean() > 0.05 and moved[-40:].max() < 1e-3
    assert painted_masks(np.zeros_like(layer), ["#e6194b"]) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"styles": []}, "one to 4 paintings"),
        ({"styles": ["nobody"]}, "nobody"),
        ({"styles": ["irises"], "method": "wct"}, "knows none by name"),
        ({"styles": [np.zeros((40, 40, 3), np.float32)], "method": "cin"}, "it has learned"),
        ({"styles": ["great-wave"] * 2, "method": "johnson"}, "cannot mix"),
        ({"styles": ["irises"], "method": "picasso"}, "picasso"),
        ({"styles": ["irises"], "strength": 2.0}, "strength"),
    ],
)
def test_requests_that_cannot_be_painted_say_why(service, lake, fields, words):
    with pytest.raises(ValueError, match=words):
        list(service.paint(Request(lake, **fields)))


def test_pictures_above_the_limit_are_reduced_and_say_so(service, folder):
    images.write(examples.lake(300, 400), folder / "large.png")
    picture, words = service.read(folder / "large.png")
    assert picture.shape[0] * picture.shape[1] <= 40_000 and "reduced from 400x300" in words
    small, words = service.read(folder / "large.png", 100)
    assert small.shape == (75, 100, 3) and words == ""


def test_a_picture_is_looked_at_once():
    styles = []

    def look(style):
        styles.append(style.copy())
        return {"vector": style.mean()}

    again = cached_style_encoder(look)
    picture = np.random.default_rng(0).random((4, 5, 3), np.float32)
    assert again(style=picture) is again(style=picture.copy()) and len(styles) == 1
    again(style=picture + 1)
    assert len(styles) == 2
    np.testing.assert_array_equal(styles[0], picture)


def test_no_two_threads_have_the_same_stylizer():
    pool = StylizerPool()
    with pool.borrowed("ghiasi") as one, pool.borrowed("ghiasi") as other:
        assert one is not other
    with pool.borrowed("ghiasi") as again:
        assert again in (one, other)


def test_programs_paint_translate_and_compare(client, folder):
    arguments = {"photo": file_of(folder / "lake.png"), "name": "irises"}
    (before, after), words, file = client.predict(**arguments, api_name="/paint")
    assert images.read(before).shape == images.read(after).shape == (SIDE, 2 * SIDE, 3)
    assert "pixels in" in words and file.endswith("lake-ghiasi.jpg")
    (_, weaker), _, _ = client.predict(**arguments, strength=0.2, api_name="/paint")
    photo = images.read(before)
    near, far = (np.abs(images.read(p) - photo).mean() for p in (weaker, after))
    assert near < far
    _, words, file = client.predict(
        photo=file_of(folder / "lake.png"), model="cyclegan-sunny2rainy", api_name="/translate"
    )
    assert "sunny2rainy" in words and images.read(file).shape == (SIDE, 2 * SIDE, 3)
    pictures, _, sheet = client.predict(**arguments, api_name="/compare")
    captions = " ".join(picture["caption"] for picture in pictures)
    assert {"adain", "cin", "cyclegan", "ghiasi", "johnson", "pix2pix"} <= set(
        re.findall(r"[a-z0-9]+", captions)
    )
    assert images.read(sheet).shape[1] > 4 * SIDE


def test_programs_paint_films(client, folder, clip):
    import drawn_clips

    frame, words, film = client.predict(
        clip=file_of(clip), name="great-wave", method="johnson", api_name="/film"
    )
    film = film["video"] if isinstance(film, dict) else film
    assert images.read(frame).shape == (48, 64, 3) and "johnson-great-wave: 64x48" in words
    assert drawn_clips.times(film) == drawn_clips.times(clip)
    (folder / "words.mp4").write_text("no film " * 50)
    with pytest.raises(Exception, match=r"Expected a film\. Received: words\.mp4"):
        client.predict(clip=file_of(folder / "words.mp4"), name="irises", api_name="/film")


def layer_of(folder, height, width, mode="RGBA"):
    """Red in the left half, as a program paints it."""
    layer = np.zeros((height, width, 4), np.uint8)
    layer[:, : width // 2] = (0xE6, 0x19, 0x4B, 255)
    Image.fromarray(layer).convert(mode).save(folder / f"layer-{width}.png")
    return {
        "background": None,
        "layers": [file_of(folder / f"layer-{width}.png")],
        "composite": None,
    }


def test_programs_paint_regions_within_limits(client, folder):
    arguments = {"photo": file_of(folder / "lake.png"), "name": "irises", "api_name": "/paint"}
    regions = layer_of(folder, SIDE, 2 * SIDE)
    (before, after), _, _ = client.predict(**arguments, regions=regions)
    moved = np.abs(images.read(after) - images.read(before)).mean(axis=(0, 2))
    assert moved[: SIDE // 2].min() > 0.02 and moved[-SIDE // 2 :].max() < 0.02
    with pytest.raises(Exception, match=r"at most 1\.6384 megapixels.*3000x2000"):
        client.predict(**arguments, regions=layer_of(folder, 2000, 3000, "P"))
    with pytest.raises(Exception, match="at most 8 layers"):
        client.predict(**arguments, regions=regions | {"layers": 9 * regions["layers"]})


def test_endpoints_are_documented(client):
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) - {"/film"} == {"/paint", "/optimise", "/translate", "/compare"}
    for endpoint in endpoints.values():
        assert len(endpoint["description"]) > 30
        assert all(parameter["parameter_name"] for parameter in endpoint["parameters"])


def test_each_endpoint_begins_with_what_it_can_do(client, folder):
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    defaults = {
        name: {
            parameter["parameter_name"]: parameter["parameter_default"]
            for parameter in endpoints[name]["parameters"]
        }
        for name in ("/paint", "/optimise")
    }
    assert (defaults["/paint"]["method"], defaults["/paint"]["strength"]) == ("ghiasi", 1.0)
    assert (defaults["/optimise"]["method"], defaults["/optimise"]["strength"]) == ("gatys", 0.5)
    assert endpoints["/optimise"]["description"].startswith("Optimises")
    arguments = {"photo": file_of(folder / "lake.png"), "painting": file_of(folder / "swirls.png")}
    with pytest.raises(Exception, match="Expected /optimise for gatys"):
        client.predict(**arguments, method="gatys", api_name="/paint")


def test_language_models_are_offered_the_same(address):
    import asyncio

    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def tools():
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return (await session.list_tools()).tools

    tools_by_name = {tool.name: tool for tool in asyncio.run(tools())}
    assert set(tools_by_name) - {"film"} == {"paint", "optimise", "translate", "compare"}
    assert tools_by_name["paint"].inputSchema["required"] == ["photo"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "readable picture"),
        (images.__doc__.encode() * 50, "readable picture"),
    ],
)
def test_files_that_are_no_pictures_get_a_sentence(client, folder, content, words):
    (folder / "broken.jpg").write_bytes(content)
    with pytest.raises(Exception, match=words) as error:
        client.predict(photo=file_of(folder / "broken.jpg"), name="irises", api_name="/paint")
    assert "Traceback" not in str(error.value) and str(folder) not in str(error.value)


def response(address, photo):
    """The server's response to a request that no client of Gradio would make."""
    import httpx

    call = f"{address}/gradio_api/call/paint"
    rest = [None, "irises", "ghiasi", 1.0, "The painting's", "512 pixels", None, 1.0]
    rest += [None, None, 1.0] * 3
    event = httpx.post(call, json={"data": [photo, *rest]}).json()["event_id"]
    return httpx.get(f"{call}/{event}", timeout=60).text


def test_a_file_that_was_uploaded_is_painted_whoever_asks(address, folder):
    import httpx

    with (folder / "lake.png").open("rb") as file:
        (path,) = httpx.post(f"{address}/gradio_api/upload", files={"files": file}).json()
    photo = {"path": path, "meta": {"_type": "gradio.FileData"}}
    assert "event: complete" in response(address, photo)


@pytest.mark.parametrize("meta", [{}, {"meta": {"_type": "gradio.FileData"}}])
def test_nobody_reaches_files_of_the_machine(address, folder, meta):
    import httpx

    private = folder / "lake.png"
    assert "event: error" in response(address, {"path": str(private), **meta})
    for path in (private, "/etc/passwd", "setup.cfg", "../../etc/passwd"):
        assert httpx.get(f"{address}/gradio_api/file={path}").status_code in (403, 404)


def test_several_at_once_get_their_own_pictures(address, folder):
    import threading

    import demo

    over = threading.Event()
    colours = np.random.default_rng(2).uniform(0.2, 0.8, (6, 3))
    visitors = [demo.Visitor(address, colour, folder, over) for colour in colours]
    for visitor in visitors:
        visitor.start()
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline and not all(v.times or v.errors for v in visitors):
            time.sleep(0.1)
    finally:
        over.set()
        for visitor in visitors:
            visitor.join(60)
    assert not any(visitor.errors for visitor in visitors)
    assert not any(visitor.wrong_colours or visitor.without_rank for visitor in visitors)
    assert all(visitor.times for visitor in visitors)


def test_the_command_explains_itself_and_refuses(address):
    run = [sys.executable, "-m", "tfstyle", "demo"]
    taken = [*run, "--no-open", "--port", address.rpartition(":")[2]]
    refused = subprocess.run(taken, capture_output=True, text=True)
    assert refused.returncode == 2 and "Expected a free port" in refused.stderr
    process = subprocess.run([*run, "--help"], capture_output=True, text=True)
    for flag in ("--share", "--host", "--port", "--max-pixels", "--concurrency", "--mcp"):
        assert flag in process.stdout
    refused = subprocess.run([*run, "--port", "0"], capture_output=True, text=True)
    assert refused.returncode == 2


class Visit:
    """The page in a browser of some size."""

    def __init__(self, address, width, height):
        self.driver = browser.chromium(f"--window-size={width},{height}")
        self.driver.get(address)
        self.until("document.querySelector('#paint')")

    def until(self, condition):
        browser.wait(self.driver, lambda driver: driver.execute_script(f"return !!({condition})"))

    def says(self, name, words):
        self.until(f"document.querySelector('#{name}').innerText.includes({json.dumps(words)})")

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def give(self, name, path):
        self.all(f"#{name} input[type=file]")[0].send_keys(str(path))
        self.until(f"document.querySelector('#{name} img')")

    def press(self, selector):
        (element, *_) = self.all(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def open(self, kind, words):
        """A tab or an accordion."""
        selector = {"tab": "button[role=tab]", "accordion": "button.label-wrap"}[kind]
        (element,) = (candidate for candidate in self.all(selector) if words in candidate.text)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def complaints(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture(
    params=[
        pytest.param((1280, 1100), id="desktop"),
        pytest.param((400, 800), id="phone", marks=pytest.mark.slow),
    ]
)
def visit(request, address):
    if not all(map(shutil.which, browser.NEEDED[:2])):
        pytest.skip("no chromium")
    visit = Visit(address, *request.param)
    yield visit
    visit.driver.quit()


def test_a_visitor_paints_and_moves_the_strength(visit, folder):
    visit.give("photo", folder / "lake.png")
    visit.give("painting", folder / "swirls.png")
    visit.press("#paint")
    visit.says("report", "pixels in")
    visit.until("document.querySelectorAll('#seen img').length === 2")
    visit.until("!document.querySelector('#download').disabled")
    before = visit.all("#seen img")[1].get_attribute("src")
    strength = visit.all("input[aria-label*='Strength'][type=range]")[0]
    strength.send_keys(3 * browser.ARROW_LEFT)
    visit.until(f"document.querySelectorAll('#seen img')[1].src !== {json.dumps(before)}")
    wide = visit.driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    assert visit.complaints() == []


def test_a_visitor_paints_regions(visit, folder):
    from selenium.webdriver import ActionChains

    visit.give("photo", folder / "lake.png")
    visit.press("#gallery button.thumbnail-item")
    visit.open("accordion", "Where each style goes")
    visit.until("document.querySelector('#regions canvas')")
    (canvas, *_) = visit.all("#regions canvas")
    visit.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    time.sleep(2)  # the photograph fades in
    stroke = ActionChains(visit.driver).move_to_element(canvas).click_and_hold()
    stroke.move_by_offset(0, 5).move_by_offset(0, 10).release().perform()
    time.sleep(1)  # the layer is uploaded
    visit.press("#paint")
    visit.says("report", "pixels in")
    files = [image.get_attribute("src").split("file=")[1] for image in visit.all("#seen img")]
    before, after = (images.read(file) for file in files)
    moved = np.abs(after - before).mean(-1)
    assert moved[:, SIDE - 8 : SIDE + 8].max() > 0.1 and moved[:, :4].max() < 0.05
    assert visit.complaints() == []


def test_a_visitor_translates_compares_and_stops_an_optimisation(visit, folder):
    visit.open("tab", "Translate")
    visit.give("translate-photo", folder / "lake.png")
    visit.press("#translate")
    visit.says("translate-report", "pixels in")
    visit.open("tab", "Compare")
    visit.give("compare-photo", folder / "lake.png")
    visit.give("compare-painting", folder / "swirls.png")
    visit.press("#compare")
    visit.says("compare-report", "% done")
    visit.press("#compare-stop")
    assert len(visit.all("#sheet button.thumbnail-item")) >= 8
    visit.until("!document.querySelector('#compare-download').disabled")
    assert visit.complaints() == []


def test_a_visitor_tries_a_frame_and_stops_a_film(visit, folder):
    pytest.importorskip("av")
    import drawn_clips

    clip = drawn_clips.write(folder / "long.mp4", count=240, size=(180, 320))
    visit.open("tab", "Film")
    visit.all("#film-clip input[type=file]")[0].send_keys(str(clip))
    visit.until("document.querySelector('#film-clip').innerText.includes('long')")
    visit.press("#film-try")
    toast = "document.querySelector('.toast-wrap')?.innerText"
    visit.until(f"{toast}?.includes('Expected a painting, or a style by name')")
    visit.give("film-painting", folder / "swirls.png")
    visit.press("#film-try")
    visit.says("film-report", "A frame of 240 in 9.6 s.")
    visit.until("document.querySelector('#film-frame img')")
    visit.press("#film")
    visit.says("film-report", "done")
    visit.press("#film-stop")
    visit.says("film-report", "It ends where it was stopped.")
    visit.until("0 < document.querySelector('#film-seen video')?.duration")
    assert visit.driver.execute_script("return document.querySelector('video').duration") < 9
    assert visit.complaints() == []


def test_a_visitor_changes_the_method(visit, folder):
    thumbnails = "document.querySelectorAll('#gallery button.thumbnail-item').length"
    visit.give("photo", folder / "lake.png")
    visit.until(f"{thumbnails} === 34")
    visit.open("accordion", "Method")
    visit.until("document.querySelector('#method input')")
    for method, names in (("gatys:", 0), ("johnson:", 10)):
        visit.press("#method input")
        listed = "[...document.querySelectorAll('ul[role=listbox] li')]"
        visit.until(f"{listed}.some(each => each.innerText.includes('{method}'))")
        (option,) = (item for item in visit.all("ul[role=listbox] li") if method in item.text)
        option.click()
        visit.until("!document.querySelector('ul[role=listbox]')")
        visit.until(f"{thumbnails} === {names}")
    visit.press("#gallery button.thumbnail-item")
    visit.until("document.querySelector('#name input').value")
    visit.press("#paint")
    visit.says("report", "johnson-")
    assert visit.complaints() == []


def test_a_visitor_with_a_broken_file_reads_a_sentence(visit, folder):
    (folder / "broken.jpg").write_bytes(b"hello")
    visit.all("#photo input[type=file]")[0].send_keys(str(folder / "broken.jpg"))
    toast = "document.querySelector('.toast-wrap')?.innerText"
    visit.until(f"{toast}?.includes('Expected a readable picture')")
    assert "Traceback" not in visit.driver.execute_script(f"return {toast}")


def test_whatever_can_be_used_has_a_name(visit, folder):
    used = ("button", "slider", "combobox", "textbox", "spinbutton", "radio", "link", "tab")
    for words in ("Method", "More styles", "Where each style goes"):
        visit.open("accordion", words)
    nodes = visit.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    controls = [node for node in nodes if node.get("role", {}).get("value") in used]
    assert len(controls) > 50
    assert all(node["name"]["value"].strip() for node in controls if not node["ignored"])


def test_the_page_asks_nobody_else_for_anything(visit):
    script = "return performance.getEntriesByType('resource').map(each => each.name)"
    (here,) = {address.split("/")[2] for address in visit.driver.execute_script(script)}
    assert here.startswith("127.0.0.1")


@pytest.mark.slow
def test_words_name_files_without_their_folders(tmp_path):
    from tfstyle.demo.page import without_folders

    home = tmp_path / "a b" / "c (d)"
    home.mkdir(parents=True)
    words = f"Expected a picture. Received: {home}/my dog.jpg (a or b/c, 3/4), not /gone/x.png."
    assert without_folders(words) == (
        "Expected a picture. Received: my dog.jpg (a or b/c, 3/4), not x.png."
    )
