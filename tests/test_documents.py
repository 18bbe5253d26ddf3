"""What the documents say works: commands parse, quick ones and snippets run, files are there."""

import ast
import configparser
import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import drawn_clips
import pytest

from tfstyle import cli, examples, images

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BESIDE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
BESIDE += [ROOT / "tflite/README.md", ROOT / "tflite/web/README.md"]
BESIDE += sorted((ROOT / "tfstyle").rglob("*.md"))
DOCUMENTS = [*BESIDE, *PAGES]
MOST_LINES = 200  # of the README
BLOCK = re.compile(r"(?:<!-- (compiled only: [^>]+) -->\n)?```(\w+)\n(.*?)^```$", re.S | re.M)
ASSIGNMENT = re.compile(r"\w+=.*")
PROGRAMS = ("ruff", ".ci/run", "cd", "mkdocs")  # whose arguments nothing here checks
SUBMIT = ("sbatch", "kubectl")  # which take a file of the repository
MODULES = ("pytest",)  # of `python -m`
QUICK = ("stylize", "styles", "methods", "example", "texture", "export")
LONG = re.compile(r"magenta|://|runs/|vgg|--all|--help|--commercial| - ")
SIDE = 64  # pixels of what is painted here


class Block(NamedTuple):
    """A block of code of a document; `told` says why it is only compiled."""

    told: str
    language: str
    text: str


def name(path):
    return str(path.relative_to(ROOT))


def blocks(path):
    return [Block(*found) for found in BLOCK.findall(path.read_text())]


def commands(block):
    """Every command of a block's lines as words, without what the environment gets before it."""
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
        lexer.whitespace_split, lexer.commenters = True, "#"
        words = without_redirections(list(lexer))
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            command, words = words[:end], words[end + 1 :]
            while command and (command[0] == "time" or ASSIGNMENT.fullmatch(command[0])):
                command = command[1:]
            found += [command] if command else []
    return found


def without_redirections(words):
    """Words but for `< file` and `> file`."""
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if word not in "<>" and before not in ("<", ">")
    ]


ALL = [
    pytest.param(command, path, id=f"{name(path)}-{' '.join(command)}"[:120])
    for path in DOCUMENTS
    for block in blocks(path)
    if block.language == "bash"
    for command in commands(block)
]
SNIPPETS = [
    pytest.param(block.text, id=f"{name(path)}-{index}")
    for path in DOCUMENTS
    for index, block in enumerate(blocks(path))
    if block.language == "python"
]


def extras():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return set(config["options.extras_require"])


def check_pip(words):
    assert words[0] == "install"
    for asked in re.findall(r"\.\[([\w,]+)\]", " ".join(words)):
        assert set(asked.split(",")) <= extras(), f"no extra is called {asked}"


def check_python(words, home):
    """A script is there and knows the flags; nothing is run."""
    if words[0] == "-m":
        assert words[1] in MODULES
        return
    script = next(place / words[0] for place in (ROOT, home) if (place / words[0]).is_file())
    nodes = list(ast.walk(ast.parse(script.read_text())))
    if any(isinstance(node, ast.Attribute) and node.attr == "parse_known_args" for node in nodes):
        return  # the flags are another command's
    known = {node.value for node in nodes if isinstance(node, ast.Constant)}
    flags = {word for word in words[1:] if word.startswith("--")}
    assert flags <= known, f"{words[0]} has no {', '.join(flags - known)}"


def check_npm(words):
    scripts = json.loads((ROOT / "tflite/web/package.json").read_text())["scripts"]
    assert words[0] == "ci" or (words[0] == "run" and words[1] in scripts)


@pytest.mark.parametrize(("command", "path"), ALL)
def test_every_command_is_one_that_there_is(command, path, capsys):
    program, *words = command
    if program == "tfstyle":
        try:
            cli._parsed(words)
        except SystemExit as stopped:  # of --help, or of what is wrong
            assert stopped.code == 0, capsys.readouterr().err
    elif program == "pip":
        check_pip(words)
    elif program in ("python", "python3"):
        check_python(words, path.parent)
    elif program == "npm":
        check_npm(words)
    elif program in SUBMIT:
        assert any((ROOT / word).is_file() for word in words)
    else:
        assert program in PROGRAMS


@pytest.mark.parametrize("text", SNIPPETS)
def test_every_snippet_compiles(text):
    compile(text, "snippet", "exec")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the pictures that the documents speak of."""
    photo, painting = examples.lake(48, SIDE), examples.discs(SIDE, SIDE)
    alone, together = ("dog", "sunny", "horse", "photo", "poster"), ("holiday", "photos")
    for name in (*alone, *(f"{home}/{number}" for home in together for number in ("one", "two"))):
        images.write(photo, tmp_path / f"{name}.jpg")
    for name in ("my_painting", "painting", "wave", "paintings/wave"):
        images.write(painting, tmp_path / f"{name}.jpg")
    for name in ("dog_mask", "sky"):
        images.write((photo > 0.5)[..., :1].repeat(3, axis=2) * 1.0, tmp_path / f"{name}.png")
    images.write(photo, tmp_path / "huge.tif")
    images.write(photo, tmp_path / "examples/lake.jpg")
    images.write(painting, tmp_path / "examples/swirls.jpg")
    images.write(examples.lake_regions(48, SIDE), tmp_path / "examples/lake_regions.png")
    pytest.importorskip("av")  # which draws the film
    drawn_clips.write(tmp_path / "clip.mp4", count=3)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runs(command):
    """Whether a command takes seconds and needs nothing but drawn pictures."""
    program, *words = command
    if program != "tfstyle" or words[0] not in QUICK or LONG.search(" ".join(words)):
        return False
    return words[0] != "export" or "saved_model" in words  # which a snippet loads


def shortened(words):
    """The command's words with the smallest numbers that say the same."""
    optimised = "gatys" in words or words[0] == "texture"
    if words[0] in ("stylize", "texture"):
        size = f"{SIDE}x{SIDE}" if words[0] == "texture" else str(SIDE)
        words = [*words, "--overwrite", *(() if "--depth" in words else ("--size", size))]
    return [*words, "--iterations", "1"] if optimised else words


def is_run(path):
    return any(
        (block.language == "python" and not block.told)
        or (block.language == "bash" and any(map(runs, commands(block))))
        for block in blocks(path)
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", filter(is_run, DOCUMENTS), ids=name)
def test_the_commands_and_snippets_of_a_page_run_one_after_the_other(path, folder):
    known = {}
    for block in blocks(path):
        if block.language == "bash":
            for command in filter(runs, commands(block)):
                assert cli.main(shortened(command[1:])) == 0, " ".join(command)
        if block.language == "python" and not block.told:
            exec(compile(block.text, name(path), "exec"), known)


@pytest.mark.parametrize("path", BESIDE, ids=name)
def test_links_between_files_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_the_readme_is_short_and_begins_with_two_commands():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= MOST_LINES
    start = lines.index("<!-- commands -->")
    assert lines[start + 1] == "```bash" and lines[start + 4] == "```"
    assert all(line.startswith("pip install") for line in lines[start + 2 : start + 4])


def test_every_page_is_in_the_contents():
    contents = (ROOT / "mkdocs.yml").read_text()
    assert all(f": {path.relative_to(DOCS)}" in contents for path in PAGES)


def test_every_picture_is_shown_somewhere():
    text = "".join(path.read_text() for path in DOCUMENTS)
    assert all(path.name in text for path in (DOCS / "pictures").iterdir())


def test_included_files_are_there():
    for path in PAGES:
        for target in re.findall(r'^--8<-- "(.+)"$', path.read_text(), re.M):
            assert (ROOT / target).is_file(), f"{name(path)} includes {target}"
