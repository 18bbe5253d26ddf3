"""Paints with a generator whose style is in its weights, through Keras or LiteRT alike."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from tfstyle import color
from tfstyle.large_images import blended
from tfstyle.methods import checked_inputs
from tfstyle.methods.kinds import Kind, Method, Signatures, pass_through
from tfstyle.methods.tiled_network import TiledNetwork
from tfstyle.tiles import Geometry


class Translator(Method):
    """One domain of pictures to another.

    Args:
        signatures: Functions from arrays to arrays by name: `translate(content)` to translated
            and moments, and `tile(content, moments)` to translated.
        networks: The Keras models behind them, by file name; empty where LiteRT runs.
        styles: None; there are no named styles.
        geometry: Of the network.

    Attributes:
        margin: See `TiledNetwork`; it is filled up to a multiple of the stride.
    """

    kind = Kind.TRANSLATION
    accepts = "nothing: the style is in the weights"
    files = ("generator",)
    tflite = ("generator",)
    network = "generator"
    in_weights = True
    margin: ClassVar[int] = 0

    def __init__(
        self,
        signatures: Signatures,
        networks: Mapping | None = None,
        styles: Mapping | None = None,
        *,
        geometry: Geometry,
    ):
        self.signatures, self.networks = dict(signatures), dict(networks or {})
        self.geometry, stride = geometry, geometry.stride
        margin = -(-self.margin // stride) * stride
        self.tiled_network = TiledNetwork(
            self.signatures["translate"],
            self.signatures["tile"],
            "translated",
            stride,
            margin,
            geometry.overlap,
            aligned=True,
        )

    @classmethod
    def endpoints(cls, networks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Of the generator."""
        from tfstyle.methods import endpoints

        return endpoints.translation(networks)

    def passes(self) -> list[dict]:
        """One."""
        return [pass_through("translate", self.geometry, self.tiled_network.margin)]

    @classmethod
    def stylize_inputs(cls, endpoints: Mapping[str, Any]) -> dict[str, Any]:
        """None."""
        return {}

    def stylize_graph(self, endpoints: Mapping[str, Any], content: Any) -> Any:
        """The translation."""
        from tfstyle.methods.endpoints import framed

        network = self.tiled_network
        return framed(endpoints["translate"], network.margin, network.stride, network.output)(
            content
        )

    def stylize(
        self,
        content: checked_inputs.Picture,
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
        return checked_inputs.paint_pictures(content, painter, out)

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
        share, keep = (
            np.float32(checked_inputs.checked_strength(strength)),
            color.keeper(keep_colors),
        )

        def paint(content):
            content = checked_inputs.checked_picture(content, "content")
            translated = self.render(content) if share else content
            return keep(content, blended(content, translated, share))

        return paint

    def render(self, content: np.ndarray) -> np.ndarray:
        """A photograph in the other domain.

        Args:
            content: Shape (height, width, 3), float32 in [0, 1].
        """
        height, width, _ = content.shape
        translated = self.tiled_network.paint(checked_inputs.roomy(content))
        same = translated.shape == content.shape
        return translated if same else translated[:height, :width]
