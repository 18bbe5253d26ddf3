"""Families whose code is one vector, between two of which lie their blends."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tfstyle import images, masks
from tfstyle.methods import stylizer
from tfstyle.methods.arbitrary import STYLE_SIDE, Arbitrary, Code
from tfstyle.methods.canvas import Canvas

FLAT = 0.03  # deviation of a photograph that is all but one colour; its padding shows most
UNEVEN = 0.06  # deviation from which on the margin is the usual one


@dataclasses.dataclass(frozen=True)
class VectorBrush:
    """Paints with a style vector.

    Args:
        signatures: Functions from arrays to arrays by name: `predict(style)` to vector,
            `paint(content, vector)` to pastiche and moments, and `tile(content, vector,
            moments)` to pastiche; for regions `predict_inside(style, mask)` and `inside(content,
            vector, mask)`.
        stride: As of `Canvas`.
        margin: As of `Canvas`.
        overlap: As of `Canvas`.
        aligned: As of `Canvas`.
        flat_margin: The margin of a photograph of one colour, where that is another; it falls to
            the usual one as the photograph's deviation goes from FLAT to UNEVEN.
    """

    signatures: Mapping[str, Callable]
    stride: int
    margin: int
    overlap: int
    aligned: bool = False
    flat_margin: int | None = None

    def look(self, style: np.ndarray) -> Code:
        """The style's vector."""
        return {"vector": self.signatures["predict"](style=style)["vector"]}

    def paint(
        self, content: np.ndarray, code: Code, strength: float, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """Between strength 0 and 1 the vector moves from the photograph's own to the style's."""
        vector = code["vector"]
        if strength < 1.0:
            vector = (1.0 - strength) * self.own(content, vector, mask) + strength * vector
        whole = "paint" if mask is None else "inside"
        return self.canvas(content, np.float32(vector), whole).paint(content, mask)

    def canvas(self, content: np.ndarray, vector: np.ndarray, whole: str = "paint") -> Canvas:
        """The canvas of a photograph in a vector's style.

        Args:
            content: The photograph.
            vector: The style's.
            whole: The signature that paints it whole.
        """
        paint, tile = (
            functools.partial(self.signatures[name], vector=vector) for name in (whole, "tile")
        )
        sizes = (self.stride, self._margin(content), self.overlap)
        return Canvas(paint, tile, "pastiche", *sizes, aligned=self.aligned)

    def _margin(self, content):
        """Pixels, a multiple of the stride."""
        if self.flat_margin is None:
            return self.margin
        flatness = np.clip((UNEVEN - _deviation(content)) / (UNEVEN - FLAT), 0.0, 1.0)
        more = flatness * (self.flat_margin - self.margin)
        return self.margin + round(more / self.stride) * self.stride

    def own(
        self, content: np.ndarray, vector: np.ndarray, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """A photograph's, or its region's, own vector, of another vector's shape."""
        if max(content.shape[:2]) > STYLE_SIDE:
            content = images.resize(content, *images.fitted(content.shape[:2], STYLE_SIDE))
        if mask is None:
            return self.look(stylizer.roomy(content)[None])["vector"]
        mask = masks.resized(mask, *content.shape[:2])
        given = {"style": stylizer.roomy(content)[None], "mask": stylizer.roomy(mask)[None]}
        return self.signatures["predict_inside"](**given)["vector"]


def distances(
    arbitrary: Arbitrary, style: stylizer.Style, others: Sequence[stylizer.Style]
) -> list[float]:
    """How far styles are from one, between their vectors.

    Args:
        arbitrary: A stylizer with a vector brush.
        style: A picture or a name.
        others: The same.
    """
    vector, *found = (arbitrary.look(each)["vector"] for each in (style, *others))
    return [float(np.linalg.norm(each - vector)) for each in found]


def _deviation(content):
    height, width = content.shape[:2]
    sample = content[:: 1 + height // 256, :: 1 + width // 256]
    return float(sample.std(axis=(0, 1)).max())
