"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import computing, keeping, number


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = number(20000, "optimizer steps")
    batch: int = number(4, "pairs a step")
    size: int = number(224, "side of the crops in pixels")
    style_size: int = number(640, "longer side in pixels of paintings that are larger")
    margin: int = number(24, "pixels of a crop's border that are painted but not judged")
    rate: float = number(1e-3, "highest learning rate of Adam")
    content_weight: float = number(0.8, "of the content loss")
    similarity_weight: float = number(4.0, "of the self-similarity of the content")
    style_weight: float = number(25.0, "of the style loss")
    remd_weight: float = number(30.0, "of the relaxed earth mover's distance of features")
    color_weight: float = number(2.0, "of the colours' loss")
    variation_weight: float = number(0.05, "of the total variation")
    lattice_weight: float = number(0.05, "of the lattice of eight pixels")
    own_weight: float = number(100.0, "of the pixels of a photograph in its own style")
    own_share: float = number(0.08, "share of the photographs whose style is their own")
    grey_share: float = number(0.04, "share of the paintings that come without colours as well")
    few: int = number(8, "paintings, the first ones, that the training begins with")
    growing: int = number(4000, "steps over which all others join them")
    average: float = number(0.999, "decay of the running average of weights that is released")
    half: int = number(32, "channels at half the size")
    quarter: int = number(64, "channels at a quarter of the size")
    blocks: int = number(5, "residual blocks at a quarter of the size")
    top: int = number(16, "channels at the whole size; half the size has twice as many")
    noise: int = number(3, "channels of noise beside the photograph")
    hidden: int = number(256, "width of the predictor's hidden layer")
    directions: int = number(48, "directions a tap along which the predictor sees deviations")
    keep_every: int = keeping()
    precision: str = computing()
    seed: int = number(1, "chooses weights, order and crops")
