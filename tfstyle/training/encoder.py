"""`tfstyle train encoder`: distil our encoder from VGG-19."""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence

import keras

from tfstyle import precision
from tfstyle.data import batches, folders
from tfstyle.networks import encoder as encoders
from tfstyle.networks.files import copy_into
from tfstyle.training import fitting, runs
from tfstyle.training.distillation import DistillationLoss
from tfstyle.training.initialisation import fit_to
from tfstyle.training.settings import DistillationSettings
from tfstyle.training.trainer import Trainer, adam

INITIALISATION_PICTURES = 24


def training_network(student: keras.Model, readouts: keras.Model) -> keras.Model:
    """An encoder and its readouts in one network, {"content"} to a dictionary of taps."""
    image = keras.Input((None, None, 3), name="content")
    return keras.Model({"content": image}, readouts(student(image)))


def train(
    data: Mapping[str, Sequence[str | os.PathLike]],
    folder: str | os.PathLike,
    settings: DistillationSettings = DistillationSettings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    teacher: Callable[[], keras.Model],
) -> bool:
    """Distils an encoder into a run folder; the same call resumes an interrupted training.

    Args:
        data: As "pictures", folders of photographs and paintings.
        folder: The run folder; with every checkpoint it holds encoder.keras and readouts.keras.
        settings: Every number.
        callbacks: Keras callbacks.
        teacher: Makes the frozen network that is distilled; called under the training's precision.

    Returns:
        True when the run is complete, False when it was interrupted.
    """
    paths = folders.several(data["pictures"])
    run = runs.Run(folder, dataclasses.asdict(settings))
    run.made_of({"content": paths})
    keras.utils.set_random_seed(settings.seed)
    exact = encoders.encoder()

    def batches_from(step, batch=settings.batch):
        return batches.contents(paths, batch, settings.size, settings.seed, step)

    if run.step == 0:
        first = next(batches_from(0, INITIALISATION_PICTURES).as_numpy_iterator())
        fit_to(exact, first["content"], settings.seed)
    with precision.mixed(run.precision.name):
        student = encoders.like(exact)
        student_readouts = encoders.readouts(student)
        teacher_network = teacher()
        trainer = Trainer(
            training_network(student, student_readouts), DistillationLoss(teacher_network)
        )
    run.uses(teacher=teacher_network)
    trainer.compile(adam(settings.rate, settings.steps))
    exact_readouts = encoders.readouts(exact)

    def networks():
        return {
            "encoder": copy_into(exact, student),
            "readouts": copy_into(exact_readouts, student_readouts),
        }

    recorder = runs.Recorder(run, settings.steps, networks=networks)
    return fitting.fit(trainer, batches_from, run, recorder, callbacks)
