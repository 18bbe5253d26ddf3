"""Layers that the networks share, in `keras.ops` and safe for TFLite."""

from tfstyle.layers.channels import Luminance, RainLayers, Tone
from tfstyle.layers.kernels import NoCheckerboard
from tfstyle.layers.noise import PositionNoise, SmoothNoise, Streaks
from tfstyle.layers.normalization import (
    AlignMoments,
    ConditionalInstanceNorm,
    InstanceNorm,
    LogStatistics,
    Moments,
    TapStatistics,
)
from tfstyle.layers.resampling import (
    CropLike,
    Double,
    MirrorPad,
    ReflectPad,
    UpsampleLike,
)
from tfstyle.layers.whitening import Coloring, WhitenColor, Whitening

__all__ = [
    "AlignMoments",
    "Coloring",
    "ConditionalInstanceNorm",
    "CropLike",
    "Double",
    "InstanceNorm",
    "LogStatistics",
    "Luminance",
    "MirrorPad",
    "Moments",
    "NoCheckerboard",
    "PositionNoise",
    "RainLayers",
    "ReflectPad",
    "SmoothNoise",
    "Streaks",
    "TapStatistics",
    "Tone",
    "UpsampleLike",
    "WhitenColor",
    "Whitening",
]
