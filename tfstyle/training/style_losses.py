"""Distances of pictures from paintings over several layers and in colours."""

from collections.abc import Iterable, Mapping

from keras import ops

from tfstyle import losses, statistics
from tfstyle.networks.vgg import TAPS
from tfstyle.training.settings import STYLE_LOSSES
from tfstyle.training.style import StyleDistance

COLOR = "color"  # the pixels, as a layer beside the taps

Statistics = Mapping[str, tuple]  # mean and covariance by name


class StyleLosses:
    """Distances of a frozen network's features, and of colours, from a painting's.

    Args:
        readouts: Linear maps (kernel, bias) from its taps to VGG-19's channels, by tap; taps that
            have none are compared as they are.
        taps: Paper names of those that are compared.
        kind: "wasserstein", "gram" or "moments" (see `style.StyleDistance`); with "moments"
            colours are compared by `losses.color_distance`.
    """

    def __init__(
        self, readouts: Mapping[str, tuple], taps: Iterable[str] = TAPS, kind: str = STYLE_LOSSES[0]
    ):
        self.distance, self.taps = StyleDistance(readouts, kind), tuple(taps)

    def of(self, picture, features: Mapping) -> Statistics:
        """Mean and covariance of a picture's features by tap, and of its pixels as "color".

        Args:
            picture: Shape (batch, height, width, 3).
            features: Its features by tap.
        """
        maps = {tap: features[tap] for tap in self.taps} | {COLOR: picture}
        return {name: statistics.covariance(features) for name, features in maps.items()}

    def targets(self, style: Statistics) -> Statistics:
        """The targets of the losses, from a painting's statistics (see `of`)."""
        if self.distance.kind == "moments":
            return {t: self.distance.target(t, *style[t]) for t in self.taps} | {
                COLOR: style[COLOR]
            }
        return {name: self.distance.target(name, *pair) for name, pair in style.items()}

    def __call__(self, targets: Statistics, pastiche: Statistics, weights=None) -> dict:
        """Distances of a result from the targets: the mean over the taps, and that of colours.

        Args:
            targets: The painting's `targets`.
            pastiche: The result's statistics, from `of`.
            weights: Weight of each picture, shape (batch,), with "wasserstein" alone.

        Returns:
            Scalars "style" and "color".
        """
        distances = [
            self.distance.distance(tap, targets[tap], *pastiche[tap], weights) for tap in self.taps
        ]
        color = self._color(targets[COLOR], pastiche[COLOR], weights)
        return {"style": sum(distances) / len(distances), "color": color}

    def _color(self, target, pastiche, weights):
        if self.distance.kind == "moments":
            return losses.color_distance(target, pastiche)
        return self.distance.distance(COLOR, target, *pastiche, weights)

    def described(self, picture, features: Mapping):
        """The targets of paintings as vectors, shape (batch, numbers).

        They hold means and roots of covariances, in the order of `statistics.packed`.

        Args:
            picture: Paintings, shape (batch, height, width, 3).
            features: Their features by tap.
        """
        targets = self.targets(self.of(picture, features))
        return statistics.packed([(mean, root) for mean, _, root in targets.values()])

    def recalled(self, numbers, channels: Mapping[str, int]) -> Statistics:
        """The targets from the vectors of `described`.

        Args:
            numbers: Vectors, shape (batch, numbers).
            channels: Number of channels of each tap.
        """
        counts = [self._compared(tap, channels[tap]) for tap in self.taps] + [3]
        pairs = statistics.unpacked(numbers, counts)
        named = zip((*self.taps, COLOR), pairs, strict=True)
        return {name: (mean, ops.matmul(root, root), root) for name, (mean, root) in named}

    def _compared(self, tap, channels):
        """The number of a tap's channels that are compared."""
        view = self.distance.isometric.get(tap)
        return channels if view is None else view[0].shape[1]
