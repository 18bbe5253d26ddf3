"""Statistics of feature maps, in `keras.ops`, always computed in float32."""

from keras import ops

from tfstyle import matrix_roots


def moments(features, epsilon=1e-5, weights=None):
    """Mean and standard deviation of each channel over the positions.

    Sec. 5 of Huang & Belongie 2017, https://arxiv.org/abs/1703.06868 (equations 5 and 6).

    Args:
        features: Feature map, shape (batch, height, width, channels).
        epsilon: Added to each variance, in squared feature units.
        weights: Weight of each position, shape (batch, height, width, 1) and mean 1; None weighs
            each by 1.

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
        weights: Weight of each position, shape (batch, height, width, 1) and mean 1; None weighs
            each by 1.

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
    """Means and square matrices of channels as one vector for each picture.

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
    """The inverse of `packed`.

    Args:
        numbers: Shape (batch, the sum of channels * (1 + channels)).
        channels: Number of channels of each pair.

    Returns:
        Pairs of tensors of shape (batch, channels) and (batch, channels, channels).
    """
    pairs, start = [], 0
    for count in channels:
        square = start + count
        mean, covariance = numbers[:, start:square], numbers[:, square : square + count**2]
        pairs.append((mean, ops.reshape(covariance, (-1, count, count))))
        start = square + count**2
    return pairs


def position_sums(features, weights=None):
    """Sums over the positions of each channel and of the products of every two channels.

    The sums of a picture's parts add up to the sums of the picture. Their gradient is one matrix
    product in the features' own type.

    Args:
        features: Feature map of one picture, shape (1, height, width, channels).
        weights: Weight of each position, shape (1, height, width, 1); None weighs each by 1.

    Returns:
        Float32 tensors of shape () (the sum of the weights), (channels,) and (channels, channels).
    """
    if weights is None:
        count = ops.cast(ops.size(features[..., 0]), "float32")
        return count, *_summed(features, None)
    weights = ops.cast(weights, "float32")
    return ops.sum(weights), *_summed(features, weights)


def _summed(features, weights):
    """Sums as matrix products, which are faster than reductions."""

    @ops.custom_gradient
    def summed(features):
        wide = ops.cast(features, "float32")
        flat, weighted = (
            ops.reshape(x, (-1, features.shape[-1]))
            for x in (wide, wide if weights is None else wide * weights)
        )

        def gradient(*args, upstream=None):
            upstream = ops.cast(args[-1] if upstream is None else upstream, features.dtype)
            total, products = upstream[0], upstream[1:]
            kernel = (products + ops.transpose(products))[None, None]
            both = ops.conv(features, kernel) + total
            return both if weights is None else both * ops.cast(weights, features.dtype)

        total = ops.matmul(ops.ones_like(flat[None, :, 0]), weighted)
        return ops.concatenate([total, ops.matmul(ops.transpose(weighted), flat)]), gradient

    sums = summed(features)  # in one tensor, since Keras on torch has no gradients of several
    return sums[0], sums[1:]


def product_sums(features, target):
    """Sums over the positions of each channel, of its square and of its product with a target.

    The sums of a picture's parts add up to the sums of the picture.

    Args:
        features: Feature map of one picture, shape (1, height, width, channels).
        target: Feature map of the same shape, which has no gradient.

    Returns:
        Three float32 tensors of shape (channels,).
    """

    @ops.custom_gradient
    def summed(features):
        wide = ops.cast(features, "float32")
        terms = (wide, ops.square(wide), wide * ops.cast(target, "float32"))
        flat = [ops.reshape(x, (-1, features.shape[-1])) for x in terms]
        ones = ops.ones_like(flat[0][None, :, 0])

        def gradient(*args, upstream=None):
            upstream = ops.cast(args[-1] if upstream is None else upstream, features.dtype)
            total, squares, products = ops.unstack(upstream, 3)
            return 2 * squares * features + products * ops.cast(target, features.dtype) + total

        return ops.concatenate([ops.matmul(ones, x) for x in flat]), gradient

    return tuple(ops.unstack(summed(features), 3))


def covariance_of_sums(count, total, products):
    """Mean and covariance of the channels, from the results of `position_sums`.

    Args:
        count: Sum of the weights, shape ().
        total: Sums of the channels, shape (channels,).
        products: Sums of the products of channels, shape (channels, channels).

    Returns:
        Tensors of shape (1, channels) and (1, channels, channels), as from `covariance`.
    """
    mean = total / count
    return mean[None], (products / count - mean[:, None] * mean[None, :])[None]


def square_root_and_inverse(covariance, ridge=1e-3):
    """Square root and inverse square root of covariances, by matrix products alone.

    The coupled iteration of Higham 2008, Functions of Matrices, section 6.3, with the polynomials
    of `matrix_roots.ROOT_STEPS`. It needs no matrix decomposition, which TFLite does not have.

    Args:
        covariance: Symmetric, positive semidefinite, shape (batch, channels, channels).
        ridge: Added to the diagonal, as a share of the mean variance. A thousandth of it is added
            in squared feature units, for a picture of one colour.

    Returns:
        Two tensors of the same shape. |Z B Z - I| stays below 1e-3 on 512 channels whose
        variances fall as 1 / i^2.
    """
    return matrix_roots.square_root_and_inverse(covariance, ridge, ops)


def square_root(matrices):
    """Square root of covariances by an eigendecomposition, which is more exact.

    Args:
        matrices: Symmetric, positive semidefinite, shape (batch, channels, channels).

    Returns:
        Tensor of the same shape.
    """
    values, vectors = ops.eigh(matrices)
    scaled = vectors * ops.sqrt(ops.maximum(values, 0.0))[:, None, :]
    return ops.matmul(scaled, ops.transpose(vectors, (0, 2, 1)))


def gram_matrix(mean, covariance):
    """Gram matrix: the mean over the positions of the products of every two channels.

    Gatys et al. 2015, https://arxiv.org/abs/1508.06576, equation 3, divided by the positions.

    Args:
        mean: Mean of the channels, shape (batch, channels).
        covariance: Covariance of the channels, shape (batch, channels, channels).

    Returns:
        Tensor of the covariance's shape.
    """
    return covariance + mean[:, :, None] * mean[:, None, :]


def channel_moments(mean, covariance, epsilon=1e-5):
    """Mean and standard deviation of the channels, from what `covariance` returns.

    Args:
        mean: Shape (batch, channels).
        covariance: Covariance, shape (batch, channels, channels).
        epsilon: Added to each variance, in squared feature units.

    Returns:
        Two tensors of shape (batch, channels).
    """
    eye = ops.eye(covariance.shape[-1], dtype="float32")  # TFLite has no diagonal
    variance = ops.sum(covariance * eye, axis=2)
    return mean, ops.sqrt(ops.maximum(variance, 0.0) + epsilon)


def projected_statistics(mean, covariance, kernel, bias):
    """Mean and covariance of a 1x1 convolution of features, without computing the convolution.

    Args:
        mean: Mean of the channels, shape (batch, channels).
        covariance: Covariance of the channels, shape (batch, channels, channels).
        kernel: Matrix, shape (channels, outputs).
        bias: Vector, shape (outputs,).

    Returns:
        Float32 tensors of shape (batch, outputs) and (batch, outputs, outputs).
    """
    projected_covariance = ops.matmul(ops.transpose(kernel), ops.matmul(covariance, kernel))
    return ops.add(ops.matmul(mean, kernel), bias), projected_covariance


def projected_moments(mean, covariance, kernel, bias, epsilon=1e-5):
    """Moments of a 1x1 convolution of features, without computing the convolution.

    For y = kernel' x + bias the mean is kernel' mean(x) + bias and the variance the diagonal of
    kernel' covariance(x) kernel. It predicts the channel moments of a wide teacher from a narrow
    encoder at the cost of one small matrix product.

    Args:
        mean: Mean of the channels, shape (batch, channels).
        covariance: Covariance of the channels, shape (batch, channels, channels).
        kernel: Matrix, shape (channels, outputs).
        bias: Vector, shape (outputs,), or 0.
        epsilon: Added to each variance, in squared output units.

    Returns:
        Mean and standard deviation, two float32 tensors of shape (batch, outputs).
    """
    variance = ops.sum(ops.matmul(covariance, kernel) * kernel, axis=1)
    projected_mean = ops.add(ops.matmul(mean, kernel), bias)
    return projected_mean, ops.sqrt(ops.maximum(variance, 0.0) + epsilon)
