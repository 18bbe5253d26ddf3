"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import GROWTHS, computing, keeping, number


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = number(8000, "steps at the full rate")
    decay: int = number(8000, "steps after them, in which the rate falls to 0")
    batch: int = number(1, "pairs a step, over all devices")
    size: int = number(256, "side of the crops in pixels")
    zoom: float = number(0.9, "smallest crop, as a share of a picture's shorter side")
    rate: float = number(2e-4, "learning rate of Adam")
    absolute_weight: float = number(100.0, "of the absolute difference from the wanted picture")
    adversarial: str = number(
        "cross-entropy", "the discriminator's loss", ("least-squares", "cross-entropy")
    )
    generator: str = number("unet", "network that translates", ("unet", "resnet"))
    filters: int = number(16, "channels of the outermost level; the paper's are 64")
    depth: int = number(7, "levels of the U-Net; the paper's are 8")
    widest: int = number(4, "the most that filters are multiplied by; in the paper 8")
    upsampling: str = number("bilinear", "the paper's is transposed", GROWTHS)
    blocks: int = number(9, "blocks of a residual network")
    dropout: float = number(0.5, "share that three inner levels drop")
    norm: str = number("instance", "normalisation; the paper's is batch", ("instance", "batch"))
    discriminator_filters: int = number(64, "channels of the first convolution")
    channels_from: int = number(3, "1 to translate from grey pictures")
    channels_to: int = number(3, "1 to translate to grey pictures")
    average: float = number(0.0, "decay of the weights' running average; 0 releases the last ones")
    keep_every: int = keeping()
    precision: str = computing()
    seed: int = number(1, "chooses weights, order, crops and dropped channels")
