"""Trainings on fixed styles, whose features are computed once."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfstyle import images, precision
from tfstyle.data import batches, folders
from tfstyle.training import fitting, perceptual, runs, samples, temporal
from tfstyle.training.settings import FixedStyleSettings
from tfstyle.training.trainer import Trainer, averaging_adam


def files_by_name(paintings: Iterable[str | os.PathLike]) -> dict[str, Path]:
    """Files of paintings by their names without suffix.

    Args:
        paintings: Files, or folders of them.

    Raises:
        OSError: There is none.
        ValueError: Two have one name.
    """
    files = []
    for path in map(Path, paintings):
        files += [path] if path.is_file() else folders.pictures(path)
    paths_by_name = {path.stem: path for path in files}
    if len(paths_by_name) < len(files):
        names = [path.stem for path in files]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"Expected paintings of different names. Received: {', '.join(twice)}.")
    return paths_by_name


def read_style(path: str | os.PathLike, longest: int, scale: float = 1.0) -> np.ndarray:
    """Reads a painting at the size of a training.

    Args:
        path: The picture's file.
        longest: Larger paintings are reduced to this longer side in pixels first.
        scale: Factor of the sides; a larger one gives broader strokes.

    Returns:
        Shape (height, width, 3), float32 in [0, 1].
    """
    painting = images.read(path, longest)
    return images.resize(painting, *(max(1, round(scale * side)) for side in painting.shape[:2]))


class FixedStyleObjective(perceptual.PerceptualObjective):
    """`perceptual.PerceptualObjective` of fixed paintings.

    A batch's "vector", shape (batch, 1 + paintings), holds the weights of the photograph's own
    style and of the paintings; without it, the only painting is the style.

    Args:
        feature_extractor: Frozen loss network, pictures to a dictionary of taps.
        readouts: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap.
        settings: The weights of the losses.
        paintings: Pictures of shape (height, width, 3) in [0, 1].
    """

    def __init__(
        self,
        feature_extractor: keras.Model,
        readouts: Mapping[str, tuple],
        settings: FixedStyleSettings,
        paintings: Sequence[np.ndarray],
    ):
        super().__init__(feature_extractor, readouts, settings)
        rows = [self.described(ops.convert_to_tensor(painting[None])) for painting in paintings]
        self.table = ops.concatenate(rows, axis=0)

    def numbers(self, batch):
        return ops.matmul(batch["vector"][:, 1:], self.table) if "vector" in batch else self.table


def train_one(
    run: runs.Run,
    content: Sequence[Path] | Sequence[tuple[Path, Path]] | tf.data.Dataset,
    painting: np.ndarray,
    network: Callable[[], keras.Model],
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    settings: FixedStyleSettings,
    networks: Callable[[keras.Model], Mapping[str, keras.Model]],
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> bool:
    """Trains a network of photographs to pictures in one style.

    Args:
        run: The run folder; an interrupted run is resumed.
        content: Files of photographs, or pairs of them and their targets, or a dataset of batches
            of photographs.
        painting: The style, shape (height, width, 3) in [0, 1].
        network: Makes the network; called under the training's precision, as is the next.
        loss_network: A frozen network with VGG-19's taps and the linear maps (kernel, bias) from
            them to VGG-19's own channels, where there are any.
        settings: Every number.
        networks: Makes of the trained network what `snapshots.save_networks` writes.
        callbacks: See `fitting.fit`.

    Returns:
        True when the run is complete, False when it was interrupted.
    """
    keras.utils.set_random_seed(settings.seed)
    with precision.mixed(run.precision.name):
        trained = network()
        picture = keras.Input((None, None, 3), name="content")
        objective = FixedStyleObjective(*loss_network(), settings, [painting])
        criterion, frames = temporal.with_second_frames(
            objective, settings.temporal, settings.margin
        )
        trainer = Trainer(keras.Model({"content": picture}, trained(picture)), criterion, frames)
    run.uses(teacher=objective.feature_extractor)
    trainer.compile(averaging_adam(settings))
    batches_from, photographs = batches.of_contents(content, settings)

    def paint(contents, _):
        return trained.predict_on_batch(contents)

    sample = samples.sheet(paint, photographs, [painting])
    first_line = f"Looks at the painting at {painting.shape[1]}x{painting.shape[0]} pixels."
    recorder = runs.Recorder(
        run,
        settings.steps,
        sample=sample,
        first_line=first_line,
        networks=lambda: networks(trained),
    )
    return fitting.fit(trainer, batches_from, run, recorder, callbacks)
