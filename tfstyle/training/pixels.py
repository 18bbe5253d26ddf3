"""Losses of a picture and their gradient over its pixels, whole or in tiles."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops

from tfstyle import tiles
from tfstyle.training.differentiation import compiled, gradient, pull_back

TILE = 1024  # pixels, a multiple of every network's stride
WHOLE_PIXELS = 1_600_000  # larger pictures are computed in tiles
FORWARD = 0.5  # of a gradient's time, that of its losses alone

Tensor = Any  # of Keras' backend, or a NumPy array
Tensors = Mapping[str, Tensor | tuple]
Part = tuple[tuple[int, int], tuple[int, int]]
Losses = dict[str, float]


@dataclasses.dataclass(frozen=True)
class Window:
    """A crop of a picture that a network computes, and its inner part.

    Args:
        rows: Rows of the crop in the picture.
        columns: Columns of the crop in the picture.
        part: What is kept of it: ((top, left), (height, width)) in pixels; sides below 0 go on to
            the end. None is all.
    """

    rows: slice
    columns: slice
    part: Part | None = None

    def of(self, picture: np.ndarray) -> np.ndarray:
        """The window's crop of an array of the picture's height and width."""
        return picture[self.rows, self.columns]

    def batch(self, picture: np.ndarray) -> Tensor:
        """The window's crop of a picture, as a batch of one."""
        return ops.convert_to_tensor(self.of(picture)[None])


def windows(height: int, width: int, overlap: int) -> Iterator[Window]:
    """Windows whose parts cover a picture; a single one for a small picture.

    Args:
        height: Pixels.
        width: Pixels.
        overlap: Pixels around each part, a multiple of the network's stride.
    """
    if height * width <= WHOLE_PIXELS:
        yield Window(slice(0, height), slice(0, width))
        return
    for sides in tiles.windows(height, width, TILE, overlap):
        rows, columns = (slice(side[0].start, side[0].stop) for side in sides)
        first = tuple(part.start for _, _, part in sides)
        lengths = (
            -1 if window.stop == inner.stop else part.stop - part.start
            for window, inner, part in sides
        )
        yield Window(rows, columns, (first, tuple(lengths)))


def gradient_pixels(height: int, width: int, overlap: int) -> float:
    """The cost of the gradient of a picture of this size, in pixels of a picture without tiles.

    Args:
        height: Pixels.
        width: Pixels.
        overlap: Pixels around each part, a multiple of the network's stride.
    """
    if height * width <= WHOLE_PIXELS:
        return height * width
    sides = [(window.rows, window.columns) for window in windows(height, width, overlap)]
    areas = [(r.stop - r.start) * (c.stop - c.start) for r, c in sides]
    return (1.0 + FORWARD) * sum(areas)


def crop_features(features, part: Part | None, stride: int = 1):
    """Crops the features of a window to its part.

    Args:
        features: Shape (1, height, width, channels).
        part: Part of a `Window`, or None; a tensor in a function that takes all of them.
        stride: Pixels between neighbouring positions.
    """
    if part is None:
        return features
    firsts, lengths = part
    rows, columns = (
        slice(first // stride, _end(first // stride, length // stride, features, axis))
        for first, length, axis in zip(firsts, lengths, (1, 2), strict=True)
    )
    return features[:, rows, columns]


def _end(first, length, features, axis):
    if isinstance(length, int):
        return first + length if length >= 0 else None
    return ops.where(length < 0, ops.shape(features)[axis], first + length)


class PictureObjective(Protocol):
    """Losses of a picture as functions of sums over its parts."""

    def sums(self, crop: Tensor, part: Part, inputs: Tensors) -> Tensors:
        """Sums over a window's part, which add up over the parts.

        Args:
            crop: The window's crop, shape (1, height, width, 3).
            part: The window's part (see `Window`).
            inputs: Further inputs for this window, by name.
        """

    def of_sums(self, sums: Tensors, targets: Tensors) -> Tensors:
        """Losses by name, from the sums over all parts.

        Args:
            sums: Sums over all parts, from `sums`.
            targets: The targets by name.
        """


@dataclasses.dataclass(frozen=True)
class Targets:
    """The targets of the losses of a picture of one size.

    Args:
        parts: Windows that cover the picture, each with the objective's inputs for it.
        values: Targets by name, for `PictureObjective.of_sums`.
    """

    parts: Sequence[tuple[Window, Tensors]]
    values: Tensors


class Gradients:
    """Losses of a picture by name, and the gradient of their sum.

    In tiles each part is computed twice: for the sums, then with the losses' gradient over the
    sums. The gradient is that of the whole picture, up to rounding.

    Args:
        objective: The losses; its functions are traced once for all sizes.
        scale: Of the losses where gradients are taken of them, a power of two, so that small ones
            are not 0 in float16; halved for good where gradients are too large.
    """

    def __init__(self, objective: PictureObjective, scale: float = 1.0):
        self.objective, self.scale = objective, scale
        self._at_once, self._sums, self._pushed = (
            compiled(function, static=(1,))
            for function in (self._at_once, objective.sums, self._pushed)
        )
        self._of_sums = compiled(self._of_sums)

    def __call__(self, picture: np.ndarray, targets: Targets) -> tuple[Losses, np.ndarray]:
        """Losses and gradient of a picture, shape (height, width, 3), about in [0, 1]."""
        losses, gradient = self._scaled(picture, targets)
        while self.scale > 1.0 and not np.isfinite(gradient).all():
            self.scale /= 2.0
            losses, gradient = self._scaled(picture, targets)
        return {name: float(loss) for name, loss in losses.items()}, gradient / self.scale

    def _scaled(self, picture, targets):
        if len(targets.parts) > 1:
            return self._tiled(picture, targets)
        window, inputs = targets.parts[0]
        losses, gradients = self._at_once(
            window.batch(picture), window.part, inputs, targets.values, self.scale
        )
        return losses, ops.convert_to_numpy(gradients)[0]

    def sums(self, picture: np.ndarray, parts: Sequence[tuple[Window, Tensors]]) -> Tensors:
        """The objective's sums over all parts of a picture."""
        sums_of_parts = (
            self._sums(window.batch(picture), window.part, inputs) for window, inputs in parts
        )
        return functools.reduce(
            lambda *sums: keras.tree.map_structure(ops.add, *sums), sums_of_parts
        )

    def _at_once(self, crop, part, inputs, targets, scale):
        def losses_of(crop):
            return self._scaled_losses(self.objective.sums(crop, part, inputs), targets, scale)

        return gradient(losses_of, crop)

    def _scaled_losses(self, sums, targets, scale):
        losses = self.objective.of_sums(sums, targets)
        return scale * sum(losses.values()), losses

    def _tiled(self, picture, targets):
        sums = self.sums(picture, targets.parts)
        losses, pull = self._of_sums(sums, targets.values, self.scale)
        total = np.zeros_like(picture)
        for window, inputs in targets.parts:
            pushed = self._pushed(window.batch(picture), window.part, inputs, pull)
            window.of(total)[:] += ops.convert_to_numpy(pushed)[0]
        return losses, total

    def _of_sums(self, sums, targets, scale):
        return gradient(lambda sums: self._scaled_losses(sums, targets, scale), sums)

    def _pushed(self, crop, part, inputs, pull):
        return pull_back(lambda crop: self.objective.sums(crop, part, inputs), crop, pull)
