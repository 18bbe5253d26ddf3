"""One painting's network as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.transformer import OVERLAP, STRIDE, WIDE_MARGIN
from tfstyle.methods.translator import Translator


def stylizer(
    signatures: Mapping[str, Callable], networks: Mapping | None = None, styles: object = None
) -> Translator:
    """A `Translator` of photographs into the painting's style."""
    return Translator(signatures, networks, stride=STRIDE, margin=WIDE_MARGIN, overlap=OVERLAP)
