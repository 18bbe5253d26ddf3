"""Huang & Belongie 2017, "Arbitrary style transfer in real-time with adaptive instance
normalization", https://arxiv.org/abs/1703.06868: the photograph's features take the channel
moments of the painting's, and a decoder makes a picture of them.

Departures from the paper by default: our small encoder instead of VGG-19, at relu3_1 and relu4_1,
and a decoder of residual blocks and noise (`tfstyle.networks.decoder.redrawing`) instead of the
encoder's mirror; the losses of `tfstyle.training.perceptual`, or with `objective="paper"` the
paper's, each as a share of its own size; pairs of a photograph with itself.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from tfstyle import losses, precision, statistics
from tfstyle.data import batches, folders
from tfstyle.layers import InstanceNorm
from tfstyle.methods.adain.settings import Settings
from tfstyle.networks import adain
from tfstyle.networks import decoder as decoders
from tfstyle.networks.files import copy_into, load
from tfstyle.networks.vgg import TAPS, at_taps
from tfstyle.training import fitting, perceptual, runs, samples
from tfstyle.training.initialisation import fit_decoder_to
from tfstyle.training.style_losses import StyleLosses
from tfstyle.training.style_table import TABLE, stream, style_rows
from tfstyle.training.trainer import FrozenInputs, Trainer, averaging_adam, inputs_of

(TAP,) = adain.PAPERS_TAPS
STYLE_TAPS = TAPS[:4]  # section 6.1 of the paper
NORMS = {"none": None, "batch": keras.layers.BatchNormalization, "instance": InstanceNorm}


def decoder(encoder: keras.Model, settings: Settings) -> keras.Model:
    """A fresh decoder of an encoder's taps."""
    channels = sum(tap.shape[-1] for tap in encoder.output.values())
    if settings.decoder == "redrawing":
        shape = (settings.quarter, settings.blocks, settings.top)
        noises = (settings.noise, settings.smooth_noise)
        return decoders.redrawing(channels, *shape, *noises, settings.slope)
    layers = decoders.mirrored_layers(encoder, TAP, settings.deep)
    norm = NORMS[settings.norm]
    kinds = (settings.padding, settings.slope, norm, settings.upsampling)
    return decoders.decoder(layers, channels, *kinds)


class PaperObjective:
    """Criterion: distance from the AdaIN target, moments at relu1_1 to relu4_1, colours, total
    variation, and pixels where a photograph is its own style.

    Equations 11 to 13 of the paper, with the losses of `tfstyle.losses`.

    Args:
        feature_extractor: Frozen loss network, pictures to a dictionary of taps.
        readouts: Linear maps (kernel, bias) from those taps to VGG-19's, by tap; taps that have
            none are compared as they are.
        settings: The weights.
    """

    names = ("content", "style", "color", "variation", "own")

    def __init__(
        self, feature_extractor: keras.Model, readouts: Mapping[str, tuple], settings: Settings
    ):
        self.settings = settings
        self.style = StyleLosses(readouts, STYLE_TAPS, "moments")
        self.feature_extractor = at_taps(feature_extractor, STYLE_TAPS)
        self.content_extractor = at_taps(feature_extractor, [TAP])
        self.inside = keras.layers.Cropping2D(settings.margin, dtype="float32")

    def __call__(self, batch, pastiche):
        inside = self.inside(pastiche)
        taps, style = (self.feature_extractor(x, training=False) for x in (inside, batch["style"]))
        target_moments = self.style.targets(self.style.of(batch["style"], style))
        compared = self.style(target_moments, self.style.of(inside, taps))
        content = self.content_extractor(self.inside(batch["content"]), training=False)
        target = statistics.align_moments(content[TAP], style[TAP])
        own = losses.own_style_loss(batch["content"], batch["own"], pastiche)
        return {
            "content": self.settings.content_weight * losses.target_loss(target, taps[TAP]),
            "style": self.settings.style_weight * compared["style"],
            "color": self.settings.color_weight * compared["color"],
            "variation": self.settings.variation_weight * losses.total_variation(pastiche),
            "own": self.settings.own_weight * own,
        }


def train(
    data: Mapping[str, str | os.PathLike | Sequence[str | os.PathLike]],
    folder: str | os.PathLike,
    settings: Settings = Settings(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    encoder: Callable[[], keras.Model],
    loss_network: Callable[[], tuple[keras.Model, Mapping[str, tuple]]],
    begin: str | os.PathLike | None = None,
) -> bool:
    """Trains a decoder; the same call goes on where it stopped.

    Args:
        data: As "content" a folder of photographs; as "style" folders of paintings, of which one
            that is named twice is seen twice as often.
        folder: The run folder; with every checkpoint it holds encoder.keras and decoder.keras.
        settings: Every number.
        callbacks: Keras callbacks.
        encoder: Makes the frozen network whose taps are decoded; called under the training's
            precision.
        loss_network: Makes a frozen network with VGG-19's taps and the linear maps (kernel,
            bias) from them to VGG-19's own channels, where there are any; called likewise.
        begin: Finished run of `train adain` whose decoder the training begins with, or, for a
            mirrored one, of `train wct` with the same encoder, whose decoder of relu4_1; None
            begins with random weights.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: A folder is missing or holds no pictures.
        ValueError: The run folder was begun with other settings.
    """
    photographs, paintings = folders.pictures(data["content"]), folders.several(data["style"])
    run = runs.Run(folder, dataclasses.asdict(settings))
    run.made_of({"content": photographs, "style": paintings}, begin)
    taps = adain.TAPS if settings.decoder == "redrawing" else adain.PAPERS_TAPS
    keras.utils.set_random_seed(settings.seed)
    with precision.mixed(run.precision.name):
        feature_extractor = at_taps(encoder(), taps)
        trained = decoder(feature_extractor, settings)
        parts = _paper_parts if settings.objective == "paper" else _precomputed_parts
        objective, aligning, batches_from = parts(
            run, photographs, paintings, feature_extractor, loss_network, settings
        )
        trainer = Trainer(trained, objective, FrozenInputs(aligning))
    run.uses(encoder=feature_extractor, teacher=objective.feature_extractor)
    trainer.compile(averaging_adam(settings))
    if run.step == 0:
        _begin(trained, aligning, batches_from, begin)
    exact_encoder = at_taps(encoder(), taps)
    exact_decoder = decoder(exact_encoder, settings)
    recorder = runs.Recorder(
        run,
        settings.steps,
        sample=_sampler(feature_extractor, trained, photographs, paintings),
        networks=lambda: {"encoder": exact_encoder, "decoder": copy_into(exact_decoder, trained)},
    )
    return fitting.fit(trainer, batches_from, run, recorder, callbacks)


def _begin(trained, aligning, batches_from, folder):
    """The decoder's first weights: a finished run's, or random ones that are fitted to features."""
    if folder is not None:
        copy_into(trained, load(_decoder_path(Path(folder))))
        return
    first = inputs_of(aligning, next(batches_from(0).as_numpy_iterator()))
    fit_decoder_to(trained, aligning.predict_on_batch(first))


def _sampler(feature_extractor, trained, photographs, paintings):
    """A contact sheet of the decoder."""
    aligning = adain.aligning(feature_extractor)

    def paint(contents, styles):
        features = aligning.predict_on_batch({"content": contents, "style": styles})
        return np.float32(trained.predict_on_batch(features))

    return samples.sheet(paint, photographs, paintings)


def _paper_parts(run, photographs, paintings, feature_extractor, loss_network, settings):
    """The paper's objective, the frozen network before the decoder, and batches of pictures."""

    def batches_from(step):
        return batches.contents_and_styles(
            photographs,
            paintings,
            settings.batch,
            settings.size,
            settings.seed,
            step,
            settings.own_share,
            settings.grey_share,
        )

    return (
        PaperObjective(*loss_network(), settings),
        adain.aligning(feature_extractor),
        batches_from,
    )


def _precomputed_parts(run, photographs, paintings, feature_extractor, loss_network, settings):
    """The same for batches of the paintings' features, which are computed once."""
    reading = adain.style_network(feature_extractor)
    objective = perceptual.PrecomputedObjective(*loss_network(), settings, reading.output.shape[-1])
    sizes = (settings.style_size, settings.grey_share)
    rows, order = style_rows(run.folder / TABLE, paintings, reading, objective, *sizes)
    batches_from = stream(photographs, rows, order, settings)
    return objective, adain.aligning_described(feature_extractor), batches_from


def _decoder_path(run):
    """A run's decoder of relu4_1: WCT's runs number theirs by level."""
    numbered = run / "decoder4.keras"
    return numbered if numbered.is_file() else run / "decoder.keras"
