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
UNEVEN = 0.06  # deviation from which on it is painted as every photograph


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
        flat_margin: The margin of a photograph of one colour. As its deviation goes from FLAT to
            UNEVEN, the picture fades into the one with the usual margin.
        aligned: As of `Canvas`.
    """

    signatures: Mapping[str, Callable]
    stride: int
    margin: int
    overlap: int
    flat_margin: int
    aligned: bool = False

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
        whole, flatness = "paint" if mask is None else "inside", _flatness(content)
        painted = [
            self._shared(share, self.canvas(np.float32(vector), margin, whole), content, mask)
            for share, margin in ((1.0 - flatness, self.margin), (flatness, self.flat_margin))
            if share
        ]
        return painted[0] if len(painted) == 1 else sum(painted)

    @staticmethod
    def _shared(share, canvas, content, mask):
        painted = canvas.paint(content, mask)
        return painted if share == 1.0 else share * painted

    def canvas(self, vector: np.ndarray, margin: int, whole: str = "paint") -> Canvas:
        """The canvas of a photograph in a vector's style.

        Args:
            vector: The style's.
            margin: As of `Canvas`.
            whole: The signature that paints it whole.
        """
        paint, tile = (
            functools.partial(self.signatures[name], vector=vector) for name in (whole, "tile")
        )
        sizes = (self.stride, margin, self.overlap)
        return Canvas(paint, tile, "pastiche", *sizes, aligned=self.aligned)

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


def _flatness(content):
    """1 of a photograph that is all but one colour, 0 of most."""
    height, width = content.shape[:2]
    sample = content[:: 1 + height // 256, :: 1 + width // 256]
    deviation = sample.std(axis=(0, 1)).max()
    return np.float32(np.clip((UNEVEN - deviation) / (UNEVEN - FLAT), 0.0, 1.0))
