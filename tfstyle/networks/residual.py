"""The papers' transformer: Johnson's network with the normalisation of Ghiasi's."""

import keras

from tfstyle.layers import ConditionalInstanceNorm, Moments, ReflectPad, UpsampleLike
from tfstyle.networks.predictor import VECTOR

BLOCKS = 5  # Dumoulin et al. 2017, https://arxiv.org/abs/1610.07629, table of section 3


def residual_transformer(
    channels: tuple[int, int, int] = (32, 64, 128),
    vector: int = VECTOR,
    name: str = "residual_transformer",
) -> keras.Model:
    """The style-transfer network of Ghiasi et al. 2017, https://arxiv.org/abs/1705.06830.

    Reflection padding, nearest upsampling. The contraction has batch normalisation, as in
    Magenta's TFLite file; all else is conditioned on the style vector.

        layer         side   channels                layer        side   channels
        contract 9x9  s      3 -> 32                 expand 3x3   s/2    128 -> 64
        contract 3x3  s/2    32 -> 64                expand 3x3   s      64 -> 32
        contract 3x3  s/4    64 -> 128               expand 9x9   s      32 -> 3, sigmoid
        residual      s/4    5 blocks of two 3x3

    Args:
        channels: Of the three contractions.
        vector: Numbers in a style vector.
        name: The model's name.

    Returns:
        Model, {"content": (batch, height, width, 3) in [0, 1], "vector": (batch, vector)} to
        pictures of the content's shape in [0, 1]. With the paper's channels the vector is turned
        into 2,758 scales and shifts.
    """
    full, half, quarter = channels
    content = keras.Input((None, None, 3), name="content")
    code = keras.Input((vector,), name="vector")
    c1 = _contract(content, full, 9, 1, "contract1")
    c2 = _contract(c1, half, 3, 2, "contract2")
    x = _contract(c2, quarter, 3, 2, "contract3")
    for index in range(1, BLOCKS + 1):
        y = keras.layers.ReLU()(_conditioned(x, code, quarter, 3, f"residual{index}a"))
        x = keras.layers.Add()([x, _conditioned(y, code, quarter, 3, f"residual{index}b")])
    x = keras.layers.ReLU()(_conditioned(UpsampleLike()(x, c2), code, half, 3, "expand1"))
    x = keras.layers.ReLU()(_conditioned(UpsampleLike()(x, c1), code, full, 3, "expand2"))
    x = _conditioned(x, code, 3, 9, "expand3")
    pastiche = keras.layers.Activation("sigmoid", dtype="float32", name="pastiche")(x)
    return keras.Model({"content": content, "vector": code}, pastiche, name=name)


def _contract(x, filters, size, strides, name):
    x = _conv(x, filters, size, strides, name)
    return keras.layers.ReLU()(keras.layers.BatchNormalization(name=f"{name}_norm")(x))


def _conv(x, filters, size, strides, name):
    x = ReflectPad(size // 2)(x)
    return keras.layers.Conv2D(filters, size, strides, use_bias=False, name=name)(x)


def _conditioned(x, code, filters, size, name):
    x = _conv(x, filters, size, 1, name)
    condition = keras.layers.Dense(2 * filters, name=f"{name}_condition", dtype="float32")(code)
    moments = Moments(name=f"{name}_moments")(x)
    return ConditionalInstanceNorm(name=f"{name}_norm")(x, condition, moments)
