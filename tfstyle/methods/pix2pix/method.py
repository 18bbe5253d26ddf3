"""Isola et al. 2017: pix2pix' generator."""

from tfstyle.methods import register
from tfstyle.methods.translator import Translator


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
