"""How far `networks.bottleneck` sees, for whoever paints with it in windows."""

STRIDE = 4  # pixels
MARGIN = 24  # pixels, mirrored around a photograph, as many as a training leaves unjudged
FLAT_MARGIN = 80  # pixels, around a photograph of one colour
OVERLAP = 64  # pixels, a multiple of the stride; a pixel sees 55 to each side
