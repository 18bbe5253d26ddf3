"""Johnson, Alahi & Fei-Fei 2016, "Perceptual losses for real-time style transfer and
super-resolution", https://arxiv.org/abs/1603.08155: one feed-forward network a painting.

Departures from the paper by default: a smaller network (`tfstyle.networks.transformer`) with
instance norm; losses as of `tfstyle.training.perceptual`. The paper's own network is
`tfstyle.networks.johnson`.
"""

import dataclasses
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np

from tfstyle.data import folders
from tfstyle.methods.johnson.settings import Settings
from tfstyle.networks.files import copy_into, load
from tfstyle.networks.johnson import johnson
from tfstyle.networks.transformer import transformer, without_vector
from tfstyle.training import paintings, runs

FILE = "generator.keras"


def network(settings: Settings) -> keras.Model:
    """A fresh network."""
    if settings.network == "paper":
        return johnson(norm=settings.norm)
    shape = {key: getattr(settings, key) for key in ("stem", "quarter", "eighth", "blocks", "top")}
    return transformer(**shape, vector=None, name="generator")


def train(
    content: str | os.PathLike,
    style: str | os.PathLike,
    folder: str | os.PathLike,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    settings: Settings = Settings(),
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a network in one style; the same call goes on where it stopped.

    Args:
        content: Folder of photographs.
        style: File of the painting.
        folder: The run folder; at the end it holds generator.keras.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called under the
            training's precision.
        settings: Every number.
        begin: Finished run of the same shape whose weights the training begins with, of `train
            johnson`, or of `train cin` with a painting of this name or else its mean style; None
            begins with random weights.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A file is missing, or a folder holds no pictures.
        ValueError: The run folder was begun with other settings.
    """
    photographs, style = folders.pictures(content), Path(style)
    run = runs.Run(folder, dataclasses.asdict(settings) | {"styles": [style.stem]})

    def made():
        fresh = network(settings)
        if run.step == 0 and begin is not None:
            copy_into(fresh, _begun(Path(begin), style.stem))
        return fresh

    trained = paintings.train_one(run, photographs, style, made, loss_network, settings)
    if trained is not None:
        copy_into(network(settings), trained).save(run.folder / FILE)
    return trained is not None


def _begun(folder, name):
    """A network without conditions, of a run of either kind."""
    if (folder / FILE).is_file():
        return load(folder / FILE)
    codes = json.loads((folder / "styles.json").read_text())
    mean = np.mean(list(codes.values()), axis=0)
    return without_vector(load(folder / "transformer.keras"), codes.get(name, mean))
