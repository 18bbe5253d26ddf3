"""Batches on Apache Beam: in this process, in several, on a cluster, on other filesystems."""

import csv
import importlib.util
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfstyle import cli, examples, images
from tfstyle.batch.transforms import target_name

NEEDED = pytest.mark.skipif(not importlib.util.find_spec("apache_beam"), reason="needs Beam")
STYLE = ["--style", "starry-night"]
CLUSTER = Path(__file__).parents[1] / "examples/cluster.py"


def photographs(folder, count, height=40, width=48):
    """Drawn pictures of two sizes in two folders, each of its own noise."""
    for number in range(count):
        sides = (height, width) if number % 3 else (width, height)
        noise = np.random.default_rng(number).normal(0, 0.02, (*sides, 3))
        picture = np.clip(examples.lake(*sides) + noise, 0, 1)
        images.write(picture, folder / "ab"[number % 2] / f"{number}.png")
    return folder


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def results(path):
    return {Path(row["file"]).name: row["result"] for row in rows(path)}


def pictures(folder):
    """Every picture below a folder, decoded whole, by name; nothing else lies there."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".csv"]
    paths = [path for path in files if path.name != "work.json"]
    return {str(path.relative_to(folder)): images.read_bytes(path) for path in paths}


@pytest.fixture
def folder(tmp_path):
    return photographs(tmp_path / "photos", 6)


def batch(*arguments):
    return cli.main(["batch", *map(str, arguments)])


def test_without_beam_a_sentence_says_what_to_install(folder, tmp_path, monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith(("tfstyle.batch", "apache_beam"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    assert batch(folder, *STYLE, "-o", tmp_path / "painted") == 2
    assert 'pip install "tfstyle[beam]"' in capsys.readouterr().err
    assert not (tmp_path / "painted").exists()


@NEEDED
@pytest.mark.parametrize("count", [9, pytest.param(99, marks=pytest.mark.slow)])
def test_a_bad_file_is_reported_and_stops_nothing(tmp_path, capsys, count):
    photos = photographs(tmp_path / "photos", count)
    (photos / "a/bad.png").write_bytes((photos / "a/0.png").read_bytes()[:-200])
    assert batch(photos / "**.png", *STYLE, "-o", tmp_path / "painted") == 1
    captured = capsys.readouterr()
    assert captured.out == f"1 failed, {count} painted\n"
    painted = pictures(tmp_path / "painted")
    assert painted.keys() == {f"{'ab'[n % 2]}/{n}.png" for n in range(count)}
    reported = results(tmp_path / "painted/report.csv")
    assert len(reported) == count + 1 and reported.pop("bad.png") == "failed"
    assert set(reported.values()) == {"painted"}
    (failed,) = rows(tmp_path / "painted/failed.csv")
    assert failed["file"] == str(photos / "a/bad.png")
    assert "a/bad.png" in failed["reason"]


@NEEDED
def test_pictures_are_those_of_stylize(folder, tmp_path):
    flags = [*STYLE, "--strength", "0.6", "--keep-colors", "luminance", "--size", "36"]
    assert batch(folder, *flags, "-o", tmp_path / "painted") == 0
    assert cli.main(["stylize", str(folder), *flags, "-o", str(tmp_path / "other")]) == 0
    one, other = pictures(tmp_path / "painted"), pictures(tmp_path / "other")
    assert one.keys() == other.keys()
    for name, picture in one.items():
        np.testing.assert_allclose(picture.astype(int), other[name], atol=2, err_msg=name)


@NEEDED
def test_the_same_command_paints_what_is_missing(folder, tmp_path, capsys):
    output = tmp_path / "painted"
    assert batch(folder, *STYLE, "-o", output) == 0
    (output / "a/2.png").unlink()
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*.png")}
    assert batch(folder, *STYLE, "-o", output) == 0
    assert capsys.readouterr().out.endswith("5 kept, 1 painted\n")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(pictures(output)) == 6
    assert batch(folder, *STYLE, "-o", output, "--overwrite") == 0
    assert capsys.readouterr().out == "6 painted\n"


@NEEDED
def test_pictures_of_another_style_are_not_taken_for_ones_own(folder, tmp_path, capsys):
    output = tmp_path / "painted"
    assert batch(folder, *STYLE, "-o", output) == 0
    before = pictures(output)
    assert batch(folder, "--style", "irises", "-o", output) == 2
    assert "another style" in capsys.readouterr().err
    assert all((picture == before[name]).all() for name, picture in pictures(output).items())
    assert batch(folder, *STYLE, "-o", folder, "--overwrite") == 2
    assert "another folder" in capsys.readouterr().err
    assert batch(output, *STYLE, "-o", folder) == 2
    assert "not of tfstyle batch" in capsys.readouterr().err


@NEEDED
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{}/*.nothing"], "matches none"),
        (["{}", "--strenght", "0.5"], "--strenght"),
        (["{}", "--strength", "2"], "strength from 0 to 1"),
        (["{}", "--method", "gatys"], "one pass"),
        (["{}", "--codes"], ".jsonl"),
        (["{}", "{}/a/0.png", "list.txt"], "one kind"),
    ],
)
def test_what_cannot_be_done_is_refused_before_it_begins(
    folder, tmp_path, capsys, arguments, words
):
    output = tmp_path / "painted"
    style = [] if "--codes" in arguments else STYLE
    arguments = [argument.format(folder) for argument in arguments]
    assert batch(*arguments, *style, "-o", output) == 2
    assert words in capsys.readouterr().err
    assert not output.exists()


@NEEDED
def test_two_pictures_for_one_name_are_refused(folder, tmp_path, capsys):
    (folder / "a/x.heic").write_bytes(b"")
    (folder / "a/x.heic.jpg").write_bytes(b"")
    assert batch(folder, *STYLE, "-o", tmp_path / "painted") == 2
    assert "two for a/x.heic.jpg" in capsys.readouterr().err


@NEEDED
def test_a_list_says_what_is_painted(folder, tmp_path, capsys):
    (tmp_path / "list.txt").write_text(f"# mine\n{folder}/a/0.png\n\n{folder}/b/none.png\n")
    assert batch(tmp_path / "list.txt", *STYLE, "-o", tmp_path / "painted") == 1
    assert capsys.readouterr().out == "1 failed, 1 painted\n"
    assert pictures(tmp_path / "painted").keys() == {"a/0.png"}
    (failed,) = rows(tmp_path / "painted/failed.csv")
    assert failed["file"].endswith("b/none.png") and "No such file" in failed["reason"]


def write_records(path, records):
    """TFRecords; a record is bytes, or a name and what is in the picture's file."""
    import tensorflow as tf

    def feature(value):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            if not isinstance(record, bytes):
                name, encoded = record
                fields = {"image/filename": feature(name), "image/encoded": feature(encoded)}
                features = tf.train.Features(feature=fields)
                record = tf.train.Example(features=features).SerializeToString()
            writer.write(record)


@NEEDED
def test_records_go_in_and_out_and_broken_ones_are_reported(folder, tmp_path, capsys):
    pytest.importorskip("tensorflow")
    good = (folder / "a/0.png").read_bytes()
    odd = [(b"a/1.png", b"nothing"), b"no example", (b"../2.png", good), (b"a/0.png", good)]
    write_records(tmp_path / "in.tfrecord", [(b"a/0.png", good), *odd])
    write_records(tmp_path / "in2.tfrecord", [(b"a/0.png", good), (b"a/3.png", good)])
    content = (tmp_path / "in2.tfrecord").read_bytes()
    (tmp_path / "in2.tfrecord").write_bytes(content[:-100])
    output = tmp_path / "out/painted.tfrecord"
    assert batch(tmp_path / "in*.tfrecord", *STYLE, "-o", output) == 1
    assert capsys.readouterr().out == "5 failed, 2 painted\n"
    reasons = " ".join(row["reason"] for row in rows(f"{output}.failed.csv"))
    for words in ("identified", "image/encoded", "results' folder", "different names", "record 1"):
        assert words in reasons, words
    assert (
        batch(output.parent / "painted-*", "--from", "records", *STYLE, "-o", tmp_path / "b") == 0
    )
    names = {name.partition("/")[2] for name in pictures(tmp_path / "b")}
    assert names == {"in.tfrecord/a/0.png", "in2.tfrecord/a/0.png"}


@NEEDED
def test_codes_are_those_that_a_stylizer_sees(folder, tmp_path, lite):
    assert batch(folder, "--codes", "-o", tmp_path / "codes.jsonl") == 0
    lines = [
        json.loads(line)
        for path in tmp_path.glob("codes-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert len({line["name"] for line in lines}) == len(lines) == 6
    for line in lines:
        expected = lite.style_code(images.read(folder / line["name"]))["vector"]
        np.testing.assert_allclose(line["code"]["vector"], expected, atol=1e-3)
    assert results(tmp_path / "codes.jsonl.report.csv")["0.png"] == "coded"


@NEEDED
def test_codes_of_an_earlier_job_do_not_stay_among_the_new(folder, tmp_path, capsys):
    shard = tmp_path / "codes-00002-of-00003.jsonl"
    shard.write_text("{}")
    os.utime(shard, (1, 1))
    assert batch(folder / "a", "--codes", "-o", tmp_path / "codes.jsonl") == 2
    assert "there already" in capsys.readouterr().err
    assert batch(folder / "a", "--codes", "-o", tmp_path / "codes.jsonl", "--overwrite") == 0
    assert not shard.exists() and list(tmp_path.glob("codes-*.jsonl"))


@NEEDED
@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_reported_and_stops_nothing(folder, tmp_path, capsys):
    with open(os.fsencode(folder) + b"/a/\xff.png", "wb") as file:
        file.write((folder / "a/0.png").read_bytes())
    assert batch(folder, *STYLE, "-o", tmp_path / "painted") == 1
    assert capsys.readouterr().out == "1 failed, 6 painted\n"
    (failed,) = rows(tmp_path / "painted/failed.csv")
    assert failed["file"].endswith("\\udcff.png") and "UTF-8" in failed["reason"]


def test_names_stay_below_the_results_folder():
    assert target_name("a/b.heic") == "a/b.heic.jpg"
    assert target_name("/a/./b.PNG") == "a/b.PNG"
    for name in ("../b.png", "a/../../b.png", "a/", "..\\b.png"):
        with pytest.raises(ValueError, match="below"):
            target_name(name)


@NEEDED
@pytest.mark.parametrize(
    ("pattern", "fixed_folder"),
    [
        ("/a/b/*.jpg", "/a/b/"),
        ("/a/**/c/*.jpg", "/a/"),
        ("/a/b/c.jpg", "/a/b/"),
        ("gs://a/b/", "gs://a/b/"),
        ("gs://a/b*/c", "gs://a/"),
    ],
)
def test_names_are_kept_below_the_patterns_fixed_part(pattern, fixed_folder):
    from tfstyle.batch import filesystem

    assert filesystem.fixed_folder(pattern) == fixed_folder


@pytest.fixture(scope="module")
def bucket():
    """A filesystem without folders that does not rename over a file: /bucket/x is bucket://x."""
    from apache_beam.io.filesystem import BeamIOError, FileMetadata
    from apache_beam.io.localfilesystem import LocalFileSystem

    class Bucket(LocalFileSystem):
        @classmethod
        def scheme(cls):
            return "bucket"

        def local(self, path):
            return path.removeprefix("bucket:/")

        def has_dirs(self):
            return False

        def join(self, *paths):
            return "/".join(path.rstrip("/") for path in paths)

        def _list(self, path):
            for folder, _, files in os.walk(self.local(path)):
                for name in files:
                    yield FileMetadata(f"bucket:/{folder.rstrip('/')}/{name}", 1)

        def _path_open(self, path, *others, **named):
            return super()._path_open(self.local(path), *others, **named)

        def create(self, path, *others, **named):
            return super().create(self.local(path), *others, **named)

        def exists(self, path):
            return os.path.isfile(self.local(path))

        def last_updated(self, path):
            if not self.exists(path):
                raise BeamIOError(f"{path} is not there")
            return super().last_updated(self.local(path))

        def rename(self, sources, targets):
            if any(map(self.exists, targets)):
                raise BeamIOError("there already")
            for target in targets:
                os.makedirs(os.path.dirname(self.local(target)), exist_ok=True)
            return super().rename(list(map(self.local, sources)), list(map(self.local, targets)))

        def delete(self, paths):
            for path in paths:
                (shutil.rmtree if path.endswith("/") else os.unlink)(self.local(path))

    return Bucket


@NEEDED
def test_other_filesystems_are_read_and_written(bucket, folder, tmp_path, capsys):
    where = f"bucket:/{tmp_path}"
    for _ in range(2):
        assert batch(f"{where}/photos/**.png", *STYLE, "-o", f"{where}/painted", "--overwrite") == 0
        assert capsys.readouterr().out == "6 painted\n"
        assert len(pictures(tmp_path / "painted")) == 6
    assert batch(f"{where}/photos/", *STYLE, "-o", f"{where}/painted") == 0
    assert capsys.readouterr().out == "6 kept\n"


@NEEDED
def test_a_group_that_comes_again_is_not_painted_again(folder, tmp_path):
    from tfstyle.batch import pipeline
    from tfstyle.batch.transforms import Painting

    (tmp_path / "out").mkdir()
    work, start_time = Painting(styles=("irises",)), time.time() - 1
    out, scratch = str(tmp_path / "out"), str(tmp_path / "out/.tfstyle-batch/x")
    painter = pipeline._ProcessSources(pipeline.Job(work, out, scratch, start_time, True, 1))
    painter.setup()
    source = pipeline.Source(str(folder / "a/0.png"), "a/0.png")
    first, again = (list(painter.process(("k", [[("0.png", source)]]))) for _ in range(2))
    assert first[0][1] == again[0][1] == "painted"
    assert float(first[0][2]) > 0 == float(again[0][2])
    assert pictures(tmp_path / "out").keys() == {"0.png"}


@NEEDED
def test_pictures_of_one_size_are_painted_one_after_the_other():
    from tfstyle.batch import pipeline

    sizes = [1, 2] * 20 + [3]
    sources = [(str(i), pipeline.Source(str(i), str(i))) for i in range(41)]
    groups = dict(pipeline._group_by_extent("k", sources, lambda source: sizes[int(source.path)]))
    assert sorted(len(group) for group in groups.values()) == [1, 4, 4, 16, 16]
    for group in groups.values():
        assert len({sizes[int(target)] for target, _ in group}) == 1
    assert sorted(int(t) for group in groups.values() for t, _ in group) == list(range(41))


@NEEDED
def test_pictures_of_many_sizes_do_not_all_wait_in_memory():
    from tfstyle.batch import pipeline

    content = bytes(1 << 20)
    sources = ((str(i), pipeline.Source(str(i), str(i), content)) for i in range(100))
    waiting = iter(pipeline._group_by_extent("k", sources, lambda source: source.path))
    assert next(waiting)[0] == "k:0"
    assert next(sources)[0] == "64"
    assert len(list(waiting)) == 98


def turned(extent, orientation):
    image, exif, file = Image.new("RGB", extent), Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    image.save(file, "JPEG", exif=exif)
    return io.BytesIO(file.getvalue())


def test_an_extent_is_of_the_picture_as_it_is_seen():
    assert images.extent(turned((30, 20), 1)) == (20, 30)
    assert images.extent(turned((30, 20), 6)) == (30, 20)
    assert images.extent(io.BytesIO(b"nothing")) is None


def start(*arguments, stderr=subprocess.DEVNULL, **named):
    """The command in a process of its own, at the head of a group."""
    command = [sys.executable, "-m", "tfstyle", "batch", *map(str, arguments)]
    return subprocess.Popen(command, start_new_session=True, stderr=stderr, **named)


def wait_for(folder, count, process):
    while len(list(folder.rglob("*.png"))) < count and process.poll() is None:
        time.sleep(0.02)


@NEEDED
@pytest.mark.slow
def test_a_job_that_is_killed_goes_on_without_painting_twice(tmp_path, capsys):
    photos, output = photographs(tmp_path / "photos", 60, 120, 160), tmp_path / "painted"
    process = start(photos, *STYLE, "-o", output)
    wait_for(output, 10, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = len(pictures_on_the_way := list(output.rglob("*.png")))
    assert 10 <= there < 60
    before = {path: path.stat().st_mtime_ns for path in pictures_on_the_way}
    assert batch(photos, *STYLE, "-o", output) == 0
    assert capsys.readouterr().out == f"{there} kept, {60 - there} painted\n"
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(pictures(output)) == 60


@NEEDED
@pytest.mark.slow
def test_ctrl_c_stops_with_a_word_and_leaves_whole_pictures(tmp_path):
    photos, output = photographs(tmp_path / "photos", 300, 300, 400), tmp_path / "painted"
    process = start(photos, *STYLE, "-o", output, stderr=subprocess.PIPE, text=True)
    wait_for(output, 3, process)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1].endswith("tfstyle: stopped.\n")
    assert process.returncode == 130
    assert all(images.read(path).shape for path in output.rglob("*.png"))


@NEEDED
@pytest.mark.slow
def test_two_processes_paint_every_picture_once(tmp_path):
    photos, output = photographs(tmp_path / "photos", 99), tmp_path / "painted"
    (photos / "a/bad.png").write_bytes(b"nothing")
    flags = ["--direct_running_mode", "multi_processing", "--direct_num_workers", "2"]
    assert start(photos, *STYLE, "-o", output, *flags).wait() == 1
    assert len(pictures(output)) == 99
    reported = results(output / "report.csv")
    assert len(reported) == 100
    assert [name for name, result in reported.items() if result != "painted"] == ["bad.png"]


@NEEDED
@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="needs Dask")
def test_a_worker_of_a_cluster_is_killed_and_every_picture_is_painted_once(tmp_path, capfd):
    photos, output = photographs(tmp_path / "photos", 99, 240, 320), tmp_path / "painted"
    (photos / "a/bad.png").write_bytes(b"nothing")
    spec = importlib.util.spec_from_file_location("cluster", CLUSTER)
    cluster = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cluster)
    assert cluster.batch(output, [str(photos), *STYLE], workers=2, kill=20) == 1
    out = capfd.readouterr().out
    assert "killed a worker" in out and out.endswith("1 failed, 99 painted\n")
    assert len(pictures(output)) == 99
    reported = results(output / "report.csv")
    assert len(reported) == 100
    assert [name for name, result in reported.items() if result != "painted"] == ["bad.png"]
