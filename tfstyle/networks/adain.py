"""AdaIN's network: an encoder, alignment of moments at its deepest tap, and a decoder."""

import keras
from keras import ops

from tfstyle.layers import AlignMoments, CropLike, Moments

TAP = "relu4_1"


def trunk(encoder: keras.Model, tap: str = TAP) -> keras.Model:
    """A frozen encoder up to a tap: pictures to features."""
    model = keras.Model(encoder.input, encoder.output[tap], name=f"to_{tap}")
    model.trainable = False
    return model


def style_network(encoder: keras.Model, tap: str = TAP) -> keras.Model:
    """A painting's channel moments.

    Args:
        encoder: Pictures to a dictionary of taps.
        tap: Paper name of the one whose moments are taken.

    Returns:
        Model, pictures "style" (batch, height, width, 3) in [0, 1] to vectors (batch, 2 channels),
        means and then deviations.
    """
    style = keras.Input((None, None, 3), name="style")
    vector = Moments(name="vector", dtype="float32")(trunk(encoder, tap)(style))
    return keras.Model(style, vector, name="style_network")


def aligning(encoder: keras.Model, tap: str = TAP) -> keras.Model:
    """{"content", "style"} to the content's features with the style's moments, for a decoder."""
    content = keras.Input((None, None, 3), name="content")
    style = keras.Input((None, None, 3), name="style")
    vector = style_network(encoder, tap)(style)
    features = trunk(encoder, tap)(content)
    aligned = AlignMoments(name="adain")(features, vector, Moments(dtype="float32")(features))
    return keras.Model({"content": content, "style": style}, aligned, name="aligning")


def aligning_described(encoder: keras.Model, tap: str = TAP) -> keras.Model:
    """`aligning` with precomputed style statistics.

    Args:
        encoder: Pictures to a dictionary of taps.
        tap: Paper name of the tap whose moments are aligned.

    Returns:
        Model, {"content": (batch, height, width, 3), "own": (batch,), "numbers": (batch, numbers)}
        to features. The first numbers are a painting's, from `style_network`; where "own" is 1
        the photograph's own moments take their place.
    """
    content = keras.Input((None, None, 3), name="content")
    own, numbers = keras.Input((), name="own"), keras.Input((None,), name="numbers")
    features = trunk(encoder, tap)(content)
    moments = Moments(dtype="float32")(features)
    style_moments = ops.where(own[:, None] > 0.5, moments, numbers[:, : moments.shape[-1]])
    aligned = AlignMoments(name="adain")(features, style_moments, moments)
    inputs = {"content": content, "own": own, "numbers": numbers}
    network = keras.Model(inputs, aligned, name="aligning_described")
    network.autocast = False  # the numbers stay in float32
    return network


def painting(encoder: keras.Model, decoder: keras.Model, tap: str = TAP) -> keras.Model:
    """A photograph with the moments of a style.

    Args:
        encoder: Pictures to a dictionary of taps.
        decoder: That tap's features to pictures.
        tap: Its paper name.

    Returns:
        Model, {"content": (batch, height, width, 3) in [0, 1], "vector": from `style_network`} to
        pictures of the content's shape in [0, 1]. Sides are multiples of the tap's stride where
        the encoder's pools round down.
    """
    content = keras.Input((None, None, 3), name="content")
    vector = keras.Input((2 * decoder.input.shape[-1],), name="vector")
    features = trunk(encoder, tap)(content)
    moments = Moments(name="own_moments", dtype="float32")(features)
    picture = decoder(AlignMoments(name="adain")(features, vector, moments))
    clipped = keras.layers.ReLU(max_value=1.0, name="clip", dtype="float32")(picture)
    pastiche = CropLike(name="pastiche", dtype="float32")(clipped, content)
    return keras.Model({"content": content, "vector": vector}, pastiche, name="painting")
