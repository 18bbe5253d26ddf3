"""The style-prediction network: a painting to a style vector."""

import keras

from tfstyle.layers import LogMoments
from tfstyle.networks.transformer import VECTOR

PREDICTOR_TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")


def predictor(
    encoder: keras.Model,
    hidden: int = 256,
    vector: int = VECTOR,
    name: str = "predictor",
) -> keras.Model:
    """Two dense layers on the logarithms of a frozen encoder's channel moments.

    Args:
        encoder: Pictures to a dictionary of taps; its weights are not trained.
        hidden: Width of the first dense layer.
        vector: Numbers in a style vector.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to vectors (batch, vector). Its
        layer `standardize` is never trained: it wants the mean and variance of many paintings'
        LogMoments as its weights.
    """
    taps = {tap: encoder.output[tap] for tap in PREDICTOR_TAPS}
    eyes = keras.Model(encoder.input, list(taps.values()), name="eyes")
    eyes.trainable = False
    style = keras.Input((None, None, 3), name="style")
    numbers = LogMoments(name="log_moments", dtype="float32")(eyes(style))
    standardize = keras.layers.BatchNormalization(
        center=False, scale=False, epsilon=1e-2, name="standardize", dtype="float32"
    )
    standardize.trainable = False
    x = standardize(numbers)
    x = keras.layers.Dense(hidden, activation="relu", name="hidden", dtype="float32")(x)
    code = keras.layers.Dense(vector, name="vector", dtype="float32")(x)
    return keras.Model(style, code, name=name)
