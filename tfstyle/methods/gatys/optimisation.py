"""One picture's optimisation from its smallest size to its own."""

import dataclasses
import os
import time
import zipfile
from collections.abc import Iterator, Mapping

import numpy as np

from tfstyle import images
from tfstyle.methods.gatys.settings import Settings
from tfstyle.methods.gatys.targets import Problem, TargetsBySize
from tfstyle.training import descent
from tfstyle.training.pixels import gradient_pixels

CALM = 0.3  # of the steps at each size, in which Adam's rate falls
FRAMEWORK = 900_000_000  # bytes of a process before it optimises
LEAST_SIDE = 32  # pixels; no side of a smaller size is below


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where an optimisation stands after a step.

    Args:
        picture: Shape (height, width, 3) of its present size, float32, in [0, 1] or about.
        losses: By name, weighted.
        size: Index of the present size, the smallest being 0.
        step: Steps at this size.
        share: Of the whole work that is done, in pixels looked at.
    """

    picture: np.ndarray
    losses: Mapping[str, float]
    size: int
    step: int
    share: float

    def save(self, path: str | os.PathLike) -> None:
        """Writes it to a file that `of` reads."""
        np.savez(path, picture=self.picture, where=[self.size, self.step, self.share])

    @classmethod
    def of(cls, path: str | os.PathLike) -> "Progress":
        """What `save` wrote, without the losses.

        Raises:
            OSError: The file is another.
        """
        try:
            with np.load(path) as file:
                size, step, share = file["where"]
                return cls(file["picture"], {}, int(size), int(step), float(share))
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise OSError(f"Expected an optimisation's checkpoint. Received: {path}.") from error


@dataclasses.dataclass(frozen=True)
class Estimate:
    """What an optimisation will take.

    Args:
        extent: Height and width in pixels.
        seconds: On this machine, as busy as it is.
        memory: Bytes of the process at most.
    """

    extent: tuple[int, int]
    seconds: float
    memory: float

    def __str__(self):
        height, width = self.extent
        minutes, seconds = divmod(round(self.seconds), 60)
        length = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        return f"{width}x{height} pixels take about {length} and {self.memory / 1e9:.1f} GB."


@dataclasses.dataclass(frozen=True)
class Optimisation:
    """An iterable of `Progress`.

    Args:
        targets: Of the losses.
        settings: Every number.
        problem: What the picture is to become.
        begin: Where to go on from, or None.
    """

    targets: TargetsBySize
    settings: Settings
    problem: Problem
    begin: Progress | None = None

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Heights and widths, each about twice the one before."""
        sizes = [self.problem.extent]
        while True:
            height, width = (round(side / 2 ** len(sizes)) for side in self.problem.extent)
            if min(height, width) < LEAST_SIDE or max(height, width) < self.settings.smallest:
                return sizes[::-1]
            sizes.append((height, width))

    @property
    def steps(self) -> list[int]:
        """Steps at each size."""
        counts = (self.settings.iterations * self.settings.fall**k for k in range(len(self.sizes)))
        return [max(1, round(count)) for count in counts]

    def __iter__(self) -> Iterator[Progress]:
        last = self.begin or Progress(self._start(), {}, 0, 0, 0.0)
        for size in range(last.size, len(self.sizes)):
            step = last.step if size == last.size else 0
            for progress in self._at(size, step, last.picture):
                yield progress
                last = progress

    def _at(self, size, step, picture):
        """The steps at one size, those that are done left out."""
        height, width = self.sizes[size]
        targets, steps = self.targets.at(self.problem, height, width), self.steps[size]
        before, whole = self._work(size), self._work(len(self.sizes))
        for state, losses in self._descent(
            targets, images.resize(picture, height, width), step, steps
        ):
            step += 1
            share = (before + step * self._gradient_pixels(height, width)) / whole
            yield Progress(state, losses, size, step, share)

    def _work(self, count):
        """Pixels looked at in all steps of the first sizes."""
        pairs = list(zip(self.sizes, self.steps, strict=True))[:count]
        return sum(steps * self._gradient_pixels(*size) for size, steps in pairs)

    def _gradient_pixels(self, height, width):
        return gradient_pixels(height, width, self.targets.reach)

    def estimate(self) -> "Estimate":
        """What it will take, after some steps at each of the smallest sizes."""
        sizes = self.sizes[:2]
        seconds = [self._seconds_a_step(*size) for size in sizes]
        pixels = [height * width for height, width in sizes]
        more = (seconds[-1] - seconds[0]) / max(1, pixels[-1] - pixels[0])
        seconds_a_pixel = max(more, seconds[-1] / pixels[-1] / 2)
        fixed = max(0.0, seconds[0] - seconds_a_pixel * pixels[0])
        left = 1.0 - (self.begin.share if self.begin else 0.0)
        total = left * (fixed * sum(self.steps) + seconds_a_pixel * self._work(len(self.sizes)))
        memory = FRAMEWORK + self.targets.bytes(*self.problem.extent)
        memory += descent.BYTES[self.settings.optimizer] * np.prod(self.problem.extent)
        return Estimate(self.problem.extent, total, memory)

    def _seconds_a_step(self, height, width):
        targets = self.targets.at(self.problem, height, width)
        times, steps = [], self._descent(targets, images.resize(self._start(), height, width), 0, 3)
        for _ in range(3):
            start = time.perf_counter()
            next(steps, None)
            times.append(time.perf_counter() - start)
        steps.close()
        return min(times)

    def finished(self, picture: np.ndarray) -> np.ndarray:
        """What the picture of a `Progress` gives: of its own size, float32 in [0, 1]."""
        picture = images.resize(np.clip(picture, 0.0, 1.0), *self.problem.extent)
        if self.problem.masks or self.problem.fade < 1.0:
            shown = self.problem.fade * (sum(self.problem.masks) if self.problem.masks else 1.0)
            picture = self.problem.content + np.float32(shown) * (picture - self.problem.content)
        height, width = self.problem.shown
        return picture[:height, :width]

    def _descent(self, targets, picture, done, steps):
        def function(picture):
            return self.targets.gradients(picture, targets)

        if self.settings.optimizer == "adam":
            return descent.adam(
                function,
                picture,
                steps - done,
                rate=self.settings.rate,
                momentum=self.settings.momentum,
                smooth=self.settings.coordinates == "smooth",
                calm=round(CALM * steps),
            )
        return descent.lbfgs(function, picture, steps - done)

    def _start(self):
        height, width = self.sizes[0]
        if self.settings.start == "style":
            return images.resize(self.problem.styles[0], height, width)
        if self.settings.start == "noise" or self.problem.content is None:
            noise = np.random.default_rng(self.settings.seed).random((height, width, 3))
            return np.float32(0.5 + 0.2 * (noise - 0.5))
        return images.resize(self.problem.content, height, width)
