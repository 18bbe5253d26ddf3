"""Numbers of a training as a frozen dataclass whose fields explain themselves."""

import dataclasses
from collections.abc import Sequence


def number(default: float | str, help: str, choices: Sequence[str] | None = None):
    """A field with a default, a line of help and, of words, the choices."""
    return dataclasses.field(default=default, metadata={"help": help, "choices": choices})


PRECISIONS = ("mixed_bfloat16", "mixed_float16", "float32")


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Every number of an encoder's distillation."""

    steps: int = number(10000, "optimizer steps")
    batch: int = number(8, "pictures a step")
    size: int = number(128, "side of the crops in pixels")
    rate: float = number(2e-3, "highest learning rate of Adam")
    seed: int = number(1, "chooses weights, order and crops")
