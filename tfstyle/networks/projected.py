"""A discriminator that also judges the features of a frozen encoder."""

import keras

TAPS = ("relu2_1", "relu3_1", "relu4_1", "relu5_1")


def projected_discriminator(
    patches: keras.Model,
    encoder: keras.Model,
    filters: int = 32,
    name: str = "projected",
) -> keras.Model:
    """A PatchGAN and a small judge of each of an encoder's taps, side by side.

    Sauer et al. 2021 (Projected GANs, https://arxiv.org/abs/2111.01007), section 3.1: frozen
    features tell real from generated after far fewer pictures than pixels do. Without their random
    projections: a judge here is a 1x1 and a 3x3 convolution with leaky ReLU and one to a score.

    Args:
        patches: From `patchgan`, of pictures without a condition.
        encoder: Pictures to a dictionary of taps; is frozen.
        filters: Channels of the judges.
        name: The model's name.

    Returns:
        Model, {"picture"} to the scores of "patches" and of every tap, (batch, height, width, 1).
    """
    encoder.trainable = False
    picture = keras.Input((None, None, 3), name="picture")
    features = encoder(picture)
    scores = {"patches": patches({"picture": picture})}
    scores |= {tap: _judge(features[tap], filters, f"{name}_{tap}") for tap in TAPS}
    return keras.Model({"picture": picture}, scores, name=name)


def _judge(x, filters, label):
    for index, size in enumerate((1, 3), 1):
        conv = keras.layers.Conv2D(filters, size, padding="same", name=f"{label}_conv{index}")
        x = keras.layers.LeakyReLU(0.2, name=f"{label}_relu{index}")(conv(x))
    x = keras.layers.Conv2D(1, 1, name=f"{label}_score")(x)
    return keras.layers.Activation("linear", dtype="float32", name=label)(x)
