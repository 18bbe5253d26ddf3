"""Settings of a training as a frozen dataclass whose fields have a line of help."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tfstyle.precision import COMPUTE_PRECISIONS

PADDINGS = ("zero", "reflect")  # of decoders
UPSAMPLINGS = ("bilinear", "nearest")
GROWTHS = (*UPSAMPLINGS, "transposed")  # of a GAN's generators
AUGMENTATIONS = ("none", "geometry", "all")  # of what discriminators look at
STYLE_LOSSES = ("wasserstein", "gram", "moments")


def setting(default: float | str, help: str, choices: Sequence[str] | None = None):
    """A dataclass field with a default, a line of help and, for words, the choices."""
    return dataclasses.field(default=default, metadata={"help": help, "choices": choices})


def weighted_setting(default: Sequence[tuple], help: str):
    """A field of names, or numbers, each with a weight."""
    return dataclasses.field(default=default, metadata={"help": help, "pairs": True})


def metadata(settings: type, name: str) -> Mapping[str, Any]:
    """The help and the choices of a setting, of the nearest class that gives them.

    Args:
        settings: Dataclass.
        name: Of a field.

    Returns:
        "help" and what else `setting` or `weighted_setting` notes; empty where no class gives any.
    """
    classes = filter(dataclasses.is_dataclass, settings.__mro__)
    fields = [field for kind in classes for field in dataclasses.fields(kind)]
    return next((f.metadata for f in fields if f.name == name and f.metadata), {})


def precision_setting():
    """The setting of the precision."""
    return setting(
        "auto", "what layers compute in; auto is what is fastest here", COMPUTE_PRECISIONS
    )


def keep_every_setting():
    """The setting of how often networks are kept."""
    return setting(0, "steps between networks that stay beside the newest, in kept/; 0 keeps none")


def temporal_setting():
    """The setting of the weight of `temporal.temporal_loss`."""
    return setting(
        0.0,
        "weight of the flicker between two frames that are made of each photograph, such as 100; "
        "0 makes none",
    )


def target_setting():
    """The setting of the weight of the distance from targets."""
    return setting(1.0, "of the distance from targets, where there are any")


@dataclasses.dataclass(frozen=True)
class DataArgument:
    """A part of a training's data: a flag of the command, and a name of `tfstyle.train`'s data.

    Attributes:
        name: Of the part.
        help: A line for people.
        metavar: What it is: a folder, "DIR", or else.
        several: Whether it can be several folders or files.
        required: Whether there is no training without it.
        batched: Whether a dataset of batches can take its place.
    """

    name: str
    help: str
    metavar: str = "DIR"
    several: bool = False
    required: bool = True
    batched: bool = False


PAINTINGS = DataArgument(
    "style", "paintings; a folder that is named twice is seen twice as often", several=True
)


@dataclasses.dataclass(frozen=True)
class Training:
    """What the command and `tfstyle.train` are told of a training.

    Attributes:
        help: A line for people, which begins with a verb.
        example: Command lines.
        Settings: Dataclass of every number.
        data: The parts of its data.
        batches: The names of the pictures in a batch, shape (batch, height, width, 3) each, where a
            tf.data.Dataset of batches can take the place of folders.
        takes: What else `train` takes by name: "begin", a folder; "encoder", "loss_network" and
            "teacher", functions that make frozen networks; "strategy", of `devices.strategy`.
        encoders: What encoder can be chosen; none where there is no choice.
    """

    help: str
    example: str
    Settings: type
    data: tuple[DataArgument, ...]
    batches: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    encoders: str = ""


@dataclasses.dataclass(frozen=True)
class DistillationSettings:
    """The settings of an encoder's distillation."""

    steps: int = setting(10000, "optimizer steps")
    batch: int = setting(8, "pictures a step")
    size: int = setting(128, "side of the crops in pixels")
    rate: float = setting(2e-3, "highest learning rate of Adam")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order and crops")


@dataclasses.dataclass(frozen=True)
class PerceptualSettings:
    """The settings of a training with the losses of `perceptual`, whose weights end in `_weight`.

    A subclass that gives a field another default alone keeps its line of help (see `metadata`).
    """

    steps: int = setting(20000, "optimizer steps")
    batch: int = setting(4, "photographs a step")
    size: int = setting(224, "side of the crops in pixels")
    style_size: int = setting(640, "longer side in pixels of paintings that are larger")
    margin: int = setting(24, "pixels of a crop's border that are painted but not judged")
    rate: float = setting(1e-3, "highest learning rate of Adam")
    content_weight: float = setting(1.0, "of the content loss")
    similarity_weight: float = setting(0.0, "of the self-similarity of the content")
    luminance_weight: float = setting(0.0, "of the luminance of the content")
    style_weight: float = setting(10.0, "of the style loss")
    remd_weight: float = setting(0.0, "of the relaxed earth mover's distance of features")
    color_weight: float = setting(2.0, "of the colours' loss")
    recoloring_weight: float = setting(0.0, "of the photograph in the painting's colours")
    chroma_weight: float = setting(0.0, "of broad regions' colours")
    variation_weight: float = setting(0.05, "of the total variation")
    lattice_weight: float = setting(0.05, "of the lattice of eight pixels")
    own_weight: ClassVar[float] = 0.0  # a setting where photographs can be their own style
    target_weight: ClassVar[float] = 0.0  # a setting where photographs can have targets
    temporal: ClassVar[float] = 0.0  # a setting where second frames can be made
    average: float = setting(0.999, "decay of the running average of weights that is released")
    keep_every: int = keep_every_setting()
    precision: str = precision_setting()
    seed: int = setting(1, "chooses weights, order and crops")


@dataclasses.dataclass(frozen=True)
class FixedStyleSettings(PerceptualSettings):
    """The settings of a training on fixed styles."""

    style_size: int = 1024
    temporal: float = temporal_setting()


@dataclasses.dataclass(frozen=True)
class OwnStyleSettings:
    """The settings of photographs that are their own style, to inherit from before others."""

    own_weight: float = setting(100.0, "of the pixels of a photograph in its own style")
    own_share: float = setting(0.08, "share of the photographs whose style is their own")


@dataclasses.dataclass(frozen=True)
class ArbitraryStyleSettings(OwnStyleSettings, PerceptualSettings):
    """The settings of a training on many paintings."""

    grey_share: float = setting(0.04, "share of the paintings that come without colours as well")
    few: int = setting(8, "paintings, the first ones, that the training begins with")
    growing: int = setting(0, "steps over which all others join them")


@dataclasses.dataclass(frozen=True)
class RedrawingSettings:
    """The shape of a network that redraws what it reads at a quarter of the size."""

    quarter: int = setting(64, "channels at a quarter of the size")
    blocks: int = setting(5, "residual blocks at a quarter of the size")
    top: int = setting(16, "channels at the whole size; half the size has twice as many")
    noise: int = setting(3, "channels of noise beside the photograph")
    smooth_noise: int = setting(
        3, "channels of smooth noise, from which broad places are painted differently"
    )


@dataclasses.dataclass(frozen=True)
class BottleneckSettings(RedrawingSettings):
    """The shape of `networks.bottleneck.bottleneck`."""

    half: int = setting(32, "channels at half the size")


DISTILLATION = Training(
    help="distil our encoder from VGG-19",
    example="tfstyle train encoder --pictures photos paintings --run runs/encoder",
    Settings=DistillationSettings,
    data=(DataArgument("pictures", "any pictures", several=True),),
    takes=("teacher",),
)
