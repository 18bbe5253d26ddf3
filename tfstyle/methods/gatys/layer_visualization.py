"""Visualization of a network's layers: pictures with the content of some layers, or style alone.

Gatys, Ecker & Bethge 2015, https://arxiv.org/abs/1508.06576, figure 1.
"""

import dataclasses
from collections.abc import Iterator, Mapping

import keras
import numpy as np

from tfstyle.methods.gatys.optimisation import Optimisation
from tfstyle.methods.gatys.settings import TAPS, Settings
from tfstyle.methods.gatys.targets import Problem, TargetsBySize


@dataclasses.dataclass(frozen=True)
class LayerVisualization:
    """Optimises pictures for single layers.

    Args:
        network: Pictures to a dictionary of layers, as `Gatys` takes it.
        readouts: Linear maps (kernel, bias) from layers to VGG-19's own channels, by layer.
        settings: Layers, losses' weights and where to begin are set by what is asked for.
    """

    network: keras.Model
    readouts: Mapping[str, tuple]
    settings: Settings

    def content(self, photograph: np.ndarray, layer: str) -> Optimisation:
        """A picture, from noise, whose features of one layer are a photograph's.

        Args:
            photograph: Shape (height, width, 3), floats in [0, 1], of 32 pixels a side and more.
            layer: Paper name.
        """
        only = ((layer, 1.0),)
        settings = dataclasses.replace(
            self.settings,
            content_layers=only,
            style_layers=only,
            content_loss="features",
            start="noise",
        )
        problem = Problem(photograph.shape[:2], photograph, [], [], strength=0.0)
        return self._optimisation(settings, problem)

    def texture(
        self, painting: np.ndarray, height: int, width: int, last: str = TAPS[-1]
    ) -> Optimisation:
        """A picture of any size, from noise, that has a painting's style and no content.

        Gatys, Ecker & Bethge 2015, https://arxiv.org/abs/1505.07376.

        Args:
            painting: Shape (height, width, 3), floats in [0, 1], of 32 pixels a side and more.
            height: Pixels, 32 and more.
            width: Pixels, 32 and more.
            last: The deepest layer; those of `TAPS` before it count as well.
        """
        layers = tuple((tap, 1.0) for tap in TAPS[: TAPS.index(last) + 1])
        settings = dataclasses.replace(
            self.settings, content_layers=layers[:1], style_layers=layers, start="noise"
        )
        return self._optimisation(settings, Problem((height, width), None, [painting], [1.0], 1.0))

    def _optimisation(self, settings, problem):
        return Optimisation(
            TargetsBySize.of(self.network, self.readouts, settings), settings, problem
        )

    def figure(
        self, photograph: np.ndarray, painting: np.ndarray
    ) -> Iterator[tuple[str, np.ndarray]]:
        """The paper's figure 1, with captions: content of each of `TAPS`, then style up to each."""
        for tap in TAPS:
            yield f"content of {tap}", final_picture(self.content(photograph, tap))
        for tap in TAPS:
            height, width = photograph.shape[:2]
            yield f"style up to {tap}", final_picture(self.texture(painting, height, width, tap))


def final_picture(optimisation: Optimisation) -> np.ndarray:
    """The finished picture of an optimisation."""
    for progress in optimisation:
        picture = progress.picture
    return optimisation.finished(picture)
