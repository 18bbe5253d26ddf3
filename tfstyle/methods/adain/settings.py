"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import computing, number


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = number(6500, "optimizer steps; the authors' are 160,000")
    batch: int = number(4, "pairs a step; the authors' is 8")
    size: int = number(192, "side of the crops in pixels; the authors' is 256")
    margin: int = number(16, "pixels of a crop's border that are painted but not judged")
    rate: float = number(7e-4, "highest learning rate of Adam")
    content_weight: float = number(1.0, "of the distance from the AdaIN target")
    style_weight: float = number(10.0, "of the style moments' loss")
    color_weight: float = number(30.0, "of the colours' loss")
    variation_weight: float = number(0.05, "of the total variation")
    own_weight: float = number(200.0, "of the pixels of a photograph in its own style")
    identity_share: float = number(0.1, "share of pairs whose style is their own photograph")
    grey_share: float = number(0.04, "share of the other paintings that lose their colours")
    average: float = number(0.999, "decay of the running average of weights that is released")
    deep: int = number(0, "the decoder's further layers at the deepest size; the authors' has 0")
    padding: str = number("zero", "of the decoder", ("zero", "reflect"))
    norm: str = number(
        "none", "of the decoder, to see why it has none", ("none", "batch", "instance")
    )
    slope: float = number(0.1, "of ReLUs below 0; the authors' is 0")
    precision: str = computing()
    seed: int = number(1, "chooses weights, order and crops")
