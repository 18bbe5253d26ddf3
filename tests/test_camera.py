"""A webcam's pictures painted as they come, from a film in its place."""

import sys

import numpy as np
import pytest

from tfstyle import cli, images

cv2 = pytest.importorskip("cv2")
pytest.importorskip("av")

import drawn_clips  # noqa: E402  (needs av)

from tfstyle.cli.camera import KEYS  # noqa: E402
from tfstyle.video import camera  # noqa: E402

WINDOWS = "NONE" not in cv2.getBuildInformation().partition("GUI:")[2].split()[:1]
STYLE = "--style", "starry-night", "--method", "johnson"


def run(*arguments):
    return cli.main(["camera", *map(str, arguments)])


def refused(capsys, code, words):
    lines = [line for line in capsys.readouterr().err.splitlines() if "tfstyle: " in line]
    assert code == 2 and len(lines) == 1 and words in lines[0], lines


@pytest.fixture
def clip(tmp_path):
    return drawn_clips.write(tmp_path / "clip.mp4", count=5)


@pytest.mark.parametrize(
    "flags",
    [
        STYLE,
        ("--style", "irises"),
        ("--method", "cin"),
        ("--method", "adain", "--style", "painting.png", "--keep-colors", "luminance"),
        ("--method", "wct", "--style", "painting.png"),
        ("--method", "cyclegan", "--model", "sunny2rainy"),
        ("--method", "pix2pix"),
    ],
)
def test_a_film_as_camera_is_painted_by_every_method(
    tmp_path, monkeypatch, capsys, clip, painting, flags
):
    monkeypatch.chdir(tmp_path)
    images.write(painting, tmp_path / "painting.png")
    assert run("--source", clip, *flags, "--no-window", "-o", "out") == 0
    assert capsys.readouterr().out.startswith("5 frames, ")
    paths = sorted(tmp_path.glob("out/*.png"))
    assert [path.name for path in paths] == [f"camera_{n:04d}.png" for n in range(1, 6)]
    for path, frame in zip(paths, drawn_clips.decoded(clip), strict=True):
        assert np.abs(images.read_bytes(path).astype(float) - frame).mean() > 4


def test_at_strength_0_the_camera_is_seen_as_it_is_or_mirrored(tmp_path, clip):
    for flags, turn in (((), 1), (("--mirror",), -1)):
        out = tmp_path / f"out{turn}"
        more = "--strength", 0, "--frames", 2, "--size", 64, "--no-window", "-o", out
        assert run("--source", clip, *STYLE, *flags, *more) == 0
        pictures = [images.read_bytes(path) for path in sorted(out.iterdir())]
        assert len(pictures) == 2
        for picture, frame in zip(pictures, drawn_clips.decoded(clip), strict=False):
            assert np.abs(picture[:, ::turn].astype(float) - frame).mean() < 2


def test_saved_pictures_never_replace_others(tmp_path, clip):
    for _ in range(2):
        flags = "--frames", 2, "--no-window", "-o", tmp_path / "out"
        assert run("--source", clip, *STYLE, *flags) == 0
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_keys_go_through_the_paintings_save_and_quit(clip):
    keys, screens, saved = iter(["", "n", "s", "n", "q"]), [], []

    def screen(picture, words):
        screens.append((round(float(picture.mean()), 2), words.rpartition(", ")[2]))
        return next(keys)

    painters = {"dark": lambda picture: 0 * picture, "bright": lambda picture: 0 * picture + 1}
    frames = camera.frames(clip, 64)
    count, _ = camera.paint(frames, list(painters), painters.get, 0.7, screen, saved.append)
    assert count == 5
    assert screens == [(0, "dark"), (0, "dark"), (1, "bright"), (1, "bright"), (0, "dark")]
    assert [round(float(picture.mean()), 2) for picture in saved] == [1]


def test_the_filter_works_on_what_a_camera_sees(clip):
    levels, numbers = [], iter(range(5))

    def painter(_):
        return lambda picture: np.full_like(picture, next(numbers) % 2)

    camera.paint(
        camera.frames(clip, 64),
        [""],
        painter,
        0.9,
        lambda picture, _: levels.append(picture.mean()) or "",
        levels.append,
    )
    assert len(levels) == 5 and np.abs(np.diff(levels)).max() < 0.9


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--device", 97), "a webcam. Received: --device 97"),
        (("--source", "absent.mp4"), "a film for --source. Received: absent.mp4"),
        (("--source", __file__), "which cannot be opened"),
        (("--method", "gatys"), "one pass"),
        (("--method", "adain", "--style", "none-such"), "none-such"),
        (("--method", "cyclegan", "--style", "irises"), "no --style"),
        (("--steady", 2), "from 0 to 1"),
        (("--commercial",), "cleared for commercial use"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(tmp_path, capsys, flags, words):
    code = run(*STYLE, *flags, "--no-window", "-o", tmp_path / "out")
    refused(capsys, code, words)
    assert not list(tmp_path.iterdir())


def test_without_a_window_a_folder_is_needed(capsys, clip):
    refused(capsys, run("--source", clip, *STYLE, "--no-window"), "-o FOLDER")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a screen to be missing")
def test_without_a_screen_a_sentence_says_so(capsys, clip, monkeypatch):
    for name in camera.DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    refused(capsys, run("--source", clip, *STYLE), "Expected a screen for a window, or --no-window")


@pytest.mark.skipif(WINDOWS, reason="needs OpenCV without windows")
def test_opencv_without_windows_is_told_by_its_name(capsys, clip, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    refused(capsys, run("--source", clip, *STYLE), "pip uninstall opencv-python-headless")


def test_without_opencv_a_sentence_names_the_extra(tmp_path, capsys, clip, monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    code = run("--source", clip, *STYLE, "--no-window", "-o", tmp_path / "out")
    refused(capsys, code, 'Expected OpenCV: pip install "tfstyle[camera]"')


def test_help_names_the_keys(capsys):
    with pytest.raises(SystemExit):
        run("--help")
    assert KEYS in capsys.readouterr().out
