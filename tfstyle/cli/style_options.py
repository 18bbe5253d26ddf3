"""Flags of a style and a model that several commands have, with their checks."""

from pathlib import Path

from tfstyle.color import KEEP
from tfstyle.methods import DEFAULT, Kind, method
from tfstyle.video.temporal_filter import STEADY


def add_styles(parser):
    """Adds the flags that say which styles, and how much of each."""
    parser.add_argument(
        "--style",
        action="append",
        metavar="PAINTING",
        help="a picture's file, or a name of `tfstyle styles`; repeat it to mix several; methods "
        "without a style input take none",
    )
    parser.add_argument(
        "--weights",
        type=float,
        nargs="+",
        metavar="W",
        help="weight of each of several styles, 0 and above (default: equal weights)",
    )


def add_method(parser, others=""):
    """Adds the flag that chooses a method.

    Args:
        parser: Gets the flag.
        others: Names besides those of `tfstyle methods`, for the help.
    """
    parser.add_argument(
        "--method",
        default=DEFAULT,
        help=f"a name of `tfstyle methods`{others} (default: %(default)s)",
    )


def add_model(parser):
    """Adds the flags that choose a method and one of its models."""
    add_method(parser, ", or magenta, which is downloaded from TensorFlow Hub")
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="which of the method's models, as `tfstyle methods` lists them behind its name, or "
        "the folder of a release or of a finished run; for magenta v1, v2, or a module's address, "
        ".tar.gz file or folder",
    )


def add_strength(parser, unpainted="the photograph"):
    """Adds the flag of the strength.

    Args:
        parser: Gets the flag.
        unpainted: Words for what strength 0 is.
    """
    parser.add_argument(
        "--strength",
        type=float,
        default=1.0,
        metavar="0..1",
        help=f"0 is {unpainted}, 1 the full style (default: 1)",
    )


def add_steady(parser):
    """Adds the flag of the temporal filter."""
    parser.add_argument(
        "--steady",
        type=float,
        default=STEADY,
        metavar="0..1",
        help="share of each frame that is taken from the previous one, following what moves: more "
        "flickers less and is softer, 0 paints every frame by itself (default: %(default)s)",
    )


def add_keep_colors(parser):
    """Adds the flag that keeps the photograph's colours."""
    parser.add_argument(
        "--keep-colors", choices=KEEP, help="keep the photograph's colours (default: the style's)"
    )


def set_model_by_style(options):
    """Takes the style's name for the model's, if each of the method's models has one painting."""
    method_class = method(options.method)
    is_named = method_class.in_weights and method_class.kind is Kind.NAMED
    if not is_named or options.model:
        return
    if len(options.style or ()) != 1:
        raise ValueError(
            f"Expected one --style, a painting's name. Received: {len(options.style or ())}."
        )
    options.model, options.style = options.style[0], None


def check_styles(options):
    """Checks that there are as many styles and weights as the method takes."""
    from tfstyle.methods.checked_inputs import checked_weights

    if method(options.method).in_weights:
        if options.style or options.weights:
            raise ValueError(
                f"Expected no --style: {options.method} has it in its weights; --model chooses. "
                f"Received: {', '.join(options.style or ['weights'])}."
            )
    elif not options.style:
        raise ValueError("Expected --style, a picture's file or a name. Received: none.")
    else:
        checked_weights(options.weights, len(options.style))


def check_licences(options, model):
    """Refuses a model that --commercial leaves out."""
    from tfstyle import licences

    if options.commercial:
        name = "-".join(filter(None, (options.method, model)))
        licences.check(name, licences.card_of(name, model))


def read_style(text, stylizer):
    """A named style's name, or the picture of a file, which wins where both are there."""
    from tfstyle import images
    from tfstyle.methods.checked_inputs import checked_name

    if Path(text).suffix or (Path(text).exists() and text not in stylizer.styles):
        return images.read(text, stylizer.style_side)
    return checked_name(text, stylizer.styles)


def read_styles(options, stylizer):
    """The options' styles for `Method.painter`; None where there are none."""
    return [read_style(text, stylizer) for text in options.style or ()] or None
