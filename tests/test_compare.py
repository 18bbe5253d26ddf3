"""One photograph and one painting through every released method."""

import collections
import html
import html.parser
import re
from pathlib import Path

import numpy as np
import pytest

from tfstyle import cli, examples, images, model_facts
from tfstyle.evaluation import comparison, page
from tfstyle.methods import METHODS

MODELS = Path(__file__).parents[1] / "docs/models.md"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    images.write(examples.lake(90, 120), folder / "photo.png")
    images.write(examples.discs(80, 100), folder / "painting.png")
    return folder


@pytest.fixture(scope="module")
def compared(files):
    """Of two models a method at most, since each is a process."""
    of_method = collections.defaultdict(list)
    for model in model_facts.models():
        of_method[model.method.name].append(model)
    two = [model for models in of_method.values() for model in models[:2]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_facts, "models", lambda: two)
        return comparison.compare(files / "photo.png", files / "painting.png", size=64)


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.pictures, self.addresses = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.pictures += [attributes] if tag == "img" else []
        self.addresses += [attributes.get(name) for name in ("src", "href") if name in attributes]


def test_every_released_method_paints_the_photograph(compared):
    assert {entry.model.method.name for entry in compared.entries} == {
        model.method.name for model in model_facts.models()
    }
    for entry in compared.entries:
        assert entry.picture.shape == compared.photo.shape == (48, 64, 3)
        assert entry.seconds > 0 and entry.peak > 0 and np.isfinite(entry.distances.style)


def test_methods_without_a_style_show_one_model_and_say_so(compared):
    entries = [e for e in compared.entries if e.model.method.in_weights]
    assert sorted(e.model.method.name for e in entries) == sorted(
        name for name, method in METHODS.items() if method.in_weights
    )
    assert all("nearest to the painting" in entry.note for entry in entries)


def test_the_page_needs_nothing_else_and_describes_every_picture(compared):
    text = page.page(compared)
    parsed = Page(text)
    assert len(parsed.pictures) == 2 + len(compared.entries)
    assert all(picture["alt"] for picture in parsed.pictures)
    assert all(address.startswith("data:image/jpeg") for address in parsed.addresses)
    for entry in compared.entries:
        assert entry.model.name in text and html.escape(entry.model.method.good) in text


def test_the_sheet_holds_every_picture(compared):
    sheet = page.contact_sheet(compared)
    rows = -(-(2 + len(compared.entries)) // page.COLUMNS)
    cell = page.WIDTH * 48 // 64 + page.ROWS * page.LINE
    assert sheet.dtype == np.uint8
    assert sheet.shape == (rows * (cell + 4), page.COLUMNS * (page.WIDTH + 4), 3)
    for index in range(2 + len(compared.entries)):
        row, column = divmod(index, page.COLUMNS)
        top, left = row * (cell + 4), column * (page.WIDTH + 4)
        assert sheet[top : top + page.WIDTH * 48 // 64, left : left + page.WIDTH].std() > 10


def test_a_method_that_takes_too_long_is_stopped_and_says_so(files):
    model, photo = model_facts.models()[0], files / "photo.png"
    entry = comparison._entry(model, photo, files / "painting.png", "irises", 0.01, 0.0)
    assert entry.picture is None and "stopped after 0.01 seconds" in entry.note
    assert "stopped after" in page.page(
        comparison.Comparison(np.zeros((8, 8, 3)), np.zeros((8, 8, 3)), [entry], "nothing")
    )


def test_the_command_writes_both_kinds_and_overwrites_nothing(files, two_models, capsys):
    outputs = [str(files / name) for name in ("sheet.html", "sheet.png")]
    command = ["compare", str(files / "photo.png"), str(files / "painting.png"), "--size", "64"]
    assert cli.main([*command, "-o", *outputs]) == 0
    assert images.read(outputs[1]).shape[1] == page.COLUMNS * (page.WIDTH + 4)
    text = Path(outputs[0]).read_text()
    assert len(Page(text).pictures) == 4 and all(name in text for name in two_models)
    assert cli.main([*command, "-o", *outputs]) == 2
    assert cli.main([*command, "-o", str(files / "sheet.pdf")]) == 2
    assert ".html" in capsys.readouterr().err


def test_a_missing_painting_is_refused_before_anything_is_painted(files, capsys):
    arguments = ["compare", str(files / "photo.png"), str(files / "none.png")]
    assert cli.main([*arguments, "-o", str(files / "new.html")]) == 2
    assert "none.png" in capsys.readouterr().err and not (files / "new.html").exists()


def test_the_documents_table_is_that_of_the_command(capsys):
    assert cli.main(["methods", "--markdown"]) == 0
    assert capsys.readouterr().out.strip() in MODELS.read_text()


def test_every_method_says_what_it_is_good_and_weak_at():
    for method in METHODS.values():
        assert (
            method.good
            and method.weak
            and method.needs
            and re.match("https://arxiv.org/", method.paper)
        )
