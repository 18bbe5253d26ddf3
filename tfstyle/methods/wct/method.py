"""Li et al. 2017: whitening and colouring at several levels, coarse to fine."""

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from tfstyle.methods import Kind, register
from tfstyle.methods.conditioned import Conditioned
from tfstyle.methods.kinds import Code, Signatures, pass_through
from tfstyle.methods.tiled_network import TiledNetwork
from tfstyle.methods.wct import settings as training_settings
from tfstyle.tiles import Geometry
from tfstyle.training.settings import DataArgument, Training, weighted_setting

MARGIN = 16  # pixels, mirrored around a photograph at every level
GEOMETRIES = {  # by level
    5: Geometry(stride=16, reach=256),
    4: Geometry(stride=8, reach=128),
    3: Geometry(stride=4, reach=64),
    2: Geometry(stride=2, reach=32),
    1: Geometry(stride=1, reach=16),
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """Which levels a stylizer paints at.

    Args:
        levels: Pairs of a level, 1 to 5, and its blend weight from 0 to 1, in the order that they
            are painted in; the authors begin with 5.

    Raises:
        ValueError: There is none, a level is none of 1 to 5, or a weight is not in [0, 1].
    """

    levels: tuple[tuple[int, float], ...] = weighted_setting(
        ((4, 1.0), (3, 1.0), (2, 1.0), (1, 1.0)),
        "which of relu1_1 to relu5_1 take the style, in this order, and each one's blend weight; "
        "the paper's are 5 4 3 2 1",
    )

    def __post_init__(self):
        levels = dict(self.levels)
        known, bounded = set(levels) <= set(GEOMETRIES), all(0 <= w <= 1 for w in levels.values())
        if not levels or not known or not bounded:
            raise ValueError(
                "Expected levels from 1 to 5, each with a blend weight from 0 to 1. "
                f"Received: {levels}."
            )


@register
class WCT(Conditioned):
    """Any painting, on which nothing was trained, at one level after the other.

    Its signatures are functions from arrays to arrays by name: `look(style)` to coloring1 to
    coloring5, and for each level n `paint<n>(content, coloring<n>, strength)` to pastiche and
    whitening<n>, and `tile<n>` of these and whitening<n> to pastiche; for regions `inside<n>`,
    which also takes a mask.

    Args:
        signatures: See `Conditioned`.
        networks: See `Conditioned`.
        styles: See `Conditioned`.
        settings: The levels.
    """

    name = "wct"
    title = "any painting, none trained on: features whitened and coloured at five levels"
    paper = "https://arxiv.org/abs/1705.08086"
    kind = Kind.ARBITRARY
    good = "large strokes and textures; each level has a weight of its own"
    weak = "bends faces and straight lines; several times slower; no named styles"
    needs = "photographs alone"
    files = ("encoder", "decoder1", "decoder2", "decoder3", "decoder4", "decoder5")
    tflite = ("wct",)
    precision = "float16"  # tiles differ visibly with int8 weights
    style_signature = "look"
    Settings = Settings

    training = Training(
        help="train five decoders that give photographs back; no painting is needed",
        example="tfstyle train wct --content photos --run runs/wct\n"
        "  tfstyle train wct --content photos --run runs/wct-vgg --encoder vgg19 --padding reflect "
        "--upsampling nearest",
        Settings=training_settings.Settings,
        data=(DataArgument("content", "any pictures", several=True, batched=True),),
        batches=("content",),
        takes=("begin", "encoder"),
        encoders="DIR|VGG",
    )

    def __init__(
        self,
        signatures: Signatures,
        networks: Mapping | None = None,
        styles: Mapping[str, Code] | None = None,
        settings: Settings | None = None,
    ):
        super().__init__(signatures, networks, styles)
        self.settings = settings or Settings()

    @property
    def levels(self) -> dict[int, float]:
        """Blend weights by level."""
        return dict(self.settings.levels)

    def at_levels(self, levels: Mapping[int, float]) -> Self:
        """The same stylizer painting at other levels.

        Args:
            levels: Blend weights from 0 to 1 by level, 1 to 5, in the order that they are painted
                in.

        Raises:
            ValueError: A level or a weight is another.
        """
        other = copy.copy(self)
        other.settings = Settings(tuple(levels.items()))
        return other

    @classmethod
    def endpoints(cls, networks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Of the one file that all networks are exported to."""
        from tfstyle.methods.wct.endpoints import endpoints

        return endpoints(networks)

    @classmethod
    def regional_endpoints(cls, networks: Mapping[str, Any]) -> dict[str, Any]:
        """Of every level."""
        from tfstyle.methods.wct.endpoints import regional

        return regional(networks)

    def encode_style(self, style: np.ndarray) -> Code:
        """Roots of the style's covariances, and its means, by level."""
        return self.signatures["look"](style=style)

    def render(
        self,
        content: np.ndarray,
        code: Code,
        strength: float = 1.0,
        mask: np.ndarray | None = None,
    ) -> np.ndarray:
        """The strength is the share of each level's blend weight."""
        whole = "paint" if mask is None else "inside"
        for level, weight in self.levels.items():
            content = self._canvas(level, code, strength * weight, whole).paint(content, mask)
        return content

    def _canvas(self, level, code, strength, whole):
        name, geometry = f"coloring{level}", GEOMETRIES[level]
        return TiledNetwork(
            self.signatures[f"{whole}{level}"],
            self.signatures[f"tile{level}"],
            "pastiche",
            geometry.stride,
            margin(level),
            geometry.overlap,
            f"whitening{level}",
            inputs={name: code[name], "strength": np.float32([[strength]])},
        )

    def passes(self) -> list[dict]:
        """One a level."""
        return [pass_through(f"paint{n}", GEOMETRIES[n], margin(n)) for n in self.levels]

    @classmethod
    def stylize_inputs(cls, endpoints: Mapping[str, Any]) -> dict[str, Any]:
        """What `look` says of the style at each of the usual levels, and the strength."""
        from tfstyle.methods.wct.endpoints import stylize_inputs

        return stylize_inputs(endpoints, dict(Settings().levels))

    def stylize_graph(
        self, endpoints: Mapping[str, Any], content: Any, strength: Any, **codes: Any
    ) -> Any:
        """At one level after the other."""
        from tfstyle.methods.endpoints import framed

        for level, weight in self.levels.items():
            name, stride = f"coloring{level}", GEOMETRIES[level].stride
            paint = framed(endpoints[f"paint{level}"], margin(level), stride)
            content = paint(content, strength=weight * strength, **{name: codes[name]})
        return content


def margin(level: int) -> int:
    """Pixels mirrored around a photograph at a level, a multiple of its stride."""
    return max(MARGIN, GEOMETRIES[level].stride)
