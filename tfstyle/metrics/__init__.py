"""Metrics of a pastiche's distance to its style and to its content."""

from tfstyle.metrics.content import content_distance
from tfstyle.metrics.figures import NAMES, SHOWN, Distances, mean
from tfstyle.metrics.kernel import kernel_distance, kernel_distance_error, psnr
from tfstyle.metrics.lattice import weave
from tfstyle.metrics.picture_features import PictureFeatures
from tfstyle.metrics.protocol import LPIPS_HEADS, Protocol
from tfstyle.metrics.sampling import remd

__all__ = [
    "LPIPS_HEADS",
    "NAMES",
    "SHOWN",
    "Distances",
    "PictureFeatures",
    "Protocol",
    "content_distance",
    "kernel_distance",
    "kernel_distance_error",
    "mean",
    "psnr",
    "remd",
    "weave",
]
