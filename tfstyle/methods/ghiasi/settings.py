"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import number


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = number(10000, "optimizer steps")
    batch: int = number(4, "pairs a step")
    size: int = number(192, "side of the crops in pixels")
    rate: float = number(1e-3, "highest learning rate of Adam")
    content_weight: float = number(1.0, "of the content loss")
    style_weight: float = number(7.0, "of the style loss")
    variation_weight: float = number(0.1, "of the total variation")
    identity_share: float = number(0.08, "share of pairs whose style is their own photograph")
    average: float = number(0.999, "decay of the running average of weights that is released")
    stem: int = number(16, "channels at half size")
    quarter: int = number(64, "channels at a quarter of the size")
    eighth: int = number(112, "channels at an eighth of the size")
    blocks: int = number(3, "residual blocks at an eighth of the size")
    top: int = number(8, "channels at full size")
    hidden: int = number(256, "width of the predictor's hidden layer")
    seed: int = number(1, "chooses weights, order and crops")
