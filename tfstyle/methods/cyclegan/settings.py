"""Every number of a training."""

import dataclasses

from tfstyle.training.settings import (
    AUGMENTATIONS,
    GROWTHS,
    keep_every_setting,
    precision_setting,
    setting,
)

OBJECTIVES = ("cycle", "cut")
GENERATORS = ("resnet", "unet", "layers")


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number of a training."""

    steps: int = setting(10000, "steps at the full rate")
    decay: int = setting(10000, "steps after them, in which the rate falls to 0")
    batch: int = setting(1, "pictures of each domain a step, over all devices")
    size: int = setting(160, "side of the crops in pixels; the paper's is 256")
    zoom: float = setting(0.7, "smallest crop, as a share of a picture's shorter side")
    rate: float = setting(2e-4, "learning rate of Adam")
    objective: str = setting(
        "cycle",
        "cycle: both ways, each the other's proof; cut: one way, from a to b, whose patches are "
        "told by contrast (Park et al. 2020)",
        OBJECTIVES,
    )
    cycle_weight: float = setting(10.0, "of the way there and back")
    identity_weight: float = setting(2.0, "of pictures of the domain itself; the paper's is 5")
    contrast_weight: float = setting(
        1.0, "of patches and their translations, with cut; its paper's, or 10 without the next one"
    )
    contrast_identity_weight: float = setting(
        1.0, "the same of pictures of b, with cut; its paper's, or 0"
    )
    lattice_weight: float = setting(0.05, "of the lattice of eight pixels; the paper has none")
    adversarial: str = setting(
        "least-squares", "the discriminators' loss", ("least-squares", "cross-entropy")
    )
    augment: str = setting(
        "none",
        "of what discriminators look at (Zhao et al. 2020): geometry shifts and cuts out, all "
        "changes brightness, saturation and contrast as well; for small sets of pictures",
        AUGMENTATIONS,
    )
    pool: int = setting(
        50, "generated pictures kept for the discriminators; 0 keeps none, as cut's authors"
    )
    generator: str = setting("resnet", "network from a to b; layers are of rain", GENERATORS)
    back: str = setting("same", "network from b to a", ("same", *GENERATORS))
    filters: int = setting(16, "channels at full size; the paper's are 64")
    blocks: int = setting(9, "residual blocks; the paper's are 9, or 6 at 128 px")
    depth: int = setting(8, "levels of a U-Net")
    padding: str = setting("zero", "of the residual network", ("zero", "reflect"))
    upsampling: str = setting("bilinear", "the paper's is transposed", GROWTHS)
    skip: str = setting("features", "of the residual network", ("features", "none"))
    noise: int = setting(3, "channels of noise beside the picture of the residual network")
    streaks: int = setting(0, "channels of slanting lines beside it, or of layers; at most 3")
    discriminator_filters: int = setting(32, "of its first convolution; the paper's are 64")
    projected_filters: int = setting(0, "of judges on the encoder's features; 0 has none")
    channels_a: int = setting(3, "1 for grey pictures of domain a")
    channels_b: int = setting(3, "1 for grey pictures of domain b")
    average: float = setting(0.0, "decay of the weights' running average; 0 releases the last ones")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order, crops and the pool's pictures")

    def __post_init__(self):
        grey = (self.channels_a, self.channels_b) != (3, 3)
        if "layers" in (self.generator, self.back) and (grey or not self.streaks):
            raise ValueError(
                "Expected layers with --streaks and pictures of three channels. Received: "
                f"streaks {self.streaks}, channels {self.channels_a} and {self.channels_b}."
            )
        if self.objective == "cut" and self.back != "same":
            raise ValueError(
                "Expected --back with --objective cycle alone: cut has no network from b to a. "
                f"Received: --back {self.back}."
            )
