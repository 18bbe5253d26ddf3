"""Losses on the features of a frozen network, and sheets of photographs in styles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import keras
import numpy as np

from tfstyle import images, losses, statistics
from tfstyle.networks.vgg import TAPS
from tfstyle.training.settings import STYLE_LOSSES
from tfstyle.training.style import StyleDistance

CONTENT_TAPS = {"relu3_1": 1 / 3, "relu4_1": 2 / 3}  # as of gatys
SHEET = 5  # photographs and paintings on a sheet

COLOR = "color"  # the pixels, as a layer beside the taps

Statistics = Mapping[str, tuple]  # mean and covariance by name


class StyleLosses:
    """Distances of a frozen network's features, and of colours, from a painting's.

    Args:
        views: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap; taps that
            have none are compared as they are.
        taps: Paper names of those that are compared.
        kind: As of `style.StyleDistance`; with "moments" colours are compared by
            `losses.color_distance`.
    """

    def __init__(
        self, views: Mapping[str, tuple], taps: Iterable[str] = TAPS, kind: str = STYLE_LOSSES[0]
    ):
        self.distance, self.taps = StyleDistance(views, kind), tuple(taps)

    def of(self, picture, features: Mapping) -> Statistics:
        """Mean and covariance of a picture's features by tap, and of its pixels as "color".

        Args:
            picture: Shape (batch, height, width, 3).
            features: Its features by tap.
        """
        maps = {tap: features[tap] for tap in self.taps} | {COLOR: picture}
        return {name: statistics.covariance(features) for name, features in maps.items()}

    def targets(self, wanted: Statistics) -> Statistics:
        """What a painting's statistics, as of `of`, are compared as."""
        if self.distance.kind == "moments":
            return {t: self.distance.target(t, *wanted[t]) for t in self.taps} | {
                COLOR: wanted[COLOR]
            }
        return {name: self.distance.target(name, *pair) for name, pair in wanted.items()}

    def __call__(self, targets: Statistics, found: Statistics) -> dict:
        """The mean over the taps, and colours.

        Args:
            targets: What `targets` says of the painting.
            found: What `of` says of the result.

        Returns:
            Scalars "style" and "color".
        """
        each = [self.distance.distance(tap, targets[tap], *found[tap]) for tap in self.taps]
        return {"style": sum(each) / len(each), "color": self._color(targets[COLOR], found[COLOR])}

    def _color(self, target, found):
        if self.distance.kind == "moments":
            return losses.color_distance(target, found)
        return self.distance.distance(COLOR, target, *found)


class Weights(Protocol):
    """What an `Objective` needs of a paper's settings."""

    margin: int
    content_weight: float
    style_weight: float
    color_weight: float
    variation_weight: float
    lattice_weight: float
    own_weight: float


class Objective:
    """Criterion: content at relu3_1 and relu4_1, Wasserstein distance at every tap and of colours,
    total variation, lattice, and pixels where a photograph is its own style.

    Equation 3 of Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830, with the losses of
    `tfstyle.losses`. A subclass says what statistics are wanted.

    Args:
        eyes: Frozen loss network, pictures to a dictionary of taps.
        views: As of `StyleLosses`.
        settings: The weights.
    """

    names = ("content", "style", "color", "variation", "lattice", "own")

    def __init__(self, eyes: keras.Model, views: Mapping[str, tuple], settings: Weights):
        self.eyes, self.settings, self.style = eyes, settings, StyleLosses(views)
        self.inside = keras.layers.Cropping2D(settings.margin, dtype="float32")
        self.content_eyes = at_taps(eyes, CONTENT_TAPS)

    def wanted(self, batch: Mapping, found: Statistics) -> Statistics:
        """What the results are compared with, as of `StyleLosses.targets`.

        Args:
            batch: The batch.
            found: Those that they have.
        """
        raise NotImplementedError

    def own(self, batch: Mapping, pastiche):
        """Squared difference of pixels where a photograph is its own style."""
        raise NotImplementedError

    def __call__(self, batch, pastiche):
        content, inside = self.inside(batch["content"]), self.inside(pastiche)
        seen, taps = self.content_eyes(content, training=False), self.eyes(inside, training=False)
        style = self.style.of(inside, taps)
        found = {
            "content": sum(
                weight * losses.content_loss(seen[tap], taps[tap])
                for tap, weight in CONTENT_TAPS.items()
            ),
            **self.style(self.wanted(batch, style), style),
            "variation": losses.total_variation(pastiche),
            "lattice": losses.lattice_loss(inside),
            "own": self.own(batch, pastiche),
        }
        return {name: getattr(self.settings, f"{name}_weight") * found[name] for name in self.names}


def at_taps(network: keras.Model, taps: Iterable[str]) -> keras.Model:
    """A network of many taps that computes only some."""
    return keras.Model(network.input, {tap: network.output[tap] for tap in taps})


def sheet(
    paint: Callable[[np.ndarray, np.ndarray], np.ndarray],
    photographs: Sequence[Path],
    paintings: Sequence[Path | np.ndarray],
    size: int = 192,
) -> Callable[[], np.ndarray]:
    """A function that paints a sheet of photographs, a row each, in paintings, a column each.

    Args:
        paint: Batches of photographs and of paintings, shape (batch, size, size, 3), to pastiches.
        photographs: Five of them are taken.
        paintings: The same, or all where there are fewer; files or pictures.
        size: Side of a picture in pixels.
    """
    contents, styles = (
        np.stack([_square(picture, size) for picture in spread(pictures)])
        for pictures in (photographs, paintings)
    )

    def painted():
        rows = [np.concatenate([np.ones_like(contents[:1]), styles])]
        for photograph in contents:
            pastiches = paint(np.repeat(photograph[None], len(styles), axis=0), styles)
            rows.append(np.concatenate([photograph[None], np.clip(pastiches, 0.0, 1.0)]))
        return images.sheet(rows)

    return painted


def spread(items: Sequence) -> list:
    """SHEET of some items at equal distances, or all where there are fewer."""
    count = min(SHEET, len(items))
    return [items[i * len(items) // count] for i in range(count)]


def _square(picture, size):
    picture = picture if isinstance(picture, np.ndarray) else images.read(picture, 640)
    return images.resize(picture, size, size)
