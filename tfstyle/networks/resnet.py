"""CycleGAN's generator: an encoder, residual blocks and a decoder."""

import dataclasses

import keras

from tfstyle.layers import PositionNoise, ReflectPad, Streaks, UpsampleLike
from tfstyle.networks.adversarial import (
    UPSAMPLINGS,
    checked,
    initial,
    last_convolution_arguments,
    model_input,
    model_output,
    normalization,
)

PADDINGS = ("reflect", "zero")
SKIPS = ("none", "features")


def resnet(
    filters: tuple[int, int, int] = (64, 128, 256),
    blocks: int = 9,
    norm: str = "instance",
    padding: str = "reflect",
    upsampling: str = "bilinear",
    skip: str = "none",
    noise: int = 0,
    streaks: int = 0,
    channels: tuple[int, int] = (3, 3),
    name: str = "generator",
) -> keras.Model:
    """The generator of Zhu et al. 2017, https://arxiv.org/abs/1703.10593, appendix 7.2.

        layer            side   channels           layer            side   channels
        c7s1 7x7         s      3 -> f             u 3x3            s/2    h -> g
        d 3x3, stride 2  s/2    f -> g             u 3x3            s      g -> f
        d 3x3, stride 2  s/4    g -> h             c7s1 7x7         s      f -> 3, tanh
        residual         s/4    blocks of two 3x3

    Bilinear upsampling, and a last kernel that answers to no checkerboard, stand in for the
    authors' transposed convolutions, against lattices and so that any size comes back exact; they
    have as many parameters.

    Args:
        filters: f, g and h.
        blocks: Residual blocks; the paper's 9 from 256 px on, 6 for 128 px.
        norm: "instance", or "batch".
        padding: "reflect" where the authors reflect, or "zero" everywhere, which telephones
            run faster.
        upsampling: "bilinear", "nearest", or "transposed" as the authors'.
        skip: "none" as the authors', or "features": the two last layers also see the features of
            the encoder at their size, and those at full size are not normalised, as in a U-Net;
            fine detail and how bright a picture is are kept.
        noise: Channels of `PositionNoise` beside the picture, from which flat places can be
            filled without a regular pattern.
        streaks: Channels of `Streaks` beside it, from which rain can be drawn.
        channels: In and out, 3 or 1; the pictures are RGB all the same.
        name: The model's name.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1] to pictures of the same shape in
        [0, 1]; 11,378,179 parameters with the defaults.

    Raises:
        ValueError: A choice is none of those named.
    """
    full, half, quarter = filters
    layers = _Layers(norm, padding, upsampling, skip)
    content = keras.Input((None, None, 3), name="content")
    x = _beside(model_input(content, channels[0], "content"), content, noise, streaks)
    c1 = layers.first(x, full, "c1")
    d2 = layers.down(c1, half, "d2")
    x = layers.down(d2, quarter, "d3")
    for index in range(1, blocks + 1):
        x = layers.residual(x, f"residual{index}")
    x = layers.up(x, d2, norm, "u2")
    x = layers.up(x, c1, layers.outermost, "u1")
    x = _conv(x, channels[1], 7, "paint", padding, **last_convolution_arguments(upsampling))
    return keras.Model(content, model_output(x), name=name)


@dataclasses.dataclass(frozen=True)
class _Layers:
    """The generator's layers by its choices."""

    norm: str
    padding: str
    upsampling: str
    skip: str

    def __post_init__(self):
        checked("padding", self.padding, PADDINGS)
        checked("upsampling", self.upsampling, UPSAMPLINGS)
        checked("skip", self.skip, SKIPS)

    @property
    def outermost(self):
        """Normalisation at full size."""
        return self.norm if self.skip == "none" else None

    @property
    def bias(self):
        return self.norm == "instance"

    def first(self, x, count, label):
        return _relu(_conv(x, count, 7, label, self.padding, self.bias), self.outermost, label)

    def down(self, x, count, label):
        return _relu(_conv(x, count, 3, label, bias=self.bias, strides=2), self.norm, label)

    def residual(self, x, label):
        y = _relu(self._same(x, f"{label}a"), self.norm, f"{label}a")
        y = _normed(self._same(y, f"{label}b"), self.norm, f"{label}b")
        return keras.layers.Add(name=label)([x, y])

    def _same(self, x, label):
        return _conv(x, x.shape[-1], 3, label, self.padding, self.bias)

    def up(self, x, like, norm, label):
        x = _relu(self._grown(x, like, label), norm, label)
        if self.skip == "none":
            return x
        return keras.layers.Concatenate(name=f"{label}_skip")([x, like])

    def _grown(self, x, like, label):
        count = like.shape[-1]
        if self.upsampling == "transposed":
            return _transposed(x, count, label, self.bias)
        x = UpsampleLike(self.upsampling, name=f"{label}_grow")(x, like)
        return _conv(x, count, 3, label, bias=self.bias)


def _beside(x, content, noise, streaks):
    """A picture as the network sees it, with channels that depend on places alone."""
    fields = [PositionNoise(noise, name="noise", dtype="float32")] if noise else []
    fields += [Streaks(streaks, name="streaks", dtype="float32")] if streaks else []
    if not fields:
        return x
    parts = [x, *(field(content) for field in fields)]
    return keras.layers.Concatenate(name="beside", dtype="float32")(parts)


def _conv(x, count, size, label, padding="zero", bias=True, strides=1, **kwargs):
    if padding == "reflect":
        x = ReflectPad(size // 2, name=f"{label}_pad")(x)
    conv = keras.layers.Conv2D(
        count,
        size,
        strides,
        "valid" if padding == "reflect" else "same",
        use_bias=bias,
        kernel_initializer=initial(),
        name=label,
        **kwargs,
    )
    return conv(x)


def _transposed(x, count, label, bias):
    conv = keras.layers.Conv2DTranspose(
        count, 3, 2, "same", use_bias=bias, kernel_initializer=initial(), name=label
    )
    return conv(x)


def _normed(x, norm, label):
    return x if norm is None else normalization(norm, f"{label}_norm")(x)


def _relu(x, norm, label):
    return keras.layers.ReLU(name=f"{label}_relu")(_normed(x, norm, label))
