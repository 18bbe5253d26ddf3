"""A generator that can only grade a photograph and lay rain over it."""

import keras

from tfstyle.layers import RainLayers, Streaks, UpsampleLike
from tfstyle.networks.adversarial import model_input, normalization

BLOCKS = 3


def layered(filters: int = 16, streaks: int = 3, name: str = "generator") -> keras.Model:
    """A photograph through smooth maps of colour, and streaks of rain over it.

    What a scene looks like in rain, as layers: colours are mixed and shifted by maps that are as
    smooth as haze (as the local affine colours of Gharbi et al. 2017, HDRnet,
    https://arxiv.org/abs/1707.02880, section 3.1, without its guide), and lines of `Streaks` lie
    over them, as opaque as another map says. No other shape can be drawn, and so no weave; wide
    patches of colour can.

        layer             side   channels
        down2 5x5         s/2    3 -> f
        down4, down8 3x3  s/8    f -> 2f -> 4f
        residual          s/8    3 blocks of two 3x3
        maps 3x3          s/8    4f -> 13 + streaks, grown by bilinear upsampling

    Args:
        filters: f.
        streaks: Channels of `Streaks`, at least 1.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to pictures of the same shape in
        [0, 1]. It begins near the identity.
    """
    content = keras.Input((None, None, 3), name="content")
    half, quarter, features = _features(content, filters)
    rain = RainLayers(streaks, name="translated", dtype="float32")
    maps = keras.layers.Conv2D(
        rain.maps,
        3,
        padding="same",
        kernel_initializer=keras.initializers.RandomNormal(stddev=1e-3),
        name="maps",
    )(features)
    for like, label in ((quarter, "4"), (half, "2"), (content, "1")):
        maps = UpsampleLike("bilinear", name=f"grow{label}", dtype="float32")(maps, like)
    lines = Streaks(streaks, name="streaks", dtype="float32")(content)
    return keras.Model(content, rain(content, maps, lines), name=name)


def _features(content, filters):
    """Features at half, at a quarter and, of the residual blocks, at an eighth of the size."""
    sizes, x = [], model_input(content, 3, "content")
    for level, (width, size) in enumerate(((1, 5), (2, 3), (4, 3)), 1):
        x = _conv(x, width * filters, f"down{2**level}", size, 2)
        x = _relu(x, f"down{2**level}", level > 1)
        sizes.append(x)
    for index in range(1, BLOCKS + 1):
        y = _relu(_conv(x, 4 * filters, f"residual{index}a"), f"residual{index}a")
        y = normalization("instance", f"residual{index}b_norm")(
            _conv(y, 4 * filters, f"residual{index}b")
        )
        x = keras.layers.Add(name=f"residual{index}")([x, y])
    return *sizes[:2], x


def _conv(x, filters, label, size=3, strides=1):
    kernels = {"kernel_initializer": "he_normal", "padding": "same"}
    return keras.layers.Conv2D(filters, size, strides, name=label, **kernels)(x)


def _relu(x, label, normed=True):
    x = normalization("instance", f"{label}_norm")(x) if normed else x
    return keras.layers.ReLU(name=f"{label}_relu")(x)
