"""Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic
stylization network", https://arxiv.org/abs/1705.06830: a predictor turns any painting into a
style vector, which conditions the normalisation of one transformer.

Departures from the paper: the predictor reads the channel moments of our small encoder instead
of being an Inception v3; losses are taken on a narrow network read out as VGG-19's features; style
is compared by moments instead of Gram matrices; contents are compared with their moments taken out.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping

import keras
import numpy as np

from tfstyle import images, losses, statistics
from tfstyle.data import batches, folders
from tfstyle.methods.ghiasi.settings import Settings
from tfstyle.networks import encoder as encoders
from tfstyle.networks.files import copy_into
from tfstyle.networks.predictor import predictor
from tfstyle.networks.transformer import transformer
from tfstyle.networks.vgg import TAPS
from tfstyle.training import runs
from tfstyle.training.trainer import Trainer, adam, precision

CONTENT_TAPS = {"relu3_1": 0.3, "relu4_1": 0.7}
STANDARDIZE_BATCHES = 150


def networks(encoder: keras.Model, settings: Settings) -> dict[str, keras.Model]:
    """A fresh predictor and transformer."""
    shape = {key: getattr(settings, key) for key in ("stem", "quarter", "eighth", "blocks", "top")}
    return {
        "predictor": predictor(encoder, settings.hidden),
        "transformer": transformer(**shape),
    }


def training_network(parts: dict[str, keras.Model]) -> keras.Model:
    """Both networks in one, {"content", "style"} to pastiches."""
    content = keras.Input((None, None, 3), name="content")
    style = keras.Input((None, None, 3), name="style")
    vector = parts["predictor"](style)
    pastiche = parts["transformer"]({"content": content, "vector": vector})
    return keras.Model({"content": content, "style": style}, pastiche, name="ghiasi")


class Objective:
    """Criterion: content at relu3_1 and relu4_1, style moments at every tap, total variation.

    Equation 3 of the paper, with the losses of `tfstyle.losses`.

    Args:
        eyes: Frozen loss network, pictures to a dictionary of taps.
        views: Linear maps (kernel, bias) from those taps to VGG-19's, by tap.
        settings: The weights.
    """

    names = ("content", "style", "variation")

    def __init__(self, eyes: keras.Model, views: Mapping[str, tuple], settings: Settings):
        self.eyes, self.views, self.settings = eyes, views, settings
        self.content_eyes = keras.Model(eyes.input, {tap: eyes.output[tap] for tap in CONTENT_TAPS})

    def __call__(self, batch, pastiche):
        taps = self.eyes(pastiche, training=False)
        style = self.eyes(batch["style"], training=False)
        contents = self.content_eyes(batch["content"], training=False)
        return {
            "content": self.settings.content_weight * self._content(contents, taps),
            "style": self.settings.style_weight * self._style(style, taps),
            "variation": self.settings.variation_weight * losses.total_variation(pastiche),
        }

    def _content(self, contents, taps):
        return sum(
            weight * losses.content_loss(contents[tap], taps[tap])
            for tap, weight in CONTENT_TAPS.items()
        )

    def _style(self, style, taps):
        return sum(
            losses.moment_loss(self._moments(tap, style), self._moments(tap, taps)) for tap in TAPS
        ) / len(TAPS)

    def _moments(self, tap, taps):
        return statistics.projected_moments(taps[tap], *self.views[tap])


def train(
    content: str | os.PathLike,
    style: str | os.PathLike,
    folder: str | os.PathLike,
    encoder: keras.Model,
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    settings: Settings = Settings(),
) -> bool:
    """Trains a predictor and a transformer; the same call goes on where it stopped.

    Args:
        content: Folder of photographs.
        style: Folder of paintings.
        folder: The run folder; at the end it holds predictor.keras and transformer.keras.
        encoder: Frozen; the predictor reads its taps.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels; called under the training's precision.
        settings: Every number.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings.
    """
    photographs, paintings = folders.pictures(content), folders.pictures(style)
    run = runs.Run(folder, dataclasses.asdict(settings))
    keras.utils.set_random_seed(settings.seed)
    with precision("mixed_bfloat16"):
        parts = networks(encoders.like(encoder), settings)
        trainer = Trainer(training_network(parts), Objective(*loss_network(), settings))
    trainer.compile(
        adam(settings.rate, settings.steps, use_ema=True, ema_momentum=settings.average)
    )

    def batches_from(step):
        return batches.contents_and_styles(
            photographs,
            paintings,
            settings.batch,
            settings.size,
            settings.seed,
            step,
            settings.identity_share,
        )

    if run.step == 0:
        _standardize(parts["predictor"], batches_from(0).take(STANDARDIZE_BATCHES))
    recorder = runs.Recorder(run, settings.steps, sample=_sampler(parts, photographs, paintings))
    done = runs.fit(trainer, run, batches_from, recorder)
    if done:
        trainer.optimizer.finalize_variable_values(trainer.trainable_variables)
        for name, network in networks(encoder, settings).items():
            copy_into(network, parts[name]).save(run.folder / f"{name}.keras")
    return done


def _standardize(predictor, examples):
    numbers = keras.Model(predictor.input, predictor.get_layer("log_moments").output)
    found = np.concatenate([numbers.predict_on_batch(batch["style"]) for batch in examples])
    predictor.get_layer("standardize").set_weights([found.mean(axis=0), found.var(axis=0)])


def _sampler(parts, photographs, paintings, count=5, size=192):
    contents, styles = (_spread(paths, count, size) for paths in (photographs, paintings))
    blank = np.ones_like(contents[:1])

    def sample():
        vectors = parts["predictor"].predict_on_batch(styles)
        rows = [np.concatenate([blank, styles])]
        for photograph in contents:
            repeated = np.repeat(photograph[None], count, axis=0)
            painted = parts["transformer"].predict_on_batch(
                {"content": repeated, "vector": vectors}
            )
            rows.append(np.concatenate([photograph[None], painted]))
        return images.sheet(rows)

    return sample


def _spread(paths, count, size):
    chosen = [paths[i * len(paths) // count] for i in range(count)]
    return np.stack([images.resize(images.read(path, 640), size, size) for path in chosen])
