"""Runs of a GAN: from a paper's settings to its generators' files."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from tfstyle.layers.fast_convolutions import with_fast_convolutions
from tfstyle.networks.adversarial import take_fewer_inputs
from tfstyle.networks.files import copy_into, load
from tfstyle.precision import choose, mixed
from tfstyle.training import devices, fitting, provenance, runs
from tfstyle.training.gan import GAN, GANObjective, optimizers
from tfstyle.training.image_pool import ImagePool

Networks = Mapping[str, keras.Model]
GENERATOR = "generator"
FILE = f"{GENERATOR}.keras"


class Numbers(Protocol):
    """The settings of a paper that a GAN needs."""

    steps: int
    decay: int
    rate: float
    average: float
    precision: str
    seed: int


def compiled(
    settings: Numbers,
    networks: Callable[[], tuple[Networks, Networks]],
    objective: Callable[[Networks], GANObjective],
    pool: int = 0,
    augment: str = "none",
) -> GAN:
    """A compiled GAN of new networks.

    Args:
        settings: The settings of the training.
        networks: Builds generators and discriminators; called under the settings' precision.
        objective: Builds the losses for these generators; called under the settings' precision.
        pool: Number of generated pictures in the history of each domain; 0 for no history.
        augment: Augmentation of the discriminators' inputs: "none", "geometry" or "all".
    """
    _check_backend()
    precision = choose(settings.precision).name
    keras.utils.set_random_seed(settings.seed)
    with mixed(precision):
        generators, discriminators = networks()
        gan_objective = objective(generators)
    generators = {name: with_fast_convolutions(network) for name, network in generators.items()}
    image_pool = ImagePool(pool, settings.seed)
    gan = GAN(generators, discriminators, gan_objective, image_pool, augment, settings.seed)
    rates = (settings.rate, settings.steps, settings.decay)
    gan.compile(*optimizers(*rates, precision, settings.average))
    return gan


def _check_backend():
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise ValueError(
            "Expected Keras on TensorFlow for a training of generators and discriminators. "
            f"Received: Keras on {backend}; the variable KERAS_BACKEND chooses."
        )


def train(
    folder: str | os.PathLike,
    numbers: Mapping,
    build: Callable[[str], GAN],
    generators: Callable[[], Networks],
    batches: Callable,
    sample: Callable[[Networks], np.ndarray],
    data: Mapping[str, provenance.Pictures],
    callbacks: Sequence[keras.callbacks.Callback] = (),
    strategy: tf.distribute.Strategy | None = None,
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a GAN and writes its generators; the same call resumes an interrupted training.

    Args:
        folder: The run folder; with every checkpoint it holds the generator.keras of a single
            generator, or of each of several in a folder of its name.
        numbers: All settings of the run, `steps` and `decay` among them.
        build: Builds the compiled GAN for a precision; called under the strategy's scope.
        generators: Builds the GAN's generators anew, to be written in float32.
        batches: See `devices.dataset`.
        sample: Paints a contact sheet (height, width, 3) in [0, 1] with the GAN's generators.
        data: See `Run.made_of`.
        callbacks: See `fitting.fit`.
        strategy: A strategy from `devices.strategy`; None takes the current one.
        begin: Folder of a finished run whose generators, of the same shape with or without noise
            channels, are the initial weights; None for random weights. A single generator may
            also begin with the one of its name in a run of several.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A worker is gone, or the disk is full.
        ValueError: The run folder was begun with other settings, or Keras is not on TensorFlow.
    """
    _check_backend()
    strategy = strategy or tf.distribute.get_strategy()
    run = runs.Run(folder, numbers, devices.is_chief(strategy))
    run.made_of(data, begin)
    with strategy.scope():
        gan = build(run.precision.name)
        if begin and run.step == 0:
            _begin(gan.generators, Path(begin))
    exact = generators()
    homes = _homes(exact, run.folder)
    for home in homes.values():
        run.share(home)

    def networks():
        return {
            str((home / GENERATOR).relative_to(run.folder)): copy_into(
                exact[name], gan.generators[name]
            )
            for name, home in homes.items()
        }

    total = numbers["steps"] + numbers["decay"]
    recorder = runs.Recorder(run, total, sample=lambda: sample(gan.generators), networks=networks)
    return fitting.fit(gan, batches, run, recorder, callbacks, strategy)


def _begin(generators, folder):
    for name, home in _homes(generators, folder).items():
        if len(generators) == 1 and not (home / FILE).is_file() and (home / name / FILE).is_file():
            home = home / name
        take_fewer_inputs(generators[name], load(home / FILE))


def _homes(generators, folder):
    return {name: folder / name if len(generators) > 1 else folder for name in generators}
