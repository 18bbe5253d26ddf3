"""Optimises a picture for a photograph and paintings: Gatys et al. 2015."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from PIL import Image

from tfstyle import color
from tfstyle import masks as regions
from tfstyle.methods import Kind, checked_inputs, register
from tfstyle.methods.conditioned import CROSS_FADE
from tfstyle.methods.gatys.settings import TAPS, Settings
from tfstyle.methods.kinds import Method

if TYPE_CHECKING:
    from tfstyle.methods.gatys.layer_visualization import LayerVisualization
    from tfstyle.methods.gatys.optimisation import Optimisation, Progress

STYLE_SIDE = 4096  # pixels; longer paintings are reduced
STRENGTH = 0.5

Styles = checked_inputs.Style | Sequence[checked_inputs.Style]


@register
class Gatys(Method):
    """Any painting's style, or several's, by optimising the picture itself.

    Args:
        network: Pictures to a dictionary of layers, a chain of convolutions and poolings. It
            computes in the precision that its layers have.
        readouts: Linear maps (kernel, bias) from layers to VGG-19's channels, where there are any.
        settings: Every number.
        networks: Of Keras, by file name.

    Raises:
        ValueError: The network has not the layers that the settings name.
    """

    name = "gatys"
    title = "any painting, by optimising the picture itself"
    paper = "https://arxiv.org/abs/1508.06576"
    kind = Kind.OPTIMISATION
    good = "the nearest to the painting, in its own strokes, with the most of the photograph"
    weak = "seconds to minutes a picture, and not for phones; no named styles"
    needs = "nothing: each picture is optimised"
    files = ("encoder", "readouts")
    strength = STRENGTH
    home = "encoder"
    Settings = Settings
    visualized_layers = TAPS

    style_side = STYLE_SIDE

    def __init__(
        self,
        network,
        readouts: Mapping[str, tuple],
        settings: Settings = Settings(),
        networks: Mapping | None = None,
    ):
        from tfstyle.methods.gatys.targets import TargetsBySize

        self.settings, self.networks, self.styles = settings, dict(networks or {}), {}
        self.targets = TargetsBySize.of(network, readouts, settings)

    @classmethod
    def of(
        cls,
        networks: Mapping,
        settings: Settings | None = None,
        teacher: str | os.PathLike | None = None,
        precision: str = "auto",
    ) -> Self:
        """A stylizer on our encoder, or on a VGG.

        Args:
            networks: Models named "encoder" and "readouts"; none with a teacher.
            settings: Every number; None takes the defaults.
            teacher: A VGG's weights, as `teachers.loss_network` takes them; None is our encoder.
            precision: That the network computes in, from `precision.choose`.

        Raises:
            OSError: The weights cannot be had.
            ValueError: The network has not the layers that the settings name, or there is no such
                precision.
        """
        from tfstyle.methods.gatys.feature_extractor import loss_network

        settings = settings or Settings()
        layers = dict((*settings.style_layers, *settings.content_layers))
        network = loss_network(networks, layers, settings.pooling, teacher, precision)
        return cls(*network, settings, networks)

    @classmethod
    def layer_visualization(
        cls,
        networks: Mapping,
        iterations: int,
        seed: int,
        teacher: str | os.PathLike | None = None,
        precision: str = "auto",
    ) -> "LayerVisualization":
        """See `Method.layer_visualization`."""
        from tfstyle.methods.gatys.feature_extractor import loss_network
        from tfstyle.methods.gatys.layer_visualization import LayerVisualization

        settings = Settings(iterations=iterations, seed=seed)
        network = loss_network(networks, TAPS, settings.pooling, teacher, precision)
        return LayerVisualization(*network, settings)

    @staticmethod
    def restored(path: str | os.PathLike) -> "Progress":
        """Where an optimisation goes on from: a checkpoint that its progress saved."""
        from tfstyle.methods.gatys.optimisation import Progress

        return Progress.of(path)

    def stylize(
        self,
        content: checked_inputs.Picture,
        style: Styles,
        strength: float = STRENGTH,
        weights: Sequence[float] | None = None,
        keep_colors: str | None = None,
        masks: Sequence[regions.Mask] | None = None,
        out: str = "float",
    ) -> np.ndarray | Image.Image | list[Image.Image]:
        """The photograph in the style of a painting, or of several.

        Args:
            content: Shape (height, width, 3) or (batch, height, width, 3), floats in [0, 1] or
                bytes; or a Pillow picture; or the path of a file.
            style: A painting of any size, as one content is, or with a batch axis of one; or a
                list of these.
            strength: The style's share of the losses, the content's being 1 - `strength`. 0 is
                the photograph; 1 has no thought of it but that it begins there.
            weights: Of several styles' losses, 0 and above. None is the same for each.
            keep_colors: "luminance" or "covariance" keeps the photograph's colours, as
                `tfstyle.color` says.
            masks: Where each style goes, instead of weights: shape (height, width) of any size,
                floats in [0, 1] or booleans, one a style, and what none of them claims stays the
                photograph; or one fewer, and the last style takes it.
            out: "float", "uint8" or "pil".

        Returns:
            Float32 array of the content's shape in [0, 1]; or bytes of that shape; or a Pillow
            picture, or a list of them for a batch.

        Raises:
            TypeError, ValueError: A picture, strength, weight, mask or mode is none.

        Examples:
            >>> import tfstyle
            >>> from tfstyle import examples
            >>> from tfstyle.methods.gatys.settings import Settings
            >>> stylizer = tfstyle.load("gatys", settings=Settings(iterations=2))
            >>> stylizer.stylize(examples.lake(48, 64), examples.discs(64, 64)).shape
            (48, 64, 3)
        """
        painter = self.painter(style, strength, weights, keep_colors, masks)
        return checked_inputs.paint_pictures(content, painter, out)

    def painter(
        self,
        style: Styles,
        strength: float = STRENGTH,
        weights: Sequence[float] | None = None,
        keep_colors: str | None = None,
        masks: Sequence[regions.Mask] | None = None,
    ) -> Callable[[np.ndarray], np.ndarray]:
        """`stylize` as a function of one photograph."""
        strength, keep = checked_inputs.checked_strength(strength), color.keeper(keep_colors)
        checked_inputs.checked_weights(weights, len(checked_inputs.checked_styles(style)))

        def paint(content):
            content = checked_inputs.checked_picture(content, "content")
            if strength == 0.0:
                return content.copy()
            optimisation = self.optimisation(content, style, strength, weights, masks)
            for progress in optimisation:
                picture = progress.picture
            return keep(content, optimisation.finished(picture))

        return paint

    def optimisation(
        self,
        content: np.ndarray,
        style: Styles,
        strength: float = STRENGTH,
        weights: Sequence[float] | None = None,
        masks: Sequence[regions.Mask] | None = None,
        begin: "Progress | None" = None,
    ) -> "Optimisation":
        """An iterable of what `stylize` does, step by step.

        Args:
            content: Shape (height, width, 3), floats in [0, 1].
            style: See `stylize`.
            strength: See `stylize`.
            weights: See `stylize`.
            masks: See `stylize`.
            begin: Where to go on from.

        Examples:
            >>> import tfstyle
            >>> from tfstyle import examples
            >>> from tfstyle.methods.gatys.settings import Settings
            >>> stylizer = tfstyle.load("gatys", settings=Settings(iterations=2))
            >>> work = stylizer.optimisation(examples.lake(48, 64), examples.discs(64, 64))
            >>> for progress in work:
            ...     print(progress.size, progress.step, sorted(progress.losses))
            0 1 ['content', 'style']
            0 2 ['content', 'style']
            >>> work.finished(progress.picture).shape
            (48, 64, 3)
        """
        from tfstyle.methods.gatys.optimisation import Optimisation
        from tfstyle.methods.gatys.targets import Problem
        from tfstyle.networks.endpoint import check_process

        check_process()
        content = checked_inputs.checked_picture(content, "content")
        styles = [self._painting(painting) for painting in checked_inputs.checked_styles(style)]
        shares, shared_masks = self._shares(len(styles), weights, masks, content.shape[:2])
        kept = [index for index, share in enumerate(shares) if share > 0]
        problem = Problem(
            shown=content.shape[:2],
            content=checked_inputs.roomy(content),
            styles=[styles[index] for index in kept],
            shares=[shares[index] for index in kept],
            strength=max(checked_inputs.checked_strength(strength), CROSS_FADE),
            fade=min(strength / CROSS_FADE, 1.0),
            masks=[checked_inputs.roomy(shared_masks[index]) for index in kept]
            if shared_masks
            else None,
        )
        return Optimisation(self.targets, self.settings, problem, begin)

    def _painting(self, style):
        checked_inputs.is_name(style, self.styles)
        return checked_inputs.roomy(checked_inputs.checked_painting(style))

    def _shares(self, count, weights, masks, extent):
        if masks is None:
            return checked_inputs.checked_weights(weights, count), None
        if weights is not None:
            raise ValueError("Expected masks or weights. Received: both.")
        shared_masks = regions.shares(regions.checked(masks, count), count, *extent)
        if len(shared_masks) == 1 and shared_masks[0].min() == 1.0:
            return [1.0], None
        return [float(mask.mean()) for mask in shared_masks], shared_masks
