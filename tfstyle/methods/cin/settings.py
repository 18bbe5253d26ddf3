"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import Painting, number


@dataclasses.dataclass(frozen=True)
class Settings(Painting):
    """Every number of a training."""

    stem: int = number(16, "channels at half size")
    quarter: int = number(48, "channels at a quarter of the size")
    eighth: int = number(72, "channels at an eighth of the size")
    blocks: int = number(3, "residual blocks at an eighth of the size")
    top: int = number(8, "channels at full size")
    own_weight: float = number(400.0, "of the pixels of a photograph in its own style")
    own_share: float = number(0.1, "share of the photographs that are their own style")
