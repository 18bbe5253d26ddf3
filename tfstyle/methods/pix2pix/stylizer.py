"""pix2pix' generator as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.translator import Translator
from tfstyle.tiles import Geometry


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: object = None,
    *,
    geometry: Geometry,
) -> Translator:
    """A `Translator`; there are no named styles."""
    return Translator(signatures, networks, geometry)
