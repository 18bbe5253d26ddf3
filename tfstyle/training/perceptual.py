"""Losses on the features of a frozen network, and sheets of photographs in styles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import ops

from tfstyle import contact_sheets, images, losses, statistics
from tfstyle.data import folders
from tfstyle.networks.vgg import TAPS
from tfstyle.training.settings import STYLE_LOSSES, PerceptualSettings
from tfstyle.training.style import StyleDistance

CONTENT_TAPS = {"relu3_1": 1 / 3, "relu4_1": 2 / 3}  # the same as in methods/gatys
SHEET = 5  # photographs and paintings on a sheet

COARSE = 22  # positions a side whose likeness to each other is compared

POSITIONS = {"relu3_1": 512, "relu4_1": 256}  # of a painting that features are compared with

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


class PerceptualObjective:
    """Criterion: content, self-similarity and REMD at relu3_1 and relu4_1, luminance, Wasserstein
    distance at every tap and of colours, recolouring, total variation, lattice, and pixels alone
    where a photograph is its own style.

    Equation 3 of Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830, with the losses of
    `tfstyle.losses`. A subclass gives the target statistics. Where some photographs are their
    own style, the batch's "own", shape (batch,), is 1 of those and 0 of others.

    Args:
        feature_extractor: Frozen loss network, pictures to a dictionary of taps.
        readouts: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap.
        settings: The weights of the losses.
    """

    names = (
        *("content", "similarity", "luminance"),
        *("style", "remd", "color", "recoloring"),
        *("variation", "lattice", "own"),
    )

    def __init__(
        self,
        feature_extractor: keras.Model,
        readouts: Mapping[str, tuple],
        settings: PerceptualSettings,
    ):
        self.feature_extractor, self.settings, self.style = (
            feature_extractor,
            settings,
            StyleLosses(readouts),
        )
        self.inside = keras.layers.Cropping2D(settings.margin, dtype="float32")
        self.content_extractor = at_taps(feature_extractor, CONTENT_TAPS)
        self.channels = {tap: feature_extractor.output[tap].shape[-1] for tap in TAPS}
        self.positions = POSITIONS if settings.remd_weight else {}

    def described(self, picture):
        """The targets of paintings, shape (batch, height, width, 3), as vectors.

        They are those of `StyleLosses.described`, followed by features at some positions if REMD
        has a weight.
        """
        features = self.feature_extractor(picture, training=False)
        parts = [self.style.described(picture, features)]
        for tap, count in self.positions.items():
            sampled = _at_positions(features[tap], count)
            parts.append(ops.reshape(ops.cast(sampled, "float32"), (sampled.shape[0], -1)))
        return ops.stop_gradient(ops.concatenate(parts, axis=-1))

    def numbers(self, batch: Mapping):
        """The vectors of `described` of the batch's paintings, shape (batch, numbers)."""
        raise NotImplementedError

    def __call__(self, batch, pastiche):
        content, inside = self.inside(batch["content"]), self.inside(pastiche)
        content_features, features = (
            self.content_extractor(content, training=False),
            self.feature_extractor(inside, training=False),
        )
        numbers, own = self.numbers(batch), batch.get("own")
        targets = self.style.recalled(numbers, self.channels)
        weights = None if own is None else 1.0 - own
        values = {
            "content": sum(
                weight * losses.content_loss(content_features[tap], features[tap])
                for tap, weight in CONTENT_TAPS.items()
            ),
            "similarity": self.similarity(content_features, features),
            "luminance": self.luminance(content, inside),
            **self.style(targets, self.style.of(inside, features), weights),
            "remd": self.remd(numbers, features, weights),
            "recoloring": self.recoloring(content, targets[COLOR], inside, weights),
            "variation": losses.total_variation(pastiche),
            "lattice": losses.lattice_loss(inside),
            "own": ops.zeros(())
            if own is None
            else losses.own_style_loss(batch["content"], own, pastiche),
        }
        return {
            name: getattr(self.settings, f"{name}_weight") * values[name] for name in self.names
        }

    def similarity(self, content: Mapping, pastiche: Mapping):
        """Self-similarity loss of features by tap, a scalar; 0 without a weight."""
        if not self.settings.similarity_weight:
            return ops.zeros(())
        return sum(
            weight * losses.self_similarity_loss(_coarse(content[tap]), _coarse(pastiche[tap]))
            for tap, weight in CONTENT_TAPS.items()
        )

    def luminance(self, content, pastiche):
        """`losses.luminance_loss` of pictures, a scalar; 0 without a weight."""
        if not self.settings.luminance_weight:
            return ops.zeros(())
        return losses.luminance_loss(content, pastiche)

    def recoloring(self, content, colors, pastiche, weights=None):
        """`losses.recoloring_loss` of pictures, a scalar; 0 without a weight."""
        if not self.settings.recoloring_weight:
            return ops.zeros(())
        return losses.recoloring_loss(content, colors[:2], pastiche, weights)

    def remd(self, numbers, pastiche: Mapping, weights=None):
        """Mean over the taps of `losses.remd_loss`, a scalar; 0 without a weight.

        Args:
            numbers: The paintings' vectors, from `described`.
            pastiche: Features by tap.
            weights: Weight of each picture, shape (batch,); None weighs each by 1.
        """
        distances, end = [], numbers.shape[-1]
        for tap, count in reversed(self.positions.items()):
            channels = self.channels[tap]
            style = ops.reshape(numbers[:, end - count * channels : end], (-1, count, channels))
            height, width = pastiche[tap].shape[1:3]
            features = ops.reshape(pastiche[tap], (-1, height * width, channels))
            distances.append(losses.remd_loss(style, features, weights))
            end -= count * channels
        return sum(distances) / len(distances) if distances else ops.zeros(())


def _at_positions(features, count):
    """Features of one picture at positions drawn with a fixed seed, shape (1, count, channels)."""
    flat = ops.reshape(features, (1, -1, features.shape[-1]))
    order = np.random.default_rng(0).permutation(flat.shape[1])
    return ops.take(flat, np.resize(order, count), axis=1)


def _coarse(features):
    """Features at no more than COARSE positions a side, or a few more."""
    pool = max(1, features.shape[1] // COARSE)
    return ops.average_pool(features, pool, pool) if pool > 1 else features


class PrecomputedObjective(PerceptualObjective):
    """`PerceptualObjective` of a batch that holds the targets as "numbers", shape (batch, numbers).

    Args:
        feature_extractor: Frozen loss network, pictures to a dictionary of taps.
        readouts: Linear maps (kernel, bias) from its taps to VGG-19's own channels, by tap.
        settings: The weights of the losses.
        read: How many of the numbers stand before those of `described`.
    """

    def __init__(
        self,
        feature_extractor: keras.Model,
        readouts: Mapping[str, tuple],
        settings: PerceptualSettings,
        read: int,
    ):
        super().__init__(feature_extractor, readouts, settings)
        self.read = read

    def numbers(self, batch):
        return batch["numbers"][:, self.read :]


def at_taps(network: keras.Model, taps: Iterable[str]) -> keras.Model:
    """The part of a network that computes some of its taps."""
    return keras.Model(network.input, {tap: network.output[tap] for tap in taps}, name=network.name)


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
        np.stack(folders.readable(pictures, SHEET, lambda picture: _square(picture, size)))
        for pictures in (photographs, paintings)
    )

    def painted():
        rows = [np.concatenate([np.ones_like(contents[:1]), styles])]
        for photograph in contents:
            pastiches = paint(np.repeat(photograph[None], len(styles), axis=0), styles)
            rows.append(np.concatenate([photograph[None], np.clip(pastiches, 0.0, 1.0)]))
        return contact_sheets.from_rows(rows)

    return painted


def sheet_items(items: Sequence) -> list:
    """The items that a sheet shows: at most SHEET, at equal distances."""
    count = min(SHEET, len(items))
    return [items[i * len(items) // count] for i in range(count)]


def _square(picture, size):
    picture = picture if isinstance(picture, np.ndarray) else images.read(picture, 640)
    return images.resize(picture, size, size)
