"""One painting's network as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.bottleneck import MARGIN
from tfstyle.methods.translator import Translator
from tfstyle.tiles import Geometry


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: object = None,
    *,
    geometry: Geometry,
) -> Translator:
    """A `Translator` of photographs into the painting's style."""
    return Translator(signatures, networks, geometry, margin=MARGIN)
