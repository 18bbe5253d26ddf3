"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    BottleneckSettings,
    FixedStyleSettings,
    setting,
    target_setting,
)

NORMS = ("instance", "batch")
STROKES = {"small": 0.6, "medium": 1.0, "large": 1.6}  # scales of the painting


@dataclasses.dataclass(frozen=True)
class Settings(BottleneckSettings, FixedStyleSettings):
    """Every number of a training."""

    steps: int = 1200
    batch: int = 2
    rate: float = 2e-3
    average: float = 0.99
    target_weight: float = target_setting()
    stroke: str = setting("medium", "breadth of the strokes: the painting scaled", tuple(STROKES))
    network: str = setting("slim", "ours, or the paper's 32-64-128 channels", ("slim", "paper"))
    norm: str = setting("instance", "of the paper's network, which was published with batch", NORMS)

    def __post_init__(self):
        if self.network == "slim" and self.norm != "instance":
            raise ValueError(
                f"Expected instance norm in the slim network. Received: norm {self.norm}."
            )
