import io
import os
import re
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from tfstyle import images
from tfstyle.data import folders


def saved(tmp_path, image, name, **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def gradient(height=12, width=20):
    """Red grows downwards, blue to the right, and green falls downwards."""
    down, across = np.mgrid[:height, :width] / np.reshape([height - 1, width - 1], (2, 1, 1))
    return Image.fromarray(np.uint8(255 * np.stack([down, 1 - down, across], axis=-1)))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff", "bmp", "gif"])
def test_every_format_is_read_as_floats_in_0_1(tmp_path, suffix):
    image = images.read(saved(tmp_path, gradient(), f"a.{suffix}"))
    assert image.shape == (12, 20, 3) and image.dtype == np.float32
    assert image.min() >= 0.0 and image.max() <= 1.0
    assert np.abs(image - np.asarray(gradient()) / 255).mean() < 0.06


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".bmp"])
def test_writing_then_reading_gives_the_same_bytes(tmp_path, suffix):
    pixels = np.asarray(gradient())
    images.write(images.to_float(pixels), tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(images.read_bytes(tmp_path / f"a{suffix}"), pixels)


def test_exif_turns_the_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path, gradient(12, 20), "a.jpg", exif=exif)
    assert images.read(path).shape == (20, 12, 3)


def broken_exif(orientation):
    """Of a camera that divides by 0 and writes a word for a resolution."""
    entries = [
        struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack("<HHI4s", 0x011A, 2, 4, b"abc\0"),
        struct.pack("<HHII", 0x9204, 10, 1, 50),
    ]
    header = b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4)
    return b"Exif\0\0" + header + struct.pack("<ii", -1, 0)


def test_broken_entries_of_exif_do_not_hide_the_picture_nor_which_way_is_up(tmp_path):
    path = saved(tmp_path, gradient(12, 20), "a.jpg", exif=broken_exif(6))
    assert images.read(path).shape == (20, 12, 3)


@pytest.mark.parametrize("text", ["nonsense", "\nexif\n      12\n45786966", "\nexif\n 4\nzz"])
def test_broken_exif_as_text_does_not_hide_the_picture(tmp_path, text):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Raw profile type exif", text)
    path = saved(tmp_path, gradient(12, 20), "a.png", pnginfo=notes)
    np.testing.assert_array_equal(images.read_bytes(path), gradient(12, 20))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_pillows(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, gradient(12, 20), "a.png", exif=exif)
    with Image.open(path) as opened:
        expected = ImageOps.exif_transpose(opened)
    np.testing.assert_array_equal(images.read_bytes(path), expected)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_may_lack_its_last_bytes_but_no_pixel(tmp_path, progressive):
    noise = Image.effect_noise((50, 70), 90)
    path = saved(tmp_path, noise, "a.jpg", progressive=progressive)
    whole, content = images.read_bytes(path), path.read_bytes()
    for missing in (1, 2):
        path.write_bytes(content[:-missing])
        np.testing.assert_array_equal(images.read_bytes(path), whole)
    for missing in (8, 60, len(content) // 2):
        path.write_bytes(content[:-missing])
        with pytest.raises(OSError, match=r"Expected a readable picture.*a\.jpg"):
            images.read(path)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("exif_bias_minus1_0_rot6.jpg", (160, 120)),
        ("png_badexif.png", (120, 160)),
        ("no_eoi.jpg", (120, 160)),
        ("iphone.heic", (192, 256)),
    ],
)
def test_pictures_that_people_met_are_read(shared, name, shape):
    assert images.read(shared / "cases" / name).shape == (*shape, 3)


def test_other_libraries_settings_stay_as_they_are(tmp_path):
    script = (
        "import warnings, numpy; from PIL import Image, ImageFile\n"
        "def settings(): return (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, "
        "list(warnings.filters))\n"
        "before = settings(); import tfstyle; from tfstyle import images\n"
        "images.read('a.png'); images.write(images.read('a.png'), 'b.png')\n"
        "assert settings() == before, (before, settings())"
    )
    saved(tmp_path, gradient(), "a.png")
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)


def test_what_pillow_refuses_is_refused_in_a_sentence(tmp_path, monkeypatch):
    path = saved(tmp_path, gradient(12, 20), "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match=r"Expected a picture of fewer pixels.*large\.png.*240"):
        images.read(path)


def test_transparency_lies_on_white(tmp_path):
    path = saved(tmp_path, Image.new("RGBA", (4, 4), (255, 0, 0, 0)), "a.png")
    assert (images.read(path) == 1.0).all()


def test_a_transparent_palette_lies_on_white(tmp_path):
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    assert (images.read(saved(tmp_path, picture, "a.png", transparency=0)) == 1.0).all()


def test_grey_and_16_bit_agree(tmp_path):
    grey = np.uint8(np.linspace(0, 255, 48).reshape(6, 8))
    eight = saved(tmp_path, Image.fromarray(grey), "a.png")
    sixteen = saved(tmp_path, Image.fromarray(np.uint16(grey) * 257), "b.png")
    np.testing.assert_allclose(images.read(eight), images.read(sixteen), atol=1 / 255)


def test_cmyk_is_read_as_its_rgb(tmp_path):
    path = saved(tmp_path, Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "a.jpg", quality=95)
    np.testing.assert_allclose(images.read(path)[4, 4], (1, 0, 0), atol=0.05)


def swapped():
    """A profile whose red is sRGB's green, and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, green = (re.search(tag, profile).start() for tag in (b"rXYZ", b"gXYZ"))
    found = bytearray(profile)
    found[red : red + 4], found[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(found)


def linear_grey():
    """A profile of grey in proportion to light."""
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv" + bytes(8)
    table = struct.pack(">I", 2) + b"wtpt" + struct.pack(">2I", 156, len(white))
    table += b"kTRC" + struct.pack(">2I", 156 + len(white), len(curve))
    size = struct.pack(">I", 156 + len(white) + len(curve))
    header = size + b"lcms\x04\x30\0\0mntrGRAYXYZ " + bytes(12) + b"acsp"
    header = header.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + white + curve


def converted(image):
    return image.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "transparent RGB", "transparent P"])
def test_a_profile_is_converted_to_srgb_in_every_mode(tmp_path, mode):
    orange = Image.new("RGB", (4, 4), (230, 140, 20))
    options = {"transparency": (1, 2, 3) if mode.endswith("RGB") else 9} if " " in mode else {}
    image = converted(orange) if mode.endswith("P") else orange.convert(mode.split()[-1])
    path = saved(tmp_path, image, "a.png", icc_profile=swapped(), **options)
    np.testing.assert_allclose(images.read(path)[2, 2] * 255, (140, 230, 20), atol=2)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_profile_is_converted_in_every_mode(tmp_path, mode):
    values = np.full((4, 4), 55, np.uint8)
    image = Image.fromarray(np.uint16(values) * 257 if mode == "I;16" else values)
    image = image if mode == "I;16" else image.convert(mode)
    path = saved(tmp_path, image, "a.png", icc_profile=linear_grey())
    np.testing.assert_allclose(images.read(path)[2, 2] * 255, [128] * 3, atol=2)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_grey_beside_a_profile_of_rgb_is_what_the_same_rgb_is(tmp_path, mode):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exponent = struct.pack(">i", round(2.4 * 65536))
    assert exponent in profile
    profile = profile.replace(exponent, struct.pack(">i", round(1.2 * 65536)))
    grey = Image.new("L", (4, 4), 90)
    image = Image.fromarray(np.uint16(grey) * 257) if mode == "I;16" else grey.convert(mode)
    found = images.read(saved(tmp_path, image, "a.png", icc_profile=profile))
    expected = images.read(saved(tmp_path, grey.convert("RGB"), "b.png", icc_profile=profile))
    np.testing.assert_allclose(found, expected, atol=1 / 255)
    assert found[2, 2, 0] * 255 > 100


def test_what_is_half_transparent_is_converted_before_it_lies_on_the_ground(tmp_path):
    image = Image.new("RGBA", (4, 4), (230, 140, 20, 128))
    path = saved(tmp_path, image, "a.png", icc_profile=swapped())
    np.testing.assert_allclose(images.read(path)[2, 2] * 255, (197, 242, 137), atol=2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK"])
def test_a_profile_that_is_broken_or_of_other_colours_is_ignored(tmp_path, mode):
    image = Image.new(mode, (4, 4), 0 if mode == "P" else "white")
    expected = images.read(saved(tmp_path, image, "plain.tif"))
    for profile in (b"nothing", linear_grey() if mode in ("RGB", "CMYK") else b"acsp" * 40):
        found = images.read(saved(tmp_path, image, "a.tif", icc_profile=profile))
        np.testing.assert_array_equal(found, expected)


def test_an_animation_gives_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "blue")]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(images.read(path)[2, 2], (1, 0, 0), atol=0.02)


def test_size_reduces_the_longer_side_and_never_enlarges(tmp_path):
    path = saved(tmp_path, gradient(120, 200), "a.jpg")
    assert images.read(path, size=50).shape == (30, 50, 3)
    assert images.read(path, size=500).shape == (120, 200, 3)


def huge_header(path):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b""))
    return path


def bad_files(folder):
    whole = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(whole, "JPEG")
    contents = {"truncated.jpg": whole.getvalue()[:900], "empty.jpg": b"", "text.jpg": b"hello\n"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [*(folder / name for name in contents), huge_header(folder / "huge.png")]


@pytest.mark.parametrize("index", range(4))
def test_a_bad_file_is_refused_in_one_sentence_with_its_name(tmp_path, index):
    path = bad_files(tmp_path)[index]
    with pytest.raises((OSError, ValueError), match=path.name) as caught:
        images.read(path)
    assert "Expected" in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="not there"):
        images.read(tmp_path / "none.jpg")
    with pytest.raises(IsADirectoryError, match="a folder"):
        images.read(tmp_path)


def test_jpeg_quality_changes_the_size_of_the_file(tmp_path):
    noise = np.random.default_rng(0).random((64, 64, 3), dtype=np.float32)
    images.write(noise, tmp_path / "fine.jpg", quality=95)
    images.write(noise, tmp_path / "coarse.jpg", quality=20)
    assert (tmp_path / "coarse.jpg").stat().st_size < (tmp_path / "fine.jpg").stat().st_size / 2


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        images.write(np.zeros((4, 4, 3)), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="Expected to write"):
        images.write(np.zeros((4, 4, 3)), tmp_path / "file" / "a.png")


def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=r"\.jpg.*Received"):
        images.write(np.zeros((4, 4, 3)), tmp_path / "a.xyz")


@pytest.mark.parametrize(
    ("name", "side"), [("a.webp", 16_384), ("a.jpg", 65_501), ("a.gif", 65_536)]
)
def test_a_format_that_holds_no_such_picture_is_named_before_anything_is_written(
    tmp_path, name, side
):
    with pytest.raises(ValueError, match=rf"at most {side - 1} pixels.*{side}x1 for .*{name}"):
        images.write(np.zeros((1, side, 3), np.uint8), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    images.check_extent(tmp_path / name, 1, side - 1)
    images.check_extent(tmp_path / "a.png", 1, side)


def test_resizing_to_the_same_size_is_the_picture_itself():
    image = np.random.default_rng(0).random((7, 9, 3), dtype=np.float32)
    assert images.resize(image, 7, 9) is image
    assert images.resize(image, 14, 3).shape == (14, 3, 3)


def test_a_limit_of_the_caller_is_kept_before_anything_is_decoded(tmp_path):
    images.write(np.zeros((1001, 1000, 3), np.uint8), tmp_path / "large.png")
    with pytest.raises(ValueError, match=r"at most 1 megapixels.*large\.png, 1000x1001"):
        images.read_bytes(tmp_path / "large.png", most=1_000_000)


def test_folders_pass_over_what_is_hidden_and_follow_links_but_not_in_circles(tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for path in ("b.png", ".hidden.png", ".ipynb_checkpoints/b-checkpoint.png", "x.jpg/c.png"):
        images.write(np.zeros((4, 4, 3)), home / path)
    images.write(np.zeros((4, 4, 3)), elsewhere / "d.png")
    (home / "linked").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(home)
    found = [str(path.relative_to(home)) for path in folders.pictures(home)]
    assert found == ["b.png", "linked/d.png", "x.jpg/c.png"]


def test_what_is_hidden_has_the_colours_around_it_and_opacity_comes_back(tmp_path):
    layer = np.zeros((9, 14, 4), np.uint8)
    layer[..., :3], layer[:, 7:, :3] = (200, 40, 40), (0, 255, 0)
    layer[:, :5, 3], layer[:, 5:7, 3] = 255, 128
    path = saved(tmp_path, Image.fromarray(layer), "a.png")
    picture, alpha = images.read_alpha(path)
    np.testing.assert_allclose(picture, np.full((9, 14, 3), (200, 40, 40)) / 255, atol=0.01)
    np.testing.assert_allclose(alpha, layer[..., 3] / 255, atol=1e-6)
    images.write(picture, tmp_path / "b.webp", 100, alpha)
    np.testing.assert_allclose(images.read_alpha(tmp_path / "b.webp")[1], alpha, atol=0.01)
    with pytest.raises(ValueError, match="Expected no alpha for"):
        images.write(picture, tmp_path / "b.jpg", 100, alpha)


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_an_opaque_picture_has_no_opacity(tmp_path, mode):
    picture, alpha = images.read_alpha(saved(tmp_path, gradient().convert(mode), "a.png"))
    assert alpha is None
    np.testing.assert_array_equal(picture, images.read(tmp_path / "a.png"))


@pytest.mark.parametrize("suffix", [".jfif", ".avif", ".heic"])
def test_other_formats_are_read_and_found_in_folders(tmp_path, suffix):
    if suffix == ".heic":
        heif = pytest.importorskip("pillow_heif")
        heif.from_pillow(gradient(64, 80)).save(tmp_path / "a.heic", quality=95)
    else:
        kind = "JPEG" if suffix == ".jfif" else "AVIF"
        saved(tmp_path, gradient(64, 80), f"a{suffix}", format=kind, quality=95)
    (path,) = folders.pictures(tmp_path)
    assert np.abs(images.read(path) - np.asarray(gradient(64, 80)) / 255).mean() < 0.05
    path.rename(tmp_path / "renamed.jpg")
    assert images.read(tmp_path / "renamed.jpg").shape == (64, 80, 3)


def test_heic_without_its_library_names_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(90))
    with pytest.raises(OSError, match=r"a\.heic \(HEIC, which needs pillow-heif: pip install"):
        images.read(tmp_path / "a.heic")


def test_a_folder_says_what_it_leaves_out(tmp_path, caplog):
    for name in ("a.cr2", "b.CR2", "c.svg"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(FileNotFoundError, match=r"with 2 \.cr2, 1 \.svg"):
        folders.pictures(tmp_path)
    saved(tmp_path, gradient(), "d.png")
    assert len(folders.pictures(tmp_path)) == 1
    assert "since they are not read: 2 .cr2, 1 .svg" in caplog.text
