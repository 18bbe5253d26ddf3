"""The stages of a Keras network that paints tiles of a picture."""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import keras
import numpy as np

from tfstyle.layers.resampling import region_weights
from tfstyle.stages import Graph, Operation, Part, Stages, parts


def stages(network: keras.Model, given: Mapping[str, np.ndarray], statistics: str) -> Stages:
    """A network as stages (see `tfstyle.stages`).

    Args:
        network: Functional; its inputs by name are the content, the statistics, where it takes
            any, and what is given; its one output is the painted tile.
        given: Arrays by input name.
        statistics: The name of the statistics.
    """
    inputs = network.input if isinstance(network.input, dict) else {"content": network.input}
    nodes = [node for depth in sorted(network._nodes_by_depth) for node in _nodes(network, depth)]
    outputs = [tensor for node in nodes for tensor in node.outputs]
    tensors = dict(enumerate([*keras.tree.flatten(inputs), *outputs]))
    numbers = {id(tensor): number for number, tensor in tensors.items()}  # as in any process

    def named(*found):
        return tuple(numbers[id(tensor)] for tensor in found)

    moments, (output,) = inputs.get(statistics), named(*keras.tree.flatten(network.output))
    (content,), taken = named(inputs["content"]), () if moments is None else named(moments)
    graph = Graph(
        [Operation(named(*node.input_tensors), named(*node.outputs)) for node in reversed(nodes)],
        content,
        output,
        {} if moments is None else _shares(moments, nodes, named),
        lambda name: len(tensors[name].shape) == 4,
        lambda name: False,
    )
    fixed = {numbers[id(inputs[name])]: array for name, array in given.items()}
    computed = [_Stage(tensors, part, fixed, taken) for part in parts(graph)]
    shape = (0,) if moments is None else tuple(moments.shape[1:])
    return Stages(computed, graph.content, graph.output, shape)


def _nodes(network, depth):
    return [node for node in network._nodes_by_depth[depth] if not node.is_input]


def _shares(moments, nodes, named):
    """Parts of the statistics, one a normalised layer, by where each begins."""
    consumers = [node for node in nodes if any(x is moments for x in node.input_tensors)]
    if len(consumers) != 1 or not isinstance(consumers[0].operation, keras.src.ops.numpy.Split):
        return dict.fromkeys(named(moments), 0)
    ends = np.cumsum([0, *(part.shape[-1] for part in consumers[0].outputs)])
    return {x: int(begin) for x, begin in zip(named(*consumers[0].outputs), ends, strict=False)}


@dataclasses.dataclass(frozen=True)
class _Stage:
    """One part of a network, a model of its own."""

    tensors: Mapping[int, keras.KerasTensor]
    part: Part
    fixed: Mapping[int, np.ndarray]
    taken: tuple[int, ...]

    def opened(self) -> Callable[[Mapping[int, np.ndarray], np.ndarray], dict]:
        """A function of arrays; it takes any size."""

        def compute(inputs, statistics):
            given = {**self.fixed, **inputs, **dict.fromkeys(self.taken, statistics)}
            tensors = [keras.ops.convert_to_tensor(given[name]) for name in self._inputs]
            outputs = self._network(tensors, training=False)
            arrays = map(keras.ops.convert_to_numpy, keras.tree.flatten(outputs))
            return dict(zip(self.part.outputs, arrays, strict=True))

        return compute

    @functools.cached_property
    def _inputs(self):
        return [*self.part.inputs, *self.fixed, *self.taken]

    @functools.cached_property
    def _network(self):
        inputs, outputs = (
            [self.tensors[name] for name in names] for names in (self._inputs, self.part.outputs)
        )
        histories = [tensor._keras_history for tensor in inputs]
        network = keras.Model(inputs, outputs)
        for tensor, history in zip(inputs, histories, strict=True):
            tensor._keras_history = history  # which Keras changed, so that no network was saved
        return network


def weights(mask: np.ndarray) -> Callable[[int, int], np.ndarray]:
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
