"""Statistics of feature maps, in `keras.ops`, always computed in float32."""

from keras import ops


def moments(features, epsilon=1e-5):
    """Mean and standard deviation of each channel over the positions.

    Sec. 5 of Huang & Belongie 2017, https://arxiv.org/abs/1703.06868 (equations 5 and 6).

    Args:
        features: Feature map, shape (batch, height, width, channels).
        epsilon: Added to each variance, in squared feature units.

    Returns:
        Two float32 tensors of shape (batch, 1, 1, channels).
    """
    features = ops.cast(features, "float32")
    mean = ops.mean(features, axis=(1, 2), keepdims=True)
    variance = ops.mean(ops.square(features - mean), axis=(1, 2), keepdims=True)
    return mean, ops.sqrt(variance + epsilon)


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


def covariance(features):
    """Mean and covariance of the channels over the positions.

    Args:
        features: Feature map, shape (batch, height, width, channels).

    Returns:
        Float32 tensors of shape (batch, channels) and (batch, channels, channels).
    """
    _, height, width, channels = ops.shape(features)
    flat = ops.cast(ops.reshape(features, (-1, height * width, channels)), "float32")
    mean = ops.mean(flat, axis=1)
    centred = flat - mean[:, None, :]
    count = ops.cast(height * width, "float32")
    return mean, ops.matmul(ops.transpose(centred, (0, 2, 1)), centred) / count


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
    variance = ops.diagonal(spread, axis1=1, axis2=2)
    return mean, ops.sqrt(ops.maximum(variance, 0.0) + epsilon)


def projected_moments(mean, spread, kernel, bias, epsilon=1e-5):
    """Moments of a 1x1 convolution of features, without computing the convolution.

    For y = kernel' x + bias the mean is kernel' mean(x) + bias and the variance the diagonal of
    kernel' covariance(x) kernel. This is how a narrow encoder is asked for the channel moments
    of a wide teacher at the cost of one small matrix product.

    Args:
        mean: Of the features' channels, shape (batch, channels), as from `covariance`.
        spread: Their covariance, shape (batch, channels, channels).
        kernel: Matrix, shape (channels, outputs).
        bias: Vector, shape (outputs,).
        epsilon: Added to each variance, in squared output units.

    Returns:
        Mean and standard deviation, two float32 tensors of shape (batch, outputs).
    """
    variance = ops.sum(ops.matmul(spread, kernel) * kernel, axis=1)
    projected = ops.matmul(mean, kernel) + bias
    return projected, ops.sqrt(ops.maximum(variance, 0.0) + epsilon)
