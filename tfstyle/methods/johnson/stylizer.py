"""One painting's network as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.translator import Translator

STRIDE = 4  # pixels
MARGIN = 24  # pixels, mirrored around a photograph, as many as a training leaves unjudged
OVERLAP = 64  # pixels, a multiple of the stride; a pixel sees 55 to each side


def stylizer(
    signatures: Mapping[str, Callable], networks: Mapping | None = None, styles: object = None
) -> Translator:
    """A `Translator` of photographs into the painting's style."""
    sizes = {"stride": STRIDE, "margin": MARGIN, "overlap": OVERLAP}
    return Translator(signatures, networks, **sizes, aligned=True)
