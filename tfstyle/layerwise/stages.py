"""A network as stages, whatever framework computes them."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from tfstyle.layerwise.partition import Name, Subgraph

Compute = Callable[[Mapping[Name, np.ndarray], np.ndarray], dict[Name, np.ndarray]]


class Stage(Protocol):
    """A subgraph that can be computed."""

    subgraph: Subgraph

    def load(self) -> Compute:
        """A function of the subgraph's inputs, and of the statistics so far, to its outputs.

        It is called with inputs of one size only.
        """


@dataclasses.dataclass(frozen=True)
class StagedNetwork:
    """A network that is computed by stages.

    Args:
        stages: In order.
        content: The content's tensor.
        output: The pastiche's tensor.
        shape: Of the statistics that the network takes, without the batch.
    """

    stages: Sequence[Stage]
    content: Name
    output: Name
    shape: tuple[int, ...]
