"""A network cut behind what its normalisations measure, and pictures painted stage by stage.

Tiles that are normalised with the statistics of the whole picture come out as the whole does, but a
layer's statistics are known only when all layers before it have been computed everywhere. So a
picture's tiles pass one stage, up to what the next normalisation sees; its features are kept in
files, its statistics are those of all tiles together, and the next stage goes on from there. Every
layer is computed once.
"""

import contextlib
import dataclasses
import shutil
import tempfile
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from tfstyle import images, tiles
from tfstyle.roots import roots
from tfstyle.sheets import Numbers, Steps

EPSILON = 1e-5  # of `layers.Moments`
RIDGE = 1e-3  # of `layers.Whitening`
MEMORY = 400_000_000  # bytes of feature maps that are not kept in files
ROWS = 16  # whose deviations are summed at a time, so that they stay small
PLACES = {2: slice(0, 2), 4: slice(1, 3)}  # of height and width in a size of so many numbers
Name = Hashable


@dataclasses.dataclass(frozen=True)
class Operation:
    """A step of a network.

    Args:
        inputs: Names of tensors.
        outputs: Names of tensors.
    """

    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]


@dataclasses.dataclass(frozen=True)
class Graph:
    """A network that normalises with statistics that are given, as operations.

    Args:
        operations: In an order that they can be computed in.
        content: The picture's tensor.
        output: The painted picture's.
        shares: Parts of the given statistics, by tensor: where each one begins.
        is_map: Whether a tensor is a float feature map, (1, height, width, channels).
        is_size: Whether a tensor is a list of whole numbers, which depend on a picture's size
            alone.
    """

    operations: Sequence[Operation]
    content: Name
    output: Name
    shares: Mapping[Name, int]
    is_map: Callable[[Name], bool]
    is_size: Callable[[Name], bool]


@dataclasses.dataclass(frozen=True)
class Part:
    """What one stage computes.

    Args:
        operations: Their numbers in the graph.
        inputs: Tensors of earlier stages, or the content.
        outputs: Tensors that later stages take.
        measured: Those of them that are normalised later, and where their statistics begin.
    """

    operations: tuple[int, ...]
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    measured: Mapping[Name, int]


def parts(graph: Graph) -> list[Part]:
    """The stages of a graph; one where nothing is measured."""
    return _Cut(graph).parts()


class _Cut:
    """What every tensor depends on, and the stage that computes it."""

    def __init__(self, graph):
        self.graph = graph
        self.maker = {t: i for i, op in enumerate(graph.operations) for t in op.outputs}
        self.level, self.used, self.measured = {graph.content: 0}, {}, {}
        self.used = {name: frozenset([begin]) for name, begin in graph.shares.items()}
        for operation in graph.operations:
            self._pass(operation)

    def _pass(self, operation):
        pictured = [name for name in operation.inputs if name in self.level]
        before = frozenset().union(*(self.used.get(name, ()) for name in pictured))
        found = frozenset().union(*(self.used.get(name, ()) for name in operation.inputs))
        for name in operation.outputs:
            self.used.setdefault(name, found)
        if not pictured:
            return
        level, new = max(self.level[name] for name in pictured), found - before
        if new:
            level += 1
            self.measured[self._map_behind(pictured[0])] = min(new)
        for name in operation.outputs:
            self.level[name] = level

    def _map_behind(self, name):
        """The feature map that a tensor only is another shape of."""
        while not self.graph.is_map(name):
            operation = self.graph.operations[self.maker[name]]
            name = next(each for each in operation.inputs if each in self.level)
        return name

    def parts(self):
        last = self.level[self.graph.output]
        wanted, found = {self.graph.output}, []
        for level in range(last, -1, -1):
            operations, inputs = self._needed(wanted, level)
            outputs = {name for name in wanted if self.level.get(name, -1) == level}
            outputs -= {self.graph.content}
            known = {name: self.measured[name] for name in outputs if name in self.measured}
            found.append(Part(tuple(sorted(operations)), _sorted(inputs), _sorted(outputs), known))
            wanted = (wanted - outputs) | inputs
        return found[::-1]

    def _needed(self, wanted, level):
        """Operations of a stage, and the earlier tensors that it begins with."""
        operations, inputs = set(), set()
        waiting = [name for name in wanted if self.level.get(name) == level]
        while waiting:
            name = waiting.pop()
            if name == self.graph.content or self._kept(name, level):
                inputs.add(name)
            elif name in self.maker and self.maker[name] not in operations:
                operations.add(self.maker[name])
                waiting += self.graph.operations[self.maker[name]].inputs
        return operations, inputs

    def _kept(self, name, level):
        """Whether an earlier stage leaves a tensor; what only is another shape is made anew."""
        earlier = name in self.level and self.level[name] < level
        return earlier and (self.graph.is_map(name) or self.graph.is_size(name))


def _sorted(names):
    return tuple(sorted(names, key=str))


class Stage(Protocol):
    """A part of a network that can be computed."""

    part: Part

    def opened(self) -> Callable[[Mapping[Name, np.ndarray], np.ndarray], dict]:
        """A function of the part's inputs, and of the statistics that are known, to its outputs.

        It is called with one size only.
        """


@dataclasses.dataclass(frozen=True)
class Stages:
    """A network by stages.

    Args:
        stages: In their order.
        content: The picture's name.
        output: The painted picture's.
        shape: Of the statistics.
    """

    stages: Sequence[Stage]
    content: Name
    output: Name
    shape: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Window:
    """A tile of the frame that a picture is painted in.

    Args:
        rows: Pixels that are seen, from the frame's first one.
        columns: The same.
        kept: Of both sides, the pixels that the tile contributes.
    """

    rows: range
    columns: range
    kept: tuple[range, range]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of what is seen."""
        return len(self.rows), len(self.columns)


@dataclasses.dataclass(frozen=True)
class Scale:
    """How a feature map lies over the picture that it is of.

    Args:
        stride: Pixels between positions.
        more: Positions that it has beyond the picture's length over the stride.
    """

    stride: int
    more: int

    def length(self, pixels: int) -> int:
        """Positions of so many pixels."""
        return pixels // self.stride + self.more

    def seen(self, pixels: range) -> slice:
        """Positions that a window has."""
        start = pixels.start // self.stride
        return slice(start, start + self.length(len(pixels)))

    def kept(self, pixels: range, whole: int) -> slice:
        """Positions that a window contributes; the last one's go on to the end."""
        stop = self.length(whole) if pixels.stop == whole else pixels.stop // self.stride
        return slice(pixels.start // self.stride, stop)


@dataclasses.dataclass(frozen=True)
class _Size:
    """Numbers that a network makes of a feature map's size, such as the shape to bring it to.

    Args:
        values: Of one size; height and width, or the shape of a map, or that of its positions.
        scale: The map's.
    """

    values: np.ndarray
    scale: Scale

    def of(self, window: Window) -> np.ndarray:
        """Of what a window sees."""
        values, lengths = self.values.copy(), [self.scale.length(side) for side in window.size]
        if len(values) == 3:
            values[1] = np.prod(lengths)
        else:
            values[PLACES[len(values)]] = lengths
        return values


class Shelf:
    """Feature maps, in memory while they are few, else in files of which windows are read.

    Args:
        folder: Takes the files; what is in them already stays.
        room: Bytes of memory.
    """

    def __init__(self, folder: Path, room: int):
        self.folder, self.room, self.maps = Path(folder), room, {}

    def add(self, name: Name, shape: tuple[int, int, int]) -> None:
        """Makes room for a map, shape (height, width, channels)."""
        found = Numbers(self.folder / str(name), shape, np.float32)
        if found.nbytes <= self.room:
            self.room -= found.nbytes
            self.maps[name] = np.empty(shape, np.float32)
            return
        if not found.path.exists():
            images.check_space(self.folder, found.nbytes)
        with images.writing(found.path):
            found.make()
        self.maps[name] = found

    def keep(self, names: Iterable[Name]) -> None:
        """Forgets all other maps."""
        for name in set(self.maps) - set(names):
            found = self.maps.pop(name)
            if isinstance(found, np.ndarray):
                self.room += found.nbytes
            else:
                found.path.unlink()

    def shape(self, name: Name) -> tuple[int, int, int]:
        """A map's height, width and channels."""
        return self.maps[name].shape

    def read(self, name: Name, rows: slice, columns: slice) -> np.ndarray:
        """A window, shape (1, height, width, channels)."""
        found = self.maps[name]
        if isinstance(found, np.ndarray):
            return np.array(found[None, rows, columns])
        return found.read(rows, columns)[None]

    def write(self, name: Name, rows: slice, columns: slice, values: np.ndarray) -> None:
        """A window's values, shape (height, width, channels)."""
        found = self.maps[name]
        if isinstance(found, np.ndarray):
            found[rows, columns] = values
            return
        with images.writing(found.path):
            found.write(rows, columns, values)


class Sums:
    """Means and products of channels over all tiles, in float64.

    Args:
        covariance: Whether of every two channels; else of each with itself.
    """

    def __init__(self, covariance: bool = False):
        self.covariance, self.count, self.mean, self.spread = covariance, 0.0, 0.0, 0.0

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], label: str, covariance: bool = False) -> Self:
        """What `arrays` said; where they say nothing, of no tile."""
        found = cls(covariance)
        for name in ("count", "mean", "spread"):
            setattr(found, name, arrays.get(f"{label} {name}", 0.0))
        return found

    def arrays(self, label: str) -> dict[str, np.ndarray]:
        """All numbers by name, to go on from."""
        return {f"{label} {name}": getattr(self, name) for name in ("count", "mean", "spread")}

    def add(self, features: np.ndarray, weights: np.ndarray | None = None) -> None:
        """A tile's part, shape (height, width, channels), and how much each position counts."""
        for start in range(0, len(features), ROWS):
            some = None if weights is None else weights[start : start + ROWS].reshape(-1, 1)
            self._add(features[start : start + ROWS].reshape(-1, features.shape[-1]), some)

    def _add(self, flat, weights):
        """Chan et al. 1983, https://doi.org/10.1080/00031305.1983.10483115, equation 2.1."""
        weighted = flat if weights is None else flat * weights
        count = float(len(flat)) if weights is None else float(weights.sum(dtype=np.float64))
        if not count:
            return
        mean = weighted.sum(axis=0, dtype=np.float64) / count
        centred = flat - np.float32(mean)
        share = centred if weights is None else centred * weights
        if self.covariance:
            spread = np.float64(share.T @ centred)
        else:
            spread = np.float64(np.einsum("ij,ij->j", share, centred))
        total, apart = self.count + count, mean - self.mean
        products = apart[:, None] * apart if self.covariance else apart**2
        self.spread = self.spread + spread + products * (self.count * count / total)
        self.mean = self.mean + apart * (count / total)
        self.count = total

    def told(self) -> np.ndarray:
        """As `layers.Moments` tell them, or `layers.Whitening`, without the batch."""
        spread = self.spread / self.count
        if not self.covariance:
            return np.float32(np.concatenate([self.mean, np.sqrt(spread + EPSILON)]))
        inverse = roots(np.float32(spread[None]), RIDGE, np)[1][0]
        return np.float32(np.concatenate([inverse, self.mean[None]]))


def paint(
    network: Stages,
    see: Callable[[range, range], np.ndarray],
    extent: tuple[int, int],
    tile: int,
    geometry: tiles.Geometry,
    weights: Callable[[int, int], np.ndarray] | None = None,
    tell: Callable[[float], None] | None = None,
    steps: Steps | None = None,
) -> Iterator[tuple[Window, np.ndarray]]:
    """The painted tiles of a picture, as if it were painted whole.

    Args:
        network: Its stages.
        see: A window of the picture, rows and columns to shape (height, width, 3).
        extent: Height and width of the picture and what is mirrored around it, multiples of the
            stride.
        tile: Side of the part that each tile contributes in pixels, a multiple of the stride.
        geometry: Of the network. A stage behind the first one sees less, and is given no more.
        weights: How much positions count in the statistics: the height and width of a feature map
            to shape (height, width, 1). None is all the same.
        tell: Is told which share of the work is done, from 0 to 1.
        steps: Keep how far painting is, and it goes on from there; the caller keeps each tile of
            the last stage. None keeps nothing, and feature maps are in memory while they are few.

    Yields:
        Each window, and what the network paints of all that it sees.

    Raises:
        ValueError: The network does not measure all statistics that it takes.
        OSError: The disk has no room for its features.
    """
    with _home(steps) as folder:
        run = _Run(network, see, extent, geometry, weights, folder, steps)
        overlaps = [run.tried(stage) for stage in network.stages]
        run.check()
        run.go_on()
        for index in range(run.stage, len(network.stages)):
            windows = _windows(extent, tile, overlaps[index])
            for painted in run.through(network.stages[index], windows):
                if tell:
                    tell(run.share(len(windows)))
                if painted is not None:
                    yield painted
        if tell:
            tell(1.0)


@contextlib.contextmanager
def _home(steps):
    """A folder for feature maps; that of steps stays after an error, so that they go on."""
    if steps is None:
        with tempfile.TemporaryDirectory(prefix="tfstyle-") as folder:
            yield Path(folder)
        return
    with images.writing(steps.folder):
        steps.folder.mkdir(exist_ok=True)
    yield steps.folder
    shutil.rmtree(steps.folder, ignore_errors=True)


def _windows(extent, tile, overlap):
    """Tiles of a frame, of which all but the last ones of each side see windows of one size."""
    found = [
        Window(rows[0], columns[0], tuple(range(x[1].start, x[1].stop) for x in (rows, columns)))
        for rows, columns in tiles.windows(*extent, tile, overlap, aligned=True)
    ]
    return sorted(found, key=lambda window: window.size)


class _Run:
    """The tensors of a picture's tiles between two stages."""

    def __init__(self, network, see, extent, geometry, weights, folder, steps):
        self.network, self.see, self.extent = network, see, extent
        self.geometry, self.weights = geometry, weights
        self.known = np.ones((1, *network.shape), np.float32)  # no deviation is 0
        self.maps = Shelf(folder, 0 if steps else MEMORY)
        self.scales = {network.content: Scale(1, 0)}
        self.steps, self.stage, self.tiles, self.sums = steps, 0, 0, {}
        self.seconds = []  # of each stage for a small picture
        self.sizes, self.random, self.told = {}, np.random.default_rng(0), 0
        self.sides = _sides(geometry)
        content = self.random.random((1, *self.sides, 3), np.float32)
        self.found = {network.content: content}

    @property
    def covariance(self):
        return len(self.network.shape) > 1

    def check(self):
        if self.told != self.known.size:
            raise ValueError(
                f"Expected a network by stages that measures its {self.known.size} statistics. "
                f"Received: one that measures {self.told}."
            )

    def go_on(self):
        """Takes up what steps have kept: statistics, and the earlier stages' feature maps."""
        if self.steps is None:
            return
        self.stage, self.tiles = self.steps.stage, self.steps.tiles
        self.known = self.steps.arrays.get("known", self.known)
        for path in self.maps.folder.iterdir():
            if path.name not in map(str, self._later()):
                path.unlink()
        for stage in self.network.stages[: self.stage]:
            self._add(stage)

    def share(self, count):
        """Of the work, after some of a stage's tiles."""
        done = sum(self.seconds[: self.stage]) + self.seconds[self.stage] * self.tiles / count
        return min(1.0, done / sum(self.seconds))

    def through(self, stage, windows):
        """Yields None after each tile of a stage, and of the last one what is painted before it."""
        last = stage is self.network.stages[-1]
        if not last:
            self._add(stage)
        arrays = self.steps.arrays if self.steps else {}
        self.sums = {
            name: Sums.of(arrays, str(begin), self.covariance)
            for name, begin in stage.part.measured.items()
        }
        compute, size = None, None
        for window in windows[self.tiles :]:
            yield None
            if window.size != size:
                compute, size = stage.opened(), window.size
            outputs = compute(self._inputs(stage, window), self.known)
            self.tiles += 1
            if last:
                yield window, outputs[self.network.output][0]
                continue
            self._keep(window, outputs)
            self._keep_steps(stage)
        if not last:
            self._end(stage)

    def _add(self, stage):
        for name in stage.part.outputs:
            if name in self.scales and name in self._later():
                shape = map(self.scales[name].length, self.extent)
                self.maps.add(name, (*shape, self.found[name].shape[-1]))

    def _end(self, stage):
        """Brings the tensors to what the next stage begins with."""
        for name, begin in stage.part.measured.items():
            self._tell(begin, self.sums[name].told())
        self.stage, self.tiles, self.sums = self.stage + 1, 0, {}
        self._keep_steps(stage)
        self.maps.keep(self._later())

    def _keep_steps(self, stage):
        if self.steps is None:
            return
        arrays = {"known": self.known}
        for name, begin in stage.part.measured.items():
            if name in self.sums:
                arrays |= self.sums[name].arrays(str(begin))
        self.steps.keep(self.stage, self.tiles, arrays)

    def _later(self):
        """What the stages that are left take."""
        left = self.network.stages[self.stage :]
        return {name for stage in left for name in stage.part.inputs}

    def _tell(self, begin, numbers):
        if numbers.ndim > 1:
            self.known[0] = numbers
        else:
            self.known[0, begin : begin + len(numbers)] = numbers

    def tried(self, stage):
        """The pixels that a stage has to see around a tile; learns the scales of its outputs."""
        compute = stage.opened()
        given = {name: self.found[name] for name in stage.part.inputs}
        begun = time.perf_counter()
        self.found |= compute(given, self.known)
        self.seconds.append(time.perf_counter() - begun)
        for name in sorted(stage.part.outputs, key=lambda n: -self.found[n].ndim):
            self._learn(name, self.found[name])
        for name, begin in stage.part.measured.items():
            sums = Sums(self.covariance)
            sums.add(self.found[name][0])
            self._tell(begin, sums.told())
            self.told += sums.told().size
        if stage is self.network.stages[0]:  # its noise sees beyond a tile as well
            return self.geometry.overlap
        middle = self.sides[1] // self.geometry.stride // 2
        changed = {name: self._changed(name, given[name], middle) for name in given}
        outputs = compute(changed, self.known)
        maps = [name for name in stage.part.outputs if name in self.scales]
        blocks = max(self._moved(name, outputs[name], middle) for name in maps)
        return min(blocks * self.geometry.stride, self.geometry.overlap)

    def _changed(self, name, values, block):
        """A map whose columns of one stride are others."""
        if name not in self.scales:
            return values
        values, stride = values.copy(), self.geometry.stride
        part = values[:, :, self.scales[name].seen(range(block * stride, (block + 1) * stride))]
        part += self.random.normal(0.0, 1.0 + 3.0 * values.std(), part.shape)
        return values

    def _moved(self, name, values, block):
        """How many strides away from a block a map differs from what was found."""
        columns = np.flatnonzero((values != self.found[name]).any(axis=(0, 1, 3)))
        blocks = columns * self.scales[name].stride // self.geometry.stride
        return int(np.abs(blocks - block).max(initial=0))

    def _learn(self, name, values):
        """How a map, or numbers of a size, follow from the sides of a picture."""
        if values.ndim == 4:
            self.scales[name] = self._scale(*values.shape[1:3])
        else:
            self.sizes[name] = _Size(values, self._lengths(values))

    def _lengths(self, values):
        """How the height and the width in a size follow from the sides of a picture."""
        if len(values) in PLACES:
            return self._scale(*values[PLACES[len(values)]])
        for scale in self.scales.values():
            if len(values) == 3 and values[1] == np.prod([scale.length(x) for x in self.sides]):
                return scale
        raise ValueError(f"Expected a size of features. Received: {values.tolist()}.")

    def _scale(self, height, width):
        stride = (self.sides[1] - self.sides[0]) // int(width - height)
        return Scale(stride, int(height) - self.sides[0] // stride)

    def _inputs(self, stage, window):
        found = {}
        for name in stage.part.inputs:
            if name == self.network.content:
                found[name] = self.see(window.rows, window.columns)[None]
            elif name in self.scales:
                scale = self.scales[name]
                found[name] = self.maps.read(
                    name, scale.seen(window.rows), scale.seen(window.columns)
                )
            else:
                found[name] = self.sizes[name].of(window)
        return found

    def _keep(self, window, outputs):
        for name, values in outputs.items():
            if name not in self.scales:
                continue
            scale = self.scales[name]
            sides = zip(window.kept, (window.rows, window.columns), self.extent, strict=True)
            places = [(scale.kept(kept, whole), scale.seen(seen)) for kept, seen, whole in sides]
            rows, columns = (kept for kept, _ in places)
            inside = (slice(k.start - s.start, k.stop - s.start) for k, s in places)
            part = values[0][tuple(inside)]
            self.maps.write(name, rows, columns, part)
            if name in self.sums:
                self.sums[name].add(part, self._weights(name, rows, columns))

    def _weights(self, name, rows, columns):
        if self.weights is None:
            return None
        height, width, _ = self.maps.shape(name)
        return self.weights(height, width)[rows, columns]


def _sides(geometry):
    """Two sides of a small picture, the second so long that a stage's reach ends within it."""
    count = max(2, -(-64 // geometry.stride))
    width = max(count, 2 * geometry.overlap // geometry.stride + 2)
    return count * geometry.stride, (width + 1) * geometry.stride
