"""Ghiasi et al. 2017: a style predictor and a transformer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tfstyle.methods import Kind, register
from tfstyle.methods.bottleneck import FLAT_MARGIN, GEOMETRY, MARGIN
from tfstyle.methods.ghiasi import settings
from tfstyle.methods.vectors import Vectors
from tfstyle.training.settings import PAINTINGS, DataArgument, Training


@register
class Ghiasi(Vectors):
    """Any painting in one pass; several mix as in section 3.4 of the paper."""

    name = "ghiasi"
    title = "any painting in one pass: a style vector conditions one network"
    paper = "https://arxiv.org/abs/1705.06830"
    kind = Kind.ARBITRARY
    good = "fast; redraws the photograph in the strokes and colours of any painting"
    weak = "small faces can be lost; colours can lie where nothing asks for them"
    needs = "photographs and thousands of paintings"
    files = ("predictor", "transformer")
    tflite = ("predictor", "transformer")
    uncalibrated: ClassVar = {"predictor": "dynamic"}
    magenta_layout = True
    geometry, margin, flat_margin, aligned = GEOMETRY, MARGIN, FLAT_MARGIN, True

    training = Training(
        help="train a style predictor and a transformer",
        example="tfstyle train ghiasi --content photos --style paintings --run runs/ghiasi\n"
        "  tfstyle stylize photos --style paintings/wave.jpg --method gatys -o painted/wave/\n"
        "  tfstyle train ghiasi --content photos --style paintings --targets painted "
        "--begin runs/ghiasi --run runs/ghiasi-2",
        Settings=settings.Settings,
        data=(
            DataArgument("content", "photographs"),
            PAINTINGS,
            DataArgument(
                "targets",
                "folders of the paintings' names, with pictures of the photographs' names that "
                "results shall be like, such as those that gatys painted",
                required=False,
            ),
        ),
        takes=("begin", "encoder", "loss_network"),
        encoders="DIR",
    )

    @classmethod
    def endpoints(cls, networks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Of the predictor and of the transformer."""
        from tfstyle.methods.ghiasi.endpoints import endpoints

        return endpoints(networks)

    @classmethod
    def regional_endpoints(cls, networks: Mapping[str, Any]) -> dict[str, Any]:
        """Of both."""
        from tfstyle.methods.ghiasi.endpoints import regional

        return regional(networks)
