"""Every number of a training."""

import dataclasses
from typing import ClassVar

from tfstyle.training.settings import Painting, number

NORMS = ("instance", "batch")
STROKES = {"small": 0.6, "medium": 1.0, "large": 1.6}  # scales of the painting


@dataclasses.dataclass(frozen=True)
class Settings(Painting):
    """Every number of a training."""

    steps: int = number(1200, "optimizer steps")
    size: int = number(224, "side of the crops in pixels")
    margin: int = number(24, "pixels of a crop's border that are painted but not judged")
    rate: float = number(2e-3, "highest learning rate of Adam")
    average: float = number(0.99, "decay of the running average of weights that is released")
    stroke: str = number("medium", "breadth of the strokes: the painting scaled", tuple(STROKES))
    network: str = number("slim", "ours, or the paper's 32-64-128 channels", ("slim", "paper"))
    norm: str = number("instance", "of the paper's network, which was published with batch", NORMS)
    half: int = number(32, "channels at half the size")
    quarter: int = number(64, "channels at a quarter of the size")
    blocks: int = number(5, "residual blocks at a quarter of the size")
    top: int = number(16, "channels at the whole size; half the size has twice as many")
    noise: int = number(3, "channels of noise beside the photograph")
    own_weight: ClassVar[float] = 0.0  # no photograph is its own style

    def __post_init__(self):
        if self.network == "slim" and self.norm != "instance":
            raise ValueError(
                f"Expected instance norm in the slim network. Received: norm {self.norm}."
            )
