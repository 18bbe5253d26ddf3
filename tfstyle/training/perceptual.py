"""Losses on the features of a frozen network, and sheets of photographs in styles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import keras
import numpy as np

from tfstyle import images, losses, statistics
from tfstyle.networks.vgg import TAPS

CONTENT_TAPS = {"relu3_1": 0.15, "relu4_1": 0.85}
SHEET = 5  # photographs and paintings on a sheet

Statistics = Mapping[str, tuple]  # mean and covariance by name


class StyleLosses:
    """Moments and Gram matrices of a frozen network's features, and moments of colours.

    Args:
        views: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap; taps that
            have none are compared as they are.
        taps: Paper names of those that are compared.
    """

    def __init__(self, views: Mapping[str, tuple], taps: Iterable[str] = TAPS):
        self.views, self.taps = views, tuple(taps)

    def of(self, picture, features: Mapping) -> Statistics:
        """Mean and covariance of a picture's features by tap, and of its pixels as "color".

        Args:
            picture: Shape (batch, height, width, 3).
            features: Its features by tap.
        """
        maps = {tap: features[tap] for tap in self.taps} | {"color": picture}
        return {name: statistics.covariance(features) for name, features in maps.items()}

    def __call__(self, wanted: Statistics, found: Statistics) -> dict:
        """Mean over the taps of `moment_loss` and of `gram_loss`, and `color_distance`.

        Args:
            wanted: What `of` says of the painting.
            found: What it says of the result.

        Returns:
            Scalars "style", "gram" and "color".
        """
        moments = gram = 0.0
        for tap in self.taps:
            pair = wanted[tap], found[tap]
            moments += losses.moment_loss(*(self._moments(tap, x) for x in pair))
            gram += losses.gram_loss(*(statistics.gram_matrix(*x) for x in pair))
        return {
            "style": moments / len(self.taps),
            "gram": gram / len(self.taps),
            "color": losses.color_distance(wanted["color"], found["color"]),
        }

    def _moments(self, tap, found):
        if tap in self.views:
            return statistics.projected_moments(*found, *self.views[tap])
        return statistics.channel_moments(*found)


class Weights(Protocol):
    """What an `Objective` needs of a paper's settings."""

    margin: int
    content_weight: float
    style_weight: float
    gram_weight: float
    color_weight: float
    variation_weight: float
    own_weight: float


class Objective:
    """Criterion: content at relu3_1 and relu4_1, moments and Gram matrices at every tap, colours,
    total variation, and pixels where a photograph is its own style.

    Equation 3 of Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830, with the losses of
    `tfstyle.losses`. A subclass says what statistics are wanted.

    Args:
        eyes: Frozen loss network, pictures to a dictionary of taps.
        views: As of `StyleLosses`.
        settings: The weights.
    """

    names = ("content", "style", "gram", "color", "variation", "own")

    def __init__(self, eyes: keras.Model, views: Mapping[str, tuple], settings: Weights):
        self.eyes, self.settings, self.style = eyes, settings, StyleLosses(views)
        self.inside = keras.layers.Cropping2D(settings.margin, dtype="float32")
        self.content_eyes = at_taps(eyes, CONTENT_TAPS)

    def wanted(self, batch: Mapping, found: Statistics) -> Statistics:
        """Statistics that the results are to have.

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
            "own": self.own(batch, pastiche),
        }
        return {name: getattr(self.settings, f"{name}_weight") * found[name] for name in self.names}


def at_taps(network: keras.Model, taps: Iterable[str]) -> keras.Model:
    """A network of many taps that computes only some."""
    return keras.Model(network.input, {tap: network.output[tap] for tap in taps})


def sheet(
    paint: Callable[[np.ndarray, np.ndarray], np.ndarray],
    photographs: Sequence[Path],
    paintings: Sequence[Path],
    size: int = 192,
) -> Callable[[], np.ndarray]:
    """A function that paints a sheet of photographs, a row each, in paintings, a column each.

    Args:
        paint: Batches of photographs and of paintings, shape (batch, size, size, 3), to pastiches.
        photographs: Five of them are taken.
        paintings: The same, or all where there are fewer.
        size: Side of a picture in pixels.
    """
    contents, styles = (
        np.stack([_square(path, size) for path in spread(paths)])
        for paths in (photographs, paintings)
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


def _square(path, size):
    return images.resize(images.read(path, 640), size, size)
