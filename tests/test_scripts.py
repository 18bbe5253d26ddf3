"""What scripts rely on: pictures through pipes, one JSON object, exit codes, completion."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from test_cli import refused, run

from tfstyle import cli, examples, images, registry
from tfstyle.cli import completion

ROOT = Path(__file__).parents[1]


@pytest.fixture
def files(tmp_path, photograph):
    images.write(photograph, tmp_path / "photo.png")
    return tmp_path


def through_stdin(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_picture_goes_through_pipes_as_through_files(files):
    command = [sys.executable, "-m", "tfstyle", "stylize", "-", "--style", "irises", "-o", "-"]
    content = (files / "photo.png").read_bytes()
    process = subprocess.run(command, input=content, capture_output=True, check=True)
    assert process.stderr == b""
    assert run("stylize", files / "photo.png", "--style", "irises", "-o", files / "out.png") == 0
    assert process.stdout == (files / "out.png").read_bytes()


@pytest.mark.parametrize("kind", ["jpeg", "webp", "tiff", "bmp", "gif"])
def test_a_format_is_chosen_for_stdout(kind, files, capsysbinary):
    command = ["stylize", files / "photo.png", "--style", "irises", "-o", "-", "--size", 40]
    assert run(*command, "--format", kind) == 0
    with Image.open(io.BytesIO(capsysbinary.readouterr().out)) as picture:
        assert (picture.format.lower(), picture.size) == (kind, (40, 30))


@pytest.mark.slow
def test_what_is_said_on_the_way_is_no_part_of_the_picture(files, capsysbinary):
    images.write(examples.lake_regions(60, 80), files / "regions.png")
    styles = ["--style", "irises", "--style", "the-scream", "--style", "great-wave"]
    masked = ["--method", "ghiasi", "--mask", files / "regions.png"]
    assert run("stylize", files / "photo.png", *styles, *masked, "-o", "-") == 0
    captured = capsysbinary.readouterr()
    with Image.open(io.BytesIO(captured.out)) as picture:
        assert picture.size == (128, 96)
    assert b"the-scream" in captured.err


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_is_refused_from_stdin(content, files, capsys, monkeypatch):
    through_stdin(monkeypatch, content)
    code = run("stylize", "-", "--style", "irises", "-o", files / "out.png")
    refused(capsys, code, "Expected a readable picture. Received: - (")
    assert not (files / "out.png").exists()


@pytest.mark.parametrize(
    ("photos", "more", "words"),
    [
        (["photo.png", "photo.png"], ["-o", "-"], "Expected one photograph for -o -"),
        (["."], ["-o", "-"], "Expected one photograph for -o -"),
        (["-", "photo.png"], ["-o", "out"], "Expected - alone"),
        (["-"], ["-o", "out/"], "Expected a picture's name"),
        (["photo.png"], ["-o", "-", "--json"], "Received: both"),
        (["photo.png"], ["-o", "a.png", "--format", "png"], "Expected --format with -o -"),
    ],
)
def test_what_a_pipe_cannot_hold_is_refused(photos, more, words, files, capsys, monkeypatch):
    monkeypatch.chdir(files)
    code = run("stylize", *photos, "--style", "irises", *more)
    captured = capsys.readouterr()
    assert code == 2 and words in captured.err and len(captured.err.splitlines()) == 1
    assert sorted(path.name for path in files.iterdir()) == ["photo.png"]


def test_a_terminal_is_neither_read_from_nor_written_to(files, capsys, monkeypatch):
    monkeypatch.chdir(files)
    through_stdin(monkeypatch, b"")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    refused(capsys, run("stylize", "-", "--style", "irises", "-o", "a.png"), "a terminal")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    refused(capsys, run("stylize", "photo.png", "--style", "irises", "-o", "-"), "a terminal")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_pipe_that_takes_no_more_is_a_sentence(files):
    command = [sys.executable, "-m", "tfstyle", "stylize", "photo.png", "--style", "irises"]
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [*command, "-o", "-"], cwd=files, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert process.returncode == 2 and process.stderr.count("\n") == 1
    assert "Received: No space left" in process.stderr


def answered(capsys, *command):
    """A command's exit code and its only line on stdout."""
    code = run(*command, "--json")
    (line,) = capsys.readouterr().out.splitlines()
    results = json.loads(line, parse_constant=lambda name: pytest.fail(name))
    assert results["exit_code"] == code and results["command"] == command[0]
    return results


def test_stylize_says_in_json_what_became_of_each_photograph(files, capsys):
    images.write(examples.lake(33, 40), files / "in/one.png")
    (files / "in/two.png").write_text("no picture")
    results = answered(capsys, "stylize", files / "in", "--style", "irises", "-o", files / "done")
    assert results["exit_code"] == 1
    (painted,), (failed,) = results["pictures"], results["failures"]
    assert painted["output"] == str(files / "done/one.png") and painted["seconds"] > 0
    assert (painted["width"], painted["height"]) == (40, 33)
    assert failed["photo"] == str(files / "in/two.png") and "two.png" in failed["error"]


def test_json_says_what_is_refused_as_well(files, capsys):
    command = ["stylize", files / "none.png", "--style", "irises", "-o", files / "a.png"]
    results = answered(capsys, *command)
    assert results["exit_code"] == 2 and "none.png, which is not there" in results["error"]


def test_methods_says_in_json_what_people_choose_by(capsys):
    models = {model["name"]: model for model in answered(capsys, "methods")["models"]}
    assert list(models) == registry.released()
    assert "starry-night" in models["ghiasi"]["styles"] and not models["ghiasi"]["needs_keras"]
    assert (
        models["gatys"]["needs_keras"] and models["cyclegan-sunny2rainy"]["model"] == "sunny2rainy"
    )
    assert {source["commercial"] for source in models["ghiasi"]["learned_from"]} == {True, False}


@pytest.mark.slow
def test_compare_and_evaluate_say_their_figures_in_json(files, capsys, two_models, shared):
    images.write(examples.swirls(64, 64), files / "paintings/irises.png")
    images.write(examples.lake(64, 64), files / "photos/lake.png")
    pair = [files / "photo.png", files / "paintings/irises.png"]
    results = answered(capsys, "compare", *pair, "-o", files / "sheet.html", "--size", 64)
    assert [model["name"] for model in results["models"]] == two_models
    assert all(model["style"] > 0 and model["seconds"] > 0 for model in results["models"])
    assert results["outputs"] == [str(files / "sheet.html")] and results["width"] == 64
    folders = ["--content", files / "photos", "--style", files / "paintings"]
    command = ["evaluate", "ghiasi", *folders, "--teacher", shared / "weights", "--size", 64]
    results = answered(capsys, *command, "--csv", files / "all.csv")
    assert results["pairs"] == 1 and results["csv"] == str(files / "all.csv")
    assert results["figures"]["ghiasi"]["remd"] > 0
    assert results["figures"]["ghiasi"]["painterliness"] is None


@pytest.mark.parametrize("command", [[], ["stylize"], ["train", "ghiasi"], ["methods"], ["export"]])
def test_help_lists_the_exit_codes(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        run(*command, "--help")
    assert "exit codes:\n  0    done\n" in capsys.readouterr().out


COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_shtab_tfstyle
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["st"], ["stylize", "styles"]),
        (["stylize", "--keep"], ["--keep-colors"]),
        (["stylize", "photo.png", "--style", "starry"], ["starry-night"]),
        (["stylize", "pho"], ["photo.png"]),
        (["stylize", "--style", "pho"], ["photo.png"]),
        (["stylize", "--method", "gh"], ["ghiasi", "ghiasi-desktop"]),
        (["stylize", "--method", "cyclegan", "--model", "sunny"], ["sunny2rainy"]),
        (["stylize", "--keep-colors", "l"], ["luminance"]),
        (["train", "pix"], ["pix2pix"]),
    ],
)
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(words, expected, files, capsys):
    pytest.importorskip("shtab")
    assert run("completion", "bash") == 0
    (files / "script.bash").write_text(capsys.readouterr().out)
    command = ["bash", "-c", COMPLETE, "bash", "./script.bash", "tfstyle", *words]
    process = subprocess.run(command, cwd=files, capture_output=True, text=True, check=True)
    assert process.stdout.split() == expected


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_every_shell_gets_a_script_with_the_names(shell, capsys):
    pytest.importorskip("shtab")
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "starry-night" in script and "keep-colors" in script and "sunny2rainy" in script
