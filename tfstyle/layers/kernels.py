"""Constraints of convolution kernels."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("tfstyle")
class NoCheckerboard(keras.constraints.Constraint):
    """Constrains kernels to have no response to patterns with a period of two pixels.

    Each kernel is projected so that its transfer function is 0 at the Nyquist frequency of rows,
    of columns and of both (after Sugawara et al. 2018, https://arxiv.org/abs/1806.02658,
    condition 1). This prevents checkerboard artefacts.
    """

    def __call__(self, kernel):
        height, width = kernel.shape[:2]
        signs = [np.float32((-1.0) ** np.arange(side)) for side in (height, width)]
        ones = [np.ones(side, np.float32) for side in (height, width)]
        waves = [(signs[0], ones[1]), (ones[0], signs[1]), (signs[0], signs[1])]
        basis, _ = np.linalg.qr(np.stack([np.outer(*wave).ravel() for wave in waves], axis=1))
        flat = ops.reshape(kernel, (height * width, -1))
        response = ops.matmul(basis, ops.matmul(basis.T, flat))
        return ops.reshape(flat - response, kernel.shape)
