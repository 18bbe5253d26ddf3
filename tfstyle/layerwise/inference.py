"""A picture's tiles, painted stage by stage."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tfstyle import disk, tiles
from tfstyle.large_images import TileProgress
from tfstyle.layerwise.feature_maps import FeatureMaps, TileWindow
from tfstyle.layerwise.probe import Probe, assign
from tfstyle.layerwise.running_statistics import RunningStatistics
from tfstyle.layerwise.stages import StagedNetwork

MEMORY = 400_000_000  # bytes of feature maps that are not kept in files


def paint(
    network: StagedNetwork,
    read_window: Callable[[range, range], np.ndarray],
    extent: tuple[int, int],
    tile: int,
    geometry: tiles.Geometry,
    weights: Callable[[int, int], np.ndarray] | None = None,
    report: Callable[[float], None] | None = None,
    progress: TileProgress | None = None,
) -> Iterator[tuple[TileWindow, np.ndarray]]:
    """The painted tiles of a picture, as if it were painted whole.

    Args:
        network: Its stages.
        read_window: A window of the picture: rows and columns to shape (height, width, 3).
        extent: Height and width of the picture and what is mirrored around it, multiples of the
            stride.
        tile: Side of the part that each tile contributes in pixels, a multiple of the stride.
        geometry: Of the network.
        weights: How much positions count in the statistics: the height and width of a feature map
            to shape (height, width, 1). None is all the same.
        report: Called with the share of the work that is done, from 0 to 1.
        progress: Saves how far painting is, and painting goes on from there; the caller saves each
            tile of the last stage. None saves nothing, and feature maps are in memory while they
            are few.

    Yields:
        Each window, and what the network paints of all that it sees.

    Raises:
        ValueError: The network does not measure all statistics that it takes.
        OSError: The disk has no room for its feature maps.
    """
    with _folder(progress) as folder:
        probe = Probe(network, geometry)
        run = _Run(network, read_window, extent, probe, weights, folder, progress)
        run.restore()
        for index in range(run.stage, len(network.stages)):
            windows = _windows(extent, tile, probe.overlaps[index])
            for painted in run.compute(network.stages[index], windows):
                if report:
                    report(run.share(len(windows)))
                if painted is not None:
                    yield painted
        if report:
            report(1.0)


@contextlib.contextmanager
def _folder(progress):
    """A folder for feature maps; that of a saved progress stays after an error."""
    if progress is None:
        with tempfile.TemporaryDirectory(prefix="tfstyle-") as folder:
            yield Path(folder)
        return
    with disk.explained_write_errors(progress.folder):
        progress.folder.mkdir(exist_ok=True)
    yield progress.folder
    shutil.rmtree(progress.folder, ignore_errors=True)


def _windows(extent, tile, overlap):
    """Tiles of a frame, of which all but the last ones of each side see windows of one size."""
    windows = [
        TileWindow(
            rows[0], columns[0], tuple(range(x[1].start, x[1].stop) for x in (rows, columns))
        )
        for rows, columns in tiles.windows(*extent, tile, overlap, aligned=True)
    ]
    return sorted(windows, key=lambda window: window.size)


class _Run:
    """One picture's way through the stages, with its feature maps and its statistics so far."""

    def __init__(self, network, read_window, extent, probe, weights, folder, progress):
        self.network, self.read_window, self.extent = network, read_window, extent
        self.probe, self.weights, self.progress = probe, weights, progress
        self.statistics = probe.statistics
        self.maps = FeatureMaps(folder, 0 if progress else MEMORY)
        self.stage, self.tiles, self.running = 0, 0, {}

    def restore(self):
        """Continues from the saved progress: its statistics, and the feature maps in its folder."""
        if self.progress is None:
            return
        self.stage, self.tiles = self.progress.stage, self.progress.tiles
        self.statistics = self.progress.arrays.get("known", self.statistics)
        for path in self.maps.folder.iterdir():
            if path.name not in map(str, self._remaining_inputs()):
                path.unlink()
        for stage in self.network.stages[: self.stage]:
            self._allocate(stage)

    def share(self, count):
        """The share of the work that is done, where the stage has so many tiles."""
        seconds = self.probe.seconds
        done = sum(seconds[: self.stage]) + seconds[self.stage] * self.tiles / count
        return min(1.0, done / sum(seconds))

    def compute(self, stage, windows):
        """Yields None before each tile; of the last stage also the window and what is painted."""
        is_last = stage is self.network.stages[-1]
        if not is_last:
            self._allocate(stage)
        self._restore_running(stage)
        compute, size = None, None
        for window in windows[self.tiles :]:
            yield None
            if window.size != size:
                compute, size = stage.load(), window.size
            outputs = compute(self._inputs(stage, window), self.statistics)
            self.tiles += 1
            if is_last:
                yield window, outputs[self.network.output][0]
                continue
            self._store(window, outputs)
            self._save(stage)
        if not is_last:
            self._finish(stage)

    def _allocate(self, stage):
        for name in stage.subgraph.outputs:
            if name in self.probe.scales and name in self._remaining_inputs():
                sides = map(self.probe.scales[name].length, self.extent)
                self.maps.add(name, (*sides, self.probe.channels[name]))

    def _restore_running(self, stage):
        arrays = self.progress.arrays if self.progress else {}
        covariance = len(self.network.shape) > 1
        self.running = {
            name: RunningStatistics.restored(arrays, str(begin), covariance)
            for name, begin in stage.subgraph.measured.items()
        }

    def _finish(self, stage):
        """Takes the stage's statistics, and removes the maps that no later stage reads."""
        for name, begin in stage.subgraph.measured.items():
            assign(self.statistics, begin, self.running[name].result())
        self.stage, self.tiles, self.running = self.stage + 1, 0, {}
        self._save(stage)
        self.maps.remove_except(self._remaining_inputs())

    def _save(self, stage):
        if self.progress is None:
            return
        arrays = {"known": self.statistics}
        for name, begin in stage.subgraph.measured.items():
            if name in self.running:
                arrays |= self.running[name].arrays(str(begin))
        self.progress.save(self.stage, self.tiles, arrays)

    def _remaining_inputs(self):
        """The tensors that this stage and later ones read."""
        remaining = self.network.stages[self.stage :]
        return {name for stage in remaining for name in stage.subgraph.inputs}

    def _inputs(self, stage, window):
        return {name: self._input(name, window) for name in stage.subgraph.inputs}

    def _input(self, name, window):
        if name == self.network.content:
            return self.read_window(window.rows, window.columns)[None]
        if name not in self.probe.scales:
            return self.probe.sizes[name].of(window)
        scale = self.probe.scales[name]
        return self.maps.read(name, scale.visible(window.rows), scale.visible(window.columns))

    def _store(self, window, outputs):
        """Writes what a tile contributes to feature maps, and adds it to their statistics."""
        for name, values in outputs.items():
            if name not in self.probe.scales:
                continue
            scale = self.probe.scales[name]
            kept, inside = [], []
            for kept_pixels, pixels, total in zip(
                window.kept, (window.rows, window.columns), self.extent, strict=True
            ):
                part, start = scale.kept(kept_pixels, total), scale.visible(pixels).start
                kept.append(part)
                inside.append(slice(part.start - start, part.stop - start))
            part = values[0][tuple(inside)]
            self.maps.write(name, *kept, part)
            if name in self.running:
                self.running[name].add(part, self._weights(name, *kept))

    def _weights(self, name, rows, columns):
        if self.weights is None:
            return None
        height, width, _ = self.maps.shape(name)
        return self.weights(height, width)[rows, columns]
