"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    keep_every_setting,
    precision_setting,
    setting,
    temporal_setting,
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = setting(20000, "optimizer steps")
    batch: int = setting(4, "pairs a step")
    size: int = setting(224, "side of the crops in pixels")
    style_size: int = setting(640, "longer side in pixels of paintings that are larger")
    margin: int = setting(24, "pixels of a crop's border that are painted but not judged")
    rate: float = setting(1e-3, "highest learning rate of Adam")
    content_weight: float = setting(0.8, "of the content loss")
    similarity_weight: float = setting(4.0, "of the self-similarity of the content")
    luminance_weight: float = setting(2.0, "of the luminance of the content")
    style_weight: float = setting(25.0, "of the style loss")
    remd_weight: float = setting(30.0, "of the relaxed earth mover's distance of features")
    color_weight: float = setting(8.0, "of the colours' loss")
    recoloring_weight: float = setting(3.0, "of the photograph in the painting's colours")
    variation_weight: float = setting(0.05, "of the total variation")
    lattice_weight: float = setting(0.1, "of the lattice of eight pixels")
    temporal: float = temporal_setting()
    own_weight: float = setting(100.0, "of the pixels of a photograph in its own style")
    own_share: float = setting(0.08, "share of the photographs whose style is their own")
    grey_share: float = setting(0.04, "share of the paintings that come without colours as well")
    few: int = setting(8, "paintings, the first ones, that the training begins with")
    growing: int = setting(4000, "steps over which all others join them")
    average: float = setting(0.999, "decay of the running average of weights that is released")
    half: int = setting(32, "channels at half the size")
    quarter: int = setting(64, "channels at a quarter of the size")
    blocks: int = setting(5, "residual blocks at a quarter of the size")
    top: int = setting(16, "channels at the whole size; half the size has twice as many")
    noise: int = setting(3, "channels of noise beside the photograph")
    hidden: int = setting(256, "width of the predictor's hidden layer")
    directions: int = setting(48, "directions a tap along which the predictor sees deviations")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order and crops")
