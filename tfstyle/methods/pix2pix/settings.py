"""Every number of a training."""

import dataclasses

from tfstyle.data.folders import DIRECTIONS
from tfstyle.training.settings import GROWTHS, keep_every_setting, precision_setting, setting


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    direction: str = setting(DIRECTIONS[0], "what is learned from what", DIRECTIONS)
    steps: int = setting(8000, "steps at the full rate")
    decay: int = setting(8000, "steps after them, in which the rate falls to 0")
    batch: int = setting(1, "pairs a step, over all devices")
    size: int = setting(256, "side of the crops in pixels")
    zoom: float = setting(0.9, "smallest crop, as a share of a picture's shorter side")
    rate: float = setting(2e-4, "learning rate of Adam")
    absolute_weight: float = setting(100.0, "of the absolute difference from the wanted picture")
    adversarial: str = setting(
        "cross-entropy", "the discriminator's loss", ("least-squares", "cross-entropy")
    )
    generator: str = setting("unet", "network that translates", ("unet", "resnet"))
    filters: int = setting(16, "channels of the outermost level; the paper's are 64")
    depth: int = setting(7, "levels of the U-Net; the paper's are 8")
    widest: int = setting(4, "the most that filters are multiplied by; in the paper 8")
    upsampling: str = setting("bilinear", "the paper's is transposed", GROWTHS)
    blocks: int = setting(9, "blocks of a residual network")
    dropout: float = setting(0.5, "share that three inner levels drop")
    norm: str = setting("instance", "normalisation; the paper's is batch", ("instance", "batch"))
    discriminator_filters: int = setting(64, "channels of the first convolution")
    channels_from: int = setting(3, "1 to translate from grey pictures")
    channels_to: int = setting(3, "1 to translate to grey pictures")
    average: float = setting(0.0, "decay of the weights' running average; 0 releases the last ones")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order, crops and dropped channels")
