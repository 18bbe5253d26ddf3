"""Johnson et al. 2016: one painting, one network."""

from tfstyle.methods import Kind, register
from tfstyle.methods.bottleneck import MARGIN
from tfstyle.methods.johnson import settings
from tfstyle.methods.translator import Translator
from tfstyle.training.settings import DataArgument, Training


@register
class Johnson(Translator):
    """Photographs into the style of its painting."""

    name = "johnson"
    title = "one painting, one network: the smallest, in its bold strokes"
    paper = "https://arxiv.org/abs/1603.08155"
    kind = Kind.NAMED
    accepts = "the name of its painting; each has a network of its own"
    good = "redraws the photograph in the strokes, shapes and colours of its painting"
    weak = "faces can be lost; strengths only fade pictures into each other"
    needs = "photographs and one painting"
    margin = MARGIN

    training = Training(
        help="train a network of one painting",
        example="tfstyle train johnson --content photos --style wave.jpg --run runs/wave\n"
        "  tfstyle stylize photos --style wave.jpg --method gatys --size 352 -o painted/\n"
        "  tfstyle train johnson --content photos --style wave.jpg --targets painted "
        "--begin runs/wave --run runs/wave-2",
        Settings=settings.Settings,
        data=(
            DataArgument("content", "photographs", batched=True),
            DataArgument("style", "its file", "PAINTING"),
            DataArgument(
                "targets",
                "pictures of the photographs' names that results shall be like, such as those that "
                "gatys painted",
                required=False,
            ),
        ),
        batches=("content",),
        takes=("begin", "loss_network"),
    )
