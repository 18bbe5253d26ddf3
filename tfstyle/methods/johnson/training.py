"""Johnson, Alahi & Fei-Fei 2016, "Perceptual losses for real-time style transfer and
super-resolution", https://arxiv.org/abs/1603.08155: one feed-forward network a painting.

Departures from the paper by default: a smaller network (`tfstyle.networks.bottleneck`) with
instance norm, noise and bilinear upsampling; losses from `tfstyle.training.perceptual`. The
paper's own network is `tfstyle.networks.johnson`.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import tensorflow as tf

from tfstyle.data import folders
from tfstyle.methods.johnson.settings import STROKES, Settings
from tfstyle.networks.bottleneck import bottleneck, with_smooth_noise, without_vector
from tfstyle.networks.files import copy_into, load
from tfstyle.networks.johnson import johnson
from tfstyle.training import fixed_styles, runs

FILE = "generator.keras"


def network(settings: Settings) -> keras.Model:
    """A fresh network."""
    if settings.network == "paper":
        return johnson(norm=settings.norm)
    top = (2 * settings.top, settings.top)
    shape = (settings.half, settings.quarter, settings.blocks, top, settings.noise)
    return bottleneck(*shape, smooth_noise=settings.smooth_noise)


def train(
    data: Mapping[str, str | os.PathLike | tf.data.Dataset],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a network in one style; the same call goes on where it stopped.

    Args:
        data: As "content" a folder of photographs, or as "batches" a dataset of {"content": (batch,
            height, width, 3)}; as "style" the file of the painting; as "targets", beside a folder
            of photographs, one of pictures of the same names that results shall be like, such as
            those that gatys painted of them in this style.
        folder: The run folder; with every checkpoint it holds generator.keras.
        settings: Every number.
        callbacks: Keras callbacks.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called under the
            training's precision.
        begin: Finished run, or release, of johnson or ghiasi, of the same shape, whose weights the
            training begins with; ghiasi's as it paints in this style. None begins with random
            weights.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A file is missing, or a folder holds no pictures.
        ValueError: The run folder was begun with other settings; a photograph has no target, or a
            target no photograph; there are targets beside a dataset.
    """
    content = _content(data)
    style = Path(data["style"])
    painting = fixed_styles.read_style(style, settings.style_size, STROKES[settings.stroke])
    known = {"styles": [style.stem], "style_extent": painting.shape[:2]}
    run = runs.Run(folder, dataclasses.asdict(settings) | known)
    run.made_of({"content": content, "style": [style]}, begin)

    def build():
        fresh = network(settings)
        if run.step == 0 and begin is not None:
            copy_into(fresh, _initial_network(Path(begin), painting, settings))
        return fresh

    exact = network(settings)

    def networks(trained):
        return {"generator": copy_into(exact, trained)}

    return fixed_styles.train_one(
        run, content, painting, build, loss_network, settings, networks, callbacks
    )


def _content(data):
    """Photographs, pairs of them and their targets, or a dataset."""
    if "targets" not in data:
        return data["batches"] if "batches" in data else folders.pictures(data["content"])
    if "batches" in data:
        raise ValueError("Expected a folder as content beside targets. Received: a dataset.")
    return folders.pairs(None, data["content"], data["targets"])


def _initial_network(folder, painting, settings):
    """A finished network of one painting, or what one of any painting is in this one's style."""
    if (folder / FILE).exists():
        network = load(folder / FILE)
    else:
        vector = load(folder / "predictor.keras").predict_on_batch(painting[None])
        network = without_vector(load(folder / "transformer.keras"), vector[0])
    names = {layer.name for layer in network.layers}
    if "grow2" not in names:
        return network  # the paper's: whoever takes its weights checks its shape
    return with_smooth_noise(network, settings.smooth_noise)
