"""An encoder and a decoder, with moments exchanged between them, as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.arbitrary import Arbitrary, Code
from tfstyle.methods.vectors import VectorBrush

STRIDE = 8  # pixels, of relu4_1
MARGIN = 24  # pixels, mirrored around a photograph, against a frame; a multiple of the stride
FLAT_MARGIN = 96  # pixels, around a photograph of one colour
OVERLAP = 128  # pixels, a multiple of the stride; a pixel sees 117 to each side


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: Mapping[str, Code] | None = None,
) -> Arbitrary:
    """Any painting in one pass; a vector is the channel moments of relu4_1, so that strengths and
    several styles blend features as equations 14 and 15 of the paper do.

    Args:
        signatures: As of `VectorBrush`.
        networks: As of `Arbitrary`.
        styles: As of `Arbitrary`.
    """
    brush = VectorBrush(signatures, STRIDE, MARGIN, OVERLAP, FLAT_MARGIN)
    return Arbitrary(brush, networks, styles)
