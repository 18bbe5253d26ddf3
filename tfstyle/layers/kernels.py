"""What kernels begin as and what they keep to, against checkerboards."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("tfstyle")
class SameForEveryPixel(keras.initializers.Initializer):
    """Starts a sub-pixel convolution as nearest-neighbour upsampling, without a checkerboard.

    Aitken et al. 2017, https://arxiv.org/abs/1707.02937, section 3.
    """

    def __init__(self, seed=None):
        self.seed = seed

    def __call__(self, shape, dtype=None):
        glorot = keras.initializers.GlorotUniform(self.seed)
        return ops.tile(glorot((*shape[:-1], shape[-1] // 4), dtype), (1, 1, 1, 4))

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable("tfstyle")
class NoCheckerboard(keras.constraints.Constraint):
    """Kernels without response to patterns of two pixels' period, such as a checkerboard.

    A sub-pixel convolution paints the four pixels of a cell with filters of their own, so that a
    flat picture gets a pattern; behind it, this makes the pattern vanish exactly. Each kernel is
    projected to where its transfer function is 0 at the Nyquist frequency of rows, of columns and
    of both (after Sugawara et al. 2018, https://arxiv.org/abs/1806.02658, condition 1).
    """

    def __call__(self, kernel):
        height, width = kernel.shape[:2]
        signs = [np.float32((-1.0) ** np.arange(side)) for side in (height, width)]
        ones = [np.ones(side, np.float32) for side in (height, width)]
        waves = [(signs[0], ones[1]), (ones[0], signs[1]), (signs[0], signs[1])]
        basis, _ = np.linalg.qr(np.stack([np.outer(*wave).ravel() for wave in waves], axis=1))
        flat = ops.reshape(kernel, (height * width, -1))
        seen = ops.matmul(basis, ops.matmul(basis.T, flat))
        return ops.reshape(flat - seen, kernel.shape)
