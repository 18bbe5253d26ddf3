"""Faster algorithms for convolutions, with the same results up to rounding.

A 3x3 convolution behind nearest upsampling by 2 equals a transposed convolution of the features
before the upsampling. This takes less than half of the operations, at every precision.

A convolution of stride 1 equals the input gradient of the convolution with the flipped kernel and
swapped channels. Without AVX-512, oneDNN has a fast kernel for a batch of one for such gradients
only; the convolution itself goes through im2col and takes up to twice as long. The kernel gradient
is faster as matrix products, one for each position of the kernel.
"""

import functools
import itertools

import keras

from tfstyle import device
from tfstyle.layers.resampling import Double, UpsampleLike

NARROW = 4  # up to so many outputs the input gradient is faster with kernels wider than 3 as well
WIDE = 24  # from so many inputs on the kernel gradient is faster as matrix products


def with_fast_convolutions(network: keras.Model) -> keras.Model:
    """Makes a network's convolutions use the fastest algorithm of this processor; returns it.

    Args:
        network: A built network, changed in place. The flipped kernels of frozen layers are
            computed once, so that their weights must not change afterwards.
    """
    if keras.backend.backend() == "tensorflow" and device.accelerator() is None:
        grows = [layer for layer in network.layers if _grows(layer)]
        for layer in grows:
            layer.call = functools.partial(_grown, layer)
        for layer in network.layers:
            if isinstance(layer, keras.Model):
                with_fast_convolutions(layer)
            elif type(layer) is keras.layers.Conv2D:
                _hasten(layer, bool(grows))
    return network


def _grows(layer):
    return isinstance(layer, (Double, UpsampleLike)) and layer.interpolation == "nearest"


def _hasten(layer, grows):
    copies = device.convolves_by_im2col() and fits(layer)
    turned = _turned(layer.kernel.value) if copies and not layer.trainable else None
    if copies or (grows and _follows(layer)):
        layer.convolution_op = functools.partial(convolved, layer, copies=copies, turned=turned)


def fits(layer: keras.layers.Conv2D) -> bool:
    """Whether a convolution is faster as an input gradient where convolutions go through im2col."""
    *sides, _, outputs = layer.kernel.shape
    faster = outputs <= NARROW or max(sides) == 3
    odd = min(sides) > 1 and all(side % 2 for side in sides)
    return layer.compute_dtype == "float32" and _plain(layer) and faster and odd


def _follows(layer):
    """Whether a convolution behind an upsampling can be computed as a transposed one."""
    return _plain(layer) and layer.kernel_size == (3, 3) and layer.padding == "same"


def _plain(layer):
    return layer.strides == layer.dilation_rate == (1, 1) and layer.groups == 1


def _grown(layer, features, *reference):
    """Upsampled features, with the features before an upsampling by 2 as their `doubled`."""
    upsampled = type(layer).call(layer, features, *reference)
    sides, grown = features.shape[1:3], upsampled.shape[1:3]
    if None not in sides and tuple(grown) == tuple(2 * side for side in sides):
        upsampled.doubled = features
    return upsampled


def convolved(layer: keras.layers.Conv2D, features, kernel, copies=True, turned=None):
    """A replacement for the `convolution_op` of a layer.

    Args:
        layer: The layer.
        features: Shape (batch, height, width, inputs).
        kernel: Shape (height, width, inputs, outputs).
        copies: Whether a batch of one is computed as an input gradient; only of layers that `fits`
            accepts.
        turned: The flipped kernel with swapped channels, if it is already known.
    """
    import tensorflow as tf

    kernel = tf.convert_to_tensor(kernel)
    if hasattr(features, "doubled") and _follows(layer):
        return _of_doubled(features.doubled, kernel)
    if not copies or features.shape[0] != 1:
        return keras.layers.Conv2D.convolution_op(layer, features, kernel)
    turned = _turned(kernel) if turned is None else turned
    return _as_gradient(features, kernel, turned, layer.padding.upper())


def _of_doubled(features, kernel):
    """A 3x3 convolution of nearest-upsampled features, as a transposed 4x4 convolution."""
    import tensorflow as tf

    places = itertools.product(((0, 1), (1, 0)), repeat=2)
    spread = tf.add_n([tf.pad(kernel, [*place, (0, 0), (0, 0)]) for place in places])
    batch, height, width, _ = tf.unstack(tf.shape(features))
    shape = (batch, 2 * height, 2 * width, kernel.shape[3])
    return tf.nn.conv2d_transpose(features, _turned(spread), shape, 2, "SAME")


def _turned(kernel):
    import tensorflow as tf

    return tf.transpose(tf.reverse(kernel, (0, 1)), (0, 1, 3, 2))


def _as_gradient(features, kernel, turned, padding):
    import tensorflow as tf

    @tf.custom_gradient
    def convolved(features, kernel):
        rows, columns = (side - 1 if padding == "VALID" else 0 for side in kernel.shape[:2])
        sides = tf.shape(features)[1:3] - [rows, columns]
        shape = tf.concat([[1], sides, kernel.shape[3:]], axis=0)
        beyond = [[0, 0], [rows, rows], [columns, columns], [0, 0]]
        around = beyond if padding == "VALID" else padding
        outputs = tf.nn.conv2d_transpose(features, turned, shape, 1, around)
        return outputs, lambda upstream: _gradients(features, kernel, upstream, padding)

    return convolved(features, kernel)


def _gradients(features, kernel, upstream, padding):
    """Gradients of the convolution with respect to features and kernel."""
    import tensorflow as tf

    how = {"out_backprop": upstream, "strides": [1, 1, 1, 1], "padding": padding}
    back = tf.raw_ops.Conv2DBackpropInput(input_sizes=tf.shape(features), filter=kernel, **how)
    if max(kernel.shape[:2]) == 3 and kernel.shape[2] >= WIDE:
        return back, _by_products(features, kernel.shape, upstream, padding)
    sizes = {"input": features, "filter_sizes": kernel.shape}
    return back, tf.raw_ops.Conv2DBackpropFilter(**sizes, **how)


def _by_products(features, shape, upstream, padding):
    """The kernel gradient as matrix products."""
    import tensorflow as tf

    if padding == "SAME":
        sides = ((0, 0), *((side // 2, side // 2) for side in shape[:2]), (0, 0))
        features = tf.pad(features, sides)
    height, width = tf.unstack(tf.shape(upstream)[1:3])
    flat = tf.reshape(upstream, (-1, shape[3]))

    def inputs_at(i, j):
        return tf.reshape(features[:, i : i + height, j : j + width], (-1, shape[2]))

    places = itertools.product(*map(range, shape[:2]))
    products = [tf.matmul(inputs_at(i, j), flat, transpose_a=True) for i, j in places]
    return tf.reshape(tf.stack(products), shape)
