"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import FixedStyleSettings, setting


@dataclasses.dataclass(frozen=True)
class Settings(FixedStyleSettings):
    """Every number of a training."""

    steps: int = setting(6000, "optimizer steps")
    batch: int = setting(4, "photographs a step")
    size: int = setting(224, "side of the crops in pixels")
    margin: int = setting(24, "pixels of a crop's border that are painted but not judged")
    half: int = setting(32, "channels at half the size")
    quarter: int = setting(64, "channels at a quarter of the size")
    blocks: int = setting(5, "residual blocks at a quarter of the size")
    top: int = setting(16, "channels at the whole size; half the size has twice as many")
    noise: int = setting(3, "channels of noise beside the photograph")
    own_weight: float = setting(100.0, "of the pixels of a photograph in its own style")
    own_share: float = setting(0.08, "share of the photographs that are their own style")
