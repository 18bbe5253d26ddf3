"""How far `networks.bottleneck` sees, for whoever paints with it in windows."""

from tfstyle.tiles import Geometry

MARGIN = 24  # pixels, mirrored around a photograph, as many as a training leaves unjudged
FLAT_MARGIN = 80  # pixels, around a photograph of one colour
GEOMETRY = Geometry(stride=4, reach=64)  # a pixel sees 55 pixels to each side
