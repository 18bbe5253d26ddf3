"""Losses on the features of a frozen network, and sheets of photographs in styles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from tfstyle import images, losses, statistics
from tfstyle.networks.vgg import TAPS

SHEET = 5  # photographs and paintings on a sheet


class StyleLosses:
    """Moments and Gram matrices of a frozen network's features.

    Args:
        views: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap; taps that
            have none are compared as they are.
        taps: Paper names of those that are compared.
    """

    def __init__(self, views: Mapping[str, tuple], taps: Iterable[str] = TAPS):
        self.views, self.taps = views, tuple(taps)

    def __call__(self, style: Mapping, pastiche: Mapping) -> tuple:
        """Mean over the taps of `moment_loss` and of `gram_loss`.

        Args:
            style: Features of the painting by tap.
            pastiche: Features of the result by tap.
        """
        moments = gram = 0.0
        for tap in self.taps:
            wanted, found = (statistics.covariance(taps[tap]) for taps in (style, pastiche))
            moments += losses.moment_loss(self._moments(tap, wanted), self._moments(tap, found))
            gram += losses.gram_loss(*(statistics.gram_matrix(*x) for x in (wanted, found)))
        return moments / len(self.taps), gram / len(self.taps)

    def _moments(self, tap, found):
        if tap in self.views:
            return statistics.projected_moments(*found, *self.views[tap])
        return statistics.channel_moments(*found)


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
        paintings: The same.
        size: Side of a picture in pixels.
    """
    contents, styles = (_spread(paths, size) for paths in (photographs, paintings))

    def painted():
        rows = [np.concatenate([np.ones_like(contents[:1]), styles])]
        for photograph in contents:
            pastiches = paint(np.repeat(photograph[None], len(styles), axis=0), styles)
            rows.append(np.concatenate([photograph[None], np.clip(pastiches, 0.0, 1.0)]))
        return images.sheet(rows)

    return painted


def _spread(paths, size):
    chosen = [paths[i * len(paths) // SHEET] for i in range(SHEET)]
    return np.stack([images.resize(images.read(path, 640), size, size) for path in chosen])
