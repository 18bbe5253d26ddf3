"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import computing, number


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = number(10000, "optimizer steps")
    batch: int = number(4, "pairs a step")
    size: int = number(192, "side of the crops in pixels")
    margin: int = number(16, "pixels of a crop's border that are painted but not judged")
    rate: float = number(1e-3, "highest learning rate of Adam")
    content_weight: float = number(1.0, "of the content loss")
    style_weight: float = number(10.0, "of the style loss")
    color_weight: float = number(2.0, "of the colours' loss")
    variation_weight: float = number(0.05, "of the total variation")
    lattice_weight: float = number(0.05, "of the lattice of eight pixels")
    own_weight: float = number(400.0, "of the pixels of a photograph in its own style")
    identity_share: float = number(0.1, "share of pairs whose style is their own photograph")
    grey_share: float = number(0.04, "share of the other paintings that lose their colours")
    average: float = number(0.999, "decay of the running average of weights that is released")
    stem: int = number(16, "channels at half size")
    quarter: int = number(64, "channels at a quarter of the size")
    eighth: int = number(112, "channels at an eighth of the size")
    blocks: int = number(3, "residual blocks at an eighth of the size")
    top: int = number(8, "channels at full size")
    hidden: int = number(224, "width of the predictor's hidden layer")
    precision: str = computing()
    seed: int = number(1, "chooses weights, order and crops")
