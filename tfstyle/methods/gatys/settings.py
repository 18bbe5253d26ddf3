"""Every number of an optimisation."""

import dataclasses

from tfstyle.training.settings import STYLE_LOSSES, setting, weighted_setting

TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LOSSES = ("correlation", "features")
OPTIMIZERS = ("adam", "l-bfgs")
COORDINATES = ("smooth", "pixels")
STARTS = ("photograph", "noise", "style")
POOLINGS = ("max", "average")


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of an optimisation.

    Args:
        content_layers: Pairs of a paper name and its weight, which count in shares of their sum.
        style_layers: The same of the style's.
    """

    content_layers: tuple[tuple[str, float], ...] = weighted_setting(
        (("relu3_1", 0.5), ("relu4_1", 1.0)), "by paper name"
    )
    style_layers: tuple[tuple[str, float], ...] = weighted_setting(
        tuple((tap, 1.0) for tap in TAPS), "by paper name"
    )
    content_loss: str = setting(
        "correlation", "how content features are compared; the paper's is features", CONTENT_LOSSES
    )
    style_loss: str = setting(
        "wasserstein", "how style features are compared; the paper's is gram", STYLE_LOSSES
    )
    content_weight: float = setting(1.0, "of the content loss, times 1 - strength")
    style_weight: float = setting(5.0, "of the style loss, times strength")
    variation_weight: float = setting(0.0, "of the total variation")
    iterations: int = setting(100, "steps at the first size")
    fall: float = setting(0.7, "share of a size's steps that the next one, twice as large, takes")
    optimizer: str = setting("adam", "what takes the steps", OPTIMIZERS)
    rate: float = setting(0.03, "learning rate of Adam")
    momentum: float = setting(0.85, "decay of Adam's first moment")
    coordinates: str = setting("smooth", "what Adam descends on", COORDINATES)
    start: str = setting("photograph", "what to begin with", STARTS)
    smallest: int = setting(96, "longer side in pixels that the first size is not below")
    style_scale: float = setting(1.0, "longer side of the painting as a share of the photograph's")
    pooling: str = setting("max", "of the network; the paper prefers average", POOLINGS)
    seed: int = setting(1, "chooses the noise")
