"""A hundred kinds of odd and bad pictures on every way in, and thousands of broken ones."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from odd_files import KINDS, picture

from tfstyle import cli, images

GOOD = [name for name, kind in KINDS.items() if kind.extent]
BAD = [name for name, kind in KINDS.items() if not kind.extent]


def near(found, kind):
    assert found.shape == (*kind.extent, 3) and found.min() >= 0 and found.max() <= 1
    return kind.near > 1 or np.abs(found - np.asarray(picture()) / 255).mean() < kind.near


def sentence(words, name):
    assert "\n" not in words and "Traceback" not in words and words.startswith("Expected")
    return name in words


@pytest.mark.parametrize("name", KINDS)
def test_python_reads_it_or_says_a_sentence(tmp_path, name):
    kind = KINDS[name]
    path = kind.write(tmp_path)
    if kind.extent:
        assert near(images.read(path), kind)
        assert images.read_alpha(path)[0].shape == (*kind.extent, 3)
        assert max(images.read(path, 16).shape[:2]) == min(16, max(kind.extent))
        return
    for read in (images.read, images.read_alpha):
        with pytest.raises((OSError, ValueError)) as caught:
            read(path)
        assert sentence(str(caught.value), name)


@pytest.mark.parametrize("name", KINDS)
def test_the_command_paints_it_or_says_a_sentence(tmp_path, capsys, name):
    kind, home = KINDS[name], tmp_path / "out"
    command = ["stylize", str(kind.write(tmp_path)), "--style", "irises", "--strength", "0"]
    code = cli.main([*command, "-o", f"{home}/out.png"])
    said = capsys.readouterr().err.splitlines()
    if kind.extent:
        assert code == 0 and near(images.read(home / "out.png"), kind)
        assert [path.name for path in home.iterdir()] == ["out.png"]
    else:
        (line,) = [line for line in said if line.startswith("tfstyle: ")]
        assert code == 2 and sentence(line.removeprefix("tfstyle: "), name) and not home.exists()


def test_a_folder_of_all_of_them_is_painted_but_for_the_bad_ones(tmp_path, capsys):
    for kind in KINDS.values():
        kind.write(tmp_path)
    command = ["stylize", str(tmp_path), "--style", "irises", "--strength", "0"]
    assert cli.main([*command, "-o", str(tmp_path / "out")]) == 1
    wanted = [f"{name}.jpg" if name.endswith(".avif") else name for name in GOOD]
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted([*wanted, "report.csv"])
    said = [line for line in capsys.readouterr().err.splitlines() if "tfstyle: " in line]
    assert said[-1] == f"tfstyle: {len(BAD)} of {len(KINDS)} not painted."
    for name in BAD:
        assert sum(f"/{name}" in line for line in said) == 1


@pytest.fixture(scope="module")
def handlers(tmp_path_factory):
    pytest.importorskip("gradio")
    from tfstyle.demo.handlers import Handlers
    from tfstyle.demo.service import Service

    return Handlers(Service(40_000), tmp_path_factory.mktemp("desk"))


@pytest.mark.parametrize("name", KINDS)
def test_the_demo_paints_it_or_says_a_sentence(tmp_path, handlers, name):
    kind = KINDS[name]
    path = str(kind.write(tmp_path))
    if kind.extent:
        ((_, after), _, _), *_ = handlers.paint(path, name="irises", strength=0.0)
        assert images.read(after).shape == (*kind.extent, 3)
        return
    for given in ({"photo": path}, {"photo": str(KINDS["jpeg progressive.jpg"].write(tmp_path))}):
        with pytest.raises((OSError, ValueError)) as caught:
            list(handlers.paint(**given, painting=path))
        assert sentence(str(caught.value), name)


BROKEN = """
import resource, sys, time
sys.path.append(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
import warnings
warnings.simplefilter("ignore")
import logging
logging.disable()
from pathlib import Path
import numpy as np
from odd_files import KINDS
from tfstyle import images

random, folder, read = np.random.default_rng(int(sys.argv[3])), Path(sys.argv[2]), 0
bases = [np.frombuffer(kind.content(), np.uint8) for kind in KINDS.values() if kind.extent]
for index in range(2000):
    content = bases[index % len(bases)].copy()
    for _ in range(random.integers(1, 6)):
        at = int(len(content) * random.random() ** 2)
        how = random.integers(5)
        if how == 0:
            content[at : at + 1] = random.integers(256)
        elif how == 1:
            content[at : at + random.integers(1, 9)] ^= np.uint8(1 << random.integers(8))
        elif how == 2:
            content = np.delete(content, slice(at, at + random.integers(1, 40)))
        elif how == 3:
            more = random.integers(0, 256, random.integers(1, 40), np.uint8)
            content = np.insert(content, at, more)
        else:
            content[at : at + random.integers(1, 5)] = 255
    path = folder / f"{index}.png"
    path.write_bytes(content.tobytes())
    began = time.perf_counter()
    try:
        found = images.read_bytes(path, most=4_000_000)
        assert found.ndim == 3 and found.shape[2] == 3 and found.dtype == np.uint8
        read += 1
    except (OSError, ValueError) as error:
        assert str(error).startswith("Expected") and "\\n" not in str(error), error
    assert time.perf_counter() - began < 2, index
    path.unlink()
print(read)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of memory")
def test_two_thousand_broken_files_end_in_a_picture_or_a_sentence(tmp_path):
    arguments = [str(Path(__file__).parent), str(tmp_path), "1"]
    command = [sys.executable, "-c", textwrap.dedent(BROKEN), *arguments]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr[-2000:]
    assert 200 < int(found.stdout.split()[-1]) < 1900
