"""Families whose code is one vector, between two of which lie their blends."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np

from tfstyle import images
from tfstyle.methods import stylizer
from tfstyle.methods.arbitrary import STYLE_SIDE, Code
from tfstyle.methods.canvas import Canvas

FLAT = 0.03  # deviation of a photograph that is all but one colour; its padding shows most


@dataclasses.dataclass(frozen=True)
class VectorBrush:
    """Paints with a style vector.

    Args:
        signatures: Functions from arrays to arrays by name: `predict(style)` to vector,
            `paint(content, vector)` to pastiche and moments, and `tile(content, vector,
            moments)` to pastiche.
        stride: As of `Canvas`.
        margin: As of `Canvas`.
        flat_margin: The margin of a photograph of one colour.
        overlap: As of `Canvas`.
    """

    signatures: Mapping[str, Callable]
    stride: int
    margin: int
    flat_margin: int
    overlap: int

    def look(self, style: np.ndarray) -> Code:
        """The style's vector."""
        return {"vector": self.signatures["predict"](style=style)["vector"]}

    def paint(self, content: np.ndarray, code: Code, strength: float) -> np.ndarray:
        """Between strength 0 and 1 the vector moves from the photograph's own to the style's."""
        vector = code["vector"]
        if strength < 1.0:
            vector = (1.0 - strength) * self.own(content, vector) + strength * vector
        return self.canvas(content, np.float32(vector)).paint(content)

    def canvas(self, content: np.ndarray, vector: np.ndarray) -> Canvas:
        """The canvas of a photograph in a vector's style."""
        paint, tile = (
            functools.partial(self.signatures[name], vector=vector) for name in ("paint", "tile")
        )
        margin = self.flat_margin if _is_flat(content) else self.margin
        return Canvas(paint, tile, "pastiche", self.stride, margin, self.overlap)

    def own(self, content: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """The vector of a photograph in its own style, of another vector's shape."""
        if max(content.shape[:2]) > STYLE_SIDE:
            content = images.resize(content, *images.fitted(content.shape[:2], STYLE_SIDE))
        return self.look(stylizer.roomy(content)[None])["vector"]


def _is_flat(content):
    height, width = content.shape[:2]
    sample = content[:: 1 + height // 256, :: 1 + width // 256]
    return sample.std(axis=(0, 1)).max() < FLAT
