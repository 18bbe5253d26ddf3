"""The command as a person meets it: pictures, one sentence on stderr, an exit code."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from test_images import bad_files

from tfstyle import cli, examples, images
from tfstyle.evaluation.speed import seconds_and_peak


@pytest.fixture
def files(tmp_path, photograph, painting):
    images.write(photograph, tmp_path / "photo.png")
    images.write(painting, tmp_path / "style.png")
    return tmp_path


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


def stylize(files, *more, photo="photo.png", out="out.png"):
    return run("stylize", files / photo, "--style", files / "style.png", "-o", files / out, *more)


def refused(capsys, code, words):
    captured = capsys.readouterr()
    lines = [line for line in captured.err.splitlines() if line.startswith("tfstyle: ")]
    assert code == 2 and len(lines) == 1 and words in lines[0], captured.err
    assert "Traceback" not in captured.err


def test_a_photograph_is_painted_at_its_own_size(files):
    assert stylize(files) == 0
    assert images.read(files / "out.png").shape == (96, 128, 3)


def test_size_sets_the_longer_side(files):
    assert stylize(files, "--size", 200, "--threads", 1) == 0
    assert images.read(files / "out.png").shape == (150, 200, 3)


def test_strength_0_gives_the_photograph_back(files):
    assert stylize(files, "--strength", 0) == 0
    np.testing.assert_array_equal(
        images.read_bytes(files / "out.png"), images.read_bytes(files / "photo.png")
    )


def test_two_styles_are_mixed(files):
    more = "--style", files / "photo.png", "--weights", 0.3, 0.7
    assert stylize(files, *more, out="mixed.png") == 0 and stylize(files) == 0
    mixed, one = (images.read(files / name) for name in ("mixed.png", "out.png"))
    assert np.abs(mixed - one).mean() > 0.005


def test_weights_need_as_many_styles(files, capsys):
    refused(capsys, stylize(files, "--weights", 0.3, 0.7), "Expected 1 weights")


def test_a_named_style_needs_no_file(files):
    output = files / "out.png"
    assert run("stylize", files / "photo.png", "--style", "great-wave", "-o", output) == 0
    assert images.read(output).shape == (96, 128, 3)


def test_an_unknown_name_is_refused_with_near_ones(files, capsys):
    code = run("stylize", files / "photo.png", "--style", "grate-wave", "-o", files / "out.png")
    refused(capsys, code, "great-wave")


def test_colours_are_kept(files):
    assert stylize(files, "--keep-colors", "luminance") == 0
    photo, painted = (images.read(files / name) for name in ("photo.png", "out.png"))
    assert np.abs(photo.mean((0, 1)) - painted.mean((0, 1))).max() < 0.03


def test_styles_are_listed_and_painted_on_a_sheet(files, capsys):
    sheet = files / "sheet.png"
    assert run("styles", "-o", sheet, "--photo", files / "photo.png") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 16 and any("van Gogh" in line for line in lines)
    assert images.read(sheet).shape[1] == 6 * (256 + 4)
    refused(capsys, run("styles", "-o", sheet), "--overwrite")


def test_another_model_is_chosen_by_name(files):
    assert stylize(files, "--method", "ghiasi-desktop") == 0
    assert stylize(files, out="phone.png") == 0
    desktop, phone = (images.read(files / name) for name in ("out.png", "phone.png"))
    assert np.abs(desktop - phone).mean() > 0.005


def test_an_unknown_method_is_refused_with_the_released(files, capsys):
    refused(capsys, stylize(files, "--method", "ghiasi-huge"), "ghiasi-desktop")


@pytest.mark.parametrize("size", [(1, 1), (3, 5000)])
def test_odd_pictures_are_painted(files, size):
    images.write(examples.lake(*size) if min(size) > 1 else np.zeros((1, 1, 3)), files / "odd.png")
    assert stylize(files, photo="odd.png") == 0
    assert images.read(files / "out.png").shape == (*size, 3)


@pytest.mark.parametrize("index", range(4))
def test_a_bad_picture_is_refused(files, capsys, index):
    path = bad_files(files)[index]
    refused(capsys, stylize(files, photo=path.name), path.name)
    assert not (files / "out.png").exists()


def test_a_missing_picture_is_refused(files, capsys):
    refused(capsys, stylize(files, photo="none.png"), "not there")


def test_an_existing_output_needs_overwrite(files, capsys):
    (files / "out.png").write_text("mine")
    refused(capsys, stylize(files), "--overwrite")
    assert (files / "out.png").read_text() == "mine"
    assert stylize(files, "--overwrite") == 0


def test_an_output_folder_that_cannot_be_made_is_refused(files, capsys):
    refused(capsys, stylize(files, out="photo.png/out.png"), "Expected to write")


def test_a_strength_of_1_5_is_refused(files, capsys):
    refused(capsys, stylize(files, "--strength", 1.5), "from 0 to 1")


def test_an_unknown_method_is_refused(files, capsys):
    refused(capsys, stylize(files, "--method", "dada"), "ghiasi")


def test_an_output_of_unknown_kind_is_refused(files, capsys):
    refused(capsys, stylize(files, out="out.xyz"), ".png")


def test_a_folder_paints_the_good_and_lists_the_bad(files, capsys):
    for size in ((40, 60), (33, 50)):
        images.write(examples.lake(*size), files / "in" / f"{size[0]}.png")
    bad = bad_files(files / "in")
    assert stylize(files, photo="in", out="done") == 1
    errors = capsys.readouterr().err
    assert painted_names(files / "done") == ["33.png", "40.png", "report.csv"]
    assert images.read(files / "done" / "33.png").shape == (33, 50, 3)
    assert all(path.name in errors for path in bad) and "4 of 6 not painted" in errors


def painted_names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_several_photographs_and_folders_go_to_a_folder(files, capsys):
    for name in ("in/one.png", "other/two.png", "three.png"):
        images.write(examples.lake(33, 40), files / name)
    many = [files / name for name in ("in", "other", "three.png")]
    style = ["--style", files / "style.png"]
    assert run("stylize", *many, *style, "-o", files / "done") == 0
    assert painted_names(files / "done") == ["one.png", "report.csv", "three.png", "two.png"]
    same = [files / "in", files / "in" / "one.png"]
    refused(capsys, run("stylize", *same, *style, "-o", files / "new"), "different names")
    assert not (files / "new").exists()


def test_a_name_with_a_slash_at_its_end_is_a_folder(files):
    out = f"{files / 'new'}/"
    assert run("stylize", files / "photo.png", "--style", files / "style.png", "-o", out) == 0
    assert painted_names(files / "new") == ["photo.png"]


def test_results_inside_the_photographs_folder_are_not_painted_again(files):
    images.write(examples.lake(33, 40), files / "in" / "one.png")
    for more in ((), ("--overwrite",)):
        assert stylize(files, *more, photo="in", out="in/painted") == 0
    assert painted_names(files / "in") == ["one.png", "painted/one.png", "painted/report.csv"]


def test_a_folder_named_like_a_style_does_not_hide_it(files, monkeypatch):
    monkeypatch.chdir(files)
    (files / "starry-night").mkdir()
    assert run("stylize", "photo.png", "--style", "starry-night", "-o", "out.png") == 0


def test_an_animation_says_that_one_of_its_frames_is_painted(files, caplog):
    frames = [Image.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
    frames[0].save(files / "moving.gif", save_all=True, append_images=frames[1:])
    assert stylize(files, photo="moving.gif") == 0
    assert "moving.gif has 3 frames, of which the first is taken" in caplog.text


def test_a_format_that_cannot_hold_the_result_is_refused_before_painting(files, capsys):
    images.write(np.zeros((1, 17_000, 3), np.uint8), files / "long.png")
    refused(capsys, stylize(files, photo="long.png", out="out.webp"), "at most 16383 pixels")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_takes_no_files_is_refused_before_painting(files, capsys):
    (files / "closed").mkdir(mode=0o555)
    refused(capsys, stylize(files, out="closed/new/out.png"), "takes no files")


def test_a_picture_comes_through_a_pipe(files):
    arguments = [sys.executable, "-m", "tfstyle", "stylize", "/dev/stdin", "--style"]
    arguments += [str(files / "style.png"), "-o", str(files / "piped.png")]
    cat = ["cat", str(files / "photo.png")]
    with subprocess.Popen(cat, stdout=subprocess.PIPE) as piping:
        subprocess.run(arguments, stdin=piping.stdout, check=True)
    assert stylize(files) == 0
    assert (files / "piped.png").read_bytes() == (files / "out.png").read_bytes()


@pytest.mark.parametrize("missing", [2, 300])
def test_a_jpeg_through_a_pipe_is_read_or_refused_as_a_file_is(files, missing):
    images.write(examples.lake(60, 80), files / "whole.jpg")
    content = (files / "whole.jpg").read_bytes()[:-missing]
    code = "import sys; from tfstyle import images; images.read(sys.argv[1])"
    process = subprocess.run(
        [sys.executable, "-c", code, "/dev/stdin"], input=content, capture_output=True
    )
    refused = b"Expected a readable picture. Received: /dev/stdin" in process.stderr
    assert (process.returncode, refused) == ((0, False) if missing == 2 else (1, True))


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("--feather", "soft", "a number from 0 to 100"),
        ("--size", "large", "a whole number above 0"),
        ("--quality", "best", "from 1 to 100"),
    ],
)
def test_a_flag_that_is_no_number_says_what_it_wants(files, capsys, flag, value, words):
    with pytest.raises(SystemExit, match="2"):
        stylize(files, flag, value)
    assert words in capsys.readouterr().err


def test_an_empty_folder_is_refused(files, capsys):
    (files / "nothing").mkdir()
    refused(capsys, stylize(files, photo="nothing"), "folder with pictures")


def test_methods_lists_what_is_released(capsys):
    assert run("methods") == 0
    assert "ghiasi" in capsys.readouterr().out


def test_a_photograph_is_translated_without_a_style(files):
    arguments = [files / "photo.png", "--method", "cyclegan", "--model", "sunny2rainy"]
    assert run("stylize", *arguments, "-o", files / "rainy.png") == 0
    assert images.read(files / "rainy.png").shape == images.read(files / "photo.png").shape


def test_styles_and_models_that_do_not_belong_are_refused(files, capsys):
    photo = ["stylize", files / "photo.png", "-o", files / "out.png"]
    refused(capsys, run(*photo), "Expected --style")
    style = ["--method", "cyclegan", "--model", "sunny2rainy", "--style", "starry-night"]
    refused(capsys, run(*photo, *style), "Expected no --style")
    refused(capsys, run(*photo, "--method", "cyclegan"), "cyclegan-sunny2rainy")
    refused(capsys, run(*photo, "--method", "pix2pix", "--model", "shoes"), "pix2pix-facades")


def test_examples_are_written_once(tmp_path, capsys):
    assert run("example", tmp_path / "pictures") == 0
    assert images.read(tmp_path / "pictures" / "lake.jpg").shape == (480, 640, 3)
    assert run("example", tmp_path / "pictures") == 2


@pytest.mark.parametrize("command", ["stylize", "train ghiasi", "train encoder", "evaluate ghiasi"])
def test_help_explains_every_command(command, capsys):
    with pytest.raises(SystemExit) as caught:
        run(*command.split(), "--help")
    assert caught.value.code == 0 and "example:" in capsys.readouterr().out


def test_tensorflow_is_imported_without_a_word():
    code = "from tfstyle import cli; cli.main(['methods', '--json']); import tensorflow"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert process.stderr == ""


def test_importing_the_package_imports_no_framework():
    check = "import sys, tfstyle; print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    process = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert process.stdout.strip() == "[]"


def test_painting_imports_no_framework_and_says_nothing_of_its_own_works(files):
    arguments = [str(files / "photo.png"), "--style", str(files / "style.png")]
    check = (
        "import sys; from tfstyle import cli; "
        f"code = cli.main(['stylize', *{arguments}, '-o', {str(files / 'o.png')!r}]); "
        "print(code, [m for m in ('tensorflow', 'keras', 'jax', 'torch') if m in sys.modules])"
    )
    process = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert process.stdout.strip() == "0 []" and process.stderr == ""


def peak_megabytes(program):
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    return seconds_and_peak(program)[1]


def test_painting_512_pixels_needs_at_most_320_megabytes_more_than_python(files):
    images.write(examples.lake(600, 800), files / "large.png")
    arguments = ["stylize", str(files / "large.png"), "--style", str(files / "style.png")]
    arguments += ["-o", str(files / "out.png"), "--size", "512"]
    peak = peak_megabytes(f"from tfstyle import cli; assert cli.main({arguments}) == 0")
    assert peak - peak_megabytes("") < 320


@pytest.mark.slow
def test_a_large_photograph_needs_bounded_memory(files):
    large = np.kron(images.to_bytes(examples.lake(300, 400)), np.ones((8, 8, 1), np.uint8))
    images.write(large, files / "large.jpg")
    arguments = ["stylize", str(files / "large.jpg"), "--style", str(files / "style.png")]
    arguments += ["-o", str(files / "out.jpg")]
    peak = peak_megabytes(f"from tfstyle import cli; assert cli.main({arguments}) == 0")
    assert peak < 1700 and images.read_bytes(files / "out.jpg").shape == (2400, 3200, 3)


def cutout(path):
    """Discs of which the right half cannot be seen, and is red."""
    layer = np.dstack([images.to_bytes(examples.discs(40, 60)), np.full((40, 60), 255, np.uint8)])
    layer[:, 30:] = (255, 0, 0, 0)
    Image.fromarray(layer).save(path)
    return layer


def test_what_cannot_be_seen_stays_so_and_is_not_painted_from(files):
    layer = cutout(files / "cut.png")
    command = ["stylize", str(files / "cut.png"), "--style", "irises", "-o", str(files / "out.png")]
    assert cli.main(command) == 0
    with Image.open(files / "out.png") as picture:
        assert picture.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(picture)[..., 3], layer[..., 3])
        visible = np.asarray(picture)[:, :28, :3].astype(float)
    layer[:, 30:, :3] = (0, 0, 255)
    Image.fromarray(layer).save(files / "cut.png")
    assert cli.main([*command, "--overwrite"]) == 0
    with Image.open(files / "out.png") as picture:
        np.testing.assert_allclose(np.asarray(picture)[:, :28, :3], visible, atol=1)
    assert cli.main([*command, "--overwrite", "--alpha", "white", "--size", "30"]) == 0
    with Image.open(files / "out.png") as picture:
        assert picture.mode == "RGB" and picture.size == (30, 20)


def test_an_unknown_ground_is_refused(files, capsys):
    command = ["stylize", str(files / "photo.png"), "--style", "irises", "-o", str(files / "o.png")]
    assert cli.main([*command, "--alpha", "whitish"]) == 2
    assert "Expected --alpha as keep or a colour" in capsys.readouterr().err


def test_a_picture_of_a_format_that_is_not_written_becomes_a_jpeg(files):
    source = files / "more" / "a.jfif"
    source.parent.mkdir()
    with Image.open(files / "photo.png") as photo:
        photo.convert("RGB").save(source, format="JPEG")
    assert cli.main(["stylize", str(source.parent), "--style", "irises", "-o", f"{files}/out"]) == 0
    written = {path.name for path in (files / "out").iterdir()}
    assert written == {"a.jfif.jpg", "report.csv"}


def test_a_process_without_streams_paints(files):
    command = ["stylize", f"{files}/photo.png", "--style", "irises", "-o", f"{files}/out/"]
    code = (
        f"import sys; sys.stdout = sys.stderr = None; from tfstyle import cli; cli.main({command})"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run([sys.executable, "-c", code], check=True)  # refused, without a word
    assert images.read(files / "out" / "photo.png").size


def test_a_process_that_is_killed_says_so():
    with pytest.raises(RuntimeError, match="SIGKILL"):
        seconds_and_peak("import os; os.kill(os.getpid(), 9)")
