import csv
import shutil

import numpy as np
import pytest

from tfstyle import cli, examples, images, metrics, weights
from tfstyle.evaluation import grades, models, pairs, report, speed
from tfstyle.metrics import Distances, Protocol


@pytest.fixture(scope="module")
def protocol(shared):
    return Protocol(shared / "weights")


def test_a_picture_is_no_distance_from_itself(protocol):
    seen = protocol.look(examples.lake(64, 64))
    found = protocol.distances(seen, seen, seen)
    assert max(found.style, found.squeeze, found.lpips) < 1e-6
    assert found.content < 1e-4 and found.cfsd < 1e-5 and found.ssim == pytest.approx(1)


def test_painting_trades_content_for_style(protocol, lite):
    content, style = examples.lake(96, 96), examples.swirls(96, 96)
    seen = [protocol.look(image) for image in (content, style, lite.stylize(content, style))]
    painted = protocol.distances(*seen)
    untouched = protocol.distances(seen[0], seen[1], seen[0])
    assert painted.style < 0.7 * untouched.style and painted.squeeze < untouched.squeeze
    assert 0.02 < painted.content < 0.8 and painted.cfsd > 0
    assert painted.lpips > 0.1 and painted.ssim < 0.9


def test_lpips_grows_with_noise(protocol):
    random = np.random.default_rng(0)
    content = examples.lake(96, 96)
    noise = random.normal(size=content.shape)
    noisy = [np.float32(np.clip(content + s * noise, 0, 1)) for s in (0.02, 0.1, 0.3)]
    seen, *others = (protocol.look(image) for image in (content, *noisy))
    found = [protocol.distances(seen, seen, other).lpips for other in others]
    assert found == sorted(found) and found[0] < 0.1 < found[-1]


def test_kernel_distance_is_the_mean_over_pairs():
    random = np.random.default_rng(0)
    x, y = random.random((4, 6)), random.random((5, 6))
    scale = np.sqrt((y**2).mean())

    def k(a, b):
        return (np.dot(a, b) / scale**2 / 6 + 1) ** 3

    same = [np.mean([k(a, b) for a in z for b in z if a is not b]) for z in ([*x], [*y])]
    across = np.mean([k(a, b) for a in x for b in y])
    assert metrics.kernel_distance(x, y) == pytest.approx(sum(same) - 2 * across)


def test_kernel_distance_is_unbiased():
    random = np.random.default_rng(0)
    draws = [
        metrics.kernel_distance(*(1 + random.normal(size=(n, 8)) for n in (10, 15)))
        for _ in range(300)
    ]
    assert abs(np.mean(draws)) < 3 * np.std(draws) / len(draws) ** 0.5


def test_the_best_grade_finds_the_constants_of_a_graded_set():
    random = np.random.default_rng(0)
    source = [random.random((8, 8, 3), dtype=np.float32) for _ in range(12)]
    wanted = np.stack([grades.gains((0.5, 0.7, 0.9))(x).mean(axis=(0, 1)) for x in source])
    _, grade = grades.best(lambda each: np.mean(each, axis=(1, 2)), source, wanted)
    found = np.stack([grade(x).mean(axis=(0, 1)) for x in source])
    np.testing.assert_allclose(found.mean(axis=0), wanted.mean(axis=0), atol=0.05)


def test_grades_that_change_nothing_and_everything():
    picture = examples.lake(16, 16)
    np.testing.assert_allclose(grades.tones((1, 1, 0))(picture), picture, atol=1e-6)
    np.testing.assert_allclose(grades.tones((0, 1, 0))(picture), grades.greyed(picture), atol=1e-6)
    assert np.ptp(grades.greyed(picture), axis=-1).max() == 0


def test_psnr_is_of_the_mean_squared_difference():
    one = np.full((8, 8, 3), 0.5, np.float32)
    assert metrics.psnr(one, one + 0.1) == pytest.approx(20, abs=1e-3)


def test_the_mean_is_of_each_figure():
    figures = [Distances(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), Distances(0.3, 0.4, 0.5, 0.6, 0.7, 0.8)]
    found = metrics.mean(figures)
    expected = Distances(0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    for name in metrics.NAMES:
        assert getattr(found, name) == pytest.approx(getattr(expected, name))


def test_every_photograph_meets_another_painting_in_another_round(pictures):
    found = pairs.of_folders(pictures / "content", pictures / "style", rounds=2)
    first, second = ([pair.style_path.name for pair in found[i : i + 3]] for i in (0, 3))
    assert sorted(first) == sorted(second) and all(
        a != b for a, b in zip(first, second, strict=True)
    )
    assert found[0].content.shape == (384, 384, 3) and found[0].style.shape == (60, 80, 3)


def test_pairs_come_from_a_file_beside_the_pictures(pictures):
    (pictures / "pairs.csv").write_text("content/0.png,style/2.png\n\ncontent/1.png, style/0.png\n")
    found = pairs.of_file(pictures / "pairs.csv")
    assert [pair.style_path.name for pair in found] == ["2.png", "0.png"]
    assert found[1].style.shape == (60, 80, 3)


@pytest.mark.parametrize("text", ["", "a.png\n", "a.png,b.png,c.png\n"])
def test_a_file_of_other_lines_is_refused(tmp_path, text):
    (tmp_path / "pairs.csv").write_text(text)
    with pytest.raises(ValueError, match="photograph's and a painting's"):
        pairs.of_file(tmp_path / "pairs.csv")


def test_a_missing_file_of_pairs_is_refused(tmp_path):
    with pytest.raises(OSError, match=r"CSV file of pairs.*none\.csv"):
        pairs.of_file(tmp_path / "none.csv")


def test_models_are_found_by_name_by_folder_and_in_runs(stylizer, tmp_path):
    for name, network in stylizer.networks.items():
        network.save(tmp_path / f"{name}.keras")
    assert list(models.stylizers("ghiasi")) == ["ghiasi"]
    assert list(models.stylizers(tmp_path)) == [tmp_path.name]
    with pytest.raises(ValueError, match=r"ghiasi.*nowhere"):
        models.stylizers(tmp_path / "nowhere")


def test_a_network_of_one_painting_is_found_with_its_paintings_name(tmp_path):
    release = shutil.copytree(weights.RELEASED / "johnson-great-wave", tmp_path / "wave")
    for model in ("johnson-great-wave", release):
        (found,) = models.stylizers(model).values()
        assert list(found.styles) == ["great-wave"]
    (release / "card.json").write_text('{"model": "johnson-the-kiss"}')
    assert list(models.stylizers(release)["wave"].styles) == ["the-kiss"]
    (release / "card.json").unlink()
    with pytest.raises(ValueError, match="wave"):
        models.stylizers(release)


def test_magentas_graph_of_several_styles_is_a_peer_of_named_ones(shared, tmp_path):
    graph = shared / "peers/magenta_cin26/stylize_quantized.pb"
    (found,) = models.stylizers(graph).values()
    assert models.is_peer(found) and len(found.styles) == 26
    content = examples.lake(64, 96)
    one, other = (found.stylize(content, name) for name in ("style3", "style21"))
    assert one.shape == content.shape and np.abs(one - other).mean() > 0.05
    (label,) = models.painters({"graph": found}, (0.5, 1.0))
    assert label == "graph"
    (tmp_path / "broken.pb").write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"several styles.*broken\.pb"):
        models.stylizers(tmp_path / "broken.pb")


def test_a_peers_files_are_found_in_its_folder(shared, photograph, painting):
    found = models.stylizers(shared / "peers/magenta_tflite")
    assert {"magenta fp16", "magenta int8"} <= found.keys()
    content = images.squash(photograph, 384)
    painted = found["magenta fp16"].stylize(content, painting)
    assert painted.shape == content.shape and np.abs(painted - content).mean() > 0.03


def test_where_a_model_meets_a_peers_content_distance():
    curve = [Distances(0.2, 0.1, 0), Distances(0.1, 0.3, 0)]
    line = report._meeting("ours", "theirs", [0.5, 1.0], curve, Distances(0.3, 0.2, 0))
    assert "strength 0.75: style 0.150, 0.50 of it" in line
    line = report._meeting("ours", "theirs", [0.5, 1.0], curve, Distances(0.3, 0.4, 0))
    assert "stays below" in line


@pytest.mark.slow
def test_evaluate_writes_a_table_a_csv_and_a_sheet(shared, pictures, capsys):
    arguments = ["evaluate", "ghiasi", "--teacher", str(shared / "weights")]
    arguments += ["--content", str(pictures / "content"), "--style", str(pictures / "style")]
    arguments += ["--strengths", "0.5", "--csv", str(pictures / "all.csv")]
    assert cli.main([*arguments, "--sheet", str(pictures / "all.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[2:] == list(metrics.NAMES)
    assert [line.split("  ")[0] for line in lines[1:3]] == ["ghiasi at 0.5", "ghiasi"]
    with (pictures / "all.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 3 and {row["photograph"] for row in rows} == {"0.png", "1.png", "2.png"}
    mean = np.mean([float(row["lpips"]) for row in rows if row["model"] == "ghiasi"])
    assert float(lines[2].split()[-2]) == pytest.approx(mean, abs=1e-3)
    assert images.read(pictures / "all.png").shape[1] == 2 * 4 * (report.TILE + 4)


def test_evaluate_wants_folders_or_pairs(capsys):
    assert cli.main(["evaluate", "ghiasi", "--content", "photos"]) == 2
    assert "--content and --style, or --pairs" in capsys.readouterr().err


def test_a_contact_sheet_holds_every_pair():
    row = np.zeros((3, 16, 16, 3), np.uint8)
    assert report.contact_sheet([row] * 3, ["a", "b", "c"]).shape == (24 + 2 * 20, 6 * 20, 3)


def test_speed_ranks_a_sleep_behind_nothing():
    import time

    found = speed.milliseconds({"nap": lambda: time.sleep(0.01), "nothing": lambda: None}, rounds=3)
    assert found["nap"] > 9 > found["nothing"]


@pytest.mark.slow
def test_speed_tells_times_bytes_and_memory():
    lines = list(speed.report(["ghiasi"]))
    assert sum(line.startswith("ghiasi") for line in lines) == 2 + 1 + 2
    peaks = [float(line.split(" MiB")[0].split()[-1]) for line in lines if "idle" in line]
    assert len(peaks) == 2 and all(50 < peak < 400 for peak in peaks)
