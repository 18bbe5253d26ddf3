"""CycleGAN's generators as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.translator import Translator
from tfstyle.tiles import Geometry

MARGIN = 32  # pixels mirrored around a photograph; 16 left a frame


def stylizer(
    signatures: Mapping[str, Callable],
    networks: Mapping | None = None,
    styles: object = None,
    *,
    geometry: Geometry,
) -> Translator:
    """A `Translator` of either way's generator; there are no named styles."""
    return Translator(signatures, networks, geometry, margin=MARGIN)
