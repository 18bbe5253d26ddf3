"""Whitening and colouring at several levels, coarse to fine, as a stylizer."""

import copy
import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np

from tfstyle.methods.arbitrary import Arbitrary, Code
from tfstyle.methods.canvas import Canvas

LEVELS: Mapping[int, float] = {4: 1.0, 3: 1.0, 2: 1.0, 1: 1.0}  # the authors begin with 5
STRIDES = {5: 16, 4: 8, 3: 4, 2: 2, 1: 1}  # pixels
MARGIN = 16  # pixels, mirrored around a photograph at every level
OVERLAPS = {5: 256, 4: 128, 3: 64, 2: 32, 1: 16}  # pixels, of tiles


@dataclasses.dataclass(frozen=True)
class LevelBrush:
    """Paints at one level after the other.

    Args:
        signatures: Functions from arrays to arrays by name: `look(style)` to coloring1 to
            coloring5, and for each level n `paint<n>(content, coloring<n>, strength)` to pastiche
            and whitening<n>, and `tile<n>` of these and whitening<n> to pastiche; for regions
            `inside<n>`, which also takes a mask.
        levels: Blend weight of each level, in the order that they are painted in.
    """

    signatures: Mapping[str, Callable]
    levels: Mapping[int, float] = dataclasses.field(default_factory=lambda: dict(LEVELS))

    def look(self, style: np.ndarray) -> Code:
        """Roots of the style's covariances, and its means, by level."""
        return self.signatures["look"](style=style)

    def paint(
        self, content: np.ndarray, code: Code, strength: float, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """The strength is the share of each level's blend weight."""
        whole = "paint" if mask is None else "inside"
        for level, weight in self.levels.items():
            content = self._canvas(level, code, strength * weight, whole).paint(content, mask)
        return content

    def _canvas(self, level, code, strength, whole):
        name = f"coloring{level}"
        given = {name: code[name], "strength": np.float32([[strength]])}
        paint, tile = (
            functools.partial(self.signatures[f"{kind}{level}"], **given)
            for kind in (whole, "tile")
        )
        margin, known = max(MARGIN, STRIDES[level]), f"whitening{level}"
        return Canvas(paint, tile, "pastiche", STRIDES[level], margin, OVERLAPS[level], known)


def checked_levels(levels: Mapping[int, float]) -> dict[int, float]:
    """Blend weights by level.

    Raises:
        ValueError: There is none, a level is none of 1 to 5, or a weight is not in [0, 1].
    """
    if (
        not levels
        or not set(levels) <= set(STRIDES)
        or not all(0 <= w <= 1 for w in levels.values())
    ):
        raise ValueError(
            "Expected levels from 1 to 5, each with a blend weight from 0 to 1. "
            f"Received: {dict(levels)}."
        )
    return dict(levels)


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: Mapping[str, Code] | None = None,
) -> Arbitrary:
    """Any painting, on which nothing was trained; `at_levels` gives one of other levels.

    Args:
        signatures: As of `LevelBrush`.
        networks: As of `Arbitrary`.
        styles: As of `Arbitrary`.
    """
    return Arbitrary(LevelBrush(signatures), networks, styles)


def at_levels(wct: Arbitrary, levels: Mapping[int, float]) -> Arbitrary:
    """The same stylizer painting at other levels.

    Args:
        wct: From `stylizer`.
        levels: Blend weights from 0 to 1 by level, 1 to 5, in the order that they are painted in.

    Raises:
        ValueError: A level or a weight is another.
    """
    other = copy.copy(wct)
    other.brush = dataclasses.replace(wct.brush, levels=checked_levels(levels))
    return other
