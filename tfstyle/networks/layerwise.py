"""The stages of a Keras network that paints tiles of a picture."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import keras
import numpy as np

from tfstyle.layers.resampling import region_weights
from tfstyle.layerwise.partition import Graph, Operation, Subgraph, partition
from tfstyle.layerwise.stages import Compute, StagedNetwork


def staged_network(
    network: keras.Model, inputs: Mapping[str, np.ndarray], statistics: str
) -> StagedNetwork:
    """A network by stages (see `tfstyle.layerwise`).

    Args:
        network: Functional. Its inputs by name are the content, the statistics, where it takes
            any, and others; its one output is the painted tile.
        inputs: The other inputs, arrays by name.
        statistics: The name of the statistics' input.
    """
    own = network.input if isinstance(network.input, dict) else {"content": network.input}
    nodes = _nodes(network)
    outputs = [tensor for node in nodes for tensor in node.outputs]
    tensors = dict(enumerate([*keras.tree.flatten(own), *outputs]))
    numbers = {id(tensor): number for number, tensor in tensors.items()}  # as in any process

    def names(*tensors):
        return tuple(numbers[id(tensor)] for tensor in tensors)

    moments = own.get(statistics)
    graph = Graph(
        [Operation(names(*node.input_tensors), names(*node.outputs)) for node in reversed(nodes)],
        *names(own["content"]),
        *names(*keras.tree.flatten(network.output)),
        {} if moments is None else _statistics_slices(moments, nodes, names),
        lambda name: len(tensors[name].shape) == 4,
        lambda name: False,
    )
    constants = {numbers[id(own[name])]: array for name, array in inputs.items()}
    known = () if moments is None else names(moments)
    stages = [_Stage(tensors, subgraph, constants, known) for subgraph in partition(graph)]
    shape = (0,) if moments is None else tuple(moments.shape[1:])
    return StagedNetwork(stages, graph.content, graph.output, shape)


def _nodes(network):
    """The nodes of a network except its inputs, the last ones first."""
    depths = sorted(network._nodes_by_depth)
    nodes = (node for depth in depths for node in network._nodes_by_depth[depth])
    return [node for node in nodes if not node.is_input]


def _statistics_slices(moments, nodes, names):
    """Where the statistics of each normalised layer begin, by tensor."""
    consumers = [node for node in nodes if any(x is moments for x in node.input_tensors)]
    if len(consumers) != 1 or not isinstance(consumers[0].operation, keras.src.ops.numpy.Split):
        return dict.fromkeys(names(moments), 0)
    slices = consumers[0].outputs
    ends = np.cumsum([0, *(tensor.shape[-1] for tensor in slices)])
    return {name: int(begin) for name, begin in zip(names(*slices), ends, strict=False)}


@dataclasses.dataclass(frozen=True)
class _Stage:
    """A subgraph of a network, as a model of its own."""

    tensors: Mapping[int, keras.KerasTensor]
    subgraph: Subgraph
    constants: Mapping[int, np.ndarray]
    statistics: tuple[int, ...]

    def load(self) -> Compute:
        """A function of arrays; it takes any size."""

        def compute(inputs, statistics):
            arrays = {**self.constants, **inputs, **dict.fromkeys(self.statistics, statistics)}
            tensors = [keras.ops.convert_to_tensor(arrays[name]) for name in self._inputs]
            outputs = self._network(tensors, training=False)
            outputs = map(keras.ops.convert_to_numpy, keras.tree.flatten(outputs))
            return dict(zip(self.subgraph.outputs, outputs, strict=True))

        return compute

    @functools.cached_property
    def _inputs(self):
        return [*self.subgraph.inputs, *self.constants, *self.statistics]

    @functools.cached_property
    def _network(self):
        inputs = [self.tensors[name] for name in self._inputs]
        outputs = [self.tensors[name] for name in self.subgraph.outputs]
        histories = [tensor._keras_history for tensor in inputs]
        network = keras.Model(inputs, outputs)
        for tensor, history in zip(inputs, histories, strict=True):
            tensor._keras_history = history  # Keras changed it, so that the network was not saved
        return network


def statistics_weights(mask: np.ndarray) -> Callable[[int, int], np.ndarray]:
    """Weights of the positions of a feature map in the statistics of a region.

    Args:
        mask: Shape (height, width, 1) in [0, 1].

    Returns:
        A function of a map's height and width to shape (height, width, 1).
    """

    @functools.lru_cache(maxsize=2)
    def position_weights(height, width):
        like = keras.ops.zeros((1, height, width, 1))
        return keras.ops.convert_to_numpy(region_weights(mask[None], like))[0]

    return position_weights
