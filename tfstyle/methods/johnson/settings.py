"""Every number of a training."""

import dataclasses
from typing import ClassVar

from tfstyle.training.settings import Painting, number

NORMS = ("instance", "batch")


@dataclasses.dataclass(frozen=True)
class Settings(Painting):
    """Every number of a training."""

    steps: int = number(2500, "optimizer steps")
    network: str = number("slim", "ours, or the paper's 32-64-128 channels", ("slim", "paper"))
    norm: str = number("instance", "of the paper's network, which was published with batch", NORMS)
    own_weight: ClassVar[float] = 0.0  # no photograph is its own style

    def __post_init__(self):
        if self.network == "slim" and self.norm != "instance":
            raise ValueError(
                f"Expected instance norm in the slim network. Received: norm {self.norm}."
            )
