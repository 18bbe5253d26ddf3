"""The examples in docstrings run, and stylizers say what they are."""

import configparser
import doctest
import importlib
from pathlib import Path

import pytest

import tfstyle
from tfstyle import hub, loading, registry
from tfstyle.methods import Method, conditioned, translator
from tfstyle.methods.gatys import method as gatys

OBJECTS = {name: getattr(tfstyle, name) for name in tfstyle.__all__ if name != "METHODS"}
OBJECTS |= {
    "tfstyle": tfstyle,
    "METHODS": Method,  # a dictionary has no docstring of its own; its rows' class has
    "load_lite": loading.load_lite,
    "Conditioned.stylize": conditioned.Conditioned.stylize,
    "Translator.stylize": translator.Translator.stylize,
    "Gatys.stylize": gatys.Gatys.stylize,
    "Gatys.optimisation": gatys.Gatys.optimisation,
}


SLOW = ("Gatys.stylize", "Gatys.optimisation", "train")
NAMES = [pytest.param(k, marks=pytest.mark.slow if k in SLOW else ()) for k in OBJECTS]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_in_docstrings_of_public_names_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = OBJECTS[name]
    module = told if name == "tfstyle" else importlib.import_module(told.__module__)
    if name == "film":
        pytest.importorskip("av")
        pytest.importorskip("cv2")
    found = doctest.DocTestFinder(recurse=False).find(told, name, module)
    assert found[0].examples, f"{name} has no example"
    report = []
    doctest.DocTestRunner().run(found[0], out=report.append)
    assert not report, "".join(report)


REPRS = {
    "cin": "<CIN: method=cin, model=cin, engine=litert, styles=34 names>",
    "ghiasi-desktop": "<Ghiasi: method=ghiasi, model=ghiasi-desktop, engine=litert, "
    "styles=any picture or 34 names>",
    "wct": "<WCT: method=wct, model=wct, engine=litert, styles=any picture>",
    "cyclegan-day2night": "<CycleGAN: method=cyclegan, model=cyclegan-day2night, "
    "engine=litert, styles=in the weights>",
}


@pytest.mark.parametrize("name", REPRS)
def test_a_stylizer_says_its_method_model_engine_and_styles(name):
    assert repr(loading.load_lite(name)) == REPRS[name]


def test_gatys_on_keras_says_so():
    assert repr(tfstyle.load("gatys")) == (
        "<Gatys: method=gatys, model=gatys, engine=keras, styles=any picture>"
    )


def test_wct_at_other_levels_is_still_described():
    assert "method=wct" in repr(loading.load_lite("wct").at_levels({4: 1.0}))


def test_a_folder_is_named_as_the_model():
    folder = registry.RELEASED / "pix2pix-facades"
    assert f"model={folder}, engine=litert" in repr(loading.load_lite("pix2pix", folder=folder))


def test_a_module_is_of_magenta(saved_model):
    expected = f"<Module: method=magenta, model={saved_model}, engine=saved_model"
    assert repr(hub.load(saved_model)).startswith(expected)


def test_type_checkers_are_told_that_there_are_hints():
    config = configparser.ConfigParser()
    config.read(Path(__file__).parents[1] / "setup.cfg")
    assert "py.typed" in config["options.package_data"]["tfstyle"].split()
    assert Path(tfstyle.__file__).with_name("py.typed").is_file()
