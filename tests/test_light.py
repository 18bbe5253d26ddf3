"""What works where neither TensorFlow nor Keras is installed, and what says how to install them."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from tfstyle import examples, images, registry
from tfstyle.methods import method

ROOT = Path(__file__).parents[1]
MISSING = ("tensorflow", "keras", "jax", "torch", "scipy", "h5py", "tensorflow_hub", "gradio")
MISSING += ("matplotlib", "tensorflow_datasets", "shtab")
BLOCKED = f"import sys\nsys.modules.update(dict.fromkeys({MISSING}))\n"  # as if not installed
ALL = """
import json, sys
from tfstyle import cli
for command in json.loads(sys.argv[1]):
    print(json.dumps(cli.main(command)))
imported = {"tensorflow", "keras"} & {name for name, found in sys.modules.items() if found}
assert not imported, imported
"""


@pytest.fixture
def light(tmp_path):
    """Runs a program where what the extras bring cannot be imported, in child processes too."""
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "sitecustomize.py").write_text(BLOCKED)
    paths = os.pathsep.join(map(str, (tmp_path / "blocked", ROOT)))

    def run(code, *arguments):
        command = [sys.executable, "-c", code, *arguments]
        environment = os.environ | {"PYTHONPATH": paths}
        process = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert process.returncode == 0, process.stderr
        return process

    return run


@pytest.fixture
def files(tmp_path):
    images.write(examples.lake(48, 64), tmp_path / "photo.png")
    images.write(examples.swirls(64, 64), tmp_path / "style.png")
    return tmp_path


def painting(name):
    """A command that paints by a released model."""
    method_name, _, variant = name.partition("-")
    command = ["stylize", "photo.png", "--method", method_name, "-o", f"{name}.png"]
    command += ["--model", variant] if variant else []
    if method(name).in_weights:
        return command
    return [
        *command,
        "--style",
        "style.png" if method(name).kind.takes_pictures else "starry-night",
    ]


def check_painted(folder, names):
    photo = images.read(folder / "photo.png")
    for name in names:
        picture = images.read(folder / f"{name}.png")
        assert picture.shape == photo.shape and np.abs(picture - photo).mean() > 0.01, name


def test_every_method_with_files_paints_where_there_is_no_keras(light, files):
    first = {method(name).name: name for name in reversed(registry.exported())}
    commands = [painting(name) for name in first.values()]
    process = light(ALL, json.dumps(commands))
    assert process.stdout.split() == ["0"] * len(commands) and process.stderr == ""
    check_painted(files, first.values())


def test_masks_mixtures_colours_and_sheets_need_no_keras(light, files):
    upper = np.zeros((48, 64, 3))
    upper[:24] = 1
    images.write(upper, files / "upper.png")
    begin = ["stylize", "photo.png", "--style", "starry-night"]
    commands = [
        [*begin, "--mask", "upper.png", "--feather", "0", "-o", "masked.png"],
        [*begin, "--style", "irises", "--weights", "1", "2", "--strength", "0.8", "-o", "m.png"],
        [*begin, "--keep-colors", "luminance", "-o", "kept.png"],
        ["methods"],
        ["example", "drawn"],
        ["stylize", "drawn", "--style", "irises", "--size", "64", "-o", "folder"],
    ]
    process = light(ALL, json.dumps(commands))
    codes = [line for line in process.stdout.splitlines() if line.isdecimal()]
    assert codes == ["0"] * len(commands)
    assert (
        'statistics; with each region\'s own after pip install "tfstyle[keras]"' in process.stderr
    )
    assert 'needs    Keras: pip install "tfstyle[keras]"' in process.stdout
    photo, masked = (images.read(files / f"{name}.png") for name in ("photo", "masked"))
    np.testing.assert_array_equal(masked[24:], photo[24:])
    assert np.abs(masked - photo)[:24].mean() > 0.05


def test_evaluate_keeps_its_pictures_where_there_is_no_keras(light, files):
    for name in ("photos/lake.png", "paintings/irises.png"):
        images.write(examples.lake(48, 64), files / name)
    folders = ["--content", "photos", "--style", "paintings", "--size", "64"]
    command = ["evaluate", "ghiasi", "cin", *folders, "--pictures", "judged"]
    process = light(ALL, json.dumps([command]))
    assert process.stdout.split() == ["1"] and "figures need Keras: pip install" in process.stderr
    names = ["00_cin.png", "00_content.png", "00_ghiasi.png", "00_style.png"]
    assert sorted(path.name for path in (files / "judged").iterdir()) == names


def test_what_needs_keras_or_another_extra_says_the_command_and_writes_nothing(light, files):
    before = sorted(files.iterdir())
    begin = ["stylize", "photo.png", "--style", "style.png", "-o", "a.png"]
    commands = [
        [*begin, "--method", "gatys"],
        [*begin, "--method", "magenta", "--model", "."],
        ["train", "ghiasi", "--content", ".", "--style", ".", "--run", "run"],
        ["train", "pix2pix", "--pairs", ".", "--run", "run"],
        ["export", "ghiasi", "-o", "phone"],
        ["layers", "photo.png", "style.png", "-o", "a.png"],
        ["compare", "photo.png", "style.png", "--teacher", "vgg19", "-o", "a.png"],
        ["evaluate", "ghiasi", "--content", ".", "--style", "."],
        ["release", "ghiasi", "--run", "run", "-o", "released"],
        ["demo"],
    ]
    process = light(ALL, json.dumps(commands))
    assert process.stdout.split() == ["2"] * len(commands)
    lines = process.stderr.splitlines()
    assert len(lines) == len(commands)
    assert all('pip install "tfstyle[keras]"' in line for line in lines[:-1])
    assert 'Gradio: pip install "tfstyle[demo]"' in lines[-1]
    assert sorted(files.iterdir()) == before


def test_load_gives_litert_where_there_is_no_keras_and_says_what_it_cannot(light, files):
    process = light("""
import tfstyle
from tfstyle.demo import method_choices
photo = tfstyle.read("photo.png")
for name in ("ghiasi", "adain", "cin"):
    stylizer = tfstyle.load(name)
    assert not stylizer.networks
    assert stylizer.stylize(photo, "starry-night").shape == photo.shape
assert "gatys" not in method_choices.method_choices() and "wct" in method_choices.method_choices()
for wanted in ({"name": "gatys"}, {"precision": "bfloat16"}, {"folder": "."}):
    try:
        tfstyle.load(**wanted)
    except OSError as error:
        print(error)
""")
    lines = process.stdout.splitlines()
    assert len(lines) == 3 and all('pip install "tfstyle[keras]"' in line for line in lines)


@pytest.mark.slow
def test_methods_are_compared_without_figures_where_there_is_no_keras(light, files):
    command = ["compare", "photo.png", "style.png", "--size", "64", "-o", "sheet.html", "sheet.png"]
    assert light(ALL, json.dumps([command])).stdout.split()[-1] == "0"
    page = (files / "sheet.html").read_text()
    assert page.count("<img") == 2 + 8 and "need Keras: pip install" in page
    assert "<dt>style</dt>" not in page and "<dt>time</dt>" in page


@pytest.mark.slow
def test_the_package_alone_is_small_and_paints_by_every_released_model(files):
    venv.create(files / "fresh", with_pip=True)
    python = files / "fresh" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}

    def run(*arguments):
        return subprocess.run(
            [python, *arguments], cwd=files, env=environment, check=True, text=True, stdout=-1
        ).stdout

    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        (files / "source").mkdir(exist_ok=True)
        shutil.copy(ROOT / name, files / "source")
    shutil.copytree(ROOT / "tfstyle", files / "source/tfstyle")
    run("-m", "pip", "install", "--quiet", "./source")
    size = sum(path.stat().st_size for path in (files / "fresh").rglob("*") if path.is_file())
    assert size / 1e6 < 260
    absent = "from importlib.util import find_spec as f; print(f('tensorflow'), f('keras'))"
    assert run("-c", absent).split() == ["None", "None"]
    names = registry.exported()
    codes = run("-c", ALL, json.dumps([painting(name) for name in names])).split()
    assert codes == ["0"] * len(names)
    check_painted(files, names)
