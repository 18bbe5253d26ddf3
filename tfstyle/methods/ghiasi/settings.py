"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    ArbitraryStyleSettings,
    BottleneckSettings,
    setting,
    target_setting,
    temporal_setting,
)


@dataclasses.dataclass(frozen=True)
class Settings(BottleneckSettings, ArbitraryStyleSettings):
    """Every number of a training."""

    content_weight: float = 0.8
    similarity_weight: float = 4.0
    luminance_weight: float = 2.0
    style_weight: float = 25.0
    remd_weight: float = 35.0
    color_weight: float = 8.0
    chroma_weight: float = 4.0
    recoloring_weight: float = 1.0
    lattice_weight: float = 0.1
    target_weight: float = target_setting()
    target_share: float = setting(0.25, "share of a batch that has targets, where there are any")
    growing: int = 4000
    temporal: float = temporal_setting()
    hidden: int = setting(256, "width of the predictor's hidden layer")
    directions: int = setting(48, "directions a tap along which the predictor sees deviations")
