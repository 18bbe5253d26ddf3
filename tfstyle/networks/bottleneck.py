"""A network that redraws the photograph: all of it passes a quarter of its size."""

from collections.abc import Sequence

import keras
import numpy as np

from tfstyle.layers import (
    ConditionalInstanceNorm,
    InstanceNorm,
    Moments,
    NoCheckerboard,
    PositionNoise,
    SmoothNoise,
    UpsampleLike,
)


def bottleneck(
    half: int = 32,
    quarter: int = 64,
    blocks: int = 5,
    top: Sequence[int] = (32, 16),
    noise: int = 3,
    vector: int | None = None,
    name: str = "generator",
    smooth_noise: int = 0,
) -> keras.Model:
    """Johnson's network with noise channels, and without skips around its residual blocks.

    Nothing of the photograph's own texture reaches the picture but through the blocks, so that
    strokes take its place. The noise follows Ulyanov et al. 2016,
    https://arxiv.org/abs/1603.03417, section 3.1. Bilinear upsampling and a last kernel without
    response to a checkerboard leave no lattice. Padding is zero throughout; any size is restored.

        layer        side    channels                  layer        side    channels
        noise        s       3 -> 3 + noise            up2 3x3      s/2     quarter -> top[0]
        down2 5x5    s/2     3 + noise -> half         up1 3x3      s       top[0] -> top[1]
        down4 3x3    s/4     half -> quarter           paint 5x5    s       top[1] -> 3, sigmoid
        residual     s/4     blocks of two 3x3

    Args:
        half: Channels at half the size, on the way down.
        quarter: Channels at a quarter of the size.
        blocks: Residual blocks.
        top: Channels at half and at the whole size, on the way up.
        noise: Channels of noise beside the photograph; 0 for none.
        vector: Numbers in a style vector, from which one dense layer, "conditions", tells the
            scales and shifts of every normalisation (Dumoulin et al. 2017,
            https://arxiv.org/abs/1610.07629, equation 5); None for scales and shifts of its own.
        name: The model's name.
        smooth_noise: Channels of smooth noise that the first residual block reads as well, from
            which broad places can be painted differently; 0 for none.

    Returns:
        Model, pictures (batch, height, width, 3) in [0, 1], or {"content": such pictures,
        "vector": (batch, vector)}, to pictures of the same shape in [0, 1].
    """
    content = keras.Input((None, None, 3), name="content")
    style_vector = keras.Input((vector,), name="vector") if vector else None
    widths = [half, *[quarter] * (1 + 2 * blocks), *top]
    normalize = _conditioned(style_vector, widths) if vector else _unconditioned
    x = keras.layers.Rescaling(4.0, -2.0, name="centre")(content)
    if noise:
        field = PositionNoise(noise, name="noise", dtype="float32")(content)
        x = keras.layers.Concatenate(name="noised")([x, field])

    def conv(x, filters, label, size=3, strides=1):
        x = keras.layers.Conv2D(filters, size, strides, "same", use_bias=False, name=label)(x)
        return normalize(x, f"{label}_norm")

    def relu(x, label, *shape):
        return keras.layers.ReLU(name=f"{label}_relu")(conv(x, shape[0], label, *shape[1:]))

    wide = relu(x, "down2", half, 5, 2)
    x = relu(wide, "down4", quarter, 3, 2)
    for index in range(1, blocks + 1):
        read = x
        if smooth_noise and index == 1:
            field = SmoothNoise(smooth_noise, name="smooth_noise", dtype="float32")(content)
            read = keras.layers.Concatenate(name="smooth_noised")([x, field])
        y = conv(relu(read, f"residual{index}a", quarter), quarter, f"residual{index}b")
        x = keras.layers.Add(name=f"residual{index}")([x, y])
    x = relu(UpsampleLike("bilinear", name="grow2")(x, wide), "up2", top[0])
    x = relu(UpsampleLike("bilinear", name="grow1")(x, content), "up1", top[1])
    x = keras.layers.Conv2D(3, 5, padding="same", kernel_constraint=NoCheckerboard(), name="paint")(
        x
    )
    x = keras.layers.Activation("sigmoid", dtype="float32", name="pastiche")(x)
    return keras.Model(
        {"content": content, "vector": style_vector} if vector else content, x, name=name
    )


def _unconditioned(x, label):
    return InstanceNorm(affine=True, name=label)(x)


def _conditioned(vector, widths):
    """A normalisation whose calls, in the order of the widths, take each its own conditions."""
    conditions = keras.layers.Dense(
        2 * sum(widths),
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.3 / vector.shape[-1] ** 0.5),
        dtype="float32",
        name="conditions",
    )(vector)
    starts = iter(2 * np.cumsum([0, *widths]))

    def normalize(x, label):
        start = int(next(starts))
        share = conditions[:, start : start + 2 * x.shape[-1]]
        moments = Moments(name=label.replace("norm", "moments"))(x)
        return ConditionalInstanceNorm(name=label)(x, share, moments)

    return normalize


def without_vector(network: keras.Model, vector: Sequence[float]) -> keras.Model:
    """The network whose scales and shifts are those of one style vector.

    Args:
        network: From `bottleneck`, with a vector.
        vector: The style's numbers.
    """
    fixed = _copied(network, None)
    kernel, bias = network.get_layer("conditions").get_weights()
    normed = _normed(network)
    ends = np.cumsum([2 * conv.filters for conv in normed])[:-1]
    conditions = np.split(np.float32(vector) @ kernel + bias, ends)
    for conv, condition in zip(normed, conditions, strict=True):
        scale, shift = np.split(condition, 2)
        fixed.get_layer(f"{conv.name}_norm").set_weights([1.0 + scale, shift])
    return fixed


def conditions(fixed: keras.Model) -> np.ndarray:
    """The scales and shifts of a network without a vector, as the dense layer would tell them."""
    norms = [fixed.get_layer(f"{conv.name}_norm").get_weights() for conv in _normed(fixed)]
    return np.concatenate([part for scale, shift in norms for part in (scale - 1.0, shift)])


def with_row(network: keras.Model, fixed: keras.Model) -> keras.Model:
    """A network whose vector has one number more: the scales and shifts of another network.

    Args:
        network: From `bottleneck`, with a vector.
        fixed: From `without_vector`, of the same network.
    """
    kernel, bias = network.get_layer("conditions").get_weights()
    return with_rows(network, np.vstack([kernel, conditions(fixed) - bias]))


def with_rows(network: keras.Model, rows: np.ndarray) -> keras.Model:
    """A network whose vector has other numbers.

    Args:
        network: From `bottleneck`, with a vector.
        rows: What each number of the new vector adds to the scales and shifts, shape (numbers,
            scales and shifts).
    """
    copy = _copied(network, len(rows))
    _, bias = network.get_layer("conditions").get_weights()
    copy.get_layer("conditions").set_weights([rows, bias])
    return copy


def with_smooth_noise(network: keras.Model, channels: int) -> keras.Model:
    """A network that can read smooth noise, and paints the same at first.

    Args:
        network: From `bottleneck`.
        channels: Of smooth noise, where it reads none yet.
    """
    if not channels or _smooth_noise(network):
        return network
    vector = network.input["vector"].shape[-1] if isinstance(network.input, dict) else None
    copy = _like(network, vector, channels)
    take_convolutions(copy, network)
    for layer in network.layers:
        if not isinstance(layer, keras.layers.Conv2D):
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def take_convolutions(network: keras.Model, source: keras.Model) -> None:
    """Gives a network the convolutions of another one of the same shape, vector or not.

    Where one of them alone reads smooth noise, the network does not look at it at first.
    """
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            kernel, *biases = source.get_layer(layer.name).get_weights()
            if layer.name == "residual1a":
                kernel = kernel[:, :, : layer.kernel.shape[2]]
                missing = layer.kernel.shape[2] - kernel.shape[2]
                kernel = np.pad(kernel, [(0, 0), (0, 0), (0, missing), (0, 0)])
            layer.set_weights([kernel, *biases])


def take_narrower(network: keras.Model, source: keras.Model) -> None:
    """Gives a network the weights of a narrower one, so that both paint the same at first.

    Chen, Goodfellow & Shlens 2016, Net2Net, https://arxiv.org/abs/1511.05641, with channels that
    are added beside the old ones and that the old ones do not read, instead of copies of them.

    Args:
        network: From `bottleneck`, with a vector, freshly made.
        source: The same with as many blocks and numbers in its vector, no layer of it wider, and
            with as much smooth noise or none.

    Raises:
        ValueError: It is no such network.
    """
    source = with_smooth_noise(source, _smooth_noise(network))
    wide_layers, narrow_layers = _normed(network), _normed(source)
    _check_narrower(wide_layers, narrow_layers)
    if _smooth_noise(source) != _smooth_noise(network):
        raise ValueError(
            f"Expected a network to begin with of {_smooth_noise(network)} channels of smooth "
            f"noise, or none. Received: {_smooth_noise(source)}."
        )
    for layer in [*wide_layers, network.get_layer("paint")]:
        narrow, *biases = source.get_layer(layer.name).get_weights()
        incoming, outgoing = narrow.shape[2:]
        kernel = np.array(layer.kernel)
        noise = _smooth_noise(network) if layer.name == "residual1a" else 0
        read = [*range(incoming - noise), *range(kernel.shape[2] - noise, kernel.shape[2])]
        kernel[..., :outgoing] = 0.0
        kernel[:, :, read, :outgoing] = narrow
        layer.set_weights([kernel, *biases])
    new, old = (x.get_layer("conditions").get_weights() for x in (network, source))
    widths = [
        (conv.filters, narrow.filters)
        for conv, narrow in zip(wide_layers, narrow_layers, strict=True)
    ]
    network.get_layer("conditions").set_weights(
        [_widened(*pair, widths) for pair in zip(new, old, strict=True)]
    )


def _check_narrower(wide_layers, narrow_layers):
    """Refuses convolutions that are others, or wider."""
    if len(wide_layers) != len(narrow_layers):
        raise ValueError(
            f"Expected a network to begin with of {len(wide_layers)} normalised convolutions. "
            f"Received: {len(narrow_layers)} normalised ones."
        )
    wider = [
        new.name
        for new, old in zip(wide_layers, narrow_layers, strict=True)
        if new.filters < old.filters
    ]
    if wider:
        raise ValueError(
            "Expected a network to begin with that is no wider. "
            f"Received: one that is wider at {', '.join(wider)}."
        )


def _widened(new, old, widths):
    """Scales and shifts in the order of the convolutions, the first ones of each from `old`."""
    parts = []
    for wide, narrow in [pair for pair in widths for _ in ("scale", "shift")]:
        parts += [old[..., :narrow], new[..., narrow:wide]]
        old, new = old[..., narrow:], new[..., wide:]
    return np.concatenate(parts, axis=-1)


def _copied(network, vector):
    """A network of the same convolutions and another vector."""
    copy = _like(network, vector, _smooth_noise(network))
    take_convolutions(copy, network)
    return copy


def _like(network, vector, smooth_noise):
    """A fresh network of the same shape, but for the vector and the smooth noise."""
    filters = {conv.name: conv.filters for conv in _normed(network)}
    noise = network.get_layer("down2").kernel.shape[2] - 3
    return bottleneck(
        filters["down2"],
        filters["down4"],
        sum(name.startswith("residual") for name in filters) // 2,
        (filters["up2"], filters["up1"]),
        noise,
        vector,
        network.name,
        smooth_noise,
    )


def _smooth_noise(network):
    """Its channels of smooth noise."""
    read = network.get_layer("residual1a").kernel.shape[2]
    return read - network.get_layer("down4").filters


def _normed(network):
    """Its convolutions that are normalised, in order."""
    names = {layer.name for layer in network.layers}
    return [layer for layer in network.layers if f"{layer.name}_norm" in names]
