"""AdaIN's network: an encoder, alignment of moments at its taps, and a decoder."""

import keras
from keras import ops

from tfstyle.layers import AlignMoments, CropLike, Moments, UpsampleLike

PAPERS_TAPS = ("relu4_1",)
TAPS = ("relu3_1", "relu4_1")


def trunk(encoder: keras.Model, tap: str) -> keras.Model:
    """A frozen encoder up to a tap: pictures to features."""
    return _frozen(keras.Model(encoder.input, encoder.output[tap], name=f"to_{tap}"))


def features_at(encoder: keras.Model) -> keras.Model:
    """A frozen encoder: pictures to one feature map of all its taps, of the size of the first.

    Args:
        encoder: Pictures to a dictionary of taps.
    """
    first, *deeper = (encoder.output[tap] for tap in sorted(encoder.output))
    maps = [first, *(UpsampleLike(name=f"like_{first.name}")(tap, first) for tap in deeper)]
    joined = keras.layers.Concatenate(name="taps")(maps) if deeper else first
    return _frozen(keras.Model(encoder.input, joined, name="features_at_taps"))


def _frozen(model):
    model.trainable = False
    return model


def style_network(encoder: keras.Model) -> keras.Model:
    """A painting's channel moments.

    Args:
        encoder: Pictures to a dictionary of the taps whose moments are taken.

    Returns:
        Model, pictures "style" (batch, height, width, 3) in [0, 1] to vectors (batch, 2 channels),
        means and then deviations.
    """
    style = keras.Input((None, None, 3), name="style")
    vector = Moments(name="vector", dtype="float32")(features_at(encoder)(style))
    return keras.Model(style, vector, name="style_network")


def aligning(encoder: keras.Model) -> keras.Model:
    """{"content", "style"} to the content's features with the style's moments, for a decoder."""
    content = keras.Input((None, None, 3), name="content")
    style = keras.Input((None, None, 3), name="style")
    vector = style_network(encoder)(style)
    features = features_at(encoder)(content)
    aligned = AlignMoments(name="adain")(features, vector, Moments(dtype="float32")(features))
    return keras.Model({"content": content, "style": style}, aligned, name="aligning")


def aligning_described(encoder: keras.Model) -> keras.Model:
    """`aligning` with precomputed style statistics.

    Args:
        encoder: Pictures to a dictionary of the taps whose moments are aligned.

    Returns:
        Model, {"content": (batch, height, width, 3), "own": (batch,), "numbers": (batch, numbers)}
        to features. The first numbers are a painting's, from `style_network`; where "own" is 1
        the photograph's own moments take their place.
    """
    content = keras.Input((None, None, 3), name="content")
    own, numbers = keras.Input((), name="own"), keras.Input((None,), name="numbers")
    features = features_at(encoder)(content)
    moments = Moments(dtype="float32")(features)
    style_moments = ops.where(own[:, None] > 0.5, moments, numbers[:, : moments.shape[-1]])
    aligned = AlignMoments(name="adain")(features, style_moments, moments)
    inputs = {"content": content, "own": own, "numbers": numbers}
    network = keras.Model(inputs, aligned, name="aligning_described")
    network.autocast = False  # the numbers stay in float32
    return network


def painting(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """A photograph with the moments of a style.

    Args:
        encoder: Pictures to a dictionary of taps.
        decoder: Features of these taps to pictures.

    Returns:
        Model, {"content": (batch, height, width, 3) in [0, 1], "vector": from `style_network`} to
        pictures of the content's shape in [0, 1]. Sides are multiples of the deepest tap's stride
        where the encoder's pools round down.
    """
    content = keras.Input((None, None, 3), name="content")
    vector = keras.Input((2 * decoder.input.shape[-1],), name="vector")
    features = features_at(encoder)(content)
    moments = Moments(name="own_moments", dtype="float32")(features)
    picture = decoder(AlignMoments(name="adain")(features, vector, moments))
    clipped = keras.layers.ReLU(max_value=1.0, name="clip", dtype="float32")(picture)
    pastiche = CropLike(name="pastiche", dtype="float32")(clipped, content)
    return keras.Model({"content": content, "vector": vector}, pastiche, name="painting")
