"""Pure loss functions over feature maps and pictures, in `keras.ops`."""

import numpy as np
from keras import ops

from tfstyle import statistics
from tfstyle.color import LUMA


def content_loss(content, pastiche):
    """Mean squared difference of features, each channel normalised over its picture.

    The content loss of Gatys et al. 2015 (https://arxiv.org/abs/1508.06576, equation 1) on
    normalised features, so that it does not conflict with the style's moments.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.

    Returns:
        Scalar, 0 where they agree, 2 where they have nothing in common.
    """
    difference = statistics.normalize(content) - statistics.normalize(pastiche)
    return ops.mean(ops.square(difference))


def self_similarity_loss(content, pastiche):
    """Difference of the self-similarities of two feature maps.

    Kolkin, Salavon & Shakhnarovich 2019, https://arxiv.org/abs/1904.12785, equation 7: distances
    of 1 - cosine between every two positions, each row as a share of its sum. It keeps regions of
    one colour in one colour, whichever it is.

    Args:
        content: Features of the photograph, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.

    Returns:
        Scalar, 0 where they agree, at most 2.
    """
    content_distances, pastiche_distances = (_dissimilarity(x) for x in (content, pastiche))
    return ops.mean(ops.sum(ops.abs(content_distances - pastiche_distances), axis=-1))


def _dissimilarity(features):
    flat = ops.reshape(features, (features.shape[0] or -1, -1, features.shape[-1]))
    flat = statistics.unit(flat)
    distances = 1.0 - ops.matmul(flat, ops.transpose(flat, (0, 2, 1)))
    return distances / (ops.sum(distances, axis=-1, keepdims=True) + 1e-6)


STROKE = 4  # pixels a side of the means that are compared; finer luminance is the strokes' own


def luminance_loss(content, pastiche):
    """`content_loss` of the luminance, in means of 4x4 pixels.

    It keeps light places lighter than dark ones, which features without their moments and the
    style's losses do not: a pale face in a dark style stays pale.

    Args:
        content: Photographs, shape (batch, height, width, 3), in [0, 1].
        pastiche: Results, the same shape.

    Returns:
        Scalar, 0 where they agree up to brightness and contrast, 2 where one has nothing of the
        other, 4 where one is the other's negative.
    """
    means = (
        ops.average_pool(ops.matmul(ops.cast(image, "float32"), LUMA[:, None]), STROKE, STROKE)
        for image in (content, pastiche)
    )
    return content_loss(*means)


PATCH = 8  # pixels a side of the means of colour that are compared, broader than most strokes
GREY = 1e-3  # added to variances of colour, so that a grey photograph is not divided by nothing


def recoloring_loss(content, style, pastiche, weights=None):
    """Difference from the photograph in the painting's colours, in means of 8x8 pixels.

    The photograph is brought to the painting's mean and covariance of colours by the linear map
    that moves colours least: Pitie & Kokaram 2007, The linear Monge-Kantorovitch linear colour
    mapping for example-based colour transfer. What is alike in the photograph gets
    one colour, so that no patch of another one lies there, and light stays lighter than dark.

    Args:
        content: Photographs, shape (batch, height, width, 3), in [0, 1].
        style: Mean and covariance of the paintings' pixels, shapes (batch, 3) and (batch, 3, 3).
        pastiche: Results, the content's shape.
        weights: Weight of each picture, shape (batch,); None weighs each by 1.

    Returns:
        Scalar, 0 where they agree, 1 for the painting's mean colour.
    """
    target, pastiche = (
        ops.average_pool(ops.cast(image, "float32"), PATCH, PATCH)
        for image in (_recolored(content, *style), pastiche)
    )
    error = ops.sum(ops.mean(ops.square(target - pastiche), axis=(1, 2)), axis=-1)
    share = error / (_trace(statistics.covariance(target)[1]) + GREY)
    return ops.mean(share if weights is None else weights * share)


def _recolored(content, mean, covariance):
    """Pictures with other means and covariances of colours."""
    content = ops.cast(content, "float32")
    own_mean, own_covariance = statistics.covariance(content)
    values, vectors = ops.eigh(own_covariance)
    deviations = ops.sqrt(ops.maximum(values, 0.0) + GREY)[:, None, :]
    root, inverse = (
        ops.matmul(scaled, ops.transpose(vectors, (0, 2, 1)))
        for scaled in (vectors * deviations, vectors / deviations)
    )
    middle = statistics.square_root(ops.matmul(ops.matmul(root, covariance), root))
    map_ = ops.matmul(ops.matmul(inverse, middle), inverse)
    centred = content - own_mean[:, None, None, :]
    return ops.einsum("bhwc,bcd->bhwd", centred, map_) + mean[:, None, None, :]


TINY = 1e-10  # the least product of two variances of chroma
CHROMA = np.float32([[-0.169, 0.5], [-0.331, -0.419], [0.5, -0.081]])  # to Cb and Cr, BT.601


def chroma_loss(style, pastiche, weights=None):
    """Squared Wasserstein distance of Gaussians of chroma, the result's of means of 8x8 pixels.

    The distance of all colours is that of light and dark for the most part, and fine grain of many
    colours satisfies it. This one asks for regions of the painting's colours, whichever they are.

    Args:
        style: Mean and covariance of the paintings' pixels, shapes (batch, 3) and (batch, 3, 3).
        pastiche: Results, shape (batch, height, width, 3), in [0, 1].
        weights: Weight of each picture, shape (batch,); None weighs each by 1.

    Returns:
        Scalar, 0 where they agree, 1 for the painting's mean chroma; the grey of a grey painting
        counts by GREY.
    """
    means = ops.average_pool(ops.cast(pastiche, "float32"), PATCH, PATCH)
    (style_mean, style_covariance), (mean, covariance) = (
        (ops.matmul(mean, CHROMA), ops.matmul(ops.matmul(CHROMA.T, covariance), CHROMA))
        for mean, covariance in (style, statistics.covariance(means))
    )
    cross = _trace(ops.matmul(style_covariance, covariance))
    cross += 2.0 * ops.sqrt(_determinant(style_covariance) * _determinant(covariance))
    distance = ops.sum(ops.square(style_mean - mean), axis=-1)
    distance += _trace(style_covariance) + _trace(covariance)
    distance -= 2.0 * ops.sqrt(ops.maximum(cross, TINY))
    share = distance / (_trace(style_covariance) + GREY)
    return ops.mean(share if weights is None else weights * share)


def _determinant(matrices):
    """Determinants of 2x2 matrices, TINY at least: the gradient of a root is finite there."""
    product = matrices[:, 0, 0] * matrices[:, 1, 1] - matrices[:, 0, 1] * matrices[:, 1, 0]
    return ops.maximum(product, TINY)


def target_loss(target, pastiche):
    """Squared difference from target features, as a share of the target's variance.

    The content loss of Huang & Belongie 2017, https://arxiv.org/abs/1703.06868, equation 12;
    divided so that every picture counts alike.

    Args:
        target: Target features, shape (batch, height, width, channels).
        pastiche: Features of the result, the same shape.

    Returns:
        Scalar, 0 where they agree, 1 where the result equals the target's channel means.
    """
    axes, target = (1, 2, 3), ops.cast(target, "float32")
    variance = ops.square(target - ops.mean(target, axis=(1, 2), keepdims=True))
    error = ops.square(target - ops.cast(pastiche, "float32"))
    return ops.mean(ops.sum(error, axis=axes) / (ops.sum(variance, axis=axes) + 1e-6))


def moment_loss(style, pastiche):
    """Squared distance of channel means and deviations, as a share of the style's squared norm.

    Huang & Belongie 2017, https://arxiv.org/abs/1703.06868, equation 13 for one layer; divided by
    |style|^2 so that every layer counts alike.

    Args:
        style: Mean and deviation, two tensors of shape (batch, channels).
        pastiche: The same of the result.

    Returns:
        Scalar, 0 where they agree, about 1 where the pastiche's are 0.
    """
    style_moments, pastiche_moments = (
        ops.concatenate(style, axis=-1),
        ops.concatenate(pastiche, axis=-1),
    )
    distance = ops.sum(ops.square(style_moments - pastiche_moments), axis=-1)
    return ops.mean(distance / (ops.sum(ops.square(style_moments), axis=-1) + 1e-6))


def total_variation(image):
    """Mean absolute difference of neighbouring pixels.

    The anisotropic form of Johnson et al. 2016, https://arxiv.org/abs/1603.08155, section 3.2.

    Args:
        image: Pictures, shape (batch, height, width, 3), in [0, 1].

    Returns:
        Scalar in [0, 2].
    """
    step = np.float32([1, -1])[:, None, None, None] * np.ones((1, 1, 3, 1), np.float32)
    down = ops.depthwise_conv(image, step)  # a slice's gradient takes five times the time
    across = ops.depthwise_conv(image, step.swapaxes(0, 1))
    return ops.mean(ops.abs(down)) + ops.mean(ops.abs(across))


LATTICE = 8  # period in pixels of the artefacts of networks with three poolings or upsamplings
SMOOTH = 9  # pixels; subtracting the mean over so many removes coarser structure than a lattice


def lattice_loss(image):
    """Power of a pattern with a period of 8 pixels, relative to that of random texture.

    The local mean is subtracted from the pixels, which are then averaged over all cells of 8x8
    pixels; texture without a lattice averages out.

    Args:
        image: Pictures, shape (batch, height, width, channels), whose size is known.

    Returns:
        Scalar, about 1 for texture without a lattice, up to the number of cells for a pure
        lattice; 0 for pictures smaller than two cells.
    """
    grey = ops.mean(ops.cast(image, "float32"), axis=-1, keepdims=True)
    fine = (grey - ops.average_pool(grey, SMOOTH, 1, padding="same"))[:, LATTICE:, LATTICE:]
    rows, columns = (side // LATTICE - 1 for side in fine.shape[1:3])
    if min(rows, columns) < 1 or rows * columns < 2:
        return ops.zeros(())
    fine = fine[:, : rows * LATTICE, : columns * LATTICE]
    cells = ops.reshape(fine, (-1, rows, LATTICE, columns, LATTICE))
    pattern = ops.mean(cells, axis=(1, 3))
    pattern = ops.square(pattern - ops.mean(pattern, axis=(1, 2), keepdims=True))
    power = ops.stop_gradient(ops.mean(ops.square(fine), axis=(1, 2, 3))) + 1e-5
    return ops.mean(rows * columns * ops.mean(pattern, axis=(1, 2)) / power)


def gram_loss(style, pastiche):
    """Squared distance of Gram matrices, as a share of the style's squared norm.

    Gatys et al. 2015, https://arxiv.org/abs/1508.06576, equation 4 for one layer; divided by
    |style|^2 so that every layer and every painting counts alike.

    Args:
        style: Gram matrices of the painting, shape (batch, channels, channels).
        pastiche: The same of the result.

    Returns:
        Scalar, 0 where they agree, about 1 where the pastiche has none.
    """
    axes = (1, 2)
    distance = ops.sum(ops.square(style - pastiche), axis=axes)
    return ops.mean(distance / (ops.sum(ops.square(style), axis=axes) + 1e-6))


RIDGE, TINY = 1e-5, 1e-20  # under a root: a share of the mean eigenvalue, and a constant


def wasserstein_loss(style, pastiche, root=None, ridge=RIDGE, weights=None):
    """Squared 2-Wasserstein distance of Gaussians, as a share of the style's second moment.

    Olkin & Pukelsheim 1982, The distance between two random vectors with given dispersion matrices,
    equation 6; as a style loss: Mroueh 2019, https://arxiv.org/abs/1905.12828, section 3.

    Args:
        style: Mean and covariance of the painting, shapes (batch, channels) and (batch, channels,
            channels).
        pastiche: The same of the result.
        root: Square root of the painting's covariance, if it is already known.
        ridge: Keeps gradients finite, as a share of the mean eigenvalue. It lowers the distance by
            up to 0.02 on VGG-19's relu4_1; use 0 for a measurement.
        weights: Weight of each picture, shape (batch,); None weighs each by 1.

    Returns:
        Scalar, 0 where they agree, about 1 where the pastiche's statistics are 0.
    """
    (style_mean, style_covariance), (mean, covariance) = style, pastiche
    root = statistics.square_root(style_covariance) if root is None else root
    cross = _root_trace(ops.matmul(ops.matmul(root, covariance), root), ridge)
    distance = ops.sum(ops.square(style_mean - mean), axis=-1)
    distance += _trace(style_covariance) + _trace(covariance) - 2.0 * cross
    size = ops.sum(ops.square(style_mean), axis=-1) + _trace(style_covariance)
    share = distance / (size + 1e-6)
    return ops.mean(share if weights is None else weights * share)


def _root_trace(matrices, ridge):
    """Trace of the square roots; its gradient is half the inverse root, finite with a ridge."""

    @ops.custom_gradient
    def traced(matrices):
        values, vectors = ops.eigh(matrices)
        values = ops.maximum(values, 0.0)
        roots = ops.sqrt(values + ridge * ops.mean(values, axis=-1, keepdims=True) + TINY)

        def gradient(*args, upstream=None):
            (upstream,) = args[-1:] if upstream is None else (upstream,)
            scaled = vectors * (0.5 * upstream[:, None, None] / roots[:, None, :])
            return ops.matmul(scaled, ops.transpose(vectors, (0, 2, 1)))

        return ops.sum(roots, axis=-1), gradient

    return traced(matrices)


def _trace(matrices):
    return ops.sum(ops.diagonal(matrices, axis1=1, axis2=2), axis=-1)


def remd_loss(style, pastiche, weights=None):
    """Relaxed earth mover's distance (REMD) of two sets of features.

    Kolkin, Salavon & Shakhnarovich 2019, https://arxiv.org/abs/1904.12785, equations 3 to 5: the
    larger of two means, of each feature's least cost to the other set, at a cost of 1 - cosine.

    Args:
        style: Features at positions of the painting, shape (batch, positions, channels).
        pastiche: The same of the result; the number of positions may differ.
        weights: Weight of each picture, shape (batch,); None weighs each by 1.

    Returns:
        Scalar in [0, 2], the mean over the batch; 0 where both sets have the same directions.
    """
    style, pastiche = statistics.unit(style), statistics.unit(pastiche)
    costs = 1.0 - ops.matmul(style, ops.transpose(pastiche, (0, 2, 1)))
    one, other = (ops.mean(ops.min(costs, axis=axis), axis=-1) for axis in (1, 2))
    distance = ops.maximum(one, other)
    return ops.mean(distance if weights is None else weights * distance)


COLOR_AXES = (  # red, green, blue, their sum and their differences
    *((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)),
    *((1, -1, 0), (0, 1, -1), (-1, 0, 1)),
)


def color_loss(style, pastiche):
    """Squared distance of the pixels' means and deviations along seven axes of colour.

    The deviations along differences of red, green and blue measure the saturation.

    Args:
        style: Paintings, shape (batch, height, width, 3), in [0, 1].
        pastiche: Results, shape (batch, height, width, 3), in [0, 1]; their size may differ.

    Returns:
        Scalar, in squared units of [0, 1], the mean over the axes.
    """
    return color_distance(*(statistics.covariance(image) for image in (style, pastiche)))


def color_distance(style, pastiche):
    """`color_loss` of the pictures' means and covariances.

    Args:
        style: Mean and covariance of the paintings' pixels, as `statistics.covariance` returns
            them: shapes (batch, 3) and (batch, 3, 3).
        pastiche: The same of the results.

    Returns:
        Scalar, in squared units of [0, 1], the mean over the axes.
    """
    axes = np.float32(COLOR_AXES) / np.linalg.norm(COLOR_AXES, axis=1, keepdims=True)
    kernel, bias = np.float32(axes.T), np.zeros(len(axes), np.float32)
    style_moments, pastiche_moments = (
        statistics.projected_moments(*colors, kernel, bias) for colors in (style, pastiche)
    )
    return sum(
        ops.mean(ops.square(a - b)) for a, b in zip(style_moments, pastiche_moments, strict=True)
    )


def own_style_loss(content, own, pastiche):
    """Mean squared difference of pixels of the photographs that are their own style.

    Args:
        content: Pictures, shape (batch, height, width, 3), in [0, 1].
        own: 1 for photographs that are their own style, 0 for others, shape (batch,).
        pastiche: Results, the content's shape.

    Returns:
        Scalar, the mean over the batch; other photographs count as 0.
    """
    return ops.mean(own * ops.mean(ops.square(pastiche - content), axis=(1, 2, 3)))


ADVERSARIAL = ("least-squares", "cross-entropy")


def adversarial_loss(scores, real, kind="least-squares"):
    """Loss of a discriminator's scores against the label real or generated.

    Least squares: Mao et al. 2017, https://arxiv.org/abs/1611.04076, equation 9 with labels 0
    and 1; cross-entropy: Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661, equation 1, the
    generator's side as in its section 3 (not saturating).

    Args:
        scores: Logits of patches, any shape.
        real: The label: whether the patches are to be scored as real.
        kind: "least-squares" or "cross-entropy".

    Returns:
        Scalar, mean over the patches.

    Raises:
        ValueError: The kind is unknown.
    """
    scores = ops.cast(scores, "float32")
    if kind == "least-squares":
        return ops.mean(ops.square(scores - float(real)))
    if kind == "cross-entropy":
        return ops.mean(ops.softplus(-scores if real else scores))
    raise ValueError(f"Expected one of {', '.join(ADVERSARIAL)}. Received: {kind!r}.")


def contrastive_loss(keys, queries, temperature=0.07):
    """Contrastive loss of the patches of a translation and those of its photograph (PatchNCE).

    Park et al. 2020, https://arxiv.org/abs/2007.15651, equations 2 and 3 for one layer: the
    cross-entropy of each query's own key among the keys of its picture.

    Args:
        keys: Features of the photographs' patches, shape (batch, positions, channels), of any norm.
        queries: Features of the translations at the same positions, the same shape.
        temperature: Divisor of the cosines; section 3 of the paper.

    Returns:
        Scalar, the mean over positions; the logarithm of their number for constant features.
    """
    keys, queries = statistics.unit(keys), statistics.unit(queries)
    likeness = ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) / temperature
    own = ops.sum(queries * keys, axis=-1) / temperature
    return ops.mean(ops.logsumexp(likeness, axis=-1) - own)


def squared_loss(expected, actual):
    """Mean squared difference of pictures.

    Args:
        expected: Pictures, shape (batch, height, width, 3), in [0, 1].
        actual: Pictures of the same shape and range.

    Returns:
        Scalar, in squared units of [0, 1].
    """
    return ops.mean(ops.square(ops.cast(expected, "float32") - ops.cast(actual, "float32")))


def absolute_loss(expected, actual):
    """Mean absolute difference of pictures in the papers' range, [-1, 1].

    The cycle and identity losses of Zhu et al. 2017, https://arxiv.org/abs/1703.10593, equation 2
    and section 5.2, and the L1 loss of Isola et al. 2017, equation 3.

    Args:
        expected: Pictures, shape (batch, height, width, 3), in [0, 1].
        actual: Pictures of the same shape and range.

    Returns:
        Scalar in [0, 2].
    """
    return 2.0 * ops.mean(ops.abs(ops.cast(expected, "float32") - actual))
