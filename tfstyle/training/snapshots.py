"""The current networks of a run as .keras files, which can paint, be exported and be resumed."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import keras
import numpy as np

from tfstyle import disk
from tfstyle.networks import files

SETTINGS, STATE = "settings.json", "state.json"  # of a run; its other JSON files are its networks'
RECORD = "run.json"  # what a run was made from
KEPT = "kept"  # folder of earlier networks

Networks = Callable[[], Mapping[str, keras.Model]]


def save_networks(folder: Path, trainer: keras.Model, networks: Networks) -> None:
    """Writes networks with the running average of their weights, each whole or not at all.

    Args:
        folder: The run folder.
        trainer: A `Trainer` or a `GAN`, whose weights are the same afterwards.
        networks: Returns the networks in float32, with the trainer's current weights, by their
            path below the folder without suffix.
    """
    with averaged_weights(trainer):
        for name, network in networks().items():
            path = folder / f"{name}.keras"
            path.parent.mkdir(parents=True, exist_ok=True)
            files.save(network, path)


@contextlib.contextmanager
def averaged_weights(trainer: keras.Model) -> Iterator[None]:
    """A context in which the trainer's networks have the running average of their weights."""
    variables = trainer.trainable_variables
    weights = [np.array(variable) for variable in variables]
    trainer.use_average()
    try:
        yield
    finally:
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)


def keep_snapshot(folder: Path, step: int) -> None:
    """Copies the networks that `save_networks` wrote to kept/step-N in the run folder."""
    home = folder / KEPT / f"step-{step}"
    shutil.rmtree(home, ignore_errors=True)
    with disk.new_folder(home) as snapshot:
        for path in folder.rglob("*.keras"):
            if KEPT not in path.relative_to(folder).parts:
                _copied(path, folder, snapshot)
        for path in folder.glob("*.json"):
            if path.name not in (SETTINGS, STATE):
                _copied(path, folder, snapshot)
        settings = json.loads((folder / SETTINGS).read_text()) | {"trained_steps": step}
        for place in {snapshot, *(path.parent for path in snapshot.rglob("*.keras"))}:
            (place / SETTINGS).write_text(json.dumps(settings, indent=2))


def _copied(path, folder, snapshot):
    target = snapshot / path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)


def use_average(optimizer: keras.optimizers.Optimizer, variables: list) -> None:
    """Sets variables to their running average in an optimizer, and applies their constraints.

    The variables stay unchanged if the optimizer has no average, or if the average still depends
    on the initial values.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if not inner.use_ema or int(inner.iterations) * (1.0 - inner.ema_momentum) < 1.0:
        return
    inner.finalize_variable_values(variables)
    for variable in variables:
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable))
