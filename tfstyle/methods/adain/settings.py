"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    PADDINGS,
    UPSAMPLINGS,
    ArbitraryStyleSettings,
    RedrawingSettings,
    setting,
)

DECODERS = ("redrawing", "mirrored")
OBJECTIVES = ("wasserstein", "paper")


@dataclasses.dataclass(frozen=True)
class Settings(RedrawingSettings, ArbitraryStyleSettings):
    """Every number of a training."""

    steps: int = setting(7000, "optimizer steps; the authors' are 160,000")
    batch: int = setting(4, "photographs a step; the authors' is 8")
    size: int = setting(224, "side of the crops in pixels; the authors' is 256")
    rate: float = 1e-3
    content_weight: float = setting(0.8, "of the content loss, or the distance from the target")
    similarity_weight: float = 4.0
    luminance_weight: float = 1.0
    style_weight: float = 25.0
    remd_weight: float = 35.0
    color_weight: float = 8.0
    chroma_weight: float = 2.0
    recoloring_weight: float = 0.5
    lattice_weight: float = 0.1
    few: int = 16
    growing: int = 3000
    objective: str = setting("wasserstein", "ours, or the paper's target and moments", OBJECTIVES)
    decoder: str = setting(
        "redrawing",
        "of relu3_1 and relu4_1 through residual blocks, or the encoder's mirror image of relu4_1 "
        "alone, as the authors'",
        DECODERS,
    )
    deep: int = setting(0, "a mirrored decoder's further layers at the deepest size")
    padding: str = setting("zero", "of a mirrored decoder", PADDINGS)
    upsampling: str = setting(
        "bilinear", "of a mirrored decoder; the authors' is nearest", UPSAMPLINGS
    )
    norm: str = setting(
        "none", "of a mirrored decoder, to see why it has none", ("none", "batch", "instance")
    )
    slope: float = setting(0.1, "of ReLUs below 0; the authors' is 0")
