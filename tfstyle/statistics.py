"""Statistics of feature maps, in `keras.ops`, always computed in float32."""

from keras import ops

from tfstyle import roots as portable


def moments(features, epsilon=1e-5, weights=None):
    """Mean and standard deviation of each channel over the positions.

    Sec. 5 of Huang & Belongie 2017, https://arxiv.org/abs/1703.06868 (equations 5 and 6).

    Args:
        features: Feature map, shape (batch, height, width, channels).
        epsilon: Added to each variance, in squared feature units.
        weights: Of the positions, shape (batch, height, width, 1) and mean 1; None is 1 of each.

    Returns:
        Two float32 tensors of shape (batch, 1, 1, channels).
    """
    features = ops.cast(features, "float32")
    mean = _mean(features, weights)
    variance = _mean(ops.square(features - mean), weights)
    return mean, ops.sqrt(variance + epsilon)


def _mean(features, weights):
    weighted = features if weights is None else features * weights
    return ops.mean(weighted, axis=(1, 2), keepdims=True)


def normalize(features, epsilon=1e-5):
    """Features with each channel brought to mean 0 and deviation 1 over its picture.

    Args:
        features: Feature map, shape (batch, height, width, channels).
        epsilon: Added to each variance, in squared feature units.

    Returns:
        Float32 feature map of `features`' shape.
    """
    mean, deviation = moments(features, epsilon)
    return (ops.cast(features, "float32") - mean) / deviation


def unit(features, epsilon=1e-12):
    """Features of length 1 at every position.

    Args:
        features: Shape (..., channels).
        epsilon: Added to the squared length.

    Returns:
        Float32 tensor of `features`' shape.
    """
    features = ops.cast(features, "float32")
    return features / ops.sqrt(ops.sum(ops.square(features), axis=-1, keepdims=True) + epsilon)


def align_moments(content, style, epsilon=1e-5):
    """Content features given the style's channel moments (AdaIN).

    Equation 8 of Huang & Belongie 2017, https://arxiv.org/abs/1703.06868.

    Args:
        content: Feature map, shape (batch, height, width, channels).
        style: Feature map with the same channels; its height and width may differ.
        epsilon: Added to each variance, in squared feature units.

    Returns:
        Float32 feature map of `content`'s shape.
    """
    mean, deviation = moments(style, epsilon)
    return normalize(content, epsilon) * deviation + mean


def covariance(features, weights=None):
    """Mean and covariance of the channels over the positions.

    Args:
        features: Feature map, shape (batch, height, width, channels).
        weights: As of `moments`.

    Returns:
        Float32 tensors of shape (batch, channels) and (batch, channels, channels).
    """
    _, height, width, channels = ops.shape(features)
    flat = ops.cast(ops.reshape(features, (-1, height * width, channels)), "float32")
    shares = None if weights is None else ops.reshape(weights, (-1, height * width, 1))
    mean = ops.mean(flat if shares is None else flat * shares, axis=1)
    centred = flat - mean[:, None, :]
    weighted = centred if shares is None else centred * shares
    count = ops.cast(height * width, "float32")
    return mean, ops.matmul(ops.transpose(weighted, (0, 2, 1)), centred) / count


def packed(pairs):
    """Means and square matrices of channels, one vector a picture.

    Args:
        pairs: Tensors of shape (batch, channels) and (batch, channels, channels); the channels of
            each pair may differ.

    Returns:
        Shape (batch, the sum of channels * (1 + channels)).
    """
    flat = [
        part
        for mean, square in pairs
        for part in (mean, ops.reshape(square, (-1, mean.shape[-1] ** 2)))
    ]
    return ops.concatenate(flat, axis=-1)


def unpacked(numbers, channels):
    """The pairs that `packed` made a vector of.

    Args:
        numbers: Shape (batch, numbers).
        channels: Of each pair.
    """
    pairs, start = [], 0
    for count in channels:
        square = start + count
        mean, spread = numbers[:, start:square], numbers[:, square : square + count**2]
        pairs.append((mean, ops.reshape(spread, (-1, count, count))))
        start = square + count**2
    return pairs


def position_sums(features, weights=None):
    """Sums over the positions of each channel and of every two channels' products.

    Those of a picture's parts add up to the picture's. Their gradient is one product of matrices in
    the features' own type.

    Args:
        features: Feature map of one picture, shape (1, height, width, channels).
        weights: Of the positions, shape (1, height, width, 1); None is 1 of each.

    Returns:
        Float32 tensors of shape (), the weights' sum, (channels,) and (channels, channels).
    """
    if weights is None:
        count = ops.cast(ops.size(features[..., 0]), "float32")
        return count, *_summed(features, None)
    weights = ops.cast(weights, "float32")
    return ops.sum(weights), *_summed(features, weights)


def _summed(features, weights):
    """By products of matrices throughout, which are faster than sums."""

    @ops.custom_gradient
    def summed(features):
        wide = ops.cast(features, "float32")
        flat, weighted = (
            ops.reshape(x, (-1, features.shape[-1]))
            for x in (wide, wide if weights is None else wide * weights)
        )

        def gradient(*args, upstream=None):
            total, products = (ops.cast(x, features.dtype) for x in upstream or args[-2:])
            kernel = (products + ops.transpose(products))[None, None]
            both = ops.conv(features, kernel) + total
            return both if weights is None else both * ops.cast(weights, features.dtype)

        total = ops.matmul(ops.ones_like(flat[None, :, 0]), weighted)
        return (total[0], ops.matmul(ops.transpose(weighted), flat)), gradient

    return summed(features)


def product_sums(features, wanted):
    """Sums over the positions of each channel, of its squares and of its products with another's.

    They add and have gradients as those of `position_sums` do.

    Args:
        features: Feature map of one picture, shape (1, height, width, channels).
        wanted: Another of the same shape, which has no gradient.

    Returns:
        Three float32 tensors of shape (channels,).
    """

    @ops.custom_gradient
    def summed(features):
        wide = ops.cast(features, "float32")
        each = (wide, ops.square(wide), wide * ops.cast(wanted, "float32"))
        flat = [ops.reshape(x, (-1, features.shape[-1])) for x in each]
        ones = ops.ones_like(flat[0][None, :, 0])

        def gradient(*args, upstream=None):
            total, squares, products = (ops.cast(x, features.dtype) for x in upstream or args[-3:])
            return 2 * squares * features + products * ops.cast(wanted, features.dtype) + total

        return tuple(ops.matmul(ones, x)[0] for x in flat), gradient

    return summed(features)


def covariance_of_sums(count, total, products):
    """What `covariance` returns, from what `position_sums` does, of a batch of one."""
    mean = total / count
    return mean[None], (products / count - mean[:, None] * mean[None, :])[None]


def roots(spread, ridge=1e-3):
    """Square root and inverse square root of covariances, by matrix products alone.

    Coupled iteration as of Higham 2008, Functions of Matrices, section 6.3, with the polynomials
    of `roots.ROOT_STEPS`; no decomposition that can fail or that a phone has not.

    Args:
        spread: Symmetric, no eigenvalue below 0, shape (batch, channels, channels).
        ridge: Added to the diagonal, as a share of the mean variance; and a thousandth of it in
            squared feature units, for a picture of one colour.

    Returns:
        Two tensors of the same shape. |Z B Z - I| stays below 1e-3 on 512 channels whose
        variances fall as 1 / i^2.
    """
    return portable.roots(spread, ridge, ops)


def square_root(matrices):
    """Square root of covariances, by their eigenvectors: exact, where `roots` is portable.

    Args:
        matrices: Symmetric, no eigenvalue below 0, shape (batch, channels, channels).
    """
    values, vectors = ops.eigh(matrices)
    scaled = vectors * ops.sqrt(ops.maximum(values, 0.0))[:, None, :]
    return ops.matmul(scaled, ops.transpose(vectors, (0, 2, 1)))


def gram_matrix(mean, spread):
    """Gram matrix, mean over the positions of the products of every two channels.

    Gatys et al. 2015, https://arxiv.org/abs/1508.06576, equation 3, divided by the positions.

    Args:
        mean: Of the channels, shape (batch, channels), as from `covariance`.
        spread: Their covariance, shape (batch, channels, channels).

    Returns:
        Tensor of the covariance's shape.
    """
    return spread + mean[:, :, None] * mean[:, None, :]


def channel_moments(mean, spread, epsilon=1e-5):
    """Mean and standard deviation of the channels, from what `covariance` returns.

    Args:
        mean: Shape (batch, channels).
        spread: Covariance, shape (batch, channels, channels).
        epsilon: Added to each variance, in squared feature units.

    Returns:
        Two tensors of shape (batch, channels).
    """
    eye = ops.eye(spread.shape[-1], dtype="float32")  # TFLite has no diagonal
    variance = ops.sum(spread * eye, axis=2)
    return mean, ops.sqrt(ops.maximum(variance, 0.0) + epsilon)


def projected(mean, spread, kernel, bias):
    """Mean and covariance of a 1x1 convolution of features, without computing the convolution.

    Args:
        mean: Of the features' channels, shape (batch, channels), as from `covariance`.
        spread: Their covariance, shape (batch, channels, channels).
        kernel: Matrix, shape (channels, outputs).
        bias: Vector, shape (outputs,).

    Returns:
        Float32 tensors of shape (batch, outputs) and (batch, outputs, outputs).
    """
    turned = ops.matmul(ops.transpose(kernel), ops.matmul(spread, kernel))
    return ops.matmul(mean, kernel) + bias, turned


def projected_moments(mean, spread, kernel, bias, epsilon=1e-5):
    """Moments of a 1x1 convolution of features, without computing the convolution.

    For y = kernel' x + bias the mean is kernel' mean(x) + bias and the variance the diagonal of
    kernel' covariance(x) kernel. This is how a narrow encoder is asked for the channel moments
    of a wide teacher at the cost of one small matrix product.

    Args:
        mean: Of the features' channels, shape (batch, channels), as from `covariance`.
        spread: Their covariance, shape (batch, channels, channels).
        kernel: Matrix, shape (channels, outputs).
        bias: Vector, shape (outputs,), or 0.
        epsilon: Added to each variance, in squared output units.

    Returns:
        Mean and standard deviation, two float32 tensors of shape (batch, outputs).
    """
    variance = ops.sum(ops.matmul(spread, kernel) * kernel, axis=1)
    projected = ops.matmul(mean, kernel) + bias
    return projected, ops.sqrt(ops.maximum(variance, 0.0) + epsilon)
