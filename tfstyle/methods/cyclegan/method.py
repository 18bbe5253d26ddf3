"""Zhu et al. 2017: CycleGAN's generators."""

from tfstyle.methods import register
from tfstyle.methods.translator import Translator


@register
class CycleGAN(Translator):
    """Either way's generator."""

    name = "cyclegan"
    title = "one domain of pictures to another, learned without pairs"
    paper = "https://arxiv.org/abs/1703.10593"
    good = "changes weather or the time of day, where a painting's style cannot"
    weak = "a training for every pair of domains; keeps shapes, invents the rest"
    needs = "two folders of pictures, a few hundred each"
    margin = 32  # pixels; 16 left a frame
