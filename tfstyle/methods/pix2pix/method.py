"""Isola et al. 2017: pix2pix' generator."""

from tfstyle.methods import register
from tfstyle.methods.pix2pix import settings
from tfstyle.methods.translator import Translator
from tfstyle.training.settings import DataArgument, Training


@register
class Pix2Pix(Translator):
    """What it learned from pairs."""

    name = "pix2pix"
    title = "one domain of pictures to another, learned from pairs"
    paper = "https://arxiv.org/abs/1611.07004"
    good = "learns exactly what a pair shows: labels to photographs, grey to colour"
    weak = "needs pairs; makes up what the given picture does not say"
    needs = "some hundred pairs of pictures"
    kept_open = False

    training = Training(
        help="train a generator from pairs of pictures of the same thing",
        example="tfstyle train pix2pix --pairs facades/train --direction b-to-a --run runs/facades",
        Settings=settings.Settings,
        data=(
            DataArgument(
                "pairs",
                "pictures with a in the left half and b in the right one",
                required=False,
                batched=True,
            ),
            DataArgument("a", "instead, a folder of a", required=False, batched=True),
            DataArgument(
                "b", "and a folder of b with the same names", required=False, batched=True
            ),
        ),
        batches=("from", "to"),
        takes=("begin", "strategy"),
    )
