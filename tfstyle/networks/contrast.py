"""A generator's encoder as the feature extractor of a contrastive loss."""

import keras

from tfstyle.networks.adversarial import initial

TAPS = {  # of every generator; deeper ones than it has are left out
    "resnet": ("content_centre", "d2", "d3", "residual1", "residual5"),
    "unet": ("content_centre", "down1", "down2", "down3", "down4"),
    "layers": ("content_centre", "down2", "down4", "down8", "residual2"),
}
UNITS = 256


def tapped(generator: keras.Model, kind: str) -> tuple[keras.Model, keras.Model]:
    """A generator with features of its encoder, and that encoder alone; both share its weights.

    Park et al. 2020, https://arxiv.org/abs/2007.15651, section 3, at the layers of the authors'
    cut_model.py (nce_layers): the pixels, what the two convolutions of stride 2 give before they
    are normalised, and the first and the fifth residual block.

    Args:
        generator: Pictures to pictures.
        kind: One of TAPS.

    Returns:
        Model, pictures to translations and a dictionary of features (batch, height, width,
        channels); and model, pictures to that dictionary.
    """
    layers = {layer.name: layer for layer in generator.layers}
    taps = {name: layers[name].output for name in TAPS[kind] if name in layers}
    translator = keras.Model(generator.input, [generator.output, taps], name="tapped")
    return translator, keras.Model(generator.input, taps, name="encoded")


def heads(encoder: keras.Model, name: str = "heads") -> keras.Model:
    """Two dense layers on every tap, section 3 of the same paper; as wide as the authors' netF_nc.

    Args:
        encoder: Pictures to a dictionary of features.
        name: The model's name.

    Returns:
        Model, a dictionary of features at some positions, each of shape (batch, positions,
        channels), to one of shape (batch, positions, 256), float32.
    """
    taps = {k: keras.Input((None, x.shape[-1]), name=k) for k, x in encoder.output.items()}
    return keras.Model(taps, {k: _head(x, f"{name}_{k}") for k, x in taps.items()}, name=name)


def _head(x, label):
    for index, activation in enumerate(("relu", None), 1):
        dense = keras.layers.Dense(
            UNITS, activation, kernel_initializer=initial(), name=f"{label}_dense{index}"
        )
        x = dense(x)
    return keras.layers.Activation("linear", dtype="float32", name=label)(x)
