"""What models learned from, and what is left where all of it has to allow commercial use."""

import json
import shutil

import pytest
from test_cli import refused, run

from tfstyle import images, licences, model_facts, registry
from tfstyle.demo import method_choices
from tfstyle.methods import Method

PICTURES = {"name": "our own photographs", "licence": "Apache-2.0", "commercial": True}


@pytest.fixture
def cleared(tmp_path, monkeypatch):
    """A release in which johnson-irises alone learned from what allows commercial use."""
    for name in ("johnson-irises", "johnson-the-kiss", "cyclegan-sunny2rainy", "encoder"):
        shutil.copytree(Method.released / name, tmp_path / "released" / name)
    card = tmp_path / "released/johnson-irises/card.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"sources": [PICTURES]}))
    monkeypatch.setattr(Method, "released", tmp_path / "released")
    return tmp_path


@pytest.mark.parametrize("name", [*registry.released(), "encoder"])
def test_every_card_says_what_its_model_learned_from(name):
    sources = licences.sources(registry.card(name))
    assert sources and all(source.name and source.licence for source in sources)
    assert all(source.commercial is None for source in sources if source.licence == "none stated")
    assert not any(source.commercial for source in sources if "research" in source.licence)


def test_what_a_named_model_learned_from_counts_as_well():
    sources = {source.name: source for source in licences.sources(registry.card("gatys"))}
    assert sources["BSDS500 photographs"].through == "encoder"
    own = licences.sources(registry.card("encoder"))
    assert {source.name for source in own} == sources.keys()
    assert not licences.allow(registry.card("johnson-irises"))  # its loss network was our encoder


def test_what_is_not_stated_is_not_cleared():
    assert licences.allow({"sources": [PICTURES]})
    unknown = {key: PICTURES[key] for key in ("name", "licence")}
    assert not licences.allow({"sources": [PICTURES, unknown]})
    assert not licences.allow({"sources": []}) and not licences.allow({})
    with pytest.raises(ValueError, match=r"mine, which learned from .*not stated"):
        licences.check("mine", {})


def test_methods_lists_what_each_learned_from(capsys):
    assert run("methods", "--licences") == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert heads == registry.released()
    assert "  not allowed  CMP facades (research)" in lines
    assert "  not stated   webcam pictures (none stated)" in lines
    assert "  allowed      Irises, Vincent van Gogh (public domain)" in lines


def test_commercial_leaves_what_is_cleared(cleared, capsys, photograph):
    assert run("methods", "--commercial") == 0
    assert capsys.readouterr().out.startswith("johnson-irises:")
    assert [model.name for model in model_facts.cleared(model_facts.models())] == ["johnson-irises"]
    assert method_choices.method_choices(commercial=True)["johnson"].names == ("irises",)
    assert method_choices.translations(commercial=True) == {}
    images.write(photograph, cleared / "photo.png")
    command = ["stylize", cleared / "photo.png", "--method", "johnson", "--commercial"]
    assert run(*command, "--style", "irises", "-o", cleared / "a.png") == 0
    code = run(*command, "--style", "the-kiss", "-o", cleared / "b.png")
    refused(capsys, code, "johnson-the-kiss, which learned from BSDS500")
    assert not (cleared / "b.png").exists()


def test_commercial_asks_the_card_of_a_folder(cleared, capsys, photograph):
    images.write(photograph, cleared / "photo.png")
    command = ["stylize", cleared / "photo.png", "--method", "johnson", "--commercial"]
    folder = shutil.copytree(Method.released / "johnson-irises", cleared / "mine")
    assert run(*command, "--model", folder, "-o", cleared / "a.png") == 0
    (folder / "card.json").write_text("{}")
    refused(capsys, run(*command, "--model", folder, "-o", cleared / "b.png"), "not stated")


def test_where_nothing_is_cleared_it_is_said(cleared, capsys, photograph):
    shutil.rmtree(Method.released / "johnson-irises")
    images.write(photograph, cleared / "photo.png")
    pair = [cleared / "photo.png", cleared / "photo.png"]
    for command in (["methods"], ["compare", *pair, "-o", cleared / "sheet.png"]):
        refused(capsys, run(*command, "--commercial"), "cleared for commercial use. Received: none")
    more = ["--also", "magenta", "-o", cleared / "sheet.png"]
    refused(capsys, run("compare", *pair, "--commercial", *more), "without --also")
