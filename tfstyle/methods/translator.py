"""Paints with a generator whose style is in its weights, through Keras or LiteRT alike."""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from tfstyle import color
from tfstyle.methods import stylizer
from tfstyle.methods.canvas import Canvas
from tfstyle.methods.described import Described
from tfstyle.sheets import blended
from tfstyle.tiles import Geometry


class Translator(Described):
    """One domain of pictures to another.

    Args:
        signatures: Functions from arrays to arrays by name: `translate(content)` to translated
            and moments, and `tile(content, moments)` to translated.
        networks: The Keras models behind them, by file name; empty where LiteRT runs.
        geometry: Of the network.
        margin: As of `Canvas`; it is filled up to a multiple of the stride.
    """

    def __init__(
        self,
        signatures: Mapping[str, Callable],
        networks: Mapping | None,
        geometry: Geometry,
        margin: int = 0,
    ):
        self.networks = dict(networks or {})
        whole, tile = signatures["translate"], signatures["tile"]
        stride, overlap = geometry.stride, geometry.overlap
        margin = -(-margin // stride) * stride
        self.canvas = Canvas(whole, tile, "translated", stride, margin, overlap, aligned=True)

    def stylize(
        self,
        content: stylizer.Picture,
        style: None = None,
        strength: float = 1.0,
        weights: None = None,
        keep_colors: str | None = None,
        masks: None = None,
        out: str = "float",
    ) -> np.ndarray | Image.Image | list[Image.Image]:
        """The photograph in the other domain.

        Args:
            content: Shape (height, width, 3) or (batch, height, width, 3), floats in [0, 1] or
                bytes; or a Pillow picture; or the path of a file.
            style: None; the style is in the weights.
            strength: 0 is the photograph, 1 the translation; between them pixels cross-fade.
            weights: None.
            keep_colors: "luminance" or "covariance" keeps the photograph's colours, as
                `tfstyle.color` says.
            masks: None.
            out: "float", "uint8" or "pil".

        Returns:
            Float32 array of the content's shape in [0, 1]; or bytes of that shape; or a Pillow
            picture, or a list of them for a batch.

        Raises:
            TypeError: The photograph is an array of something else.
            ValueError: A shape, a range or the strength is another; a style or masks are given.

        Examples:
            >>> import tfstyle
            >>> from tfstyle import examples
            >>> stylizer = tfstyle.load("cyclegan-day2night")
            >>> stylizer.stylize(examples.lake(48, 64)).shape
            (48, 64, 3)
        """
        painter = self.painter(style, strength, weights, keep_colors, masks)
        return stylizer.each(content, painter, out)

    def painter(
        self,
        style: None = None,
        strength: float = 1.0,
        weights: None = None,
        keep_colors: str | None = None,
        masks: None = None,
    ) -> Callable[[np.ndarray], np.ndarray]:
        """`stylize` as a function of one photograph, its arguments checked before."""
        if style is not None or weights is not None:
            raise ValueError("Expected no style: it is in the weights. Received: one.")
        if masks is not None:
            raise ValueError("Expected no masks: the style is in the weights. Received: some.")
        share, keep = np.float32(stylizer.checked_strength(strength)), color.keeper(keep_colors)

        def paint(content):
            content = stylizer.checked_picture(content, "content")
            translated = self._translated(content) if share else content
            return keep(content, blended(content, translated, share))

        return paint

    def _translated(self, content):
        height, width, _ = content.shape
        translated = self.canvas.paint(stylizer.roomy(content))
        same = translated.shape == content.shape
        return translated if same else translated[:height, :width]
