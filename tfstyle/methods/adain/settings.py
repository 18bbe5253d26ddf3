"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import PADDINGS, UPSAMPLINGS, ArbitraryStyleSettings, setting

OBJECTIVES = ("wasserstein", "paper")


@dataclasses.dataclass(frozen=True)
class Settings(ArbitraryStyleSettings):
    """Every number of a training."""

    steps: int = setting(12000, "optimizer steps; the authors' are 160,000")
    batch: int = setting(4, "photographs a step; the authors' is 8")
    size: int = setting(224, "side of the crops in pixels; the authors' is 256")
    rate: float = 7e-4
    content_weight: float = setting(1.0, "of the content loss, or the distance from the target")
    objective: str = setting("wasserstein", "ours, or the paper's target and moments", OBJECTIVES)
    deep: int = setting(0, "the decoder's further layers at the deepest size; the authors' has 0")
    padding: str = setting("zero", "of the decoder", PADDINGS)
    upsampling: str = setting("bilinear", "of the decoder; the authors' is nearest", UPSAMPLINGS)
    norm: str = setting(
        "none", "of the decoder, to see why it has none", ("none", "batch", "instance")
    )
    slope: float = setting(0.1, "of ReLUs below 0; the authors' is 0")
