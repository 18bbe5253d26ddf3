"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    PADDINGS,
    UPSAMPLINGS,
    keep_every_setting,
    precision_setting,
    setting,
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = setting(5000, "optimizer steps")
    batch: int = setting(4, "pictures a step")
    size: int = setting(160, "side of the crops in pixels")
    rate: float = setting(1e-3, "highest learning rate of Adam")
    pixel_weight: float = setting(20.0, "of the pixels' squared difference")
    feature_weight: float = setting(1.0, "of the features' squared difference")
    average: float = setting(0.999, "decay of the running average of weights that is released")
    padding: str = setting("zero", "of the decoders", PADDINGS)
    upsampling: str = setting("bilinear", "of the decoders; the authors' is nearest", UPSAMPLINGS)
    slope: float = setting(0.1, "of ReLUs below 0; the authors' is 0")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order and crops")
