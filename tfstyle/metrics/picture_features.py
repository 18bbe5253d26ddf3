"""A picture and its features."""

import dataclasses
import functools

import numpy as np
from keras import ops

from tfstyle import statistics


@dataclasses.dataclass(frozen=True)
class PictureFeatures:
    """A picture and its features.

    Args:
        picture: Shape (height, width, 3), in [0, 1].
        vgg: VGG-19's features by tap.
        squeeze: SqueezeNet's features by tap; may be empty.
        strokes: VGG-19's features at random positions, at full and at half size.
        patches: SqueezeNet's patches at random positions, at both sizes; may be empty.
    """

    picture: np.ndarray
    vgg: dict
    squeeze: dict
    strokes: list
    patches: list

    @functools.cached_property
    def spreads(self) -> dict:
        """Covariances by tap, shape (1, channels, channels), in float64."""
        return {
            tap: ops.cast(statistics.covariance(x)[1], "float64") for tap, x in self.vgg.items()
        }

    @functools.cached_property
    def roots(self) -> dict:
        """Square roots of `spreads`."""
        return {tap: statistics.square_root(spread) for tap, spread in self.spreads.items()}
