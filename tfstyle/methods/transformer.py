"""How far `networks.transformer` sees, for whoever paints with it in windows."""

STRIDE = 8  # pixels
MARGIN = 8  # pixels, mirrored around a photograph, against a frame; a multiple of the stride
WIDE_MARGIN = 40  # as Johnson et al. 2016 pad (supplementary material, table 1); 8 left a frame
FLAT_MARGIN = 80  # pixels, around a photograph of one colour
OVERLAP = 96  # pixels, a multiple of the stride; a pixel sees 83 to each side
