"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import Painting, number


@dataclasses.dataclass(frozen=True)
class Settings(Painting):
    """Every number of a training."""

    steps: int = number(6000, "optimizer steps")
    batch: int = number(4, "photographs a step")
    size: int = number(224, "side of the crops in pixels")
    margin: int = number(24, "pixels of a crop's border that are painted but not judged")
    half: int = number(32, "channels at half the size")
    quarter: int = number(64, "channels at a quarter of the size")
    blocks: int = number(5, "residual blocks at a quarter of the size")
    top: int = number(16, "channels at the whole size; half the size has twice as many")
    noise: int = number(3, "channels of noise beside the photograph")
    own_weight: float = number(100.0, "of the pixels of a photograph in its own style")
    own_share: float = number(0.08, "share of the photographs that are their own style")
