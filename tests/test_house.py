"""The building stands: imports run downwards, public names resolve."""

import ast
import importlib
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from ai_edge_litert import interpreter

import tfstyle
from tfstyle import cli, examples, images
from tfstyle.methods import DEFAULT, METHODS

ROOT = Path(tfstyle.__file__).parent
FLOORS = (
    (
        "images",
        "image_decoding",
        "contact_sheets",
        "disk",
        "messages",
        "masks",
        "regions",
        "color",
        "statistics",
        "tiles",
        "litert",
        "matrix_roots",
        "large_images",
        "checkpoint",
        "layerwise",
        "examples",
        "device",
        "precision",
        "extras",
    ),
    ("layers", "losses"),
    ("registration",),
    ("networks", "data"),
    ("training",),
    ("methods",),
    (
        "registry",
        "loading",
        "trainings",
        "hub",
        "licences",
        "remote",
        "publication",
        "model_facts",
        "export",
        "metrics",
        "baselines",
        "evaluation",
        "release",
        "batch",
        "prints",
        "video",
    ),
    ("demo", "cli", "__main__"),
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
FRAMEWORKS = {"tensorflow", "keras", "jax", "torch"}
LIGHT = (
    "images",
    "image_decoding",
    "contact_sheets",
    "disk",
    "messages",
    "color",
    "tiles",
    "litert",
    "matrix_roots",
    "large_images",
    "checkpoint",
    "registry",
    "loading",
    "prints",
    "cli/prints",
    "cli/jobs",
    "methods/__init__",
    "methods/checked_inputs",
)
LIGHT += (
    "masks",
    "regions",
    "cli/masks",
    "device",
    "precision",
    "methods/tiled_network",
    "methods/translator",
    "methods/cyclegan/method",
)
LIGHT += ("methods/pix2pix/method", "methods/cyclegan/settings", "methods/pix2pix/settings")
LIGHT += (
    "hub",
    "remote",
    "publication",
    "cli/upload",
    "methods/module",
    "cli/__init__",
    "cli/stylize",
    "cli/style_options",
    "cli/targets",
    "cli/folder",
    "cli/report",
    "cli/workers",
    "cli/methods",
    "cli/example",
    "cli/translation",
    "cli/train",
    "cli/evaluate",
    "cli/compare",
    "cli/export",
    "model_facts",
    "data/catalog",
    "data/folders",
    "methods/conditioned",
    "methods/kinds",
    "methods/vectors",
    "methods/bottleneck",
    "methods/johnson/method",
    "methods/cin/method",
    "methods/ghiasi/method",
    "methods/adain/method",
    "methods/wct/method",
    "methods/adain/settings",
    "methods/wct/settings",
    "methods/johnson/settings",
    "methods/cin/settings",
    "methods/gatys/settings",
    "methods/gatys/method",
    "cli/optimising",
    "cli/layers",
    "methods/ghiasi/settings",
    "training/settings",
    "trainings",
    "demo/handlers",
    "demo/method_choices",
    "demo/stylizer_pool",
    "demo/service",
    "cli/demo",
    "cli/batch",
    "batch/transforms",
    "batch/filesystem",
    "batch/pipeline",
    "batch/job",
    "cli/film",
    "cli/camera",
    "extras",
    "evaluation/comparison",
    "evaluation/page",
    "evaluation/speed",
    "evaluation/models",
)
LIGHT += tuple(
    f"{package}/{path.stem}"
    for package in ("video", "layerwise")
    for path in (ROOT / package).glob("*.py")
)
PAPERS = {path.name for path in (ROOT / "methods").iterdir() if path.is_dir()}
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name):
    return name.split(".")[1] if name.startswith("tfstyle.") else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_downwards(path):
    here = path.relative_to(ROOT).with_suffix("").parts[0]
    for name in imports(ast.parse(path.read_text())):
        there = room(name)
        if there in FLOOR:
            assert FLOOR[there] <= FLOOR[here], f"{path.name} imports {name}"
        if here == there == "methods" and name.split(".")[2] in PAPERS:
            assert name.split(".")[2] in path.parts, f"{path.name} imports {name}"


@pytest.mark.parametrize("name", LIGHT)
def test_what_starts_cheaply_imports_no_framework(name):
    tree = ast.parse((ROOT / f"{name}.py").read_text())
    top = ast.Module([node for node in tree.body if "import" in type(node).__name__.lower()], [])
    assert not FRAMEWORKS & {imported.split(".")[0] for imported in imports(top)}


@pytest.mark.parametrize(
    ("package", "room"),
    [
        ("tensorflow_hub", "hub"),
        ("tensorflow_datasets", "data/catalog"),
        ("gradio", "demo/page"),
        ("apache_beam", "batch"),
        ("huggingface_hub", "remote"),
        ("kagglehub", "remote"),
        ("onnx", "export/onnx"),
        ("onnxruntime", "export/onnx"),
        ("tf2onnx", "export/onnx"),
    ],
)
def test_what_is_not_always_installed_is_imported_in_one_room(package, room):
    importing = {
        str(path.relative_to(ROOT).with_suffix(""))
        for path in FILES
        if package in {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
    }
    assert importing
    assert all(path == room or path.startswith(f"{room}/") for path in importing)


def test_every_room_has_a_floor():
    rooms = {path.relative_to(ROOT).with_suffix("").parts[0] for path in FILES}
    assert rooms - set(FLOOR) == set()


def test_public_names_resolve():
    assert set(tfstyle.__all__) == tfstyle._HOMES.keys() <= set(dir(tfstyle))
    for name in tfstyle.__all__:
        assert getattr(tfstyle, name) is getattr(
            importlib.import_module(tfstyle._HOMES[name]), name
        )
    with pytest.raises(AttributeError, match="picasso"):
        _ = tfstyle.picasso


LOOKED_FOR = "import importlib.util, tfstyle; importlib.util.find_spec('keras'); import keras"
LOADED = """
import sys
for path in sys.argv[1:]:
    assert keras.models.load_model(path, safe_mode=True).built, path
"""
KERAS_FILES = sorted((ROOT / "released").rglob("*.keras"))


def check_loads(first, paths):
    subprocess.run([sys.executable, "-c", first + LOADED, *map(str, paths)], check=True)


@pytest.mark.parametrize("first", [LOOKED_FOR, "import keras, tfstyle"])
def test_a_released_file_loads_where_the_package_is_imported(first):
    check_loads(first, [ROOT / "released/cin/transformer.keras"])


@pytest.mark.slow
def test_every_released_file_loads_with_safe_mode_where_the_package_is_imported():
    assert len(KERAS_FILES) > 20
    check_loads("import tfstyle, keras", KERAS_FILES)


NAMES = set(METHODS)


def named_methods(tree):
    """Names of methods that a file compares with or imports from; documents may name them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in NAMES:
            yield node.value
    for name in imports(tree):
        parts = name.split(".")
        if parts[:2] == ["tfstyle", "methods"] and parts[2] in NAMES:
            yield parts[2]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_a_methods_own_folder_knows_its_name(path):
    place = path.relative_to(ROOT)
    if place.parts[0] == "networks":  # which papers' builders are in
        return
    own = place.parts[1] if place.parts[0] == "methods" and len(place.parts) > 2 else None
    default = {DEFAULT} if str(place) == "methods/__init__.py" else set()
    assert set(named_methods(ast.parse(path.read_text()))) - {own} - default == set()


def test_from_the_command_to_the_network_there_are_five_frames(tmp_path, monkeypatch):
    images.write(examples.lake(48, 64), tmp_path / "photo.png")
    call, frames = interpreter.Interpreter.get_signature_runner, []

    def recorded(self, *arguments):
        frames.append([f for f in traceback.extract_stack() if str(ROOT) in f.filename])
        return call(self, *arguments)

    monkeypatch.setattr(interpreter.Interpreter, "get_signature_runner", recorded)
    command = ["stylize", str(tmp_path / "photo.png"), "--style", "irises"]
    assert cli.main([*command, "-o", str(tmp_path / "painted.png")]) == 0
    names = [frame.name for frame in frames[-1]]
    expected = ["_run_stylize", "paint", "render", "paint", "__call__"]
    assert names[names.index("_run_stylize") :] == expected
