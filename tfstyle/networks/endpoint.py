"""A network under a name, with one named output: what is called, exported and served."""

import dataclasses

import keras
import numpy as np


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A functional model of one output.

    Args:
        network: Its inputs are one tensor or a dictionary of them.
        output: The output's name.
    """

    network: keras.Model
    output: str

    @property
    def inputs(self) -> dict[str, keras.KerasTensor]:
        """Symbolic inputs by name."""
        given = self.network.input
        return dict(given) if isinstance(given, dict) else {given.name: given}

    def __call__(self, **tensors):
        """The network's output for tensors by input name."""
        if isinstance(self.network.input, dict):
            return self.network(tensors, training=False)
        return self.network(tensors[self.network.input.name], training=False)

    def array(self, **arrays: np.ndarray) -> np.ndarray:
        """The network's output as a numpy array."""
        tensors = {name: keras.ops.convert_to_tensor(array) for name, array in arrays.items()}
        return keras.ops.convert_to_numpy(self(**tensors))
