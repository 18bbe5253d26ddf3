"""Zhu et al. 2017: CycleGAN's generators."""

from tfstyle.methods import register
from tfstyle.methods.cyclegan import settings
from tfstyle.methods.translator import Translator
from tfstyle.training.settings import DataArgument, Training


@register
class CycleGAN(Translator):
    """Either way's generator."""

    name = "cyclegan"
    title = "one domain of pictures to another, learned without pairs"
    paper = "https://arxiv.org/abs/1703.10593"
    good = "changes weather or the time of day, where a painting's style cannot"
    weak = "a training for every pair of domains; keeps shapes, invents the rest"
    needs = "two folders of pictures, a few hundred each"
    color_calibration = True
    margin = 32  # pixels; 16 left a frame

    training = Training(
        help="train generators both ways between two domains of pictures, or one of one way",
        example="tfstyle train cyclegan --a sunny --b rainy --run runs/weather\n"
        "  tfstyle train cyclegan --data horse2zebra --run runs/horse2zebra\n"
        "  tfstyle train cyclegan --a night --b day --objective cut --augment all --pool 0 "
        "--run runs/days",
        Settings=settings.Settings,
        data=(
            DataArgument("a", "pictures of one domain", several=True, required=False, batched=True),
            DataArgument("b", "pictures of the other", several=True, required=False, batched=True),
            DataArgument(
                "data",
                "instead, a folder with trainA and trainB, or a TensorFlow dataset such as "
                "cycle_gan/horse2zebra (downloaded once)",
                required=False,
                batched=True,
            ),
        ),
        batches=("a", "b"),
        takes=("begin", "encoder", "strategy"),
    )
