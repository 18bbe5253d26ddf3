"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import PADDINGS, UPSAMPLINGS, computing, keeping, number


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = number(5000, "optimizer steps")
    batch: int = number(4, "pictures a step")
    size: int = number(160, "side of the crops in pixels")
    rate: float = number(1e-3, "highest learning rate of Adam")
    pixel_weight: float = number(20.0, "of the pixels' squared difference")
    feature_weight: float = number(1.0, "of the features' squared difference")
    average: float = number(0.999, "decay of the running average of weights that is released")
    padding: str = number("zero", "of the decoders", PADDINGS)
    upsampling: str = number("bilinear", "of the decoders; the authors' is nearest", UPSAMPLINGS)
    slope: float = number(0.1, "of ReLUs below 0; the authors' is 0")
    keep_every: int = keeping()
    precision: str = computing()
    seed: int = number(1, "chooses weights, order and crops")
