"""Methods whose code is one vector, between two of which lie their blends."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from tfstyle import images, masks
from tfstyle.large_images import blended
from tfstyle.methods import checked_inputs
from tfstyle.methods.conditioned import STYLE_SIDE, Conditioned
from tfstyle.methods.kinds import Code, pass_through
from tfstyle.methods.tiled_network import TiledNetwork
from tfstyle.tiles import Geometry

FLAT = 0.03  # deviation of a photograph that is all but one colour; its padding shows most
UNEVEN = 0.06  # deviation from which on it is painted as every photograph


class Vectors(Conditioned):
    """Paints with a style vector.

    Its signatures are functions from arrays to arrays by name: `predict(style)` to vector,
    `paint(content, vector)` to pastiche and moments, and `tile(content, vector, moments)` to
    pastiche; for regions `predict_inside(style, mask)` and `inside(content, vector, mask)`.

    Attributes:
        geometry: Of the network.
        margin: See `TiledNetwork`.
        flat_margin: The margin of a photograph of one colour. As its deviation goes from FLAT to
            UNEVEN, the picture fades into the one with the usual margin.
        aligned: See `TiledNetwork`.
    """

    style_signature = "predict"
    geometry: ClassVar[Geometry]
    margin: ClassVar[int]
    flat_margin: ClassVar[int]
    aligned: ClassVar[bool] = False

    def encode_style(self, style: np.ndarray) -> Code:
        """The style's vector."""
        return {"vector": self.signatures["predict"](style=style)["vector"]}

    def render(
        self,
        content: np.ndarray,
        code: Code,
        strength: float = 1.0,
        mask: np.ndarray | None = None,
    ) -> np.ndarray:
        """Between strength 0 and 1 the vector moves from the photograph's own to the style's."""
        vector = code["vector"]
        if strength < 1.0:
            vector = (1.0 - strength) * self.own_vector(content, vector, mask) + strength * vector
        whole, flatness = "paint" if mask is None else "inside", _flatness(content)
        painted = []
        for share, margin in ((1.0 - flatness, self.margin), (flatness, self.flat_margin)):
            if share:
                network = self.tiled_network(np.float32(vector), margin, whole)
                painted.append(network.paint(content, mask))
        return painted[0] if len(painted) == 1 else blended(*painted, flatness)

    def tiled_network(self, vector: np.ndarray, margin: int, whole: str = "paint") -> TiledNetwork:
        """The network in a vector's style.

        Args:
            vector: The style's.
            margin: See `TiledNetwork`.
            whole: The signature that paints it whole.
        """
        return TiledNetwork(
            self.signatures[whole],
            self.signatures["tile"],
            "pastiche",
            self.geometry.stride,
            margin,
            self.geometry.overlap,
            aligned=self.aligned,
            inputs={"vector": vector},
        )

    def own_vector(
        self, content: np.ndarray, vector: np.ndarray, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """A photograph's, or its region's, own vector, of another vector's shape."""
        if max(content.shape[:2]) > STYLE_SIDE:
            content = images.resize(content, *images.fitted(content.shape[:2], STYLE_SIDE))
        small = checked_inputs.roomy(content[:])
        if mask is None:
            return self.encode_style(small[None])["vector"]
        mask = masks.resized(mask, *content.shape[:2])
        inputs = {"style": small[None], "mask": checked_inputs.roomy(mask)[None]}
        return self.signatures["predict_inside"](**inputs)["vector"]

    def forward(self, content: np.ndarray, code: Code) -> dict:
        """One call of the network, without a margin."""
        return self.signatures["paint"](content=content[None], **code)

    def passes(self) -> list[dict]:
        """One."""
        return [pass_through("paint", self.geometry, self.margin, self.flat_margin)]

    @classmethod
    def stylize_inputs(cls, endpoints: Mapping[str, Any]) -> dict[str, Any]:
        """The style's vector, the photograph's own, and the strength."""
        from tfstyle.methods import endpoints as shared

        return shared.vector_inputs(endpoints)

    def stylize_graph(
        self, endpoints: Mapping[str, Any], content: Any, vector: Any, own: Any, strength: Any
    ) -> Any:
        """In the style of the vector between both."""
        from tfstyle.methods.endpoints import framed

        paint = framed(endpoints["paint"], self.margin, self.geometry.stride)
        return paint(content, vector=own + strength * (vector - own))


def distances(
    vectors: Vectors, style: checked_inputs.Style, others: Sequence[checked_inputs.Style]
) -> list[float]:
    """Distances of other styles from a style, between their vectors.

    Args:
        vectors: The stylizer that encodes them.
        style: A picture or a name.
        others: Pictures or names.
    """
    own, *rest = (vectors.style_code(picture)["vector"] for picture in (style, *others))
    return [float(np.linalg.norm(vector - own)) for vector in rest]


def _flatness(content):
    """1 of a photograph that is all but one colour, 0 of most."""
    height, width = content.shape[:2]
    sample = content[:: 1 + height // 256, :: 1 + width // 256]
    deviation = sample.std(axis=(0, 1)).max()
    return np.float32(np.clip((UNEVEN - deviation) / (UNEVEN - FLAT), 0.0, 1.0))
