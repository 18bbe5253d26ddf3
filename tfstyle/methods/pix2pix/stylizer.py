"""pix2pix' generator as a stylizer."""

from collections.abc import Callable, Mapping

from tfstyle.methods.translator import Translator

STRIDE = 128  # pixels, of a U-Net of seven levels
OVERLAP = 256  # pixels; the innermost level sees more


def stylizer(
    signatures: Mapping[str, Callable], networks: Mapping | None = None, styles: object = None
) -> Translator:
    """A `Translator`; there are no named styles."""
    return Translator(signatures, networks, stride=STRIDE, margin=0, overlap=OVERLAP)
