import csv
import json
import shutil

import numpy as np
import pytest
from scipy import ndimage

from tfstyle import cli, examples, images, loading, losses, metrics, registry
from tfstyle.evaluation import (
    color_baseline,
    controls,
    duels,
    gallery,
    models,
    pairs,
    report,
    speed,
    tables,
)
from tfstyle.metrics import Distances, Protocol, sampling


@pytest.fixture(scope="module")
def protocol(shared):
    return Protocol(shared / "weights")


def test_a_picture_is_no_distance_from_itself(protocol):
    features = protocol.look(examples.lake(64, 64))
    actual = protocol.distances(features, features, features)
    assert max(actual.style, actual.squeeze, actual.lpips) < 1e-6
    assert max(actual.remd, actual.remd_squeeze, abs(actual.wasserstein)) < 1e-4
    assert actual.content < 1e-4 and actual.cfsd < 1e-5 and actual.ssim == pytest.approx(1)


def test_painting_trades_content_for_style(protocol, lite):
    content, style = examples.lake(96, 96), examples.swirls(96, 96)
    features = [protocol.look(image) for image in (content, style, lite.stylize(content, style))]
    painted = protocol.distances(*features)
    untouched = protocol.distances(features[0], features[1], features[0])
    assert painted.style < 0.7 * untouched.style and painted.squeeze < untouched.squeeze
    assert 0.02 < painted.content < 0.8 and painted.cfsd > 0
    assert painted.lpips > 0.1 and painted.ssim < 0.9


@pytest.fixture(scope="module")
def near():
    """Measures on the released encoder's view of VGG-19, which needs no other weights."""
    return Protocol(feature_extractor=loading.feature_extractor())


def blurred(picture, sigma=2):
    return ndimage.gaussian_filter(picture, (sigma, sigma, 0))


def test_remd_tells_a_picture_from_a_blurred_one_and_from_others(near):
    style, other = examples.swirls(128, 96), examples.lake(128, 96)
    own, soft, far = (near.look(x).strokes for x in (style, blurred(style), other))
    assert metrics.remd(own, own) < 1e-4
    assert 1e-3 < metrics.remd(own, soft) < metrics.remd(own, far) < 1
    assert metrics.remd(far, own) == pytest.approx(metrics.remd(own, far))


def test_remd_looks_at_a_painting_in_the_photographs_size(near):
    small = blurred(examples.swirls(96, 96), 1)
    large = images.resize(small, 192, 192)
    brought = near.look(large, (96, 96)).strokes
    assert [len(x) for x in brought] == [24 * 24, 12 * 12]
    assert metrics.remd(near.look(small).strokes, brought) < 0.1


def test_the_earth_movers_do_not_mind_the_order_of_the_features():
    random = np.random.default_rng(0)
    one, other = random.normal(size=(1, 20, 5)), random.normal(size=(1, 30, 5))
    actual = float(losses.remd_loss(one, other))
    assert float(losses.remd_loss(one[:, ::-1], other)) == pytest.approx(actual, abs=1e-6)
    assert float(losses.remd_loss(other, 3 * one)) == pytest.approx(actual, abs=1e-6)


def test_the_earth_movers_take_the_larger_of_two_means():
    random = np.random.default_rng(0)
    one, other = random.normal(size=(4, 3)), random.normal(size=(6, 3))
    costs = [[1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in other] for a in one]
    expected = max(np.mean(np.min(costs, 0)), np.mean(np.min(costs, 1)))
    assert float(losses.remd_loss(one[None], other[None])) == pytest.approx(expected, abs=1e-6)
    assert float(losses.remd_loss(one[None], one[None, :2])) > 0.1
    assert float(losses.remd_loss(one[None, :2], one[None])) > 0.1


def test_patches_are_squares_of_neighbours():
    rows, columns = np.mgrid[:6, :7]
    actual = sampling.patches(np.stack([rows, columns], axis=-1)[None]).reshape(-1, 2, 3, 3)
    assert len(actual) == 4 * 5 and len(np.unique(actual[:, :, 0, 0], axis=0)) == 20
    np.testing.assert_array_equal(actual[:, 0] - actual[:, 0, :1, :1], [np.mgrid[:3, :3][0]] * 20)
    np.testing.assert_array_equal(actual[:, 1] - actual[:, 1, :1, :1], [np.mgrid[:3, :3][1]] * 20)
    assert sampling.patches(np.zeros((1, 2, 8, 5))).shape == (6, 2 * 3 * 5)


def test_positions_are_drawn_once_and_for_all():
    feature_map = np.arange(5000.0).reshape(1, 50, 100, 1)
    assert sampling.features(feature_map).shape == (1024, 1)
    np.testing.assert_array_equal(sampling.features(feature_map), sampling.features(feature_map))


def test_noise_has_no_weave_and_a_lattice_has():
    random = np.random.default_rng(0)
    noise = np.repeat(random.uniform(0.3, 0.7, size=(160, 200, 1)), 3, axis=-1)
    rows, columns = np.mgrid[:160, :200]
    lattice = noise + 0.1 * ((rows % 8 < 2) & (columns % 8 < 2))[..., None]
    assert 0.05 < metrics.weave(noise) < 0.2
    assert metrics.weave(lattice) > metrics.weave(noise) + 0.3
    assert metrics.weave(0.5 * noise) == pytest.approx(metrics.weave(noise), abs=1e-6)
    assert metrics.weave(np.full((128, 128, 3), 0.5)) == pytest.approx(0, abs=0.01)


def test_a_lattice_of_other_pixels_is_no_weave():
    random = np.random.default_rng(0)
    noise = np.repeat(random.uniform(0.3, 0.7, size=(160, 200, 1)), 3, axis=-1)
    columns = np.arange(200)[None, :, None]
    other = noise + 0.1 * np.sin(2 * np.pi * columns / 20)
    assert metrics.weave(other) < metrics.weave(noise) + 0.05


def test_wasserstein_is_that_of_covariances_alone(near):
    content, style = near.look(examples.lake(96, 96)), near.look(examples.swirls(96, 112))
    actual = near.distances(content, style, content)
    for tap in ("relu1_1", "relu4_1"):
        a, b = (
            np.cov(np.float64(x.vgg[tap]).reshape(-1, x.vgg[tap].shape[-1]).T, bias=True)
            for x in (style, content)
        )
        values, vectors = np.linalg.eigh(a)
        root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
        between = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b @ root), 0)).sum()
        expected = (np.trace(a) + np.trace(b) - 2 * between) / np.trace(a)
        assert getattr(actual, f"wasserstein_{tap}") == pytest.approx(expected, abs=2e-3)
    deep = [getattr(actual, f"wasserstein_relu{i}_1") for i in (3, 4, 5)]
    assert actual.wasserstein == pytest.approx(np.mean(deep))
    assert abs(near.distances(style, style, style).wasserstein) < 1e-4


def test_pictures_are_named_for_a_blind_comparison(tmp_path):
    content, style = examples.lake(16, 16), examples.discs(20, 24)
    for number in (0, 7, 7, 123):
        pictures_by_label = {
            "content": content,
            "style": style,
            "magenta fp16": content,
            "a/b at 0.5": style,
        }
        gallery.write(tmp_path / "out", number, pictures_by_label)
    actual = {path.name for path in (tmp_path / "out").iterdir()}
    kinds = ("content", "style", "magenta-fp16", "a-b-at-0.5")
    assert actual == {f"{number}_{kind}.png" for number in ("00", "07", "123") for kind in kinds}
    np.testing.assert_allclose(images.read(tmp_path / "out/07_style.png"), style, atol=1 / 255)


def drawn_pair(tmp_path):
    for name, draw in {"content": examples.lake, "style": examples.discs}.items():
        images.write(draw(64, 80), tmp_path / f"{name}.png")
    return pairs.Pair(tmp_path / "content.png", tmp_path / "style.png", 64)


def test_the_controls_are_filters_of_the_photograph_and_the_painting(tmp_path):
    pair, times = drawn_pair(tmp_path), []
    painters = controls.with_controls(
        {"grey": lambda p: times.append(p) or color_baseline.grayscale(p.content)}
    )
    assert list(painters) == [
        *("photograph", "color grade", "painting mirrored", "grey", "grey blurred")
    ]
    actual = {label: paint(pair) for label, paint in painters.items()}
    assert len(times) == 1 and all(x.shape == (64, 64, 3) for x in actual.values())
    np.testing.assert_array_equal(actual["photograph"], pair.content)
    expected = pair.style.mean(axis=(0, 1))
    np.testing.assert_allclose(actual["color grade"].mean(axis=(0, 1)), expected, atol=0.05)
    np.testing.assert_array_equal(
        actual["painting mirrored"][:, ::-1], images.squash(pair.style, 64)
    )
    steps = [np.abs(np.diff(actual[label], axis=0)).mean() for label in ("grey", "grey blurred")]
    assert steps[1] < 0.7 * steps[0]


def test_painterliness_goes_from_the_better_filter_to_the_painting():
    remd = {"photograph": 0.4, "color grade": 0.5, "painting mirrored": 0.1, "ours": 0.3}
    actual = controls.painterliness({k: Distances(remd=v) for k, v in remd.items()})
    expected = {"photograph": 0, "color grade": -0.25, "painting mirrored": 0.75, "ours": 0.25}
    assert {k: v.painterliness for k, v in actual.items()} == pytest.approx(expected)
    alone = {"ours": Distances(remd=0.3)}
    assert controls.painterliness(alone) == alone


def test_pairs_are_counted_against_a_rival():
    figures = {
        "magenta fp16": [Distances(remd=x) for x in (0.2, 0.4, 0.5)],
        "ours": [Distances(remd=x, remd_squeeze=0.1) for x in (0.1, 0.4, 1.0)],
    }
    head, line = duels.lines(figures, duels.rival("magenta-fp16", list(figures)))
    assert "against magenta fp16" in head
    assert line.split() == ["ours", "REMD", "1", "of", "3,", "1.167"]
    with pytest.raises(ValueError, match=r"magenta fp16, ours.*theirs"):
        duels.rival("theirs", list(figures))


def test_a_second_judge_counts_as_well():
    pair = [Distances(remd=0.2, remd_squeeze=0.4)], [Distances(remd=0.3, remd_squeeze=0.3)]
    _, line = duels.lines(dict(zip(("a", "b"), pair, strict=True)), "a")
    assert "REMD   0 of 1, 1.500; SqueezeNet's patches   1 of 1, 0.750" in line


def test_columns_are_as_wide_as_their_names_and_only_of_what_was_measured():
    means = {"a model of a very long name": Distances(remd=0.25, wasserstein=1.5)}
    head, line = tables.lines(3, means)
    assert head.split() == ["3", "pairs", "remd", "wasserstein"] and len(head) == len(line)
    assert line.split()[-2:] == ["0.250", "1.500"]


def test_networks_of_a_painting_each_are_judged_on_their_own(pictures, capsys, monkeypatch):
    for index, name in enumerate(("starry-night", "great-wave", "the-kiss")):
        (pictures / f"style/{index}.png").rename(pictures / f"style/{name}.png")
    monkeypatch.setattr(
        report, "Protocol", lambda teacher: Protocol(feature_extractor=loading.feature_extractor())
    )
    arguments = ["evaluate", "johnson", "--controls", "--against", "color-grade", "--size", "64"]
    arguments += ["--content", str(pictures / "content"), "--style", str(pictures / "style")]
    assert cli.main([*arguments, "--first", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "painterliness" in lines[0] and "remd_squeeze" not in lines[0]
    labels = ("photograph", "color grade", "painting mirrored", "johnson", "johnson blurred")
    assert [line.split("  ")[0] for line in lines[1:6]] == list(labels)
    assert "against color grade" in lines[6] and "of 2" in lines[7]


def test_a_rival_that_is_not_measured_is_refused_before_anything_is(pictures, capsys):
    arguments = ["evaluate", "johnson", "--against", "nobody"]
    arguments += ["--content", str(pictures / "content"), "--style", str(pictures / "style")]
    assert cli.main(arguments) == 2
    assert "johnson to compare with. Received: nobody" in capsys.readouterr().err


def test_two_models_of_one_name_are_refused(pictures, capsys):
    arguments = ["evaluate", "johnson", "johnson"]
    arguments += ["--content", str(pictures / "content"), "--style", str(pictures / "style")]
    assert cli.main(arguments) == 2
    assert "johnson, twice" in capsys.readouterr().err


@pytest.mark.parametrize("labels", [("a b", "a-b"), ("style",)])
def test_models_whose_pictures_would_share_a_file_are_refused(labels):
    with pytest.raises(ValueError, match="different names"):
        gallery.check_names(labels)


def test_lpips_grows_with_noise(protocol):
    random = np.random.default_rng(0)
    content = examples.lake(96, 96)
    noise = random.normal(size=content.shape)
    noisy = [np.float32(np.clip(content + s * noise, 0, 1)) for s in (0.02, 0.1, 0.3)]
    features, *others = (protocol.look(image) for image in (content, *noisy))
    actual = [protocol.distances(features, features, other).lpips for other in others]
    assert actual == sorted(actual) and actual[0] < 0.1 < actual[-1]


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


@pytest.mark.parametrize("paired", [False, True])
def test_the_kernel_distances_error_is_the_deviation_of_samples(paired):
    random = np.random.default_rng(0)
    distances, errors = [], []
    for _ in range(60):
        x, y = (random.normal(size=(n, 8)) + shift for n, shift in ((30, 1.4), (24, 1.0)))
        other = x + 0.05 * random.normal(size=x.shape) if paired else None
        distance = metrics.kernel_distance(x, y)
        distances.append(distance - (metrics.kernel_distance(other, y) if paired else 0.0))
        errors.append(metrics.kernel_distance_error(x, y, other, draws=40))
    assert 0.7 < np.mean(errors) / np.std(distances) < 1.5
    assert np.isnan(metrics.kernel_distance_error(x[:3], y))


def test_the_best_grade_finds_the_constants_of_a_graded_set():
    random = np.random.default_rng(0)
    source = [random.random((8, 8, 3), dtype=np.float32) for _ in range(12)]
    expected = np.stack(
        [color_baseline.gains((0.5, 0.7, 0.9))(x).mean(axis=(0, 1)) for x in source]
    )
    _, grade = color_baseline.fit(lambda graded: np.mean(graded, axis=(1, 2)), source, expected)
    actual = np.stack([grade(x).mean(axis=(0, 1)) for x in source])
    np.testing.assert_allclose(actual.mean(axis=0), expected.mean(axis=0), atol=0.05)


def test_grades_that_change_nothing_and_everything():
    picture = examples.lake(16, 16)
    np.testing.assert_allclose(color_baseline.tones((1, 1, 0))(picture), picture, atol=1e-6)
    np.testing.assert_allclose(
        color_baseline.tones((0, 1, 0))(picture), color_baseline.grayscale(picture), atol=1e-6
    )
    assert np.ptp(color_baseline.grayscale(picture), axis=-1).max() == 0


def test_psnr_is_of_the_mean_squared_difference():
    one = np.full((8, 8, 3), 0.5, np.float32)
    assert metrics.psnr(one, one + 0.1) == pytest.approx(20, abs=1e-3)


def test_the_mean_is_of_each_figure():
    figures = [
        Distances(**{name: start + i for i, name in enumerate(metrics.NAMES)})
        for start in (0.1, 0.3)
    ]
    actual = metrics.mean(figures)
    for i, name in enumerate(metrics.NAMES):
        assert getattr(actual, name) == pytest.approx(0.2 + i)


def test_every_photograph_meets_another_painting_in_another_round(pictures):
    actual = pairs.of_folders(pictures / "content", pictures / "style", rounds=2)
    first, second = ([pair.style_path.name for pair in actual[i : i + 3]] for i in (0, 3))
    assert sorted(first) == sorted(second) and all(
        a != b for a, b in zip(first, second, strict=True)
    )
    assert actual[0].content.shape == (384, 384, 3) and actual[0].style.shape == (60, 80, 3)


def test_pairs_come_from_a_file_beside_the_pictures(pictures):
    (pictures / "pairs.csv").write_text("content/0.png,style/2.png\n\ncontent/1.png, style/0.png\n")
    actual = pairs.of_file(pictures / "pairs.csv")
    assert [pair.style_path.name for pair in actual] == ["2.png", "0.png"]
    assert actual[1].style.shape == (60, 80, 3)


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
    release = shutil.copytree(registry.RELEASED / "johnson-great-wave", tmp_path / "wave")
    for model in ("johnson-great-wave", release):
        (actual,) = models.stylizers(model).values()
        assert list(actual.styles) == ["great-wave"]
    card = {"model": "johnson-the-kiss", "geometry": {"stride": 4, "reach": 57}}
    (release / "card.json").write_text(json.dumps(card))
    assert list(models.stylizers(release)["wave"].styles) == ["the-kiss"]
    (release / "card.json").write_text('{"model": "johnson-the-kiss"}')
    with pytest.raises(OSError, match=r"Expected a network's stride and reach.*wave"):
        models.stylizers(release)
    (release / "card.json").unlink()
    with pytest.raises(ValueError, match="wave"):
        models.stylizers(release)


def test_magentas_graph_of_several_styles_is_a_peer_of_named_ones(shared, tmp_path):
    graph = shared / "peers/magenta_cin26/stylize_quantized.pb"
    (actual,) = models.stylizers(graph).values()
    assert models.is_baseline(actual) and len(actual.styles) == 26
    content = examples.lake(64, 96)
    one, other = (actual.stylize(content, name) for name in ("style3", "style21"))
    assert one.shape == content.shape and np.abs(one - other).mean() > 0.05
    (label,) = models.painters({"graph": actual}, (0.5, 1.0))
    assert label == "graph"
    (tmp_path / "broken.pb").write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"several styles.*broken\.pb"):
        models.stylizers(tmp_path / "broken.pb")


def test_a_peers_files_are_found_in_its_folder(shared, photograph, painting):
    actual = models.stylizers(shared / "peers/magenta_tflite")
    assert {"magenta fp16", "magenta int8"} <= actual.keys()
    content = images.squash(photograph, 384)
    painted = actual["magenta fp16"].stylize(content, painting)
    assert painted.shape == content.shape and np.abs(painted - content).mean() > 0.03


def test_where_a_model_meets_a_peers_content_distance():
    curve = [Distances(style=0.2, content=0.1), Distances(style=0.1, content=0.3)]
    peer = Distances(style=0.3, content=0.2)
    line = report._meeting("ours", "theirs", [0.5, 1.0], curve, peer)
    assert "strength 0.75: style 0.150, 0.50 of it" in line
    peer = Distances(style=0.3, content=0.4)
    line = report._meeting("ours", "theirs", [0.5, 1.0], curve, peer)
    assert "stays below" in line


@pytest.mark.slow
def test_evaluate_writes_a_table_a_csv_and_a_sheet(shared, pictures, capsys):
    arguments = ["evaluate", "ghiasi", "--teacher", str(shared / "weights")]
    arguments += ["--content", str(pictures / "content"), "--style", str(pictures / "style")]
    arguments += ["--strengths", "0.5", "--csv", str(pictures / "all.csv")]
    arguments += ["--pictures", str(pictures / "kept")]
    assert cli.main([*arguments, "--sheet", str(pictures / "all.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[2:] == [n for n in metrics.SHOWN if n != "painterliness"]
    assert [line.split("  ")[0] for line in lines[1:3]] == ["ghiasi at 0.5", "ghiasi"]
    with (pictures / "all.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 3 and {row["photograph"] for row in rows} == {"0.png", "1.png", "2.png"}
    mean = np.mean([float(row["lpips"]) for row in rows if row["model"] == "ghiasi"])
    assert float(lines[2].split()[-2]) == pytest.approx(mean, abs=1e-3)
    names = sorted(path.name for path in (pictures / "kept").glob("01_*.png"))
    assert names == [f"01_{x}.png" for x in ("content", "ghiasi-at-0.5", "ghiasi", "style")]
    assert images.read(pictures / "all.png").shape[1] == 2 * 4 * (report.TILE + 4)


@pytest.mark.slow
def test_evaluate_translation_keeps_its_pictures_and_finds_the_grade(shared, pictures, capsys):
    dark = pictures / "dark"
    for path in sorted((pictures / "content").iterdir()):
        images.write(0.3 * images.read(path), dark / path.name)
    domains = {"source": pictures / "content", "target": dark}
    fitted = {"fit-source": pictures / "content", "fit-target": dark}
    flags = [x for k, v in (domains | fitted).items() for x in (f"--{k}", str(v))]
    arguments = ["evaluate-translation", "cyclegan", "--model", "day2night", *flags]
    arguments += ["--another", "night2day"]
    arguments += ["--teacher", str(shared / "weights"), "--csv", str(pictures / "all.csv")]
    assert cli.main([*arguments, "--pictures", str(pictures / "kept")]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines]
    assert names == ["3", "untouched", "greyed", "best", "translated", "the", "KID", "KID"]
    ours, other = (float(line[32:].split()[0]) for line in lines[4:6])
    assert float(lines[7].split()[5].strip(",")) == pytest.approx(ours - other, abs=0.011)
    kept = {path.name: images.read(path) for path in (pictures / "kept").iterdir()}
    labels = ("best-grade", "content", "greyed", "style", "the-other-one", "translated")
    assert sorted(kept) == [f"0{i}_{label}.png" for i in range(3) for label in labels]
    assert kept["01_style.png"].mean() < 0.5 * kept["01_content.png"].mean()
    assert kept["01_best-grade.png"].mean() < kept["01_content.png"].mean()
    assert np.ptp(kept["01_greyed.png"], axis=-1).max() < 0.01
    rows = (pictures / "all.csv").read_text().splitlines()
    assert len(rows) == 1 + 5 * 3


def test_evaluate_translation_refuses_what_pairs_have_not(capsys):
    arguments = ["evaluate-translation", "pix2pix", "--model", "facades", "--pairs", "pairs"]
    assert cli.main([*arguments, "--pictures", "kept"]) == 2
    assert "with --source and --target. Received: --pairs" in capsys.readouterr().err


def test_evaluate_wants_folders_or_pairs(capsys):
    assert cli.main(["evaluate", "ghiasi", "--content", "photos"]) == 2
    assert "--content and --style, or --pairs" in capsys.readouterr().err


def test_a_contact_sheet_holds_every_pair():
    row = np.zeros((3, 16, 16, 3), np.uint8)
    assert report.contact_sheet([row] * 3, ["a", "b", "c"]).shape == (24 + 2 * 20, 6 * 20, 3)


def test_speed_ranks_a_sleep_behind_nothing():
    import time

    actual = speed.milliseconds(
        {"nap": lambda: time.sleep(0.01), "nothing": lambda: None}, rounds=3
    )
    assert actual["nap"] > 9 > actual["nothing"]


@pytest.mark.slow
def test_speed_tells_times_bytes_and_memory():
    names = ["ghiasi", "johnson-great-wave"]
    lines = list(speed.report(names))
    counts = [sum(line.startswith(name) for line in lines) for name in names]
    assert counts == [2 + 1 + 2, 2 + 1 + 1]
    peaks = [float(line.split(" MiB")[0].split()[-1]) for line in lines if "idle" in line]
    assert len(peaks) == 3 and all(50 < peak < 400 for peak in peaks)
