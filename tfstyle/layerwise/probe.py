"""Each stage computed on a small picture: the sizes, the reach and the time that it takes."""

import time

import numpy as np

from tfstyle import tiles
from tfstyle.layerwise.feature_maps import SIDES, ComputedSize, Scale
from tfstyle.layerwise.partition import Name
from tfstyle.layerwise.running_statistics import RunningStatistics
from tfstyle.layerwise.stages import Stage, StagedNetwork

LEAST = 64  # pixels of the small picture's shorter side


class Probe:
    """What is learned of a network's stages from a small picture of noise.

    Args:
        network: Its stages.
        geometry: Of the network. A stage behind the first one sees less, and gets less overlap.

    Attributes:
        scales: Of feature maps, by tensor.
        sizes: The other tensors between stages, which are computed from a map's size.
        channels: Of feature maps, by tensor.
        overlaps: Pixels that each stage has to see around a tile.
        seconds: Of each stage.
        statistics: Of the small picture, shape (1, *network.shape).

    Raises:
        ValueError: The network does not measure all statistics that it takes.
    """

    def __init__(self, network: StagedNetwork, geometry: tiles.Geometry):
        self.network, self.geometry, self.sides = network, geometry, _sides(geometry)
        self.statistics = np.ones((1, *network.shape), np.float32)  # no deviation is 0
        self.scales, self.sizes = {network.content: Scale(1, 0)}, {}
        self.seconds, self.measured, self.random = [], 0, np.random.default_rng(0)
        content = self.random.random((1, *self.sides, 3), np.float32)
        self.outputs = {network.content: content}
        self.overlaps = [self._overlap(stage) for stage in network.stages]
        if self.measured != self.statistics.size:
            raise ValueError(
                f"Expected a network by stages that measures its {self.statistics.size} "
                f"statistics. Received: one that measures {self.measured}."
            )
        self.channels = {name: self.outputs[name].shape[-1] for name in self.scales}
        self.outputs.clear()

    def _overlap(self, stage: Stage) -> int:
        """The pixels that a stage has to see around a tile; computes it on the small picture."""
        compute = stage.load()
        inputs = {name: self.outputs[name] for name in stage.subgraph.inputs}
        start = time.perf_counter()
        self.outputs |= compute(inputs, self.statistics)
        self.seconds.append(time.perf_counter() - start)
        for name in sorted(stage.subgraph.outputs, key=lambda n: -self.outputs[n].ndim):
            self._learn_size(name, self.outputs[name])
        self._measure(stage)
        if stage is self.network.stages[0]:  # its noise sees beyond a tile as well
            return self.geometry.overlap
        middle = self.sides[1] // self.geometry.stride // 2
        perturbed = {name: self._perturbed(name, inputs[name], middle) for name in inputs}
        outputs = compute(perturbed, self.statistics)
        maps = [name for name in stage.subgraph.outputs if name in self.scales]
        reach = max(self._reach(name, outputs[name], middle) for name in maps)
        return min(reach * self.geometry.stride, self.geometry.overlap)

    def _measure(self, stage):
        for name, begin in stage.subgraph.measured.items():
            running = RunningStatistics(len(self.network.shape) > 1)
            running.add(self.outputs[name][0])
            assign(self.statistics, begin, running.result())
            self.measured += running.result().size

    def _perturbed(self, name, values, block):
        """A map with noise on the columns of one stride."""
        if name not in self.scales:
            return values
        values, stride = values.copy(), self.geometry.stride
        pixels = range(block * stride, (block + 1) * stride)
        part = values[:, :, self.scales[name].visible(pixels)]
        part += self.random.normal(0.0, 1.0 + 3.0 * values.std(), part.shape)
        return values

    def _reach(self, name, values, block):
        """How many strides away from the perturbed block a map has changed."""
        columns = np.flatnonzero((values != self.outputs[name]).any(axis=(0, 1, 3)))
        blocks = columns * self.scales[name].stride // self.geometry.stride
        return int(np.abs(blocks - block).max(initial=0))

    def _learn_size(self, name: Name, values):
        if values.ndim == 4:
            self.scales[name] = self._scale(*values.shape[1:3])
        else:
            self.sizes[name] = ComputedSize(values, self._scale_of_size(values))

    def _scale_of_size(self, values):
        """The scale of the map whose size the values are computed from."""
        if len(values) in SIDES:
            return self._scale(*values[SIDES[len(values)]])
        for scale in self.scales.values():
            positions = np.prod([scale.length(side) for side in self.sides])
            if len(values) == 3 and values[1] == positions:
                return scale
        raise ValueError(f"Expected a size of features. Received: {values.tolist()}.")

    def _scale(self, height, width):
        stride = (self.sides[1] - self.sides[0]) // int(width - height)
        return Scale(stride, int(height) - self.sides[0] // stride)


def assign(statistics: np.ndarray, begin: int, values: np.ndarray) -> None:
    """Sets the statistics of one layer.

    Args:
        statistics: Of all layers, shape (1, numbers) or (1, channels + 1, channels); changed.
        begin: Where the layer's begin.
        values: As from `RunningStatistics.result`.
    """
    if values.ndim > 1:
        statistics[0] = values
    else:
        statistics[0, begin : begin + len(values)] = values


def _sides(geometry):
    """Two sides of a small picture, the second so long that a stage's reach ends within it."""
    count = max(2, -(-LEAST // geometry.stride))
    width = max(count, 2 * geometry.overlap // geometry.stride + 2)
    return count * geometry.stride, (width + 1) * geometry.stride
