"""A style predictor and a transformer as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.arbitrary import Arbitrary, Code
from tfstyle.methods.vectors import VectorBrush

STRIDE = 8  # pixels, of the transformer
MARGIN = 8  # pixels, mirrored around a photograph, against a frame; a multiple of the stride
FLAT_MARGIN = 80  # pixels, around a photograph of one colour
OVERLAP = 96  # pixels, a multiple of the stride; a pixel sees 83 to each side


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
    brush = VectorBrush(signatures, STRIDE, MARGIN, FLAT_MARGIN, OVERLAP)
    return Arbitrary(brush, networks, styles)
