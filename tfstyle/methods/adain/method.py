"""Huang & Belongie 2017: an encoder and a decoder, with moments exchanged between them."""

from collections.abc import Mapping
from typing import Any

from tfstyle.methods import Kind, register
from tfstyle.methods.adain import settings
from tfstyle.methods.vectors import Vectors
from tfstyle.tiles import Geometry
from tfstyle.training.settings import PAINTINGS, DataArgument, Training


@register
class AdaIN(Vectors):
    """Any painting in one pass; a vector is the channel moments of relu3_1 and relu4_1, so that
    strengths and several styles blend features as equations 14 and 15 of the paper do.
    """

    name = "adain"
    title = "any painting in one pass: features take its moments, a decoder paints them"
    paper = "https://arxiv.org/abs/1703.06868"
    kind = Kind.ARBITRARY
    good = "only a decoder is trained; its blends of styles are exact"
    weak = "scales or mottling in flat places; some paintings only tint"
    needs = "photographs and thousands of paintings"
    files = ("encoder", "decoder")
    tflite = ("adain",)
    precision = "int8"
    geometry = Geometry(stride=8, reach=128)  # of relu4_1; a pixel sees at most 117 to a side
    margin = 24  # pixels mirrored around a photograph, against a frame
    flat_margin = 96  # pixels around a photograph of one colour

    training = Training(
        help="train a decoder of features that have taken a painting's moments",
        example="tfstyle train adain --content photos --style paintings --run runs/adain\n"
        "  tfstyle train adain --content photos --style paintings --run runs/adain-vgg "
        "--encoder vgg19 --teacher vgg19 --objective paper --decoder mirrored --upsampling nearest "
        "--padding reflect --slope 0 --content-weight 1 --style-weight 10 --color-weight 2",
        Settings=settings.Settings,
        data=(DataArgument("content", "photographs"), PAINTINGS),
        takes=("begin", "encoder", "loss_network"),
        encoders="DIR|VGG",
    )

    @classmethod
    def endpoints(cls, networks: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Of the one file that both networks are exported to."""
        from tfstyle.methods.adain.endpoints import endpoints

        return endpoints(networks)

    @classmethod
    def regional_endpoints(cls, networks: Mapping[str, Any]) -> dict[str, Any]:
        """Of both networks."""
        from tfstyle.methods.adain.endpoints import regional

        return regional(networks)
