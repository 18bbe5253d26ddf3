import numpy as np
import pytest

from tfstyle import evaluation, examples, images
from tfstyle.metrics import Distances, Protocol


@pytest.fixture(scope="module")
def protocol(shared):
    return Protocol(shared / "weights")


def test_a_picture_is_no_distance_from_itself(protocol):
    taps = protocol.taps(examples.lake(64, 64))
    found = protocol.distances(taps, taps, taps)
    assert found.style < 1e-6 and found.content < 1e-4 and found.cfsd < 1e-5


def test_painting_trades_content_for_style(protocol, lite):
    content, style = examples.lake(96, 96), examples.swirls(96, 96)
    seen = [protocol.taps(image) for image in (content, style, lite.stylize(content, style))]
    painted = protocol.distances(*seen)
    untouched = protocol.distances(seen[0], seen[1], seen[0])
    assert painted.style < 0.7 * untouched.style
    assert 0.02 < painted.content < 0.8 and painted.cfsd > 0


def test_every_photograph_meets_another_painting_in_another_round(tmp_path):
    for name, draw in {"content": examples.lake, "style": examples.discs}.items():
        for index in range(3):
            images.write(draw(40 + index, 40), tmp_path / name / f"{index}.png")
    first, second = (
        [style.shape for _, style in evaluation.pairs(tmp_path / "content", tmp_path / "style", r)]
        for r in (0, 1)
    )
    assert sorted(first) == sorted(second) and all(
        a != b for a, b in zip(first, second, strict=True)
    )


def test_the_mean_is_of_each_figure():
    figures = [Distances(0.1, 0.2, 0.3), Distances(0.3, 0.4, 0.5)]
    found = evaluation.mean(figures)
    np.testing.assert_allclose([found.style, found.content, found.cfsd], [0.2, 0.3, 0.4])


def test_a_contact_sheet_holds_every_pair():
    pair = examples.lake(20, 20), examples.discs(30, 20)
    sheet = evaluation.contact_sheet([pair] * 4, {"a": [pair[0]] * 4}, side=16)
    assert sheet.shape == (2 * 20, 6 * 20, 3)
