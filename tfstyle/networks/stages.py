"""The stages of a Keras network that paints tiles of a picture."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import keras
import numpy as np

from tfstyle.layers.resampling import region_weights
from tfstyle.stages import Graph, Operation, Part, Stages, parts


def stages(network: keras.Model, given: Mapping[str, np.ndarray], statistics: str) -> Stages:
    """A network by stages, as `tfstyle.stages` says.

    Args:
        network: Functional; its inputs by name are the content, the statistics, where it takes
            any, and what is given; its one output is the painted tile.
        given: Arrays by input name.
        statistics: The name of the statistics.
    """
    inputs = network.input if isinstance(network.input, dict) else {"content": network.input}
    tensors = {id(tensor): tensor for tensor in keras.tree.flatten(inputs)}
    nodes = [node for depth in sorted(network._nodes_by_depth) for node in _nodes(network, depth)]
    for node in nodes:
        tensors |= {id(tensor): tensor for tensor in node.outputs}
    told, (output,) = inputs.get(statistics), keras.tree.flatten(network.output)
    graph = Graph(
        [
            Operation(tuple(map(id, node.input_tensors)), tuple(map(id, node.outputs)))
            for node in reversed(nodes)
        ],
        id(inputs["content"]),
        id(output),
        {} if told is None else _shares(told, nodes),
        lambda name: len(tensors[name].shape) == 4,
        lambda name: False,
    )
    fixed = {id(inputs[name]): array for name, array in given.items()}
    found = [_Stage(tensors, part, fixed, told) for part in parts(graph)]
    shape = (0,) if told is None else tuple(told.shape[1:])
    return Stages(found, graph.content, graph.output, shape)


def _nodes(network, depth):
    return [node for node in network._nodes_by_depth[depth] if not node.is_input]


def _shares(told, nodes):
    """Parts of the statistics, one a normalised layer, by where each begins."""
    takers = [node for node in nodes if any(x is told for x in node.input_tensors)]
    if len(takers) != 1 or not isinstance(takers[0].operation, keras.src.ops.numpy.Split):
        return {id(told): 0}
    ends = np.cumsum([0, *(part.shape[-1] for part in takers[0].outputs)])
    return {id(x): int(begin) for x, begin in zip(takers[0].outputs, ends, strict=False)}


@dataclasses.dataclass(frozen=True)
class _Stage:
    """One part of a network, a model of its own."""

    tensors: Mapping[int, keras.KerasTensor]
    part: Part
    fixed: Mapping[int, np.ndarray]
    told: keras.KerasTensor | None

    def opened(self) -> Callable[[Mapping[int, np.ndarray], np.ndarray], dict]:
        """A function of arrays; it takes any size."""

        def compute(inputs, statistics):
            given = {**self.fixed, **inputs, id(self.told): statistics}
            tensors = [keras.ops.convert_to_tensor(given[name]) for name in self._taken]
            found = self._network(tensors, training=False)
            arrays = map(keras.ops.convert_to_numpy, keras.tree.flatten(found))
            return dict(zip(self.part.outputs, arrays, strict=True))

        return compute

    @functools.cached_property
    def _taken(self):
        told = [] if self.told is None else [id(self.told)]
        return [*self.part.inputs, *self.fixed, *told]

    @functools.cached_property
    def _network(self):
        ends = (
            [self.tensors[name] for name in names] for names in (self._taken, self.part.outputs)
        )
        return keras.Model(*ends)


def weights(mask: np.ndarray) -> Callable[[int, int], np.ndarray]:
    """How much positions of a feature map count in a region's statistics.

    Args:
        mask: Shape (height, width, 1) in [0, 1].

    Returns:
        A function of a map's height and width to shape (height, width, 1).
    """

    @functools.lru_cache(maxsize=2)
    def found(height, width):
        like = keras.ops.zeros((1, height, width, 1))
        return keras.ops.convert_to_numpy(region_weights(mask[None], like))[0]

    return found
