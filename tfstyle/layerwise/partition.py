"""A network's graph, partitioned into stages behind the feature maps that are normalised."""

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence

Name = Hashable


@dataclasses.dataclass(frozen=True)
class Operation:
    """A node of a graph.

    Args:
        inputs: Names of tensors.
        outputs: Names of tensors.
    """

    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]


@dataclasses.dataclass(frozen=True)
class Graph:
    """The operations of a network that takes the statistics it normalises with as an input.

    Args:
        operations: In topological order.
        content: The content's tensor.
        output: The pastiche's tensor.
        statistics: Slices of the input statistics: where each one begins, by tensor.
        is_map: Whether a tensor is a float feature map, (1, height, width, channels).
        is_size: Whether a tensor is a list of whole numbers that depend on the picture's size
            alone.
    """

    operations: Sequence[Operation]
    content: Name
    output: Name
    statistics: Mapping[Name, int]
    is_map: Callable[[Name], bool]
    is_size: Callable[[Name], bool]


@dataclasses.dataclass(frozen=True)
class Subgraph:
    """What one stage computes.

    Args:
        operations: Their indices in the graph.
        inputs: Tensors of earlier stages, or the content.
        outputs: Tensors that later stages take.
        measured: The outputs that later stages normalise, and where their statistics begin.
    """

    operations: tuple[int, ...]
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    measured: Mapping[Name, int]


def partition(graph: Graph) -> list[Subgraph]:
    """The subgraphs of a graph's stages, in order; one where no statistics are taken."""
    return _Partitioner(graph).subgraphs()


class _Partitioner:
    """The stage that computes each tensor, and the statistics that it depends on."""

    def __init__(self, graph):
        self.graph = graph
        self.producers = {t: i for i, op in enumerate(graph.operations) for t in op.outputs}
        self.stages, self.measured = {graph.content: 0}, {}
        self.statistics = {name: frozenset([begin]) for name, begin in graph.statistics.items()}
        for operation in graph.operations:
            self._assign_stage(operation)

    def _assign_stage(self, operation):
        features = [name for name in operation.inputs if name in self.stages]
        known = self._statistics_of(features)
        used = self._statistics_of(operation.inputs)
        for name in operation.outputs:
            self.statistics.setdefault(name, used)
        if not features:
            return
        stage = max(self.stages[name] for name in features)
        if used - known:
            stage += 1
            self.measured[self._feature_map(features[0])] = min(used - known)
        for name in operation.outputs:
            self.stages[name] = stage

    def _statistics_of(self, names):
        return frozenset().union(*(self.statistics.get(name, ()) for name in names))

    def _feature_map(self, name):
        """The feature map that a tensor is a reshaped form of."""
        while not self.graph.is_map(name):
            operation = self.graph.operations[self.producers[name]]
            name = next(input_ for input_ in operation.inputs if input_ in self.stages)
        return name

    def subgraphs(self):
        required, subgraphs = {self.graph.output}, []
        for stage in range(self.stages[self.graph.output], -1, -1):
            operations, inputs = self._ancestors(required, stage)
            outputs = {name for name in required if self.stages.get(name, -1) == stage}
            outputs -= {self.graph.content}
            measured = {name: self.measured[name] for name in outputs if name in self.measured}
            subgraphs.append(
                Subgraph(tuple(sorted(operations)), _sorted(inputs), _sorted(outputs), measured)
            )
            required = (required - outputs) | inputs
        return subgraphs[::-1]

    def _ancestors(self, required, stage):
        """A stage's operations, and the tensors of earlier stages that it takes."""
        operations, inputs = set(), set()
        pending = [name for name in required if self.stages.get(name) == stage]
        while pending:
            name = pending.pop()
            if name == self.graph.content or self._is_stored(name, stage):
                inputs.add(name)
            elif name in self.producers and self.producers[name] not in operations:
                operations.add(self.producers[name])
                pending += self.graph.operations[self.producers[name]].inputs
        return operations, inputs

    def _is_stored(self, name, stage):
        """Whether an earlier stage stores a tensor; a reshaped feature map is computed again."""
        is_earlier = name in self.stages and self.stages[name] < stage
        return is_earlier and (self.graph.is_map(name) or self.graph.is_size(name))


def _sorted(names):
    return tuple(sorted(names, key=str))
