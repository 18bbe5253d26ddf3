"""A network under a name, with named outputs: what is called, exported and served."""

import dataclasses
import os
from collections.abc import Callable, Mapping

import keras
import numpy as np

from tfstyle.layerwise.stages import StagedNetwork

_PROCESS = os.getpid()


def check_process() -> None:
    """Refuses to compute in a fork: TensorFlow's threads stay in the process that it began in.

    Raises:
        RuntimeError: This is another process than the one that imported TensorFlow.
    """
    if os.getpid() != _PROCESS:
        raise RuntimeError(
            "Expected the process that TensorFlow was imported in, since a fork of it would hang. "
            "Received: a fork; begin processes by 'spawn', or paint with loading.load_lite there."
        )


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A functional model.

    Args:
        network: Its inputs are one tensor or a dictionary of them, its outputs likewise.
        output: The name of a single output.
    """

    network: keras.Model
    output: str = "output"

    @property
    def inputs(self) -> dict[str, keras.KerasTensor]:
        """Symbolic inputs by name."""
        inputs = self.network.input
        return dict(inputs) if isinstance(inputs, dict) else {inputs.name: inputs}

    def __call__(self, **tensors) -> dict:
        """The network's outputs by name, for tensors by input name."""
        single = not isinstance(self.network.input, dict)
        inputs = tensors[self.network.input.name] if single else tensors
        outputs = self.network(inputs, training=False)
        return outputs if isinstance(outputs, dict) else {self.output: outputs}

    def arrays(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        """The network's outputs as numpy arrays.

        Raises:
            RuntimeError: The process is a fork (see `check_process`).
        """
        check_process()
        tensors = {name: keras.ops.convert_to_tensor(array) for name, array in arrays.items()}
        return {k: keras.ops.convert_to_numpy(v) for k, v in self(**tensors).items()}


@dataclasses.dataclass(frozen=True)
class Arrays:
    """An endpoint as a function of arrays by name, which can also be computed by stages.

    Args:
        endpoint: The endpoint.
    """

    endpoint: Endpoint

    def __call__(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        """The network's outputs as numpy arrays, for arrays by input name."""
        return self.endpoint.arrays(**arrays)

    def staged(self, inputs: Mapping[str, np.ndarray], statistics: str) -> StagedNetwork:
        """The network by stages, for exact tiles (see `networks.layerwise.staged_network`)."""
        from tfstyle.networks import layerwise

        check_process()
        return layerwise.staged_network(self.endpoint.network, inputs, statistics)

    def statistics_weights(self, mask: np.ndarray) -> Callable[[int, int], np.ndarray]:
        """Weights of a region's positions (see `networks.layerwise.statistics_weights`)."""
        from tfstyle.networks import layerwise

        return layerwise.statistics_weights(mask)
