"""One painting's network as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.transformer import OVERLAP, STRIDE
from tfstyle.methods.translator import Translator

MARGIN = 40  # pixels, as the paper pads (supplementary material, table 1); 8 left a frame


def stylizer(
    signatures: Mapping[str, Callable], networks: Mapping | None = None, styles: object = None
) -> Translator:
    """A `Translator` of photographs into the painting's style."""
    return Translator(signatures, networks, stride=STRIDE, margin=MARGIN, overlap=OVERLAP)
