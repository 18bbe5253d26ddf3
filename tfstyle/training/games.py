"""A paper's game from its numbers to its generators' files."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from tfstyle.layers.fast_convolutions import with_fast_convolutions
from tfstyle.networks.adversarial import take_fewer_inputs
from tfstyle.networks.files import copy_into, load
from tfstyle.precision import choose, mixed
from tfstyle.training import begun, devices, runs
from tfstyle.training.adversarial import Game, Objective, optimizers
from tfstyle.training.pool import Pool

Networks = Mapping[str, keras.Model]
GENERATOR = "generator"
FILE = f"{GENERATOR}.keras"


class Numbers(Protocol):
    """What a game needs of a paper's settings."""

    steps: int
    decay: int
    rate: float
    average: float
    precision: str
    seed: int


def compiled(
    settings: Numbers,
    networks: Callable[[], tuple[Networks, Networks]],
    objective: Callable[[Networks], Objective],
    pool: int = 0,
    augment: str = "none",
) -> Game:
    """A compiled game of fresh networks.

    Args:
        settings: The numbers of both sides.
        networks: Makes generators and discriminators; called under the settings' precision.
        objective: Gives what is played for with these generators; called as `networks` is.
        pool: Generated pictures kept of each stream.
        augment: As of `Game`.
    """
    chosen = choose(settings.precision).name
    keras.utils.set_random_seed(settings.seed)
    with mixed(chosen):
        generators, discriminators = networks()
        wanted = objective(generators)
    generators = {name: with_fast_convolutions(network) for name, network in generators.items()}
    kept = Pool(pool, settings.seed)
    played = Game(generators, discriminators, wanted, kept, augment, settings.seed)
    rates = (settings.rate, settings.steps, settings.decay)
    played.compile(*optimizers(*rates, chosen, settings.average))
    return played


def train(
    folder: str | os.PathLike,
    numbers: Mapping,
    game: Callable[[str], Game],
    generators: Callable[[], Networks],
    batches: devices.Batches,
    sample: Callable[[Networks], np.ndarray],
    strategy: tf.distribute.Strategy | None = None,
    begin: str | os.PathLike | None = None,
    inputs: Mapping[str, str] | None = None,
) -> bool:
    """Plays a game to its end and writes its generators; the same call goes on where it stopped.

    Args:
        folder: The run folder; with every checkpoint it holds the generator.keras of a single
            generator, or of each of several in a folder of its name.
        numbers: Every number of the run, `steps` and `decay` among them.
        game: Makes the compiled game of a precision; called under the strategy's scope.
        generators: Makes the game's generators afresh, to be written in float32.
        batches: As of `devices.play`.
        sample: Paints a sheet with the game's generators, as of `Recorder`.
        strategy: Of `devices.strategy`; None takes the one in whose scope the call is.
        begin: A finished run of generators of the same shape, with noise beside the picture or
            without, to begin with, or None. A single generator may also begin with the one of
            its name in a run of several.
        inputs: As of `Run.made_of`.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A worker is gone, or the disk is full.
        ValueError: The run folder was begun with other settings.
    """
    strategy = strategy or tf.distribute.get_strategy()
    run = runs.Run(folder, numbers, devices.is_chief(strategy))
    run.made_of(**(inputs or {}), begin=begun.source(begin))
    with strategy.scope():
        played = game(run.precision.name)
        if begin and run.step == 0:
            _begin(played.generators, Path(begin))
    exact = generators()
    homes = _homes(exact, run.folder)
    for home in homes.values():
        runs.Run(home, run.settings, run.writes)

    def networks():
        return {
            str((home / GENERATOR).relative_to(run.folder)): copy_into(
                exact[name], played.generators[name]
            )
            for name, home in homes.items()
        }

    total = numbers["steps"] + numbers["decay"]
    recorder = runs.Recorder(
        run, total, sample=lambda: sample(played.generators), networks=networks
    )
    return devices.play(played, run, batches, recorder, strategy)


def _begin(generators, folder):
    for name, home in _homes(generators, folder).items():
        if len(generators) == 1 and not (home / FILE).is_file() and (home / name / FILE).is_file():
            home = home / name
        take_fewer_inputs(generators[name], load(home / FILE))


def _homes(generators, folder):
    return {name: folder / name if len(generators) > 1 else folder for name in generators}
