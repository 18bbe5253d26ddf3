"""Pure loss functions over feature maps and pictures, in `keras.ops`."""

from keras import ops

from tfstyle import statistics


def content_loss(content, pastiche):
    """How far the pastiche's features have moved, each channel normalised over its picture.

    Gatys' squared difference (https://arxiv.org/abs/1508.06576, equation 1) of features whose
    moments are taken out first, so that it does not pull against the style's moments.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.

    Returns:
        Scalar, 0 where they agree, 2 where they have nothing in common.
    """
    difference = statistics.normalize(content) - statistics.normalize(pastiche)
    return ops.mean(ops.square(difference))


def moment_loss(style, pastiche):
    """Squared distance of channel means and deviations, as a share of the style's own.

    Huang & Belongie 2017, https://arxiv.org/abs/1703.06868, equation 13, a tap; divided by
    |style|^2 so that every tap counts alike.

    Args:
        style: Mean and deviation, two tensors of shape (batch, channels).
        pastiche: The same of the result.

    Returns:
        Scalar, 0 where they agree, about 1 where the pastiche has none.
    """
    wanted, found = ops.concatenate(style, axis=-1), ops.concatenate(pastiche, axis=-1)
    distance = ops.sum(ops.square(wanted - found), axis=-1)
    return ops.mean(distance / (ops.sum(ops.square(wanted), axis=-1) + 1e-6))


def total_variation(image):
    """Mean absolute difference of neighbouring pixels.

    The anisotropic form of Johnson et al. 2016, https://arxiv.org/abs/1603.08155, section 3.2.

    Args:
        image: Pictures, shape (batch, height, width, 3), in [0, 1].

    Returns:
        Scalar in [0, 2].
    """
    down = ops.mean(ops.abs(image[:, 1:] - image[:, :-1]))
    return down + ops.mean(ops.abs(image[:, :, 1:] - image[:, :, :-1]))
