"""The notebooks run from their first cell to their last, on tiny numbers."""

from pathlib import Path

import nbformat
import pytest

HOME = Path(__file__).parents[1] / "docs/notebooks"
TINY = {
    "paint": {"SIZE": 64, "ITERATIONS": 2},
    "cyclegan": {"STEPS": 1, "SIZE": 64},
}


def tagged(notebook):
    return [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]


def defaults(cell):
    """The names and values that the cell assigns."""
    found = {}
    exec(cell.source, found)
    return {name: value for name, value in found.items() if name.isupper()}


def test_every_notebook_is_tried():
    assert {path.stem for path in HOME.glob("*.ipynb")} == TINY.keys()


@pytest.mark.parametrize("name", TINY)
def test_a_notebook_is_valid_and_holds_no_output(name):
    notebook = nbformat.read(HOME / f"{name}.ipynb", 4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    (cell,) = tagged(notebook)
    assert TINY[name].keys() <= defaults(cell).keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", TINY)
def test_a_notebook_runs(name, tmp_path):
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(HOME / f"{name}.ipynb", 4)
    (cell,) = tagged(notebook)
    numbers = defaults(cell) | TINY[name]
    cell.source = "\n".join(f"{key} = {value!r}" for key, value in numbers.items())
    resources = {"metadata": {"path": str(tmp_path)}}
    client.NotebookClient(notebook, timeout=1200, resources=resources).execute()
    shown = [output for c in notebook.cells for output in c.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in shown) >= 4
