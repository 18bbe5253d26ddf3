"""Numbers of a training as a frozen dataclass whose fields explain themselves."""

import dataclasses


def number(default: float, help: str):
    """A field with a default and a line of help."""
    return dataclasses.field(default=default, metadata={"help": help})


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Every number of an encoder's distillation."""

    steps: int = number(10000, "optimizer steps")
    batch: int = number(8, "pictures a step")
    size: int = number(128, "side of the crops in pixels")
    rate: float = number(2e-3, "highest learning rate of Adam")
    seed: int = number(1, "chooses weights, order and crops")
