"""A style predictor and a transformer as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.arbitrary import Arbitrary, Code
from tfstyle.methods.bottleneck import FLAT_MARGIN, MARGIN, OVERLAP, STRIDE
from tfstyle.methods.vectors import VectorBrush


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: Mapping[str, Code] | None = None,
) -> Arbitrary:
    """Any painting in one pass; several mix as in section 3.4 of the paper.

    Args:
        signatures: As of `VectorBrush`.
        networks: As of `Arbitrary`.
        styles: As of `Arbitrary`.
    """
    brush = VectorBrush(signatures, STRIDE, MARGIN, OVERLAP, FLAT_MARGIN, aligned=True)
    return Arbitrary(brush, networks, styles)
