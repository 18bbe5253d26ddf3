"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    PADDINGS,
    UPSAMPLINGS,
    keep_every_setting,
    precision_setting,
    setting,
)

OBJECTIVES = ("wasserstein", "paper")


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = setting(12000, "optimizer steps; the authors' are 160,000")
    batch: int = setting(4, "pairs a step; the authors' is 8")
    size: int = setting(224, "side of the crops in pixels; the authors' is 256")
    style_size: int = setting(640, "longer side in pixels of paintings that are larger")
    margin: int = setting(24, "pixels of a crop's border that are painted but not judged")
    rate: float = setting(7e-4, "highest learning rate of Adam")
    objective: str = setting("wasserstein", "ours, or the paper's target and moments", OBJECTIVES)
    content_weight: float = setting(1.0, "of the content loss, or the distance from the target")
    similarity_weight: float = setting(0.0, "of the self-similarity of the content")
    luminance_weight: float = setting(0.0, "of the luminance of the content")
    style_weight: float = setting(10.0, "of the style loss")
    remd_weight: float = setting(0.0, "of the relaxed earth mover's distance of features")
    color_weight: float = setting(2.0, "of the colours' loss")
    recoloring_weight: float = setting(0.0, "of the photograph in the painting's colours")
    variation_weight: float = setting(0.05, "of the total variation")
    lattice_weight: float = setting(0.05, "of the lattice of eight pixels")
    own_weight: float = setting(100.0, "of the pixels of a photograph in its own style")
    own_share: float = setting(0.08, "share of the photographs whose style is their own")
    grey_share: float = setting(0.04, "share of the paintings that come without colours as well")
    few: int = setting(8, "paintings, the first ones, that the training begins with")
    growing: int = setting(0, "steps over which all others join them")
    average: float = setting(0.999, "decay of the running average of weights that is released")
    deep: int = setting(0, "the decoder's further layers at the deepest size; the authors' has 0")
    padding: str = setting("zero", "of the decoder", PADDINGS)
    upsampling: str = setting("bilinear", "of the decoder; the authors' is nearest", UPSAMPLINGS)
    norm: str = setting(
        "none", "of the decoder, to see why it has none", ("none", "batch", "instance")
    )
    slope: float = setting(0.1, "of ReLUs below 0; the authors' is 0")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order and crops")
