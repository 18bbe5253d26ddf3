"""Runs that stop at any moment and go on as if they had not."""

import concurrent.futures
import json
import os
import shutil
import signal
import time

import numpy as np
import pytest
from keras import ops
from processes import log, same_losses, start, steps_logged, stop_after, train

from tfstyle import cli, examples, images, loading, release
from tfstyle.data import batches, crops, folders
from tfstyle.data.cache import cached
from tfstyle.data.crops import random_crops
from tfstyle.methods import tiled_network
from tfstyle.methods.johnson.settings import Settings
from tfstyle.networks import encoder as encoders
from tfstyle.networks import files, vgg
from tfstyle.training import perceptual, style_table
from tfstyle.training.style_table import StyleImage

STEPS = 12
NUMBERS = ["--steps", str(STEPS), "--batch", "2", "--size", "64"]
NARROW = ["--half", "4", "--quarter", "8", "--blocks", "1", "--top", "4", "--margin", "8"]
SMALL = {
    "johnson": NARROW,
    "cin": [*NARROW, "--own-share", "0.3"],
    "ghiasi": [*NARROW, "--hidden", "8", "--directions", "4", "--own-share", "0.3"],
    "adain": NARROW[2:],
    "wct": [],
}
FILES = {
    "johnson": "generator",
    "cin": "transformer",
    "ghiasi": "transformer",
    "adain": "decoder",
    "wct": "decoder3",
}
JOHNSON_QUICKLY = [
    pytest.param(method, marks=() if method == "johnson" else pytest.mark.slow) for method in SMALL
]
STYLES = {"johnson": ["style/0.png"], "wct": []}


def command(pictures, run, method="ghiasi"):
    style = [str(pictures / path) for path in STYLES.get(method, ["style"])]
    style = ["--style", *style] if style else []
    return [
        *("train", method, "--content", str(pictures / "content"), *style),
        *("--run", str(pictures / run), *NUMBERS, *SMALL[method]),
    ]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name, draw in {"content": examples.lake, "style": examples.discs}.items():
        for index in range(3):
            images.write(draw(60 + 10 * index, 80), folder / name / f"{index}.png")
    return folder


def finished(pictures, method):
    run = pictures / f"unbroken-{method}"
    if not run.exists():
        assert train(command(pictures, run.name, method)) == 0
    return run


@pytest.fixture(scope="module")
def unbroken(pictures):
    return finished(pictures, "ghiasi")


@pytest.mark.slow
def test_an_interrupted_run_paints_and_goes_on_as_if_it_had_not_been(pictures, photograph):
    run, unbroken = pictures / "interrupted", finished(pictures, "johnson")
    before = signal.getsignal(signal.SIGINT)
    assert train(command(pictures, run.name, "johnson"), interrupted=2) == 130
    assert signal.getsignal(signal.SIGINT) is before
    assert steps_logged(run) == 2
    early = loading.load("johnson", run).stylize(photograph)
    assert train(command(pictures, run.name, "johnson")) == 0
    same_losses(run, unbroken, STEPS)
    late = loading.load("johnson", run).stylize(photograph)
    np.testing.assert_array_equal(late, loading.load("johnson", unbroken).stylize(photograph))
    assert np.abs(late - early).max() > 1e-3


@pytest.mark.slow
def test_a_run_ends_sooner_or_goes_on_longer_with_another_rate(pictures, tmp_path):
    run = command(pictures, "flexible", "johnson")
    assert train([*run, "--steps", "3"]) == 0
    assert train([*run, "--steps", "5", "--rate", "1e-4"]) == 0
    assert [row["step"] for row in log(pictures / "flexible")] == [1, 2, 3, 4, 5]
    (pictures / "flexible" / "generator.keras").unlink()
    assert train([*run, "--steps", "4"]) == 0
    assert len(list(release.release("johnson", pictures / "flexible", tmp_path))) > 1
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["trained_steps"] == 5 and card["rate"] == 2e-3


@pytest.mark.slow
def test_networks_are_kept_every_so_many_steps(pictures, photograph):
    run = pictures / "kept"
    assert train([*command(pictures, "kept", "cin"), "--steps", "5", "--keep-every", "2"]) == 0
    assert sorted(path.name for path in (run / "kept").iterdir()) == ["step-2", "step-4"]
    painted = [
        loading.load("cin", folder).stylize(photograph, "0")
        for folder in (run / "kept" / "step-2", run / "kept" / "step-4", run)
    ]
    assert np.abs(painted[0] - painted[1]).max() > 1e-4 < np.abs(painted[1] - painted[2]).max()


@pytest.mark.slow
def test_losses_that_are_no_numbers_leave_the_last_checkpoint(pictures, monkeypatch, capsys):
    """A rate that is far too high, once three steps are behind."""
    run = pictures / "diverged"
    assert train([*command(pictures, "diverged", "johnson"), "--steps", "3"]) == 0
    contents = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    monkeypatch.setattr(perceptual.losses, "total_variation", lambda image: ops.sum(image) * np.nan)
    longer = [*command(pictures, "diverged", "johnson"), "--steps", "6"]
    assert train(longer, seconds=0.0) == 2
    message = capsys.readouterr().err
    assert (
        "variation=nan" in message
        and "checkpoint of step 3" in message
        and "--rate 0.00067" in message
    )
    for name in ("state.json", "step-3.weights.h5", "generator.keras"):
        assert (run / name).read_bytes() == contents[name]
    monkeypatch.undo()
    assert train([*longer, "--rate", "1e-4"]) == 0
    assert len(log(run)) == 6


@pytest.mark.slow
def test_a_training_runs_in_a_thread_of_its_own(pictures):
    run = [*command(pictures, "thread", "johnson"), "--steps", "2"]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(train, run).result() == 0
    assert (pictures / "thread" / "generator.keras").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "number"),
    [
        ("johnson", signal.SIGKILL),
        ("cin", signal.SIGKILL),
        ("ghiasi", signal.SIGKILL),
        ("ghiasi", signal.SIGINT),
        ("adain", signal.SIGKILL),
        ("wct", signal.SIGKILL),
    ],
)
def test_resuming_equals_never_stopping(pictures, method, number):
    run = pictures / f"killed-{method}-{number.name}"
    process = start(command(pictures, run.name, method))
    stop_after(process, run, 4, number)
    assert process.returncode != 0 and steps_logged(run) < STEPS
    assert start(command(pictures, run.name, method)).wait() == 0
    same_losses(run, finished(pictures, method), STEPS)


@pytest.mark.slow
def test_a_run_killed_before_its_first_checkpoint_begins_its_log_again(pictures, unbroken):
    run = pictures / "early"
    run.mkdir()
    (run / "settings.json").write_text((unbroken / "settings.json").read_text())
    header = (unbroken / "log.csv").read_text().splitlines()[0]
    (run / "log.csv").write_text(f"{header}\n1,0.5,0.5,0.5,0.5,0.5,0.5,0.5\n2,0.")
    assert train(command(pictures, "early")) == 0
    assert [row["step"] for row in log(run)] == [row["step"] for row in log(unbroken)]


def style_of(method, painting):
    return {"johnson": None, "cin": "1"}.get(method, painting)


@pytest.mark.slow
@pytest.mark.parametrize("method", SMALL)
def test_a_finished_run_can_be_released_and_paints(
    pictures, method, tmp_path, photograph, painting
):
    run = finished(pictures, method)
    assert cli.main(["release", method, "--run", str(run), "-o", str(tmp_path)]) == 0
    lite = loading.load_lite(method, folder=tmp_path)
    painted = lite.stylize(photograph, style_of(method, painting))
    assert painted.shape == photograph.shape and np.isfinite(painted).all()


@pytest.mark.parametrize("method", JOHNSON_QUICKLY)
def test_a_finished_run_paints_and_keeps_its_samples(pictures, method, photograph, painting):
    run = finished(pictures, method)
    assert len(log(run)) == STEPS and np.isfinite([list(row.values()) for row in log(run)]).all()
    painted = loading.load(method, run).stylize(photograph, style_of(method, painting))
    assert painted.shape == photograph.shape and np.isfinite(painted).all()
    assert not list(run.glob("new-*")) and list((run / "samples").iterdir())


@pytest.mark.slow
def test_a_release_says_nothing_of_its_own_works(pictures, tmp_path):
    """LiteRT says its line only once a process."""
    run = finished(pictures, "johnson")
    release = start(["release", "johnson", "--run", str(run), "-o", str(tmp_path)])
    assert "XNNPACK" not in release.communicate()[1] and release.returncode == 0


@pytest.mark.parametrize("method", JOHNSON_QUICKLY)
def test_a_run_begins_with_the_weights_of_another(pictures, method):
    before, begun = finished(pictures, method), f"begun-{method}"
    arguments = ["--begin", str(before), "--rate", "1e-9"]
    assert train([*command(pictures, begun, method), *arguments]) == 0
    actual, expected = (
        files.load(r / f"{FILES[method]}.keras") for r in (pictures / begun, before)
    )
    for one, other in zip(actual.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.slow
def test_the_papers_network_is_trained_with_batch_norm_and_paints_in_tiles(
    pictures, tmp_path, monkeypatch
):
    arguments = [*command(pictures, "paper", "johnson"), "--steps", "2", "--norm", "batch"]
    assert cli.main(arguments) == 2
    assert train([*arguments, "--network", "paper"]) == 0
    actual = loading.load("johnson", pictures / "paper")
    photograph = examples.lake(90, 130)
    untiled = actual.stylize(photograph)
    monkeypatch.setattr(tiled_network, "WHOLE_PIXELS", 100)
    np.testing.assert_allclose(actual.stylize(photograph), untiled, atol=0.02)
    (path,) = [
        p for p in release.release("johnson", pictures / "paper", tmp_path) if p.suffix == ".tflite"
    ]
    lite = loading.load_lite("johnson", folder=path.parent)
    assert np.abs(lite.stylize(photograph) - actual.stylize(photograph)).mean() < 0.02


@pytest.mark.slow
def test_adain_learns_by_the_papers_objective_as_well(pictures):
    arguments = [*command(pictures, "papers", "adain"), "--objective", "paper", "--steps", "4"]
    assert train([*arguments, "--decoder", "mirrored", "--upsampling", "nearest"]) == 0
    assert (pictures / "papers" / "decoder.keras").is_file()


@pytest.mark.slow
def test_a_wider_network_goes_on_from_a_narrower_one_and_compares_features_too(
    pictures, photograph
):
    many, painting = finished(pictures, "ghiasi"), images.read(pictures / "style/0.png", 640)
    arguments = ["--begin", str(many), "--rate", "1e-9", "--quarter", "12", "--remd-weight", "5"]
    assert train([*command(pictures, "wide", "ghiasi"), *arguments]) == 0
    actual = loading.load("ghiasi", pictures / "wide").stylize(photograph, painting)
    expected = loading.load("ghiasi", many).stylize(photograph, painting)
    assert np.abs(actual - expected).mean() < 0.02
    assert all(float(row["remd"]) > 0 for row in log(pictures / "wide"))


def test_features_are_compared_with_those_at_a_paintings_positions():
    feature_extractor, readouts = loading.encoder()
    settings = Settings(remd_weight=1.0)
    objective = perceptual.PrecomputedObjective(
        feature_extractor, encoders.readout_weights(readouts), settings, read=0
    )
    one, other = examples.lake(72, 64)[None], examples.discs(72, 64)[None]
    numbers = objective.described(ops.convert_to_tensor(one))
    own, apart = (float(objective.remd(numbers, feature_extractor(x))) for x in (one, other))
    assert own < 1e-5 < 0.05 < apart
    assert float(objective.remd(numbers, feature_extractor(other), np.zeros(1, "float32"))) == 0.0


@pytest.mark.slow
def test_what_any_painting_taught_is_begun_with_and_the_other_way_round(
    pictures, photograph, tmp_path
):
    """Convolutions, and scales and shifts as they are in the painting's style."""
    images.write(photograph, tmp_path / "photograph.png")
    many, painting = finished(pictures, "ghiasi"), images.read(pictures / "style/0.png", 640)
    one = [*command(pictures, "one", "johnson"), "--begin", str(many), "--rate", "1e-9"]
    assert train(one) == 0
    actual = loading.load("johnson", pictures / "one").stylize(photograph)
    expected = loading.load("ghiasi", many).stylize(photograph, painting)
    assert np.abs(actual - expected).mean() < 0.02
    again = ["--begin", str(pictures / "one"), "--rate", "1e-9", "--seed", "5"]
    learned = files.load(pictures / "one/generator.keras").get_layer("residual1a").kernel
    for channels in (3, 0):
        more = [*again, "--smooth-noise", str(channels)]
        assert train([*command(pictures, f"again-{channels}", "ghiasi"), *more]) == 0
        network = files.load(pictures / f"again-{channels}/transformer.keras")
        kernel = network.get_layer("residual1a").kernel
        assert kernel.shape[2] == learned.shape[2] - 3 + channels
        np.testing.assert_allclose(kernel, learned[:, :, : kernel.shape[2]], atol=1e-6)


@pytest.mark.slow
def test_the_papers_network_is_begun_with_by_itself_alone(pictures, capsys):
    assert train([*command(pictures, "paper-1", "johnson"), "--network", "paper"]) == 0
    begin = ["--begin", str(pictures / "paper-1")]
    again = [*command(pictures, "paper-2", "johnson"), *begin]
    assert train([*again, "--network", "paper"]) == 0
    assert train([*command(pictures, "slim-of-paper", "johnson"), *begin]) == 2
    assert "Expected" in capsys.readouterr().err.splitlines()[-1]


def test_a_run_from_before_a_setting_existed_goes_on(pictures):
    run = pictures / "former"
    assert train(command(pictures, run.name, "johnson"), interrupted=2) == 130
    settings = json.loads((run / "settings.json").read_text())
    for name in ("chroma_weight", "target_weight"):
        del settings[name]
    (run / "settings.json").write_text(json.dumps(settings))
    assert train(command(pictures, run.name, "johnson")) == 0
    same_losses(run, finished(pictures, "johnson"), STEPS)


@pytest.fixture(scope="module")
def targets(pictures):
    """The photographs' negatives, which no other loss asks for."""
    for path in folders.pictures(pictures / "content"):
        images.write(1.0 - images.read(path), pictures / "targets" / f"{path.stem}.jpg")
    return pictures / "targets"


def test_targets_are_learned_from(pictures, targets, photograph):
    def distance(run, weight):
        arguments = ["--targets", str(targets), "--target-weight", weight, "--steps", "60"]
        rate = ["--rate", "0.01", "--average", "0.5"]
        assert train([*command(pictures, run, "johnson"), *arguments, *rate]) == 0
        painted = loading.load("johnson", pictures / run).stylize(photograph)
        return np.abs(painted - (1.0 - photograph)).mean()

    assert distance("with-targets", "100") < 0.7 * distance("without-targets", "0")


def test_every_target_has_its_photograph(pictures, targets, tmp_path, capsys):
    images.write(examples.lake(60, 80), tmp_path / "0.png")
    arguments = [*command(pictures, "few-targets", "johnson"), "--targets", str(tmp_path)]
    assert train(arguments) == 2
    assert "Expected the same names in" in capsys.readouterr().err
    assert not (pictures / "few-targets").exists()


@pytest.mark.slow
def test_the_last_of_each_batch_have_targets_of_some_paintings(pictures, targets, photograph):
    home, painting = pictures / "painted", images.read(pictures / "style/1.png")
    shutil.copytree(targets, home / "1", dirs_exist_ok=True)

    def distance(run, weight):
        arguments = ["--targets", str(home), "--target-share", "0.5", "--target-weight", weight]
        rate = ["--rate", "0.01", "--average", "0.5", "--steps", "60"]
        assert train([*command(pictures, run), *arguments, *rate]) == 0
        painted = loading.load("ghiasi", pictures / run).stylize(photograph, painting)
        return np.abs(painted - (1.0 - photograph)).mean()

    assert distance("many-with-targets", "100") < 0.7 * distance("many-without-targets", "0")
    run = [*command(pictures, "stopped-targets"), "--targets", str(home)]
    assert train(run, interrupted=2) == 130
    assert train(run) == 0
    whole = [*command(pictures, "whole-targets"), "--targets", str(home)]
    assert train(whole) == 0
    same_losses(pictures / "stopped-targets", pictures / "whole-targets", STEPS)


def test_targets_are_of_known_photographs_and_paintings(pictures, targets, tmp_path, capsys):
    arguments = [*command(pictures, "unknown-targets"), "--targets", str(tmp_path)]
    shutil.copytree(targets, tmp_path / "unknown")
    assert train(arguments) == 2
    assert "Received: unknown/0.jpg, of 0 and 1" in capsys.readouterr().err
    (tmp_path / "unknown").rename(tmp_path / "0")
    assert train([*arguments, "--style", str(pictures / "style"), str(pictures / "content")]) == 2
    assert "Received: 0/0.jpg, of 2 and 1" in capsys.readouterr().err
    assert train([*arguments, "--target-share", "1"]) == 2
    assert "Expected a batch of which some have no targets" in capsys.readouterr().err


@pytest.mark.slow
def test_a_style_is_added_and_the_others_stay_as_they_are(pictures, photograph, capsys):
    before, after = finished(pictures, "cin"), pictures / "grown"
    arguments = [*command(pictures, "grown", "cin"), "--begin", str(before)]
    index = arguments.index("--style")
    arguments[index : index + 2] = ["--add-style", str(pictures / "content/0.png")]
    assert train(arguments) == 2
    assert "not known yet" in capsys.readouterr().err
    images.write(examples.swirls(70, 80), pictures / "new.png")
    arguments[index + 1] = str(pictures / "new.png")
    assert train(arguments) == 0
    old, new = (loading.load("cin", folder) for folder in (before, after))
    assert [*new.styles] == [*old.styles, "new"]
    for name in old.styles:
        painted = (stylizer.stylize(photograph, name) for stylizer in (old, new))
        np.testing.assert_array_equal(*painted)
    rows = [x.networks["transformer"].get_layer("conditions").kernel for x in (old, new)]
    np.testing.assert_array_equal(rows[0], rows[1][:-1])
    assert np.abs(rows[1][-1]).max() > 0


def test_a_folder_named_twice_is_seen_twice_as_often(pictures):
    once, other = (folders.pictures(pictures / name) for name in ("style", "content"))
    chosen = folders.several([pictures / "style", pictures / "style", pictures / "content"])
    assert sorted(chosen) == sorted([*once, *once, *other])


@pytest.mark.slow
def test_two_runs_are_released_as_a_mixture_of_their_weights(
    pictures, tmp_path, capsys, monkeypatch
):
    one, other = finished(pictures, "johnson"), pictures / "other-johnson"
    assert train([*command(pictures, other.name, "johnson"), "--seed", "9"]) == 0
    release = ["release", "johnson", "--run", str(one), "-o", str(tmp_path / "mixed")]
    assert cli.main([*release, "--mix", str(other), "half"]) == 2
    assert "from 0 to 1" in capsys.readouterr().err
    assert cli.main([*release, "--mix", str(other), "0.25"]) == 0
    folders = (tmp_path / "mixed", one, other)
    actual, first, second = (
        files.load(folder / "generator.keras").get_layer("paint").kernel for folder in folders
    )
    np.testing.assert_allclose(actual, 0.75 * first + 0.25 * second, atol=1e-3)
    monkeypatch.setattr("tfstyle.release.TOLERANCE", -1.0)
    before = {path.name: path.read_bytes() for path in folders[0].iterdir()}
    assert (
        cli.main(release) == 2 and "Expected generator.tflite to agree" in capsys.readouterr().err
    )
    assert before == {path.name: path.read_bytes() for path in folders[0].iterdir()}


def test_an_unfinished_run_is_not_released(tmp_path, capsys):
    assert cli.main(["release", "ghiasi", "--run", str(tmp_path), "-o", str(tmp_path)]) == 2
    assert "finished run" in capsys.readouterr().err


def test_other_settings_than_the_runs_are_refused(pictures, unbroken, capsys):
    assert cli.main([*command(pictures, unbroken.name), "--style-weight", "0.5"]) == 2
    assert "style_weight=0.5" in capsys.readouterr().err


def test_other_pictures_or_networks_than_the_runs_are_refused(pictures, tmp_path, capsys):
    run = finished(pictures, "johnson")
    longer = [*command(pictures, run.name, "johnson"), "--steps", str(STEPS + 1)]
    images.write(examples.lake(40, 50), tmp_path / "photographs" / "0.png")
    images.write(examples.swirls(60, 80), tmp_path / "0.png")
    others = {"--content": tmp_path / "photographs", "--style": tmp_path / "0.png", "--begin": run}
    for flag, path in others.items():
        assert train([*longer, flag, str(path)]) == 2
        message = capsys.readouterr().err
        assert f"{flag[2:]}: " in message and "(was " in message, message
    assert len(log(run)) == STEPS


def test_a_folder_without_pictures_is_refused(pictures, tmp_path, capsys):
    arguments = command(pictures, "none")
    arguments[3] = str(tmp_path)
    assert cli.main(arguments) == 2
    assert "folder with pictures" in capsys.readouterr().err


def test_a_folder_without_a_picture_that_can_be_read_is_refused(pictures, tmp_path, capsys):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    arguments = command(pictures, "broken")
    arguments[3] = str(tmp_path)
    assert cli.main(arguments) == 2
    assert "none in 1" in capsys.readouterr().err
    with pytest.raises(OSError, match=r"none in 1.*broken\.jpg"):
        random_crops([tmp_path / "broken.jpg"], 32, seed=3)


def test_broken_pictures_are_left_out_and_named_once(pictures, tmp_path, caplog):
    good = folders.pictures(pictures / "content")
    (tmp_path / "broken-at-times.jpg").write_bytes(b"no picture")
    items = [tmp_path / "broken-at-times.jpg", *good]
    for _ in range(2):
        assert len(folders.readable(items, 2, images.read)) == 2
    (message,) = [record.message for record in caplog.records if "at-times" in record.message]
    beginning = f"Left out: Expected a readable picture. Received: {items[0]} "
    assert message == f"{beginning}(cannot be identified as a picture)."


def counting(decoded, pause=0.0):
    """A decoder of pictures of as many bytes as their file's name says."""

    def decode(files):
        decoded.append(files)
        time.sleep(pause)
        return (np.zeros(int(files[0]), np.uint8),)

    return decode


def test_pictures_are_kept_as_long_as_there_is_room_for_them():
    decoded = []
    decode = cached(counting(decoded), limit=100)
    for name in ("60", "50", "40", "60", "50", "40"):
        assert decode((name,))[0].nbytes == int(name)
    assert decoded == [("60",), ("50",), ("40",), ("50",)]


def test_threads_decode_a_kept_picture_once():
    decoded = []
    decode = cached(counting(decoded, 0.01), limit=1000)
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        actual = list(threads.map(decode, [(str(1 + n % 3),) for n in range(48)]))
    assert (
        sorted(decoded) == [("1",), ("2",), ("3",)]
        and len({id(picture) for picture in actual}) == 3
    )


def test_a_stream_begun_later_goes_on_as_the_whole(pictures):
    paths = folders.pictures(pictures / "content")
    stream = [np.asarray(crop) for crop in random_crops(paths, 32, seed=3).take(8)]
    tail = [np.asarray(crop) for crop in random_crops(paths, 32, seed=3, start=5).take(3)]
    np.testing.assert_array_equal(stream[5:], tail)


def test_pairs_hold_their_share_of_own_and_of_grey_styles(pictures):
    paths = [folders.pictures(pictures / name) for name in ("content", "style")]
    stream = batches.contents_and_styles(*paths, 20, 16, 1, own_share=0.4, grey_share=0.5)
    batch = {name: np.asarray(value) for name, value in next(iter(stream)).items()}
    own = (batch["content"] == batch["style"]).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(batch["own"], own)
    grey = np.ptp(batch["style"], axis=-1).max(axis=(1, 2)) < 1e-6
    assert 3 <= own.sum() <= 14 and 2 <= grey.sum() <= 12 and not (own & grey).any()


def test_a_training_begins_with_few_paintings_and_all_join_them(pictures):
    paths, table = folders.pictures(pictures / "content"), np.arange(50, dtype="float32")[:, None]
    growing = {"own_share": 0.3, "few": 2, "growing": 20}
    stream = batches.contents_and_numbers(paths, table, range(50), 4, 16, 1, **growing)
    drawn = [{name: np.asarray(v) for name, v in batch.items()} for batch in stream.take(60)]
    rows = [batch["numbers"][:, 0] for batch in drawn]
    assert rows[0].max() < 2 and np.max(rows[:10]) < 20 and np.max(rows) > 40
    assert 0.2 < np.mean([batch["own"] for batch in drawn]) < 0.4
    later = batches.contents_and_numbers(paths, table, range(50), 4, 16, 1, start=30, **growing)
    for name, value in next(iter(later)).items():
        np.testing.assert_array_equal(value, drawn[30][name])


def test_a_table_of_paintings_goes_on_and_passes_over_broken_ones(pictures, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    good = folders.pictures(pictures / "style")
    style_images = [
        StyleImage(good[0]),
        StyleImage(tmp_path / "broken.jpg"),
        StyleImage(good[1], grey=True),
    ]
    described, path = [], tmp_path / "table.npy"

    def describe(painting):
        described.append(painting)
        if len(described) == 3:
            raise KeyboardInterrupt
        return painting.mean(axis=(0, 1))

    with pytest.raises(KeyboardInterrupt):
        style_table.cached_rows(path, style_images, 64, describe)
    rows, known = style_table.cached_rows(path, style_images, 64, describe)
    assert known == [0, 2] and len(described) == 5  # two of zeros say how many numbers there are
    style_table.cached_rows(path, style_images, 64, describe)
    assert len(described) == 6
    style_table.cached_rows(path, style_images, 64, describe, "other paintings")
    assert len(described) == 9
    assert np.ptp(rows[0]) > 0.01 and np.ptp(rows[2]) < 1e-6
    np.testing.assert_allclose(rows[0], images.read(good[0], 64).mean(axis=(0, 1)), rtol=1e-5)
    with pytest.raises(ValueError, match="can be read"):
        style_table.cached_rows(
            tmp_path / "none.npy", style_images[1:2], 64, lambda painting: painting[0, 0]
        )


def test_every_picture_comes_once_an_epoch(pictures):
    paths = folders.pictures(pictures / "content")
    order = [crops._order(len(paths), 1, epoch).tolist() for epoch in range(5)]
    assert all(sorted(epoch) == [0, 1, 2] for epoch in order)
    assert len({tuple(epoch) for epoch in order}) > 1


def test_a_broken_picture_does_not_stop_a_training(pictures, tmp_path):
    good = folders.pictures(pictures / "content")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    stream = random_crops([*good, tmp_path / "broken.jpg"], 32, seed=3).take(8)
    assert len(list(stream)) == 8


def test_the_encoder_is_distilled_from_a_local_teacher(shared, pictures):
    run = pictures / "encoder"
    arguments = ["train", "encoder", "--pictures", str(pictures / "content"), "--run", str(run)]
    arguments += ["--teacher", str(shared / "weights"), "--steps", "6", "--batch", "1"]
    assert cli.main([*arguments, "--size", "64"]) == 0
    assert os.path.getsize(run / "encoder.keras") > 1e5
    student, readouts = loading.encoder(run)
    assert readouts(student(np.zeros((1, 32, 32, 3), "float32")))["relu3_1"].shape[-1] == 256


@pytest.mark.slow
def test_a_file_of_vgg_weights_is_what_the_losses_are_taken_on(pictures, tmp_path):
    shapes, before, arrays = {"conv0": (1, 1, 3, 3)}, 3, {}
    for block, count in vgg.CONVS["vgg19"].items():
        for index in range(1, count + 1):
            shapes[f"conv{block}_{index}"], before = (3, 3, before, 4), 4
    random = np.random.default_rng(0)
    for name, shape in shapes.items():
        arrays[f"{name}/kernel"] = random.normal(size=shape).astype("float32")
        arrays[f"{name}/bias"] = np.zeros(shape[-1], np.float32)
    np.savez(tmp_path / "narrow.npz", **arrays)
    arguments = [*command(pictures, "file"), "--teacher", str(tmp_path / "narrow.npz")]
    assert cli.main([*arguments, "--steps", "2"]) == 0
    assert (pictures / "file" / "transformer.keras").is_file()


def test_a_missing_teacher_is_refused(pictures, tmp_path, capsys):
    arguments = ["train", "encoder", "--pictures", str(pictures / "content")]
    arguments += ["--run", str(tmp_path / "run"), "--teacher", str(tmp_path)]
    assert cli.main(arguments) == 2
    assert "vgg19" in capsys.readouterr().err
