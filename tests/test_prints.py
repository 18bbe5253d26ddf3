"""Prints go from file to file, and say what the photograph's file says."""

import numpy as np
import pytest
from PIL import Image

from tfstyle import examples, images, loading, prints
from tfstyle.cli import main
from tfstyle.cli import prints as cli_prints
from tfstyle.large_images import LargeImage, blended
from tfstyle.methods import tiled_network

pyvips = pytest.importorskip("pyvips")


@pytest.fixture
def photo(tmp_path):
    """A turned JPEG of 300 DPI that says where and by what it was taken."""
    path, exif = tmp_path / "photo.jpg", Image.Exif()
    exif[0x0110], exif[0x0112] = "Camera", 6
    exif.get_ifd(0x8825)[1] = "N"
    picture = Image.fromarray(images.to_bytes(examples.lake(60, 90)))
    picture.save(path, quality=100, dpi=(300, 300), exif=exif)
    return path


def same(sheet):
    return sheet.copy()


def decibels(one, other):
    return -10.0 * np.log10(np.mean(np.square(np.float64(one) - other)) + 1e-20)


@pytest.mark.parametrize("name", ["johnson-the-kiss", "adain"])
def test_a_print_is_what_the_picture_is_painted_to(name, photo, tmp_path, painting, monkeypatch):
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    paint = loading.load_lite(name).painter(painting if name == "adain" else None)
    told = []
    size = prints.paint(paint, photo, tmp_path / "a.png", prints.PrintOptions(), told.append)
    assert size == (60, 90) and told[-1] == 1.0 and all(0 <= share <= 1 for share in told)
    assert decibels(images.read(tmp_path / "a.png"), paint(images.read(photo))) > 45


def test_strengths_mix_prints(photo, tmp_path, monkeypatch):
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    paint = loading.load_lite("johnson-the-kiss").painter(strength=0.5)
    prints.paint(paint, photo, tmp_path / "a.png")
    assert decibels(images.read(tmp_path / "a.png"), paint(images.read(photo))) > 45


@pytest.mark.slow
def test_a_print_of_nearly_one_colour_fades_between_two_margins(tmp_path, monkeypatch):
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    noise = np.random.default_rng(0).normal(0.5, 0.045, (60, 90, 3))
    images.write(np.float32(noise), tmp_path / "flat.png")
    paint = loading.load_lite("ghiasi").painter("red-fuji", strength=0.6)
    prints.paint(paint, tmp_path / "flat.png", tmp_path / "a.png")
    expected = paint(images.read(tmp_path / "flat.png"))
    assert decibels(images.read(tmp_path / "a.png"), expected) > 40


@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_sixteen_bit_survive(suffix, tmp_path):
    values = np.uint16(np.random.default_rng(0).integers(0, 65536, (40, 50, 3)))
    source = pyvips.Image.new_from_array(values).copy(interpretation="rgb16")
    source.write_to_file(str(tmp_path / "a.tif"))
    target = tmp_path / f"b.{suffix}"
    prints.paint(same, tmp_path / "a.tif", target, prints.PrintOptions(depth=16))
    np.testing.assert_array_equal(pyvips.Image.new_from_file(str(target)).numpy(), values)


@pytest.mark.parametrize("metadata", prints.METADATA)
def test_a_print_keeps_dpi_and_exif_but_no_place(metadata, photo, tmp_path):
    target = tmp_path / "b.jpg"
    prints.paint(same, photo, target, prints.PrintOptions(metadata=metadata))
    with Image.open(target) as found:
        exif = found.getexif()
        assert found.size == (60, 90) and np.allclose(found.info["dpi"], 300, atol=0.5)
        assert exif.get(0x0110) == ("Camera" if metadata == "keep" else None)
        assert exif.get(0x0112, 1) == 1 and not exif.get_ifd(0x8825)


def test_a_profile_is_kept_or_converted(tmp_path):
    red = pyvips.Image.black(8, 8, bands=3).linear(1, [200, 50, 50])
    red = red.cast("uchar").copy(interpretation="srgb").icc_export(output_profile="p3")
    red.pngsave(str(tmp_path / "a.png"))
    for profile in prints.PROFILES:
        prints.paint(
            same, tmp_path / "a.png", tmp_path / f"{profile}.png", prints.PrintOptions(8, profile)
        )
    kept, converted = (Image.open(tmp_path / f"{name}.png") for name in ("keep", "srgb"))
    assert kept.info["icc_profile"] == Image.open(tmp_path / "a.png").info["icc_profile"]
    assert kept.getpixel((0, 0)) == Image.open(tmp_path / "a.png").getpixel((0, 0))
    assert "icc_profile" not in converted.info
    expected = images.read(tmp_path / "a.png")
    assert np.abs(images.read(tmp_path / "srgb.png") - expected).max() < 2.5 / 255.0


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_a_print_of_a_few_pixels_is_mirrored_outwards(strength, tmp_path):
    images.write(examples.lake(20, 40), tmp_path / "a.png")
    paint = loading.load_lite("johnson-the-kiss").painter(strength=strength)
    prints.paint(paint, tmp_path / "a.png", tmp_path / "b.png")
    expected = paint(images.read(tmp_path / "a.png"))
    assert decibels(images.read(tmp_path / "b.png"), expected) > 35


def test_files_that_may_pass_4_gb_are_bigtiff():
    sides = (30_000, 22_000)
    found = [
        prints.PrintOptions(depth, pyramid=pyramid).needs_bigtiff(*sides)
        for depth, pyramid in ((8, False), (8, True), (16, False), (16, True))
    ]
    assert found == [False, False, False, True]
    assert prints.PrintOptions(16).needs_bigtiff(30_000, 22_300)
    assert not prints.PrintOptions(16).needs_bigtiff(25_600, 25_600)
    assert prints.PrintOptions(16, pyramid=True).needs_bigtiff(25_600, 25_600)


@pytest.mark.parametrize("pyramid", [False, True])
def test_bigtiff_is_written_and_read(pyramid, photo, tmp_path, monkeypatch):
    big, again = tmp_path / "big.tif", tmp_path / "again.tif"
    monkeypatch.setattr(prints, "BIGTIFF_SIZE", 1000)
    prints.paint(same, photo, big, prints.PrintOptions(depth=16, pyramid=pyramid))
    monkeypatch.undo()
    prints.paint(same, big, again, prints.PrintOptions(depth=16))
    assert [path.read_bytes()[:4] for path in (big, again)] == [b"II+\0", b"II*\0"]
    pixels = [pyvips.Image.new_from_file(str(path)).numpy() for path in (big, again)]
    np.testing.assert_array_equal(*pixels)


def test_a_pyramid_has_smaller_pictures(photo, tmp_path):
    big = pyvips.Image.new_from_file(str(photo)).resize(10)
    big.jpegsave(str(tmp_path / "big.jpg"))
    prints.paint(same, tmp_path / "big.jpg", tmp_path / "b.tif", prints.PrintOptions(pyramid=True))
    with Image.open(tmp_path / "b.tif") as found:
        assert found.n_frames > 1


def test_grey_and_transparent_pictures_are_printed(tmp_path):
    Image.new("L", (40, 40), 90).save(tmp_path / "grey.png")
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    for name, colour in (("grey", 90), ("clear", 255)):
        prints.paint(same, tmp_path / f"{name}.png", tmp_path / "b.png")
        assert Image.open(tmp_path / "b.png").getpixel((3, 3)) == (colour,) * 3


def test_a_broken_picture_is_refused_and_leaves_nothing(photo, tmp_path):
    (tmp_path / "c.jpg").write_bytes(b"no picture")
    with pytest.raises(OSError, match=r"Expected a picture. Received: .*c\.jpg"):
        prints.paint(same, tmp_path / "c.jpg", tmp_path / "b.tif")
    assert {path.name for path in tmp_path.iterdir()} == {"c.jpg", "photo.jpg"}


def test_the_command_prints(photo, tmp_path):
    target = tmp_path / "b.tif"
    flags = ["--style", "the-kiss", "--method", "johnson", "--depth", "16", "--metadata", "keep"]
    assert main(["stylize", str(photo), *flags, "-o", str(target)]) == 0
    found = pyvips.Image.new_from_file(str(target))
    assert (found.width, found.height, found.format) == (60, 90, "ushort")
    assert round(found.xres * 25.4) == 300


def test_pictures_that_pillow_refuses_are_prints(photo, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    monkeypatch.setattr(cli_prints, "LARGE", 1000)
    target = tmp_path / "b.tif"
    flags = ["--style", "the-kiss", "--method", "johnson", "-o", str(target)]
    assert main(["stylize", str(photo), *flags]) == 0
    assert pyvips.Image.new_from_file(str(target)).width == 60


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--depth", "16", "-o", "b.jpg"], "16 bit as .tif"),
        (["--pyramid", "-o", "b.png"], "pyramid as .tif"),
        (["--metadata", "keep", "--size", "30", "-o", "b.png"], "--size"),
    ],
)
def test_the_command_refuses_what_prints_do_not(flags, told, photo, capsys):
    assert main(["stylize", str(photo), "--style", "red-fuji", *flags]) == 2
    assert told in capsys.readouterr().err


def test_a_sheet_is_reduced_and_blended(tmp_path):
    picture = np.random.default_rng(0).random((30, 40, 3), np.float32)
    sheet = LargeImage(tmp_path / "sheet", picture.shape)
    sheet[:] = picture
    np.testing.assert_allclose(sheet[5:9, ::2], picture[5:9, ::2], atol=1e-5)
    found = images.resize(sheet, 15, 20)
    expected = picture.reshape(15, 2, 20, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    other = sheet.copy()
    other[:] = 0.0
    np.testing.assert_allclose(blended(sheet, other, 0.25)[:], 0.75 * picture, atol=1e-4)
