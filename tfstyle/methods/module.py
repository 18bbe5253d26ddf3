"""Paints with a SavedModel that is called as Magenta's modules of TensorFlow Hub are."""

from collections.abc import Callable, Sequence

import numpy as np

from tfstyle import examples, images, tiles
from tfstyle.methods import checked_inputs
from tfstyle.methods.conditioned import Conditioned
from tfstyle.methods.kinds import Code, Kind

STYLE_SIDE = 256  # pixels; Magenta's were trained on squares of this side
STRIDE = 4  # pixels; what is no multiple comes back from Magenta's transformer larger
WHOLE_PIXELS = 16_000_000  # larger photographs are refused, since they are painted whole
TRIED_SIDE = 64  # pixels of the picture that a module is tried on

Call = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


class Module(Conditioned):
    """A SavedModel of any style, one painting at a time.

    Between strengths 0 and 1 pixels cross-fade, but a SavedModel of `tfstyle export` blends
    style vectors.

    Args:
        module: What `tf.saved_model.load` or `hub.load` gives.
        name: What to call it in an error.

    Raises:
        ValueError: It does not paint a photograph in the style of a painting.
    """

    name = "magenta"
    title = "Magenta's modules of TensorFlow Hub, or a SavedModel that is called as they are"
    paper = "https://arxiv.org/abs/1705.06830"
    kind = Kind.ARBITRARY
    good = "its authors' own weights, which others are measured beside"
    weak = "one painting at a time; strengths only fade pictures into each other; is downloaded"
    needs = "photographs and thousands of paintings"
    files = ("saved_model",)
    fetched = True

    def __init__(self, module: object, name: str):
        super().__init__({"stylize": _tried(module, name)})

    def style_code(
        self,
        style: checked_inputs.Style | Sequence[checked_inputs.Style],
        weights: Sequence[float] | None = None,
    ) -> Code:
        """The code of one painting.

        Raises:
            ValueError: There are several.
        """
        count = len(checked_inputs.checked_styles(style))
        if count > 1:
            raise ValueError(f"Expected one painting, for a module mixes none. Received: {count}.")
        return super().style_code(style, weights)

    def encode_style(self, style: np.ndarray) -> Code:
        """The painting itself, squashed to a square."""
        return {"style": images.squash(style[0], STYLE_SIDE)[None]}

    def render(
        self, content: np.ndarray, code: Code, strength: float = 1.0, mask: None = None
    ) -> np.ndarray:
        """The photograph painted whole, its sides filled up by mirroring and cut again."""
        height, width, _ = content.shape
        if height * width > WHOLE_PIXELS:
            raise ValueError(
                f"Expected at most {WHOLE_PIXELS // 1_000_000} megapixels, for a module paints a "
                f"photograph whole. Received: {width}x{height}."
            )
        roomy = checked_inputs.roomy(content)
        spans = (tiles.span(side, 0, STRIDE) for side in roomy.shape[:2])
        paint = self.signatures["stylize"]
        painted = paint(tiles.mirrored_window(roomy, *spans)[None], code["style"], strength)
        return np.clip(painted[0, :height, :width], 0.0, 1.0, dtype=np.float32)


def _tried(module, name):
    """The module's call, which has painted a small picture."""
    content = examples.lake(TRIED_SIDE, TRIED_SIDE)[None]
    try:
        call = _call(module)
        painted = call(content, examples.discs(STYLE_SIDE, STYLE_SIDE)[None], 1.0)
        if painted.shape != content.shape or not np.isfinite(painted).all():
            raise ValueError(f"{content.shape} became {painted.shape}")
    except Exception as error:
        raise ValueError(
            "Expected a module that is called as Magenta's is: a content and a style to a list "
            f"of one picture. Received: {name} ({_line(error)})."
        ) from error
    return call


def _line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _call(module) -> Call:
    if "stylize" in module.signatures:
        return _signature(module.signatures["stylize"], ("content", "style", "strength"))
    return _fading(_paint(module))


def _fading(paint):
    def call(content, style, strength):
        painted = paint(content, style)
        if strength == 1.0:
            return painted
        return content + np.float32(strength) * (painted - content)

    return call


def _paint(module):
    if callable(module):
        return lambda *pictures: module(*map(_tensor, pictures))[0].numpy()
    name = "serving_default" if "serving_default" in module.signatures else "default"
    signature = module.signatures[name]
    # sorted, the content comes first: "content" and "style", "placeholder" and "placeholder_1"
    return _signature(signature, sorted(signature.structured_input_signature[1]))


def _signature(signature, names):
    def call(*values):
        tensors = map(_tensor, values)
        (picture,) = signature(**dict(zip(names, tensors, strict=True))).values()
        return picture.numpy()

    return call


def _tensor(value):
    import tensorflow as tf

    return tf.constant(value, tf.float32)
