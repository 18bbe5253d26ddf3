"""The style-prediction network: a painting to a style vector."""

from collections.abc import Sequence

import keras

from tfstyle.layers import LogStatistics, TapStatistics

VECTOR = 100  # Ghiasi et al. 2017, section 2.2: numbers in a style vector
PREDICTOR_TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
MIXED_6E = "mixed7"  # as keras.applications names it


def predictor(
    encoder: keras.Model,
    hidden: int = 256,
    directions: int = 48,
    vector: int = VECTOR,
    name: str = "predictor",
) -> keras.Model:
    """Dense layers on the means and covariances of a frozen encoder's channels.

    Args:
        encoder: Pictures to a dictionary of taps; its weights are not trained.
        hidden: Width of the first dense layer.
        directions: Largest number of learned directions for each tap (see `layers.LogStatistics`).
        vector: Numbers in a style vector.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to vectors (batch, vector). Its layers
        "eyes" (the feature extractor) and "statistics" compute the input of its layer "head".
    """
    taps = [encoder.output[tap] for tap in PREDICTOR_TAPS]
    extractor = keras.Model(encoder.input, taps, name="eyes")
    extractor.trainable = False
    style = keras.Input((None, None, 3), name="style")
    statistics = TapStatistics(name="statistics", dtype="float32")(extractor(style))
    code = head([tap.shape[-1] for tap in taps], hidden, directions, vector)(statistics)
    return keras.Model(style, code, name=name)


def head(channels: Sequence[int], hidden: int, directions: int, vector: int) -> keras.Model:
    """The predictor's dense layers: statistics of taps to style vectors.

    Its layer `standardize` is not trained: its weights have to be set to the mean and variance of
    the `log_statistics` of many paintings.

    Args:
        channels: Number of channels of each tap.
        hidden: Width of the first dense layer.
        directions: Largest number of learned directions for each tap.
        vector: Numbers in a style vector.

    Returns:
        Model, the vectors of `layers.TapStatistics` to style vectors (batch, vector).
    """
    statistics = keras.Input((sum(count * (1 + count) for count in channels),), name="statistics")
    numbers = LogStatistics(channels, directions, name="log_statistics", dtype="float32")(
        statistics
    )
    standardize = keras.layers.BatchNormalization(
        center=False, scale=False, epsilon=1e-2, name="standardize", dtype="float32"
    )
    standardize.trainable = False
    x = standardize(numbers)
    x = keras.layers.Dense(hidden, activation="relu", name="hidden", dtype="float32")(x)
    code = keras.layers.Dense(vector, name="vector", dtype="float32")(x)
    return keras.Model(statistics, code, name="head")


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
