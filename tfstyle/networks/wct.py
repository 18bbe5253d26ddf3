"""WCT's networks: an encoder, the whitening and coloring transform and a decoder for each level."""

from collections.abc import Mapping

import keras

from tfstyle.layers import Coloring, CropLike, WhitenColor, Whitening
from tfstyle.networks import decoder as decoders
from tfstyle.networks.adain import trunk
from tfstyle.networks.vgg import TAPS

LEVELS = tuple(range(1, 1 + len(TAPS)))


def tap(level: int) -> str:
    """The paper name of a level's features: 4 is relu4_1."""
    return TAPS[level - 1]


def level_decoders(
    encoder: keras.Model,
    padding: str = "zero",
    slope: float = 0.1,
    upsampling: str = "bilinear",
) -> dict[str, keras.Model]:
    """New decoders by tap, each the mirror of the encoder."""
    return {
        layer: decoders.decoder(
            decoders.mirrored_layers(encoder, layer),
            encoder.output[layer].shape[-1],
            padding,
            slope,
            upsampling=upsampling,
            name=f"decoder{level}",
        )
        for level, layer in enumerate(TAPS, 1)
    }


def autoencoder(decoders: Mapping[str, keras.Model]) -> keras.Model:
    """The decoders side by side, a dictionary of taps to a dictionary of pictures by tap."""
    features = {layer: keras.Input(d.input.shape[1:], name=layer) for layer, d in decoders.items()}
    pictures = {layer: decoders[layer](features[layer]) for layer in decoders}
    return keras.Model(features, pictures, name="autoencoder")


def style_network(encoder: keras.Model) -> keras.Model:
    """The statistics of a painting that every level needs.

    Args:
        encoder: Pictures to a dictionary of taps.

    Returns:
        Model, pictures "style" (batch, height, width, 3) in [0, 1] to {"coloring1": (batch,
        channels + 1, channels), ...}, the outputs of `layers.Coloring`.
    """
    style = keras.Input((None, None, 3), name="style")
    taps = encoder(style)
    colorings = {f"coloring{n}": Coloring(name=f"coloring{n}")(taps[tap(n)]) for n in LEVELS}
    return keras.Model(style, colorings, name="style_network")


def measuring(encoder: keras.Model, decoder: keras.Model, level: int) -> keras.Model:
    """Paints a whole photograph at one level.

    Args:
        encoder: Pictures to a dictionary of taps.
        decoder: The level's features to pictures.
        level: 1 to 5.

    Returns:
        Model, {"content": (batch, height, width, 3) in [0, 1], "coloring4" of level 4: from
        `style_network`, "strength": (batch, 1)} to {"pastiche": pictures of the content's shape in
        [0, 1], "whitening4": what was taken out}. Sides are multiples of the tap's stride where
        the encoder's pools round down.
    """
    return _measured(encoder, decoder, level, f"measuring{level}")


def inside(encoder: keras.Model, decoder: keras.Model, level: int) -> keras.Model:
    """`measuring` with the covariance of a region of the photograph alone.

    Returns:
        Model, the inputs of `measuring` and "mask" (batch, height, width, 1) in [0, 1], of the
        content's size, to the outputs of `measuring`.
    """
    mask = keras.Input((None, None, 1), name="mask")
    return _measured(encoder, decoder, level, f"inside{level}", mask=mask)


def tiling(encoder: keras.Model, decoder: keras.Model, level: int) -> keras.Model:
    """`measuring` for a tile, with the whitening of the whole photograph.

    Returns:
        Model, the inputs of `measuring` and its "whitening4" to {"pastiche"}.
    """
    inputs, name = _inputs(decoder, level), f"whitening{level}"
    whitening = keras.Input(inputs[f"coloring{level}"].shape[1:], name=name)
    features = trunk(encoder, tap(level))(inputs["content"])
    pastiche = _painted(decoder, features, whitening, *inputs.values())
    inputs[name] = whitening
    return keras.Model(inputs, {"pastiche": pastiche}, name=f"tiling{level}")


def _measured(encoder, decoder, level, name, **region):
    inputs = _inputs(decoder, level)
    features = trunk(encoder, tap(level))(inputs["content"])
    whitening = Whitening(name=f"whitening{level}")(features, *region.values())
    pastiche = _painted(decoder, features, whitening, *inputs.values())
    outputs = {"pastiche": pastiche, f"whitening{level}": whitening}
    return keras.Model(inputs | region, outputs, name=name)


def _inputs(decoder, level):
    channels, name = decoder.input.shape[-1], f"coloring{level}"
    return {
        "content": keras.Input((None, None, 3), name="content"),
        name: keras.Input((channels + 1, channels), name=name),
        "strength": keras.Input((1,), name="strength"),
    }


def _painted(decoder, features, whitening, content, coloring, strength):
    picture = decoder(WhitenColor(name="wct")(features, coloring, whitening, strength))
    clipped = keras.layers.ReLU(max_value=1.0, name="clip", dtype="float32")(picture)
    return CropLike(name="pastiche", dtype="float32")(clipped, content)
