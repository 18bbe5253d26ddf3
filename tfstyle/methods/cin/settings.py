"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import Painting, number


@dataclasses.dataclass(frozen=True)
class Settings(Painting):
    """Every number of a training."""

    own_weight: float = number(400.0, "of the pixels of a photograph in its own style")
    own_share: float = number(0.1, "share of the photographs that are their own style")
