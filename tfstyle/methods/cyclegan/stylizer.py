"""CycleGAN's generators as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.translator import Translator

STRIDE = 4  # pixels, of the residual network
MARGIN = 32  # pixels; 16 left a frame
OVERLAP = 96  # pixels; with nine blocks a pixel sees 90 to each side


def stylizer(
    signatures: Mapping[str, Callable], networks: Mapping | None = None, styles: object = None
) -> Translator:
    """A `Translator` of either way's generator; there are no named styles."""
    return Translator(signatures, networks, stride=STRIDE, margin=MARGIN, overlap=OVERLAP)
