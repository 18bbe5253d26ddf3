"""Trainings from Python: their data, settings, callbacks, datasets and records."""

import csv
import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from processes import log, same_losses, train

import tfstyle
from tfstyle import examples, images, loading, release, trainings
from tfstyle.data import batches, datasets, folders, shards
from tfstyle.methods import METHODS
from tfstyle.methods.cyclegan.settings import Settings
from tfstyle.training import gan_runs, provenance, runs
from tfstyle.training.settings import metadata

TINY = {"filters": 4, "blocks": 1, "discriminator_filters": 4, "size": 32, "pool": 2}
TINY |= {"steps": 6, "decay": 0, "precision": "float32"}
SMALL = {"half": 4, "quarter": 8, "blocks": 1, "top": 4, "margin": 8, "batch": 2, "size": 64}
FLAGS = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Folders "a" and "b" of a few pictures."""
    home = tmp_path_factory.mktemp("trainings")
    for name, draw in {"a": examples.lake, "b": examples.discs}.items():
        for index in range(3):
            images.write(draw(60 + 10 * index, 80), home / name / f"{index}.png")
    return home


def domains(home):
    return {name: home / name for name in "ab"}


@pytest.fixture(scope="module")
def finished(home):
    """A run of the command."""
    sides = [word for name in "ab" for word in (f"--{name}", str(home / name))]
    assert train(["train", "cyclegan", *sides, "--run", str(home / "finished"), *FLAGS]) == 0
    return home / "finished"


class Watch(keras.callbacks.Callback):
    """Counts what Keras calls, and stops after some steps."""

    def __init__(self, stop=None):
        super().__init__()
        self.called, self.losses, self.stop = [], [], stop

    def on_train_begin(self, logs=None):
        self.called.append("begin")

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs)
        self.model.stop_training = len(self.losses) == self.stop

    def on_epoch_end(self, epoch, logs=None):
        self.called.append(f"epoch {epoch}")

    def on_train_end(self, logs=None):
        self.called.append("end")


@pytest.mark.parametrize("name", trainings.trainings())
def test_every_setting_of_a_training_has_a_line_of_help(name):
    kind = trainings.trainings()[name].Settings
    for field in dataclasses.fields(kind):
        assert metadata(kind, field.name)["help"], field.name


@pytest.mark.slow
def test_a_training_from_python_is_the_commands_and_its_callbacks_are_keras(home, finished):
    run, first, second = home / "python", Watch(stop=2), Watch()
    with pytest.MonkeyPatch.context() as patch:
        begin = runs.Recorder.__init__
        patch.setattr(runs.Recorder, "__init__", lambda *a, **k: begin(*a, **k, every=1))
        assert not tfstyle.train("cyclegan", domains(home), run, TINY, [first])
        settings = Settings(**TINY)
        assert tfstyle.train("cyclegan", domains(home), run, settings, [second])
    assert first.called == second.called == ["begin", "epoch 0", "end"]
    assert (len(first.losses), len(second.losses)) == (2, 4)
    assert {"fool_a", "cycle_b", "judge_a", "waiting"} <= first.losses[0].keys()
    same_losses(run, finished, 6)


def test_run_json_says_what_a_run_was_made_from(home, finished):
    record = json.loads((finished / "run.json").read_text())
    assert record == json.loads((finished / "a_to_b" / "run.json").read_text())
    files = [home / "a" / f"{index}.png" for index in range(3)]
    known = record["data"]["a"]
    assert (known["files"], known["names"]) == (3, ["0.png", "1.png", "2.png"])
    assert known["sizes"] == [path.stat().st_size for path in files]
    assert known["bytes"] == sum(known["sizes"]) and len(known["sha256"]) == 64
    assert known["sha256"] != record["data"]["b"]["sha256"]
    assert known == provenance.described(files)
    assert record["begin"] == {"from": "random"}
    assert record["precision"] == {"name": "float32", "why": "as asked"}
    assert record["versions"]["keras"] == keras.__version__
    assert record["versions"]["tfstyle"] == tfstyle.__version__
    card = release._card("cyclegan-x", finished / "a_to_b", {}, None)
    assert card["inputs"] == {"a": folders.fingerprint(files), "begin": "random"} | {
        "b": folders.fingerprint(folders.pictures(home / "b"))
    }
    assert card["versions"] == record["versions"]


def test_a_run_says_from_which_networks_it_begins_and_rests_on_which(tmp_path):
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)], name="vgg19")
    (tmp_path / "before").mkdir()
    network.save(tmp_path / "before/generator.keras")
    run = runs.Run(tmp_path / "run", {"precision": "float32"})
    run.made_of({}, tmp_path / "before")
    run.uses(teacher=network)
    record = json.loads((tmp_path / "run/run.json").read_text())
    digest = record["begin"]["sha256"]["generator.keras"]
    assert record["begin"]["from"] == "before" and len(digest) == 64
    assert record["teacher"]["network"] == "vgg19" and record["teacher"]["parameters"] == 9
    run.keep(1, ".txt", lambda path: path.write_text("weights"))
    (tmp_path / "before/generator.keras").write_bytes(b"trained further")
    runs.Run(tmp_path / "run", {"precision": "float32"}).made_of({}, tmp_path / "before")
    assert json.loads((tmp_path / "run/run.json").read_text()) == record
    network.layers[0].kernel.assign(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"teacher: \w+ \(was \w+\)"):
        runs.Run(tmp_path / "run", {"precision": "float32"}).uses(teacher=network)


def test_a_resumed_run_says_with_which_other_versions(tmp_path, monkeypatch):
    run = runs.Run(tmp_path, {"steps": 2})
    run.made_of({})
    run.keep(1, ".txt", lambda path: path.write_text("weights"))
    monkeypatch.setattr(keras, "__version__", "4.0")
    runs.Run(tmp_path, {"steps": 2}).made_of({})
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["versions"]["keras"] != "4.0"
    assert record["resumed"] == {"step": 1, "versions": record["versions"] | {"keras": "4.0"}}


def test_a_run_of_before_goes_on(tmp_path):
    """Without run.json, with other names of its inputs, and with a log without waiting."""
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    run = runs.Run(tmp_path, {"steps": 2})
    run.uses(teacher=network)
    run.log(1, {"style": 1.0})
    run.keep(1, ".txt", lambda path: path.write_text("weights"))
    (tmp_path / "run.json").unlink()
    text = (tmp_path / "settings.json").read_text()
    (tmp_path / "settings.json").write_text(text.replace("teacher", "loss_network"))
    again = runs.Run(tmp_path, {"steps": 2})
    again.uses(teacher=network)
    again.log(2, {"style": 0.5, "waiting": 0.1})
    with (tmp_path / "log.csv").open() as file:
        assert list(csv.reader(file)) == [["step", "style"], ["1", "1"], ["2", "0.5"]]
    assert json.loads((tmp_path / "settings.json").read_text())["inputs"].keys() == {"teacher"}
    record = json.loads((tmp_path / "run.json").read_text())
    assert "teacher" in record and "versions" not in record
    assert record["resumed"] == {"step": 1, "versions": provenance.versions()}
    network.layers[0].kernel.assign(np.ones((2, 3)))
    with pytest.raises(ValueError, match="teacher"):
        runs.Run(tmp_path, {"steps": 2}).uses(teacher=network)


@pytest.mark.slow
def test_a_dataset_takes_the_place_of_folders(home, finished):
    paths = [folders.pictures(home / name) for name in "ab"]
    dataset = batches.unpaired(*paths, 1, 32, 1).take(50)
    assert tfstyle.train("cyclegan", dataset, home / "dataset", TINY)
    (last,) = log(home / "dataset")
    expected = log(finished)
    for name in last.keys() - {"step", "waiting"}:
        mean = np.mean([row[name] for row in expected])
        assert last[name] == pytest.approx(mean, rel=1e-3)
    record = json.loads((home / "dataset/run.json").read_text())
    shapes = record["data"]["batches"]["dataset"]
    assert shapes == "a (1, 32, 32, 3), b (1, 32, 32, 3)"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["johnson", "wct", "pix2pix"])
def test_every_method_that_says_so_learns_from_a_dataset(home, name, photograph):
    pictures = np.random.default_rng(0).random((3, 2, 64, 64, 3), np.float32)
    names = METHODS[name].training.batches
    dataset = tf.data.Dataset.from_tensor_slices(dict.fromkeys(names, pictures))
    data = {"batches": dataset} | ({"style": home / "b/0.png"} if name == "johnson" else {})
    numbers = {"steps": 2, "precision": "float32"}
    numbers |= {"johnson": SMALL, "pix2pix": {"decay": 0, "filters": 4, "depth": 4}}.get(name, {})
    assert tfstyle.train(name, data, home / name, numbers)
    style = None if METHODS[name].in_weights else photograph
    painted = loading.load(name, home / name).stylize(photograph, style)
    assert painted.shape == photograph.shape and np.isfinite(painted).all()
    assert list((home / name / "samples").iterdir())


def test_a_dataset_goes_on_at_a_step_and_is_repeated():
    dataset = tf.data.Dataset.range(3)
    assert list(datasets.from_step(dataset)(4).take(4).as_numpy_iterator()) == [1, 2, 0, 1]
    with pytest.raises(ValueError, match="Expected folders where replicas"):
        datasets.from_step(dataset)(0, shards.Shard(0, 1, 2))


@pytest.mark.parametrize(
    "pictures",
    [
        {"a": np.zeros((1, 8, 8, 3), np.float32)},
        {name: np.zeros((1, 8, 8, 3), np.uint8) for name in "ab"},
        {name: np.zeros((8, 8, 3), np.float32) for name in "ab"},
        np.zeros((1, 8, 8, 3), np.float32),
    ],
)
def test_a_dataset_of_something_else_is_refused(pictures, tmp_path):
    dataset = tf.data.Dataset.from_tensors(pictures)
    with pytest.raises(ValueError, match=r"Expected a dataset of \{'a': \(batch, height"):
        tfstyle.train("cyclegan", dataset, tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "data", "more", "words"),
    [
        ("gatys", {}, {}, "Expected a training of encoder, johnson.*'gatys'"),
        ("ghiasi-desktop", {}, {}, "Expected a training of"),
        ("johnson", {"content": "."}, {}, "Expected as data of johnson: content: .*style: its"),
        ("johnson", {"content": ".", "style": ".", "b": "."}, {}, "content, style, b"),
        ("johnson", {"content": ".", "style": [".", "."]}, {}, "Expected one PAINTING as style"),
        ("cin", {"content": "."}, {}, "Expected style or add_style. Received: content"),
        ("wct", {"content": "."}, {"settings": {"filters": 1}}, "Received: filters"),
        ("wct", {"content": "."}, {"settings": 3}, "Expected wct's Settings, or a dictionary"),
        ("wct", {"content": "."}, {"teacher": "vgg19"}, "Expected no teacher for wct"),
        ("wct", {"content": "."}, {"replicas": 2}, "Expected no replicas for wct"),
        ("cyclegan", {"a": ".", "b": "."}, {"encoder": "."}, "Expected no encoder for cyclegan"),
        ("cin", tf.data.Dataset.range(2), {}, "Expected as data of cin: .*Received: batches"),
    ],
)
def test_what_does_not_belong_is_refused(name, data, more, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        tfstyle.train(name, data, tmp_path / "run", **more)
    assert not (tmp_path / "run").exists()


def test_every_training_has_facts_for_the_command():
    known = trainings.trainings()
    assert set(known) == {"encoder", *METHODS} - {"gatys"}
    for name, training in known.items():
        assert dataclasses.is_dataclass(training.Settings) and f"tfstyle train {name}" in (
            training.example
        )
        assert not training.batches or any(source.batched for source in training.data)


def test_generators_of_a_run_are_beside_what_it_was_made_from(finished):
    for way in ("a_to_b", "b_to_a"):
        for name in (gan_runs.FILE, "settings.json", "run.json"):
            assert (finished / way / name).is_file()
