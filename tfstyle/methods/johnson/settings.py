"""Every number of a training."""

import dataclasses
from typing import ClassVar

from tfstyle.training.settings import FixedStyleSettings, setting

NORMS = ("instance", "batch")
STROKES = {"small": 0.6, "medium": 1.0, "large": 1.6}  # scales of the painting


@dataclasses.dataclass(frozen=True)
class Settings(FixedStyleSettings):
    """Every number of a training."""

    steps: int = setting(1200, "optimizer steps")
    size: int = setting(224, "side of the crops in pixels")
    margin: int = setting(24, "pixels of a crop's border that are painted but not judged")
    rate: float = setting(2e-3, "highest learning rate of Adam")
    average: float = setting(0.99, "decay of the running average of weights that is released")
    stroke: str = setting("medium", "breadth of the strokes: the painting scaled", tuple(STROKES))
    network: str = setting("slim", "ours, or the paper's 32-64-128 channels", ("slim", "paper"))
    norm: str = setting("instance", "of the paper's network, which was published with batch", NORMS)
    half: int = setting(32, "channels at half the size")
    quarter: int = setting(64, "channels at a quarter of the size")
    blocks: int = setting(5, "residual blocks at a quarter of the size")
    top: int = setting(16, "channels at the whole size; half the size has twice as many")
    noise: int = setting(3, "channels of noise beside the photograph")
    own_weight: ClassVar[float] = 0.0  # no photograph is its own style

    def __post_init__(self):
        if self.network == "slim" and self.norm != "instance":
            raise ValueError(
                f"Expected instance norm in the slim network. Received: norm {self.norm}."
            )
