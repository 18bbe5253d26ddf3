"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import BottleneckSettings, FixedStyleSettings, OwnStyleSettings


@dataclasses.dataclass(frozen=True)
class Settings(BottleneckSettings, OwnStyleSettings, FixedStyleSettings):
    """Every number of a training."""

    steps: int = 6000
