"""One painting's network as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.bottleneck import MARGIN, OVERLAP, STRIDE
from tfstyle.methods.translator import Translator


def stylizer(
    signatures: Mapping[str, Callable], networks: Mapping | None = None, styles: object = None
) -> Translator:
    """A `Translator` of photographs into the painting's style."""
    sizes = {"stride": STRIDE, "margin": MARGIN, "overlap": OVERLAP}
    return Translator(signatures, networks, **sizes, aligned=True)
