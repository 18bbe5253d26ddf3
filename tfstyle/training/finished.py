"""The networks of a run as they stand, in files that paint, are exported and are begun with."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import keras
import numpy as np

from tfstyle import images
from tfstyle.networks import files

SETTINGS, STATE = "settings.json", "state.json"  # of a run; its other JSON files are its networks'
KEPT = "kept"  # folder of networks that stay beside the newest

Networks = Callable[[], Mapping[str, keras.Model]]


def publish(folder: Path, trainer: keras.Model, networks: Networks) -> None:
    """Writes networks with the running average of their weights, each whole or not at all.

    Args:
        folder: Of the run.
        trainer: A `Trainer` or a `Game`, which goes on with its own weights afterwards.
        networks: Gives the networks in float32, with the trainer's weights of that moment, by
            their path below the folder without suffix.
    """
    with averaged(trainer):
        for name, network in networks().items():
            path = folder / f"{name}.keras"
            path.parent.mkdir(parents=True, exist_ok=True)
            files.save(network, path)


@contextlib.contextmanager
def averaged(trainer: keras.Model) -> Iterator[None]:
    """While inside, the trainer's networks have the running average of their weights."""
    variables = trainer.trainable_variables
    kept = [np.array(variable) for variable in variables]
    trainer.take_average()
    try:
        yield
    finally:
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)


def keep(folder: Path, step: int) -> None:
    """Copies what `publish` wrote to a folder of its own, which paints as the run's does."""
    home = folder / KEPT / f"step-{step}"
    shutil.rmtree(home, ignore_errors=True)
    with images.new_folder(home) as made:
        for path in folder.rglob("*.keras"):
            if KEPT not in path.relative_to(folder).parts:
                _copied(path, folder, made)
        for path in folder.glob("*.json"):
            if path.name not in (SETTINGS, STATE):
                _copied(path, folder, made)
        settings = json.loads((folder / SETTINGS).read_text()) | {"trained_steps": step}
        for place in {made, *(path.parent for path in made.rglob("*.keras"))}:
            (place / SETTINGS).write_text(json.dumps(settings, indent=2))


def _copied(path, folder, made):
    target = made / path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)


def take_average(optimizer: keras.optimizers.Optimizer, variables: list) -> None:
    """Gives variables the running average that an optimizer keeps of them, within constraints.

    An average that still holds much of what it began with, or none, leaves them as they are.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if not inner.use_ema or int(inner.iterations) * (1.0 - inner.ema_momentum) < 1.0:
        return
    inner.finalize_variable_values(variables)
    for variable in variables:
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable))
