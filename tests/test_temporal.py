"""A training against flicker: the frames that it makes, its loss, and what it leaves as it was."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from processes import log, same_losses, train

from tfstyle import examples, images
from tfstyle.methods.johnson.settings import Settings
from tfstyle.training import resume, temporal

SMALL = ["--half", "4", "--quarter", "8", "--blocks", "1", "--top", "4", "--margin", "8"]
NUMBERS = ["--batch", "2", "--size", "64", *SMALL]


def lakes(*indices, side=64):
    """Photographs that differ, shape (len(indices), side, side, 3)."""
    return np.stack([examples.lake(side, side + index)[:, index:] for index in indices])


def shifted(down, across, height=48, width=64):
    return np.broadcast_to(np.float32([down, across]), (1, height, width, 2))


def test_a_picture_is_looked_up_where_the_flow_points():
    picture = examples.lake(48, 64)[None]
    actual = np.array(temporal.warped(picture, shifted(3, -5)))
    np.testing.assert_allclose(actual[:, :-3, 5:], picture[:, 3:, :-5], atol=1e-6)
    np.testing.assert_allclose(actual[0, -1, 5:], picture[0, -1, :-5], atol=1e-6)
    half = np.array(temporal.warped(picture, shifted(0, 0.25)))[:, :, :-1]
    expected = 0.75 * picture[:, :, :-1] + 0.25 * picture[:, :, 1:]
    np.testing.assert_allclose(half, expected, atol=1e-6)


def test_each_picture_of_a_batch_moves_by_its_own_flow():
    pictures = np.concatenate([examples.lake(48, 64)[None], examples.discs(48, 64)[None]])
    flow = np.concatenate([shifted(0, 0), shifted(2, 1)])
    actual = np.array(temporal.warped(pictures, flow))
    np.testing.assert_allclose(actual[0], pictures[0], atol=1e-6)
    np.testing.assert_allclose(actual[1, :-2, :-1], pictures[1, 2:, 1:], atol=1e-6)


def test_pixels_from_outside_and_margins_of_both_frames_are_left_out():
    counted = np.array(temporal.judged(shifted(3, -5), margin=4))[0]
    assert counted[4:41, 9:60].all() and counted.sum() == 37 * 51


def test_motions_are_small_and_smooth_and_differ():
    numbers = temporal.random_numbers(ops.convert_to_tensor(lakes(*range(40))))
    flow = np.array(temporal.random_flow(numbers, 64, 64))
    assert np.abs(flow).max() < 13 and np.abs(np.diff(flow, axis=1)).max() < 0.5
    bent = np.abs(flow - np.round(flow)).max(axis=(1, 2, 3)) > 1e-3
    assert 8 < bent.sum() < 32
    assert len(np.unique(np.round(flow[:, 32, 32], 3), axis=0)) > 30
    again = temporal.random_numbers(ops.convert_to_tensor(lakes(*range(40))))
    np.testing.assert_array_equal(np.array(numbers), np.array(again))


def test_the_second_frame_is_the_first_one_moved_in_other_light_with_noise():
    pictures = ops.convert_to_tensor(lakes(0, 1, 2))
    batch = {"content": pictures, "own": ops.ones(3)}
    frames = temporal.SecondFrames()(batch)
    assert frames["own"].shape == (6,) and frames["content"].shape == (6, 64, 64, 3)
    np.testing.assert_array_equal(np.array(frames["content"][:3]), np.array(pictures))
    flow = temporal.random_flow(temporal.random_numbers(pictures), 64, 64)
    moved, counted = np.array(temporal.warped(pictures, flow)), np.array(temporal.judged(flow)) > 0
    second = np.array(frames["content"][3:])
    for one, other, mask in zip(second, moved, counted, strict=True):
        assert np.corrcoef(one[mask].ravel(), other[mask].ravel())[0, 1] > 0.97
        assert 0 < np.abs(one - other)[mask].mean() < 0.15


def test_the_loss_is_0_of_what_moves_along_and_its_own_size_of_what_stays():
    pictures = ops.convert_to_tensor(lakes(0, 1))
    flow = temporal.random_flow(temporal.random_numbers(pictures), 64, 64)
    assert float(temporal.temporal_loss(pictures, temporal.warped(pictures, flow), flow, 8)) < 1e-9
    counted = np.array(temporal.judged(flow, 8))[..., None]
    error = np.square(np.array(pictures) - np.array(temporal.warped(pictures, flow)))
    expected = (counted * error).sum() / (3 * counted.sum())
    assert expected > 1e-3
    actual = float(temporal.temporal_loss(pictures, pictures, flow, 8))
    assert actual == pytest.approx(expected, rel=1e-4)


class Plain:
    names = ("whole",)

    def __call__(self, batch, painted):
        return {"whole": ops.mean(painted) + 0.0 * ops.mean(batch["content"])}


def test_a_weight_of_0_makes_no_second_frames():
    objective = Plain()
    assert temporal.with_second_frames(objective, 0.0, 8) == (objective, None)


def test_other_losses_are_of_the_first_frames_alone():
    batch = {"content": ops.convert_to_tensor(lakes(0, 1))}
    objective, frames = temporal.with_second_frames(Plain(), 10.0, 8)
    painted = frames(batch)["content"]
    losses = objective(batch, painted)
    assert objective.names == ("whole", "temporal") == tuple(losses)
    assert float(losses["whole"]) == pytest.approx(float(ops.mean(batch["content"])))
    assert 0 < float(losses["temporal"]) < 1


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for index, lake in enumerate(lakes(0, 3, 6, side=96)):
        images.write(lake, folder / "content" / f"{index}.png")
    for index in range(2):
        images.write(examples.discs(96, 90 + 6 * index), folder / "style" / f"{index}.png")
    return folder


def command(pictures, run, *more, method="johnson"):
    style = pictures / "style" / ("0.png" if method == "johnson" else "")
    arguments = ["train", method, "--content", pictures / "content", "--style", style]
    return [*map(str, [*arguments, "--run", pictures / run]), *NUMBERS, *map(str, more)]


@pytest.mark.slow
def test_a_short_training_lowers_the_flicker_and_goes_on_as_if_it_never_stopped(pictures):
    flags = "--steps", "60", "--temporal", "300"
    assert train(command(pictures, "steady", *flags)) == 0
    losses = [row["temporal"] for row in log(pictures / "steady")]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:10])
    assert train(command(pictures, "stopped", *flags), interrupted=7) == 130
    assert train(command(pictures, "stopped", *flags)) == 0
    same_losses(pictures / "stopped", pictures / "steady", 60, tolerance=1e-12)
    networks = [(pictures / run / "generator.keras") for run in ("steady", "stopped")]
    one, other = (keras.saving.load_model(path).get_weights() for path in networks)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["cin", "ghiasi"])
def test_other_methods_learn_it_too(pictures, method):
    more = ["--hidden", "8", "--directions", "4"] if method == "ghiasi" else []
    flags = *more, "--own-share", "0.3", "--steps", "4", "--temporal", "100"
    assert train(command(pictures, method, *flags, method=method)) == 0
    assert all(0 < row["temporal"] < 100 for row in log(pictures / method))


def test_a_run_that_was_begun_before_the_setting_goes_on(tmp_path):
    settings = dataclasses.asdict(Settings(precision="float32"))
    begun = {name: value for name, value in settings.items() if name != "temporal"}
    begun["precision_reason"] = settings["precision_reason"] = "as asked"
    assert resume.continued_settings(tmp_path, begun, settings)["temporal"] == 0.0
    with pytest.raises(ValueError, match=r"temporal=1\.0"):
        resume.continued_settings(tmp_path, begun, settings | {"temporal": 1.0})
