"""Layers that the networks share, in `keras.ops` and safe for TFLite."""

from tfstyle.layers.channels import Luminance
from tfstyle.layers.kernels import NoCheckerboard, SameForEveryPixel
from tfstyle.layers.normalization import ConditionalInstanceNorm, InstanceNorm, LogMoments, Moments
from tfstyle.layers.resampling import CropLike, PixelShuffle, ReflectPad, UpsampleLike

__all__ = [
    "ConditionalInstanceNorm",
    "CropLike",
    "InstanceNorm",
    "LogMoments",
    "Luminance",
    "Moments",
    "NoCheckerboard",
    "PixelShuffle",
    "ReflectPad",
    "SameForEveryPixel",
    "UpsampleLike",
]
