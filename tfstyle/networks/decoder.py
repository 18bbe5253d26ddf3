"""Decoders: an encoder's tap back to pictures."""

import keras

from tfstyle.layers import Double, NoCheckerboard, PositionNoise, ReflectPad, SmoothNoise

Layers = tuple[tuple[str, int], ...]


def mirrored_layers(encoder: keras.Model, tap: str, deep: int = 0) -> Layers:
    """The layers of an encoder up to a tap, backwards: what AdaIN's and WCT's authors decode with.

    Args:
        encoder: 3x3 convolutions and pools, by name; pictures to a dictionary of taps.
        tap: Paper name, such as "relu4_1".
        deep: Further convolutions at the deepest size, of as many channels as its first one.

    Returns:
        Names and channels, 0 channels where the size doubles.
    """
    layers, width = [], 3
    for layer in encoder.layers:
        if isinstance(layer, keras.layers.MaxPooling2D):
            layers.append((layer.name, 0))
        elif isinstance(layer, keras.layers.Conv2D) and layer.kernel_size != (1, 1):
            layers.append((layer.name, width))
            width = layer.filters
        if layer.name == tap.replace("relu", "conv"):
            break
    further = tuple((f"deep{index}", width) for index in range(1, deep + 1))
    return (*further, *reversed(layers))


def decoder(
    layers: Layers,
    channels: int,
    padding: str = "zero",
    slope: float = 0.1,
    norm: type[keras.layers.Layer] | None = None,
    upsampling: str = "bilinear",
    name: str = "decoder",
) -> keras.Model:
    """Features to pictures: 3x3 convolutions with ReLU and upsampling between, not normalised.

    Huang & Belongie 2017, https://arxiv.org/abs/1703.06868, section 6, without normalisation
    since each kind of it brings features to one style; Li et al. 2017,
    https://arxiv.org/abs/1705.08086, section 3.1.

    Args:
        layers: From `mirrored_layers`; the last one has 3 channels.
        channels: Of the features.
        padding: "zero", which XNNPACK is fast with, or "reflect" as the authors'.
        slope: Of the ReLU below 0, the authors' is 0; without any, a third of a fresh decoder's
            channels soon say nothing for good.
        norm: Layer behind every convolution but the last, to see why there is none.
        upsampling: "bilinear", with a last kernel without response to a checkerboard, which
            leaves no lattice; or "nearest" as the authors'.
        name: The model's name.

    Returns:
        Model, features (batch, height, width, channels) to pictures (batch, factor * height, factor
        * width, 3), float32, in [0, 1] but for what overshoots. For VGG-19's relu4_1 it has
        3,505,219 parameters.
    """
    features = keras.Input((None, None, channels), name="features")
    x, (*layers, (last, last_filters)) = features, layers
    for label, filters in layers:
        if not filters:
            x = Double(upsampling, name=f"double_{label}")(x)
            continue
        x = _conv(x, filters, padding, f"de{label}")
        x = norm(name=f"de{label}_norm")(x) if norm else x
        x = keras.layers.LeakyReLU(slope, name=f"de{label}_relu")(x)
    smooth = {"kernel_constraint": NoCheckerboard()} if upsampling == "bilinear" else {}
    x = _conv(x, last_filters, padding, f"de{last}", dtype="float32", **smooth)
    return keras.Model(features, x, name=name)


def redrawing(
    channels: int,
    quarter: int = 64,
    blocks: int = 5,
    top: int = 16,
    noise: int = 3,
    smooth_noise: int = 3,
    slope: float = 0.1,
    name: str = "decoder",
) -> keras.Model:
    """Features at a quarter of a picture's size to pictures, through residual blocks and noise.

    What a photograph's features pass is `networks.bottleneck.bottleneck` behind its encoder, but
    nothing is normalised, as in `decoder`.

        layer        side    channels                  layer        side    channels
        noises       s/4     + noise + smooth_noise    up2 3x3      s/2     quarter -> 2 top
        gather 3x3   s/4     -> quarter                up1 3x3      s       2 top -> top
        residual     s/4     blocks of two 3x3         paint 5x5    s       top -> 3, sigmoid

    Args:
        channels: Of the features.
        quarter: Channels at a quarter of the size.
        blocks: Residual blocks.
        top: Channels at the whole size.
        noise: Channels of noise beside the features.
        smooth_noise: Channels of smooth noise beside them.
        slope: Of the ReLU below 0.
        name: The model's name.

    Returns:
        Model, features (batch, height, width, channels) to pictures (batch, 4 height, 4 width, 3),
        float32, in [0, 1].
    """
    features = keras.Input((None, None, channels), name="features")
    placed = {"scale": 4, "dtype": "float32"}
    fields = []
    if noise:
        fields.append(PositionNoise(noise, name="noise", **placed)(features))
    if smooth_noise:
        fields.append(SmoothNoise(smooth_noise, 1, name="smooth_noise", **placed)(features))
    x = keras.layers.Concatenate(name="noised")([features, *fields]) if fields else features

    def relu(x, filters, label):
        return keras.layers.LeakyReLU(slope, name=f"{label}_relu")(_conv(x, filters, "zero", label))

    x = relu(x, quarter, "gather")
    for index in range(1, blocks + 1):
        y = relu(x, quarter, f"residual{index}a")
        y = _conv(y, quarter, "zero", f"residual{index}b")
        x = keras.layers.Add(name=f"residual{index}")([x, y])
    x = relu(Double("bilinear", name="double2")(x), 2 * top, "up2")
    x = relu(Double("bilinear", name="double1")(x), top, "up1")
    x = _conv(x, 3, "zero", "paint", 5, kernel_constraint=NoCheckerboard())
    x = keras.layers.Activation("sigmoid", dtype="float32", name="picture")(x)
    return keras.Model(features, x, name=name)


def _conv(x, filters, padding, label, size=3, **kwargs):
    if padding == "reflect":
        x = ReflectPad(name=f"{label}_pad")(x)
    conv = keras.layers.Conv2D(
        filters,
        size,
        padding="valid" if padding == "reflect" else "same",
        kernel_initializer="he_normal",
        name=label,
        **kwargs,
    )
    return conv(x)
