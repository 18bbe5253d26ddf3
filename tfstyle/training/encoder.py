"""`tfstyle train encoder`: distil our encoder from VGG-19."""

import dataclasses
import os

import keras

from tfstyle.data import batches, folders
from tfstyle.networks import vgg
from tfstyle.networks.copying import copy_into
from tfstyle.networks.encoder import encoder, readouts
from tfstyle.training import runs
from tfstyle.training.distillation import Distillation
from tfstyle.training.settings import Distillation as Settings
from tfstyle.training.trainer import Trainer, adam


def networks() -> tuple[keras.Model, keras.Model, keras.Model]:
    """A fresh encoder, its read-outs, and the two in one network for training."""
    student = encoder()
    views = readouts(student)
    image = keras.Input((None, None, 3), name="content")
    return student, views, keras.Model({"content": image}, views(student(image)))


def train(
    pictures: list[str | os.PathLike],
    folder: str | os.PathLike,
    teacher: str | os.PathLike | None = None,
    settings: Settings = Settings(),
) -> bool:
    """Distils an encoder into a run folder; the same call goes on where it stopped.

    Args:
        pictures: Folders of photographs and paintings.
        folder: The run folder; at the end it holds encoder.keras and readouts.keras.
        teacher: Folder of teacher weights; None takes keras.applications' VGG-19.
        settings: Every number.

    Returns:
        True when the run is complete, False when it was interrupted.
    """
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    keras.utils.set_random_seed(settings.seed)
    paths = [path for each in pictures for path in folders.pictures(each)]
    run = runs.Run(folder, dataclasses.asdict(settings))
    student, views, network = networks()
    trainer = Trainer(network, Distillation(vgg.teacher(teacher)))
    trainer.compile(adam(settings.rate, settings.steps))
    done = runs.fit(
        trainer,
        run,
        lambda step: batches.contents(
            paths, settings.batch, settings.size, settings.seed, step
        ),
        runs.Recorder(run, settings.steps),
    )
    keras.mixed_precision.set_global_policy("float32")
    if done:
        exact_student, exact_views, _ = networks()
        copy_into(exact_student, student).save(run.folder / "encoder.keras")
        copy_into(exact_views, views).save(run.folder / "readouts.keras")
    return done
