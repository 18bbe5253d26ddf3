"""Every number of a training."""

import dataclasses
from typing import ClassVar

from tfstyle.training.settings import Painting, number


@dataclasses.dataclass(frozen=True)
class Settings(Painting):
    """Every number of a training."""

    steps: int = number(2500, "optimizer steps")
    own_weight: ClassVar[float] = 0.0  # no photograph is its own style
