"""The style-prediction network: a painting to a style vector."""

import keras

from tfstyle.layers import LogMoments
from tfstyle.networks.transformer import VECTOR

MIXED_6E = "mixed7"  # as keras.applications names it
PREDICTOR_TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")


def predictor(
    encoder: keras.Model,
    hidden: int = 224,
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


def inception_predictor(vector: int = VECTOR, name: str = "inception_predictor") -> keras.Model:
    """The paper's own predictor: Inception v3 to Mixed_6e, its mean, one dense layer.

    Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830, section 2.2. Its weights are random;
    keras.applications has ImageNet's for the trunk.

    Args:
        vector: Numbers in a style vector.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1], sides of 75 and more, to vectors
        (batch, vector).
    """
    trunk = keras.applications.InceptionV3(include_top=False, weights=None)
    trunk = keras.Model(trunk.input, trunk.get_layer(MIXED_6E).output, name="inception_v3")
    style = keras.Input((None, None, 3), name="style")
    features = trunk(keras.layers.Rescaling(2.0, -1.0, name="centre")(style))
    mean = keras.layers.GlobalAveragePooling2D(name="mean")(features)
    return keras.Model(style, keras.layers.Dense(vector, name="vector")(mean), name=name)
