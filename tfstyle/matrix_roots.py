"""Square roots of covariances by matrix products alone, in `keras.ops` or in NumPy."""

# Amsel et al. 2025, https://arxiv.org/abs/2505.16932, algorithm 1: odd polynomials of degree five
# that, applied in turn, map the interval from 0.001 to 1 closest to 1. Each but the last takes the
# number over 1.01, since the iteration diverges for numbers that rounding lifts above the interval.
_POLYNOMIALS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
    (1.891301407787398, -1.2679958271945868, 0.37680408948524835),
)
ROOT_STEPS = (
    *((a / 1.01, b / 1.01**3, c / 1.01**5) for a, b, c in _POLYNOMIALS),
    (1.875, -1.25, 0.375),
)


def square_root_and_inverse(covariance, ridge, ops):
    """Square root and inverse square root of covariances.

    Args:
        covariance: Symmetric, positive semidefinite, shape (batch, channels, channels).
        ridge: Added to the diagonal, as a share of the mean variance (see
            `statistics.square_root_and_inverse`).
        ops: `keras.ops` or `numpy`.

    Returns:
        Two arrays of the same shape.
    """
    eye = ops.eye(covariance.shape[-1], dtype="float32")
    mean = ops.mean(ops.sum(covariance * eye, axis=2), axis=1)[
        :, None, None
    ]  # TFLite has no diagonal
    loaded = covariance + (ridge * mean + 1e-3 * ridge) * eye
    size = ops.sqrt(ops.sum(ops.square(loaded), axis=(1, 2), keepdims=True))
    root, inverse = loaded / size, None
    for linear, cubic, quintic in ROOT_STEPS:
        product = root if inverse is None else ops.matmul(inverse, root)
        square = ops.matmul(product, product)
        step = (
            eye + (cubic / linear) * product + (quintic / linear) * square
        )  # a file keeps one eye
        root = linear * ops.matmul(root, step)
        inverse = linear * (step if inverse is None else ops.matmul(step, inverse))
    return root * ops.sqrt(size), inverse / ops.sqrt(size)
