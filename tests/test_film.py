"""A film as a person meets it: its pictures, times and sound, what is refused, what goes on."""

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tfstyle
from tfstyle import cli, images
from tfstyle.video import clips, encoding, muxing

av = pytest.importorskip("av")
pytest.importorskip("cv2")

import drawn_clips  # noqa: E402  (needs av)

VARYING = [0, 512, 700, 2000, 2100, 5000, 5512, 6000, 9000, 9100, 9200, 12800]
STYLE = "--style", "starry-night", "--method", "johnson"


def film(*arguments):
    return cli.main(["film", *map(str, arguments)])


def copied(clip, out, *more):
    """A film at strength 0, which is the clip again."""
    return film(clip, *STYLE, "--strength", 0, "-o", out, *more)


def refused(capsys, code, words):
    lines = [line for line in capsys.readouterr().err.splitlines() if "tfstyle: " in line]
    assert code == 2 and len(lines) == 1 and words in lines[0], lines


def difference(path, frames):
    """The mean difference of a film's frames to others, in bytes; the first decides the size."""
    found, frames = drawn_clips.decoded(path), list(frames)
    assert len(found) == len(frames)
    height, width = frames[0].shape[:2]
    return max(
        np.abs(a[:height, :width].astype(float) - b).mean()
        for a, b in zip(found, frames, strict=True)
    )


@pytest.fixture
def clip(tmp_path):
    return drawn_clips.write(tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("constant.mp4", {"sound": "mono"}),
        ("varying.mp4", {"ticks": VARYING, "sound": "5.1"}),
        ("silent.mp4", {}),
        ("one.mp4", {"count": 1}),
        ("odd.mkv", {"size": (47, 61), "pix_fmt": "yuv444p"}),
        ("tiny.mkv", {"size": (10, 14)}),
        ("reordered.mkv", {"sound": "stereo", "bf": "3", "time_base": Fraction(1, 1000)}),
    ],
)
def test_frames_times_sound_and_size_are_those_of_the_clip(tmp_path, name, made):
    clip = drawn_clips.write(tmp_path / name, **made)
    out = tmp_path / "out.mp4"
    assert film(clip, *STYLE, "-o", out) == 0
    assert drawn_clips.times(out) == drawn_clips.times(clip)
    height, width = drawn_clips.decoded(clip)[0].shape[:2]
    assert drawn_clips.decoded(out)[0].shape == (height + height % 2, width + width % 2, 3)
    with av.open(str(out)) as found:
        assert [s.type for s in found.streams] == ["video", "audio"][: 1 + bool(made.get("sound"))]
    if made.get("sound"):
        assert drawn_clips.sounds(out) == drawn_clips.sounds(clip)
    assert {path.name for path in tmp_path.iterdir()} == {name, "out.mp4"}


def test_the_film_is_painted_and_the_clip_is_not_changed(tmp_path, clip):
    before = clip.read_bytes()
    assert film(clip, *STYLE, "-o", tmp_path / "out.mp4") == 0
    assert difference(tmp_path / "out.mp4", drawn_clips.decoded(clip)) > 20
    assert clip.read_bytes() == before


def test_without_the_filter_frames_are_those_of_stylize(tmp_path, clip):
    out = tmp_path / "out.mkv"
    assert film(clip, *STYLE, "--steady", 0, "--codec", "ffv1", "-o", out) == 0
    images.write(
        next(tfstyle.film(clip, "starry-night", "johnson", strength=0)).picture, tmp_path / "a.png"
    )
    assert (
        cli.main(["stylize", str(tmp_path / "a.png"), *STYLE, "-o", str(tmp_path / "b.png")]) == 0
    )
    expected = images.read_bytes(tmp_path / "b.png")
    np.testing.assert_allclose(drawn_clips.decoded(out)[0], expected, atol=2)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_film_that_players_turn_is_painted_upright(tmp_path, degrees):
    clip = drawn_clips.turn(drawn_clips.write(tmp_path / "clip.mp4", crf="8"), degrees)
    assert copied(clip, tmp_path / "out.mp4", "--crf", 8) == 0
    upright = [np.rot90(picture, -degrees // 90) for picture in drawn_clips.pictures(12)]
    assert difference(tmp_path / "out.mp4", upright) < 8
    with av.open(str(tmp_path / "out.mp4")) as found:
        assert next(found.decode(video=0)).rotation == 0


@pytest.mark.parametrize(
    "colours",
    [
        {"colorspace": 6, "color_range": 1},
        {"colorspace": 1, "color_range": 1, "color_primaries": 1, "color_trc": 1},
        {"colorspace": 1, "color_range": 2},
        {},
    ],
)
def test_colours_come_back_as_they_are_stored(tmp_path, colours):
    clip = drawn_clips.write(tmp_path / "clip.mp4", colours=colours, crf="4")
    assert copied(clip, tmp_path / "out.mp4", "--crf", 4) == 0
    assert difference(tmp_path / "out.mp4", drawn_clips.decoded(clip)) < 3
    names = "colorspace", "color_range", "color_primaries", "color_trc"
    with av.open(str(clip)) as one, av.open(str(tmp_path / "out.mp4")) as other:
        told = [[getattr(f.streams.video[0].codec_context, n) for n in names] for f in (one, other)]
    assert told[0] == told[1]


def ten_bits(path, **more):
    return drawn_clips.write(
        path, codec="libx265", pix_fmt="yuv420p10le", **{"x265-params": "log-level=none"}, **more
    )


@pytest.mark.slow
def test_ten_bits_stay_ten_where_the_codec_has_them(tmp_path):
    clip = ten_bits(tmp_path / "clip.mp4")
    for codec, kind in {"hevc": "yuv420p10le", "h264": "yuv420p"}.items():
        out = tmp_path / f"{codec}.mp4"
        assert copied(clip, out, "--codec", codec, "--crf", 8) == 0
        assert difference(out, drawn_clips.decoded(clip)) < 4
        with av.open(str(out)) as found:
            assert found.streams.video[0].pix_fmt == kind


@pytest.mark.slow
def test_tones_of_high_dynamic_range_are_mapped(tmp_path):
    colours = {"colorspace": 9, "color_range": 1, "color_primaries": 9, "color_trc": 16}
    levels = (0.15, 0.44, 0.58, 0.75)  # of PQ: 1, 50, 203 and 1000 candelas a square metre
    shown = [np.repeat(np.uint8(np.multiply(levels, 255)), 16)[None, :, None].repeat(48, 0)] * 3
    frames = [picture.repeat(3, 2) for picture in shown]
    clip = drawn_clips.write(
        tmp_path / "clip.mp4",
        3,
        codec="libx265",
        pix_fmt="yuv420p10le",
        frames=frames,
        colours=colours,
        **{"x265-params": "log-level=error"},
    )
    found = [frame.picture[24, 8::16].mean(axis=1) for frame in clips.open_clip(clip).frames()]
    assert len(found) == 3
    for tones in found:
        assert (np.diff(tones) > 0.05).all() and tones[0] < 0.1 and 0.5 < tones[2] < tones[3] < 0.9
    assert copied(clip, tmp_path / "out.mp4") == 0
    with av.open(str(tmp_path / "out.mp4")) as film_found:
        frame = next(film_found.decode(video=0))
    assert (frame.color_trc, frame.color_primaries, frame.colorspace) == (1, 1, 1)


def test_fields_of_an_interlaced_film_are_woven(tmp_path):
    pictures = list(drawn_clips.pictures(24, 96, 128))
    woven = [a.copy() for a in pictures[::2]]
    for top, bottom in zip(woven, pictures[1::2], strict=True):
        top[1::2] = bottom[1::2]
    clip = drawn_clips.write(
        tmp_path / "clip.mpg",
        12,
        (96, 128),
        time_base=Fraction(1, 25),
        codec="mpeg2video",
        frames=woven,
        flags="+ildct+ilme",
        qscale="2",
        b="8M",
        top="1",
    )
    opened = clips.open_clip(clip)
    assert opened.filters
    found = [frame.picture for frame in opened.frames()]
    assert len(found) == 12

    def combed(frames):
        return np.mean([np.abs(f[1:-1] - (f[:-2] + f[2:]) / 2).mean() for f in frames])

    assert combed(found) < 0.7 * combed([images.to_float(picture) for picture in woven])


def test_a_folder_of_frames_and_back(tmp_path, clip):
    assert copied(clip, tmp_path / "frames") == 0
    assert len(list((tmp_path / "frames").iterdir())) == 12
    assert copied(tmp_path / "frames", tmp_path / "out.mkv", "--codec", "ffv1", "--fps", 10) == 0
    assert drawn_clips.times(tmp_path / "out.mkv") == [Fraction(i, 10) for i in range(12)]
    paths = sorted((tmp_path / "frames").iterdir())
    assert difference(tmp_path / "out.mkv", map(images.read_bytes, paths)) == 0


def test_a_gif_and_back(tmp_path):
    kind = {"codec": "gif", "pix_fmt": "rgb8", "time_base": Fraction(1, 100)}
    clip = drawn_clips.write(
        tmp_path / "clip.gif", ticks=[4 * i + i % 2 for i in range(12)], **kind
    )
    assert copied(clip, tmp_path / "out.gif") == 0
    assert drawn_clips.times(tmp_path / "out.gif") == drawn_clips.times(clip)
    assert difference(tmp_path / "out.gif", drawn_clips.decoded(clip)) < 6


def transparent(path, count=8):
    """A clip of `drawn_clips.cut_out`, or a folder of its frames."""
    frames = list(drawn_clips.cut_out(count))
    if not path.suffix:
        for index, layer in enumerate(frames):
            images.write(layer[..., :3], path / f"{index}.png", alpha=layer[..., 3] / 255)
        return path
    codec, pix_fmt = {
        ".webm": ("libvpx-vp9", "yuva420p"),
        ".mov": ("prores_ks", "yuva444p10le"),
        ".mkv": ("ffv1", "bgra"),
        ".apng": ("apng", "rgba"),
        ".gif": ("pillow", None),
        ".webp": ("pillow", None),
    }[path.suffix]
    if codec == "pillow":
        pictures = [Image.fromarray(layer) for layer in frames]
        kind = {"append_images": pictures[1:], "duration": 40, "disposal": 2}
        pictures[0].save(path, save_all=True, lossless=True, **kind)
        return path
    flags = {"auto-alt-ref": "0", "crf": "4", "b": "0"} if path.suffix == ".webm" else {}
    made = {"codec": codec, "pix_fmt": pix_fmt, "frames": frames}
    return drawn_clips.write(path, count, **made, **flags)


def opacities(path):
    """How opaque the frames of a film or folder are, from 0 to 1, shape (frames, height, width)."""
    if path.is_dir():
        files = sorted(path.iterdir())
        return np.stack([np.asarray(Image.open(file))[..., 3] for file in files]) / 255
    return np.stack(drawn_clips.layers(path))[..., 3] / 255


KEPT = [
    ("clip.webm", "out.webm", ()),
    ("clip.mov", "out.mov", ("--codec", "prores")),
    ("clip.mkv", "out.mkv", ("--codec", "ffv1")),
    ("clip.webm", "out.mkv", ("--codec", "vp9")),
    ("clip.apng", "out.mov", ("--codec", "png")),
    ("clip.gif", "out.gif", ()),
    ("clip.webp", "out.webm", ()),
    ("clip", "out", ()),
]


@pytest.mark.parametrize(("name", "out", "flags"), KEPT)
def test_what_is_transparent_stays_so_where_the_film_holds_it(tmp_path, name, out, flags):
    clip = transparent(tmp_path / name)
    assert film(clip, *STYLE, *flags, "-o", tmp_path / out) == 0
    expected = np.stack(list(drawn_clips.cut_out(8)))
    found = opacities(tmp_path / out)
    assert found.shape == expected.shape[:3]
    assert np.abs(found - expected[..., 3] / 255).mean() < 0.02
    first = next(clips.open_clip(clip, alpha="keep").frames())
    hidden = expected[0, ..., 3] == 0
    assert first.picture[hidden].mean() > 0.1
    greens = first.picture[hidden][:, 1] - first.picture[hidden][:, 0]
    assert greens.mean() < 0.3  # whose colours are those of what is seen


@pytest.mark.parametrize("name", [name for name, _, _ in KEPT])
def test_what_is_transparent_lies_on_a_colour(tmp_path, name):
    clip = transparent(tmp_path / name)
    for flags, colour in {(): (255, 255, 255), ("--alpha", "#0000ff"): (0, 0, 255)}.items():
        out = tmp_path / "out.mp4"
        assert copied(clip, out, *flags, "--crf", 4, "--overwrite") == 0
        corner = np.float32(drawn_clips.decoded(out))[:, :8, -8:].mean(axis=(0, 1, 2))
        np.testing.assert_allclose(corner, colour, atol=6)
    seen = np.float32(drawn_clips.decoded(out)[0])[16:32, 8:32]
    drawn = next(drawn_clips.cut_out(1))[16:32, 8:32, :3]
    assert np.abs(seen - drawn).mean() < 20  # by colours that are stored at half the size


def test_an_animated_webp_has_its_times_and_goes_on_from_anywhere(tmp_path, capsys):
    pictures = [Image.fromarray(picture) for picture in drawn_clips.pictures(5)]
    clip, times = tmp_path / "clip.gif", [40, 80, 40, 200, 120]
    pictures[0].save(clip, "WEBP", save_all=True, append_images=pictures[1:], duration=times)
    assert copied(clip, tmp_path / "out.mp4", "--crf", 8) == 0
    begun = [Fraction(sum(times[:index]), 1000) for index in range(5)]
    assert drawn_clips.times(tmp_path / "out.mp4") == begun
    assert difference(tmp_path / "out.mp4", drawn_clips.pictures(5)) < 12
    every = list(clips.open_clip(clip).frames())
    rest = list(clips.open_clip(clip).frames(every[3].tick))
    assert [frame.ticks for frame in rest] == times[3:]
    np.testing.assert_array_equal(rest[0].picture, every[3].picture)
    clip.write_bytes(clip.read_bytes()[:-60])
    refused(capsys, film(clip, *STYLE, "-o", tmp_path / "b.mp4"), "Expected a film. Received")


@pytest.mark.parametrize("container", muxing.CONTAINER_CODECS)
def test_a_container_holds_every_codec_that_is_offered_for_it(container):
    with av.open(io.BytesIO(), "w", format=container) as output:
        for codec in muxing.CONTAINER_CODECS[container]:
            output.add_stream(encoding.CODECS[codec].encoder, 25)


def test_a_film_that_holds_no_opacity_is_refused_where_it_is_asked_for(tmp_path, capsys, clip):
    for out, flags in {"out.mp4": (), "out.mov": (), "b.mp4": ("--codec", "vp9")}.items():
        code = film(clip, *STYLE, "--alpha", "keep", *flags, "-o", tmp_path / out)
        refused(capsys, code, "holds transparency for --alpha keep: .webm, .gif")
    refused(capsys, film(clip, *STYLE, "--alpha", "whte", "-o", tmp_path / "o.mp4"), "or a colour")


def test_an_opaque_clip_of_a_kind_that_could_be_transparent_stays_opaque(tmp_path):
    frames = [np.dstack([p, np.full_like(p[..., :1], 255)]) for p in drawn_clips.pictures(4)]
    clip = drawn_clips.write(tmp_path / "clip.mkv", 4, codec="ffv1", pix_fmt="bgra", frames=frames)
    assert copied(clip, tmp_path / "out") == 0
    assert Image.open(tmp_path / "out" / "000001.png").mode == "RGB"
    (first, *_) = tfstyle.film(clip, "starry-night", "johnson", alpha="keep")
    assert first.opacity is None


def test_a_smaller_transparent_film_has_no_fringe_of_hidden_colours(tmp_path):
    layers = [np.uint8([[[200, 0, 0, 255]]]).repeat(48, 0).repeat(64, 1) for _ in range(2)]
    for layer in layers:
        layer[:, 31:] = 0, 255, 0, 0
    clip = drawn_clips.write(tmp_path / "clip.mkv", 2, codec="ffv1", pix_fmt="bgra", frames=layers)
    frames = list(tfstyle.film(clip, "starry-night", "johnson", strength=0, alpha="keep", size=32))
    assert frames[0].picture.shape == (24, 32, 3) and frames[0].opacity.shape == (24, 32)
    assert ((frames[0].opacity > 0.1) & (frames[0].opacity < 0.9)).any()
    np.testing.assert_allclose(frames[0].picture[..., 1], 0.0, atol=0.02)


@pytest.mark.parametrize(("suffix", "codec"), [("webm", "vp9"), ("mov", "h264"), ("mkv", "av1")])
def test_other_containers_and_codecs(tmp_path, suffix, codec, clip):
    out = tmp_path / f"out.{suffix}"
    assert copied(clip, out, "--codec", codec) == 0
    assert len(drawn_clips.decoded(out)) == 12 and difference(out, drawn_clips.decoded(clip)) < 12


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_encoder_makes_threads_real_time(tmp_path, clip):
    assert copied(clip, tmp_path / "out.mkv", "--codec", "av1") == 0
    threads = [int(path.name) for path in Path("/proc/self/task").iterdir()]
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_OTHER}


def test_a_part_of_a_film_has_its_part_of_the_sound(tmp_path):
    clip = drawn_clips.write(tmp_path / "clip.mp4", count=50, sound="mono", crf="8")
    out = tmp_path / "out.mp4"
    assert copied(clip, out, "--start", "0.4", "--end", "0:00:01.2", "--crf", 8) == 0
    assert drawn_clips.times(out) == [Fraction(i, 25) for i in range(20)]
    assert difference(out, drawn_clips.decoded(clip)[10:30]) < 6
    sounds, every = drawn_clips.sounds(out), dict(drawn_clips.sounds(clip))
    assert 0 <= sounds[0][0] < 0.05 and 0.7 < sounds[-1][0] < 0.8
    assert {content for _, content in sounds} <= set(every.values())


@pytest.mark.parametrize(
    ("flags", "times"),
    [
        (("--fps", 10), [Fraction(i, 10) for i in range(5)]),
        (("--fps", 50), [Fraction(i, 50) for i in range(24)]),
        (("--every", 5), [Fraction(i, 5) for i in range(3)]),
        (("--fps", 10, "--every", 2), [Fraction(i, 5) for i in range(3)]),
    ],
)
def test_rates(tmp_path, clip, flags, times):
    assert copied(clip, tmp_path / "out.mp4", *flags) == 0
    assert drawn_clips.times(tmp_path / "out.mp4") == times
    with av.open(str(tmp_path / "out.mp4")) as found:
        assert found.duration == pytest.approx(480_000, abs=21_000)


def test_size_sets_the_longer_side(tmp_path, clip):
    assert copied(clip, tmp_path / "out.mp4", "--size", 40) == 0
    assert drawn_clips.decoded(tmp_path / "out.mp4")[0].shape == (30, 40, 3)


def broken_off(path, content, share=0.6):
    path.write_bytes(content[: int(share * len(content))])
    return path


def test_a_clip_that_breaks_off_is_painted_as_far_as_it_goes(tmp_path, capsys):
    whole = drawn_clips.write(tmp_path / "whole.mp4", count=50)
    assert copied(whole, tmp_path / "front.mp4") == 0  # which tells its frames first
    clip = broken_off(tmp_path / "clip.mp4", (tmp_path / "front.mp4").read_bytes())
    assert film(clip, *STYLE, "-o", tmp_path / "out.mp4") == 1
    assert 5 < len(drawn_clips.decoded(tmp_path / "out.mp4")) < 50
    assert "Expected a whole film" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.mp4", b"", "an empty file"),
        ("words.mp4", b"no film " * 100, "Expected a film"),
        ("words.txt", b"no film\n" * 100, "Expected a film"),
        ("absent.mp4", None, "which is not there"),
    ],
)
def test_what_is_no_film_is_refused(tmp_path, capsys, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused(capsys, film(tmp_path / name, *STYLE, "-o", tmp_path / "out.mp4"), words)
    assert not list(tmp_path.glob("out*"))


def test_pictures_sound_alone_and_empty_folders_are_no_films(tmp_path, capsys, photograph):
    images.write(photograph, tmp_path / "photo.jpg")
    (tmp_path / "empty").mkdir()
    drawn_clips.write_sound(tmp_path / "sound.m4a")
    for name, words in {
        "photo.jpg": "tfstyle stylize",
        "empty": "a folder of frames",
        "sound.m4a": "no moving pictures",
    }.items():
        refused(capsys, film(tmp_path / name, *STYLE, "-o", tmp_path / "out.mp4"), words)


def test_a_wrong_extension_is_no_hindrance(tmp_path, clip):
    shutil.copy(clip, tmp_path / "clip.avi")
    assert film(tmp_path / "clip.avi", *STYLE, "-o", tmp_path / "out.mp4") == 0


@pytest.mark.parametrize(
    ("flags", "out", "words"),
    [
        ((), "out.avi", ".mp4, .m4v, .mov, .mkv, .webm, .gif, or a folder"),
        (("--codec", "h264"), "out.webm", "vp9 or av1 for .webm"),
        (("--codec", "h264"), "out.gif", "no --codec for .gif"),
        (("--crf", 60), "out.mp4", "from 0 to 51"),
        (("--steady", 1.5), "out.mp4", "from 0 to 1"),
        (("--strength", -1), "out.mp4", "from 0 to 1"),
        (("--start", 2, "--end", 1), "out.mp4", "--end after --start"),
        (("--start", 9), "out.mp4", "none of those asked"),
        (("--method", "gatys"), "out.mp4", "one pass"),
        (("--commercial",), "out.mp4", "cleared for commercial use"),
        (("--method", "cin", "--model", "none-such"), "out.mp4", "Expected one of"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(tmp_path, capsys, clip, flags, out, words):
    refused(capsys, film(clip, *STYLE, *flags, "-o", tmp_path / out), words)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_the_way_out_is_checked_before_the_way_in(tmp_path, capsys):
    (tmp_path / "out.mp4").write_bytes(b"mine")
    refused(
        capsys, film(tmp_path / "absent.mp4", *STYLE, "-o", tmp_path / "out.mp4"), "--overwrite"
    )
    assert (tmp_path / "out.mp4").read_bytes() == b"mine"


def test_a_clip_is_never_replaced_by_its_film(tmp_path, capsys, clip):
    before = clip.read_bytes()
    refused(capsys, film(clip, *STYLE, "--overwrite", "-o", clip), "another place")
    assert clip.read_bytes() == before


def test_subtitles_go_with_the_film_where_it_holds_them(tmp_path, capsys, clip):
    source = drawn_clips.subtitled(clip, tmp_path / "clip.mkv")
    assert film(source, *STYLE, "-o", tmp_path / "out.mkv") == 0
    with av.open(str(tmp_path / "out.mkv")) as found:
        (stream,) = found.streams.subtitles
        assert stream.metadata["language"] == "eng"
        packets = [packet for packet in found.demux(stream) if packet.size]
    assert [(bytes(p), p.pts * p.time_base) for p in packets] == [(b"A disc.", Fraction(1, 10))]
    refused(capsys, film(source, *STYLE, "-o", tmp_path / "out.mp4"), "holds subtitles of srt")


def test_a_longer_folder_of_frames_is_replaced_whole(tmp_path, clip):
    assert copied(clip, tmp_path / "frames") == 0
    assert copied(clip, tmp_path / "frames", "--end", "0.2", "--overwrite") == 0
    assert len(list((tmp_path / "frames").iterdir())) == 5


def test_a_broadcast_begins_at_0(tmp_path):
    clip = drawn_clips.write(
        tmp_path / "clip.ts",
        ticks=[900_000 + 3600 * i for i in range(12)],
        time_base=Fraction(1, 90000),
    )
    began = drawn_clips.times(clip)[0]
    assert began > 1 and film(clip, *STYLE, "-o", tmp_path / "out.mp4") == 0
    shift = began - drawn_clips.times(tmp_path / "out.mp4")[0]
    assert drawn_clips.times(tmp_path / "out.mp4") == [t - shift for t in drawn_clips.times(clip)]


def test_an_output_that_cannot_hold_the_sound_is_refused(tmp_path, capsys):
    clip = drawn_clips.write(tmp_path / "clip.mp4", sound="mono")
    refused(capsys, film(clip, *STYLE, "-o", tmp_path / "out.webm"), "sound of aac, such as .mkv")
    assert film(clip, *STYLE, "--only-pictures", "-o", tmp_path / "out.webm") == 0


@pytest.mark.parametrize(("module", "title"), [("av", "PyAV"), ("cv2", "OpenCV")])
def test_without_the_extra_a_sentence_names_it(tmp_path, capsys, clip, monkeypatch, module, title):
    monkeypatch.setitem(sys.modules, module, None)
    code = film(clip, *STYLE, "-o", tmp_path / "out.mp4")
    refused(capsys, code, f'Expected {title}: pip install "tfstyle[film]"')


def test_every_form_of_style(tmp_path, clip, painting):
    images.write(painting, tmp_path / "style.png")
    for number, flags in enumerate(
        (
            ("--style", tmp_path / "style.png", "--strength", 0.5),
            ("--style", tmp_path / "style.png", "--style", "irises", "--weights", 0.3, 0.7),
            ("--style", "irises", "--keep-colors", "luminance"),
            ("--method", "cyclegan", "--model", "sunny2rainy"),
            ("--style", "irises", "--method", "cin"),
        )
    ):
        out = tmp_path / f"{number}.mp4"
        assert film(clip, *flags, "--end", "0.2", "-o", out) == 0
        assert difference(out, drawn_clips.decoded(clip)[:5]) > 4


@pytest.mark.slow
def test_masks_say_where_each_style_goes(tmp_path, clip):
    images.write(np.tile(np.arange(64)[None, :, None] > 31, (48, 1, 3)) * 1.0, tmp_path / "m.png")
    flags = "--style", "irises", "--mask", tmp_path / "m.png", "--feather", 0, "--crf", 4
    assert film(clip, *flags, "--end", "0.2", "-o", tmp_path / "out.mp4") == 0
    left, right = (slice(0, 30), slice(34, 64))
    pairs = zip(drawn_clips.decoded(tmp_path / "out.mp4"), drawn_clips.decoded(clip), strict=False)
    for now, before in pairs:
        apart = np.abs(now.astype(float) - before).mean(axis=(0, 2))
        assert apart[left].mean() < 5 < 10 < apart[right].mean()


def test_a_film_from_python_is_an_iterator(clip):
    frames = tfstyle.film(clip, "starry-night", "johnson", start=0.08, every=2)
    first = next(frames)
    assert first.picture.shape == (48, 64, 3) and first.picture.dtype == np.float32
    assert (first.time, first.duration) == (0.0, 0.08)
    assert [frame.time for frame in frames] == pytest.approx([0.08, 0.16, 0.24, 0.32])


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("clip.mp4", {}),
        ("clip.mkv", {"time_base": Fraction(1, 1000)}),
        ("clip.ts", {"time_base": Fraction(1, 90000)}),
        ("clip.mpg", {"time_base": Fraction(1, 25), "codec": "mpeg2video"}),
        ("clip.gif", {"time_base": Fraction(1, 100), "codec": "gif", "pix_fmt": "rgb8"}),
    ],
)
def test_frames_are_the_same_from_wherever_they_are_read(tmp_path, name, made):
    clip = clips.open_clip(drawn_clips.write(tmp_path / name, count=90, **made))
    every = list(clip.frames())
    for first in (1, 30, 60, 89):
        rest = list(clip.frames(every[first].tick))
        assert [frame.tick for frame in rest] == [frame.tick for frame in every[first:]]
        for one, other in zip(rest, every[first:], strict=True):
            np.testing.assert_array_equal(one.picture, other.picture)


def test_styles_from_python_are_those_of_stylize(tmp_path, clip, painting):
    images.write(painting, tmp_path / "style.png")
    found = [
        next(tfstyle.film(clip, style)).picture
        for style in (images.read(tmp_path / "style.png"), tmp_path / "style.png")
    ]
    np.testing.assert_array_equal(*found)


def test_a_film_that_is_left_early_ends_its_threads(clip):
    import threading

    frames = tfstyle.film(clip, "starry-night", "johnson")
    next(frames)
    frames.close()
    assert not [t for t in threading.enumerate() if t.name == "tfstyle-read" and t.is_alive()]


PROGRAM = """
import sys
from tfstyle import cli
from tfstyle.video import film_writer, painting
film_writer.SEGMENT = 10
sys.exit(cli.main(sys.argv[1:]))
"""


def start(clip, out, *more):
    arguments = ["film", clip, *STYLE, *more, "-o", out]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, text=True
    )


def stopped_after(process, out, segments, number):
    folder = out.with_name(out.name + ".unfinished")
    while process.poll() is None and not (folder / f"{segments - 1:06d}.segment").exists():
        time.sleep(0.02)
    process.send_signal(number)
    process.wait()
    return folder


def test_ctrl_c_leaves_a_film_that_plays_and_the_same_command_goes_on(tmp_path):
    clip = drawn_clips.write(tmp_path / "clip.mp4", count=60, size=(96, 128), sound="mono", cut=33)
    out, whole = tmp_path / "out.mp4", tmp_path / "whole.mp4"
    assert start(clip, whole).wait() == 0
    process = start(clip, out)
    folder = stopped_after(process, out, 1, signal.SIGINT)
    assert process.returncode == 130 and "goes on" in process.stderr.read().splitlines()[-1]
    part = drawn_clips.times(out)
    assert 10 <= len(part) < 60 and part == drawn_clips.times(clip)[: len(part)]
    assert drawn_clips.sounds(out)[-1][0] < len(part) / 25
    assert start(clip, out).wait() == 0 and not folder.exists()
    assert out.read_bytes() == whole.read_bytes()


def test_another_command_does_not_go_on(tmp_path, capsys):
    clip = drawn_clips.write(tmp_path / "clip.mp4", count=60, size=(96, 128))
    out = tmp_path / "out.mp4"
    folder = stopped_after(start(clip, out), out, 1, signal.SIGKILL)
    assert json.loads((folder / "job.json").read_text())["method"] == "johnson"
    refused(capsys, film(clip, "--style", "irises", "-o", out), "Received: another style, method")
    assert film(clip, *STYLE, "--strength", 0, "-o", out, "--overwrite") == 0


@pytest.mark.slow
def test_a_film_killed_at_any_moment_has_the_same_frames_in_the_end(tmp_path):
    clip = drawn_clips.write(
        tmp_path / "clip.mp4", count=500, size=(96, 128), sound="stereo", cut=230
    )
    out, whole = tmp_path / "out.mp4", tmp_path / "whole.mp4"
    began = time.monotonic()
    assert start(clip, whole).wait() == 0
    seconds, kills, chance = time.monotonic() - began, 0, random.Random(1)
    for _ in range(100):
        process = start(clip, out)
        try:
            if kills < 10:
                process.wait(chance.uniform(0.5, 0.5 + 0.15 * seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        if process.wait() == 0:
            break
    assert kills >= 5 and out.read_bytes() == whole.read_bytes()
    assert drawn_clips.sounds(out) == drawn_clips.sounds(clip)
    assert len(list(tmp_path.iterdir())) == 3


PEAK = """
import resource, sys
from tfstyle import cli
assert cli.main(sys.argv[1:]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs resource")
def test_a_long_film_needs_no_more_memory_than_a_short_one(tmp_path):
    peaks = []
    for count in (100, 2000):
        shown = [picture for picture in drawn_clips.pictures(50)]
        shown = (shown * (count // 50))[:count]
        clip = drawn_clips.write(tmp_path / f"{count}.mp4", count=count, frames=shown, sound="mono")
        command = ["film", clip, *STYLE, "-o", tmp_path / f"{count}.out.mp4"]
        found = subprocess.run(
            [sys.executable, "-c", PEAK, *map(str, command)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(found.stdout.splitlines()[-1]))
    assert peaks[1] < 1.1 * peaks[0]


LIMITED = """
import resource, sys
from tfstyle import cli
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of files")
@pytest.mark.parametrize(
    ("share", "kept"), [(0.01, "out.mp4.unfinished"), (0.7, "90 frames are kept")]
)
def test_a_full_disk_is_told_in_a_sentence_and_what_was_done_is_kept(tmp_path, share, kept):
    clip, out = drawn_clips.write(tmp_path / "clip.mp4", count=90), tmp_path / "out.mp4"
    command = [clip, *STYLE, "--crf", 4, "-o", out]
    assert film(*command) == 0
    whole = out.read_bytes()
    out.unlink()
    found = subprocess.run(
        [sys.executable, "-c", LIMITED, str(int(share * len(whole))), "film", *map(str, command)],
        capture_output=True,
        text=True,
    )
    last = found.stderr.splitlines()[-1]
    assert found.returncode == 2 and "too large" in last and kept in last
    assert not out.exists()
    assert film(*command) == 0 and out.read_bytes() == whole


def test_evaluate_film_tells_a_steady_film_from_one_that_flickers(tmp_path, capsys):
    clip = drawn_clips.write(tmp_path / "clip.mp4", size=(96, 128), cut=8, crf="4")
    for share in (0, 0.9):
        out = tmp_path / f"{share}.mkv"
        assert film(clip, *STYLE, "--steady", share, "--codec", "ffv1", "-o", out) == 0
    more = "--slice", str(tmp_path / "slice.png")
    films = [str(tmp_path / name) for name in ("0.mkv", "0.9.mkv")]
    capsys.readouterr()
    assert cli.main(["evaluate-film", str(clip), *films, *more]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "12 frames of 128x96, 1 cuts" in lines[0]
    bare, steady = (float(line.split()[1]) for line in lines[-2:])
    assert steady < 0.8 * bare
    assert images.read(tmp_path / "slice.png").shape[1] == 128


def test_evaluate_film_refuses_other_lengths_and_sizes(tmp_path, capsys, clip):
    for flags, words in {
        ("--end", "0.2"): "as many frames",
        ("--size", 32): "of the clip's size",
    }.items():
        assert copied(clip, tmp_path / "out.mp4", "--overwrite", *flags) == 0
        capsys.readouterr()
        code = cli.main(["evaluate-film", str(clip), str(tmp_path / "out.mp4")])
        refused(capsys, code, words)


@pytest.mark.slow
def test_the_filter_halves_the_warp_error_of_a_real_film(tmp_path, shared, capsys):
    clip = shared / "data" / "video" / "bigbuckbunny.mp4"
    flags = "--size", 320, "--end", 2, "--codec", "ffv1", "--only-pictures"
    assert copied(clip, tmp_path / "clip.mkv", *flags) == 0
    for name, share in {"bare.mkv": 0, "steady.mkv": 0.7}.items():
        assert film(clip, *STYLE, *flags, "--steady", share, "-o", tmp_path / name) == 0
    capsys.readouterr()
    paths = [str(tmp_path / name) for name in ("clip.mkv", "bare.mkv", "steady.mkv")]
    assert cli.main(["evaluate-film", *paths]) == 0
    bare, steady = (float(line.split()[1]) for line in capsys.readouterr().out.splitlines()[-2:])
    assert steady < 0.6 * bare


def test_help_teaches_by_an_example(capsys):
    with pytest.raises(SystemExit):
        film("--help")
    said = capsys.readouterr().out
    assert "tfstyle film clip.mp4 --style starry-night --method johnson -o painted.mp4" in said
