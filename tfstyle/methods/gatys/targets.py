"""What a picture is to become, at any of its sizes: the targets, computed once a size."""

import dataclasses
from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from tfstyle import images, masks
from tfstyle.methods.gatys.feature_extractor import feature_extractor
from tfstyle.methods.gatys.objective import EPSILON, ContentStyleObjective
from tfstyle.methods.gatys.settings import Settings
from tfstyle.training.differentiation import compiled
from tfstyle.training.pixels import TILE, WHOLE_PIXELS, Gradients, Targets, windows

LEAST = 0.01  # of the photograph's own style loss, of which the style loss is a share
COPIES = 5  # of each number of the network, its gradient included
WIDER = 4  # channels of VGG-19 to one of ours, at most
HALF_SCALE = 2.0**16  # of losses, to begin with, where gradients are in float16


@dataclasses.dataclass(frozen=True)
class Problem:
    """What a picture is to become.

    Args:
        shown: Its height and width in pixels.
        content: The photograph, mirrored outwards where it is too small to be looked at; or None
            for a texture.
        styles: Paintings.
        shares: Of the styles, which sum to 1; with masks the whole's of each.
        strength: Share of the style, in [0, 1].
        masks: Shape (height, width, 1), one a style, or None.
        fade: Share of the optimised picture in what is shown, the rest being the photograph's.
    """

    shown: tuple[int, int]
    content: np.ndarray | None
    styles: Sequence[np.ndarray]
    shares: Sequence[float]
    strength: float
    masks: Sequence[np.ndarray] | None = None
    fade: float = 1.0

    @property
    def extent(self) -> tuple[int, int]:
        """Height and width that are optimised."""
        return self.shown if self.content is None else self.content.shape[:2]


class TargetsBySize:
    """Makes the targets of a problem.

    Args:
        objective: The losses.
    """

    def __init__(self, objective: ContentStyleObjective):
        half = objective.feature_extractor.precision == "float16"
        self.objective = objective
        self.gradients = Gradients(objective, HALF_SCALE if half else 1.0)
        self.features = compiled(objective.features, static=(1,))
        self.reach = objective.feature_extractor.reach

    @classmethod
    def of(
        cls, network: keras.Model, readouts: Mapping[str, tuple], settings: Settings
    ) -> "TargetsBySize":
        """Those of the layers that the settings name.

        Args:
            network: As `stylizer.Gatys` takes it.
            readouts: As `stylizer.Gatys` takes them.
            settings: Layers and losses.

        Raises:
            ValueError: The network has no such layer.
        """
        layers = [name for name, _ in (*settings.style_layers, *settings.content_layers)]
        return cls(ContentStyleObjective(feature_extractor(network, readouts, layers), settings))

    def bytes(self, height: int, width: int) -> float:
        """Memory that the losses of a picture take."""
        extractor, beside = self.objective.feature_extractor, 2 * self.reach
        window = min(height * width, max(WHOLE_PIXELS, (TILE + beside) ** 2))
        content_numbers = sum(
            extractor.network.output[layer].shape[-1] / extractor.strides[layer] ** 2
            for layer in self.objective.contents
        )
        number = 4 if extractor.precision == "float32" else 2
        return number * (
            COPIES * extractor.numbers * window + WIDER * content_numbers * height * width
        )

    def at(self, problem: Problem, height: int, width: int) -> Targets:
        """The targets of a problem at a size."""
        parts = [(window, {}) for window in windows(height, width, self.reach)]
        if problem.masks:
            small = [masks.resized(mask, height, width) for mask in problem.masks]
            together = np.concatenate(small, axis=-1)
            parts = [(w, {"masks": w.batch(together)}) for w, _ in parts]
        styles = [self._painting(style, max(height, width)) for style in problem.styles]
        values = {"styles": styles, "weights": self._weights(problem.strength)}
        shares = np.float32(problem.shares)
        if problem.content is not None:
            content = images.resize(problem.content, height, width)
            own = self.gradients.sums(content, parts)["styles"]
            start = ops.convert_to_numpy(ops.stack(self.objective.style_losses(own, styles)))
            shares = shares / np.maximum(start, LEAST)
            parts, variances = self._with_content(content, parts)
            values["variances"] = variances
        return Targets(parts, values | {"shares": ops.convert_to_tensor(shares)})

    def _weights(self, strength):
        settings = self.objective.settings
        weights = {
            "content": settings.content_weight * (1.0 - strength),
            "style": settings.style_weight * strength,
        }
        return {name: ops.convert_to_tensor(weight, "float32") for name, weight in weights.items()}

    def _painting(self, style, side):
        side = max(1, round(side * self.objective.settings.style_scale))
        if max(style.shape[:2]) > side:
            style = images.resize(style, *images.fitted(style.shape[:2], side))
        parts = [(window, {}) for window in windows(*style.shape[:2], self.reach)]
        (sums,) = self.gradients.sums(style, parts)["styles"]
        return self.objective.targets(sums)

    def _with_content(self, content, parts):
        features_of_parts = [
            self.features(window.batch(content), window.part) for window, _ in parts
        ]
        moments = {
            layer: _moments([features[layer] for features in features_of_parts])
            for layer in features_of_parts[0]
        }
        if self.objective.settings.content_loss == "correlation":
            for index, features in enumerate(features_of_parts):  # not two copies
                features_of_parts[index] = {k: _normal(v, *moments[k]) for k, v in features.items()}
        parts_with_content = [
            (window, inputs | {"content": features})
            for (window, inputs), features in zip(parts, features_of_parts, strict=True)
        ]
        return parts_with_content, {layer: variance for layer, (_, variance) in moments.items()}


def _moments(parts):
    """Mean and variance of the channels of features in parts."""
    count = sum(ops.cast(ops.size(features[..., 0]), "float32") for features in parts)
    mean = sum(ops.sum(wide, axis=(0, 1, 2)) for wide in _wide(parts)) / count
    squares = sum(ops.sum(ops.square(wide - mean), axis=(0, 1, 2)) for wide in _wide(parts))
    return mean, squares / count


def _wide(parts):
    return (ops.cast(features, "float32") for features in parts)


def _normal(features, mean, variance):
    normal = (ops.cast(features, "float32") - mean) / ops.sqrt(variance + EPSILON)
    return ops.cast(normal, features.dtype)
