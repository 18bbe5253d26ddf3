"""One network of named styles as a stylizer."""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from tfstyle.methods.arbitrary import Arbitrary, Code
from tfstyle.methods.bottleneck import FLAT_MARGIN, MARGIN, OVERLAP, STRIDE
from tfstyle.methods.vectors import VectorBrush


@dataclasses.dataclass(frozen=True)
class ChoiceBrush(VectorBrush):
    """Paints with shares of named styles; the vector's first number is the photograph's own."""

    def look(self, style: np.ndarray) -> Code:
        """Refuses.

        Raises:
            ValueError: Always; a painting has to be learned first.
        """
        raise ValueError(
            "Expected a named style, as of `tfstyle styles --method cin`. Received: a picture, "
            "which `tfstyle train cin --add-style` would have to learn first."
        )

    def own(
        self, content: np.ndarray, vector: np.ndarray, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """The vector that gives any photograph back."""
        return np.eye(1, vector.shape[-1], dtype=np.float32)


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: Mapping[str, Code] | None = None,
) -> Arbitrary:
    """Any of its named styles in one pass, or a mixture, by a mean of their rows.

    Args:
        signatures: As of `VectorBrush`, without `predict`.
        networks: As of `Arbitrary`.
        styles: As of `Arbitrary`.
    """
    brush = ChoiceBrush(signatures, STRIDE, MARGIN, OVERLAP, FLAT_MARGIN, aligned=True)
    return Arbitrary(brush, networks, styles)
