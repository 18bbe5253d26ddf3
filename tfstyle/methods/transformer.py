"""How far `networks.transformer` sees, for whoever paints with it in windows."""

STRIDE = 8  # pixels
MARGIN = 8  # pixels, mirrored around a photograph, against a frame; a multiple of the stride
FLAT_MARGIN = 80  # pixels, around a photograph of one colour
OVERLAP = 96  # pixels, a multiple of the stride; a pixel sees 83 to each side
