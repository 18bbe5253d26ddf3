"""Dumoulin et al. 2017: one network of named styles."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tfstyle.methods import Kind, register
from tfstyle.methods.bottleneck import FLAT_MARGIN, GEOMETRY, MARGIN
from tfstyle.methods.cin import settings
from tfstyle.methods.kinds import Code
from tfstyle.methods.vectors import Vectors
from tfstyle.training.settings import DataArgument, Training


@register
class CIN(Vectors):
    """Any of its named styles in one pass, or a mixture, by a mean of their rows.

    The vector holds shares of the styles; its first number is the photograph's own.
    """

    name = "cin"
    title = "many paintings in one network, and any mixture of them"
    paper = "https://arxiv.org/abs/1610.07629"
    kind = Kind.NAMED
    accepts = "one of its named styles, or a mixture of them"
    good = "as small as one painting's network; styles mix; a new one is learned in minutes"
    weak = "paints in no style that it was not taught"
    needs = "photographs and the paintings"
    files = ("transformer",)
    tflite = ("transformer",)
    style_signature = None
    geometry, margin, flat_margin, aligned = GEOMETRY, MARGIN, FLAT_MARGIN, True

    training = Training(
        help="train one network of many paintings",
        example="tfstyle train cin --content photos --style paintings --run runs/cin\n"
        "  tfstyle train cin --content photos --add-style mine.jpg --begin runs/cin --steps 450 "
        "--run runs/cin-mine",
        Settings=settings.Settings,
        data=(
            DataArgument("content", "photographs"),
            DataArgument(
                "style",
                "files, or folders of them; a file's name is the style's",
                "PAINTING",
                several=True,
                required=False,
            ),
            DataArgument(
                "add_style",
                "instead, the file of one more painting for the network of --begin (default: the "
                "released one), whose other styles stay as they are",
                "PAINTING",
                required=False,
            ),
        ),
        takes=("begin", "loss_network"),
    )

    @classmethod
    def endpoints(cls, networks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Of the transformer."""
        from tfstyle.methods.endpoints import conditioned

        return conditioned(networks)

    @classmethod
    def regional_endpoints(cls, networks: Mapping[str, Any]) -> dict[str, Any]:
        """Of the transformer."""
        from tfstyle.methods.endpoints import regional

        return regional(networks)

    def encode_style(self, style: np.ndarray) -> Code:
        """Refuses.

        Raises:
            ValueError: Always; a painting has to be learned first.
        """
        raise ValueError(
            "Expected a named style, from `tfstyle styles --method cin`. Received: a picture, "
            "which `tfstyle train cin --add-style` would have to learn first."
        )

    def own_vector(
        self, content: np.ndarray, vector: np.ndarray, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """The vector that gives any photograph back."""
        return np.eye(1, vector.shape[-1], dtype=np.float32)

    @classmethod
    def stylize_inputs(cls, endpoints: Mapping[str, Any]) -> dict[str, Any]:
        """Shares of its named styles, shape (batch, styles), and the strength."""
        from tfstyle.methods.cin.endpoints import stylize_inputs

        return stylize_inputs(endpoints)

    def stylize_graph(
        self, endpoints: Mapping[str, Any], content: Any, style: Any, strength: Any
    ) -> Any:
        """In a mixture of the styles and the photograph's own."""
        from tfstyle.methods.cin.endpoints import vector
        from tfstyle.methods.endpoints import framed

        paint = framed(endpoints["paint"], self.margin, self.geometry.stride)
        return paint(content, vector=vector(style, strength))
