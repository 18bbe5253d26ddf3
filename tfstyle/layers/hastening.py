"""Convolutions computed in the way that a processor is fastest at, the same up to rounding.

Of a picture that nearest upsampling doubled, a 3x3 convolution is a transposed one of the picture
before: less than half of the work, at every precision.

A convolution of stride 1 is the gradient, over its input, of the one whose kernel is turned about
and whose channels are swapped. Without AVX-512, oneDNN has its fast kernel for a single picture
in such gradients alone; the convolution itself copies what every position sees, and takes up to
twice as long. The gradient over a kernel is faster as products of matrices, one a position of it.
"""

import functools
import itertools

import keras

from tfstyle import device
from tfstyle.layers.resampling import Double, UpsampleLike

NARROW = 4  # outputs up to which the gradient is faster with kernels wider than 3 as well
WIDE = 24  # inputs from which products are faster


def hastened(network: keras.Model) -> keras.Model:
    """The network itself, whose convolutions are computed as is fastest on this processor.

    Args:
        network: Built; what is not trainable in it stays as it is.
    """
    if keras.backend.backend() == "tensorflow" and device.accelerator() is None:
        grows = [layer for layer in network.layers if _grows(layer)]
        for layer in grows:
            layer.call = functools.partial(_grown, layer)
        for layer in network.layers:
            if isinstance(layer, keras.Model):
                hastened(layer)
            elif type(layer) is keras.layers.Conv2D:
                _hasten(layer, bool(grows))
    return network


def _grows(layer):
    return isinstance(layer, (Double, UpsampleLike)) and layer.interpolation == "nearest"


def _hasten(layer, grows):
    copies = device.convolves_by_copies() and fits(layer)
    turned = _turned(layer.kernel.value) if copies and not layer.trainable else None
    if copies or (grows and _follows(layer)):
        layer.convolution_op = functools.partial(convolved, layer, copies=copies, turned=turned)


def fits(layer: keras.layers.Conv2D) -> bool:
    """Whether a convolution is faster as a gradient where convolutions are computed by copies."""
    *sides, _, outputs = layer.kernel.shape
    faster = outputs <= NARROW or max(sides) == 3
    odd = min(sides) > 1 and all(side % 2 for side in sides)
    return layer.compute_dtype == "float32" and _plain(layer) and faster and odd


def _follows(layer):
    """Whether a convolution can be one of what was doubled."""
    return _plain(layer) and layer.kernel_size == (3, 3) and layer.padding == "same"


def _plain(layer):
    return layer.strides == layer.dilation_rate == (1, 1) and layer.groups == 1


def _grown(layer, features, *reference):
    """What upsampling by 2 gives, which carries along what it was computed from."""
    found = type(layer).call(layer, features, *reference)
    sides, grown = features.shape[1:3], found.shape[1:3]
    if None not in sides and tuple(grown) == tuple(2 * side for side in sides):
        found.doubled = features
    return found


def convolved(layer: keras.layers.Conv2D, features, kernel, copies=True, turned=None):
    """What a layer's `convolution_op` computes.

    Args:
        layer: The layer.
        features: Shape (batch, height, width, inputs).
        kernel: Shape (height, width, inputs, outputs).
        copies: Whether a single picture's is computed as a gradient; the layer `fits`.
        turned: The kernel of the other convolution, where it is known.
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
    """A 3x3 convolution of features that are doubled first; each is seen by 4x4 positions."""
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
        found = tf.nn.conv2d_transpose(features, turned, shape, 1, around)
        return found, lambda upstream: _gradients(features, kernel, upstream, padding)

    return convolved(features, kernel)


def _gradients(features, kernel, upstream, padding):
    """Of the convolution itself, over features and kernel."""
    import tensorflow as tf

    how = {"out_backprop": upstream, "strides": [1, 1, 1, 1], "padding": padding}
    back = tf.raw_ops.Conv2DBackpropInput(input_sizes=tf.shape(features), filter=kernel, **how)
    if max(kernel.shape[:2]) == 3 and kernel.shape[2] >= WIDE:
        return back, _by_products(features, kernel.shape, upstream, padding)
    sizes = {"input": features, "filter_sizes": kernel.shape}
    return back, tf.raw_ops.Conv2DBackpropFilter(**sizes, **how)


def _by_products(features, shape, upstream, padding):
    """The gradient over a kernel of a shape."""
    import tensorflow as tf

    if padding == "SAME":
        sides = ((0, 0), *((side // 2, side // 2) for side in shape[:2]), (0, 0))
        features = tf.pad(features, sides)
    height, width = tf.unstack(tf.shape(upstream)[1:3])
    flat = tf.reshape(upstream, (-1, shape[3]))

    def seen(i, j):
        return tf.reshape(features[:, i : i + height, j : j + width], (-1, shape[2]))

    places = itertools.product(*map(range, shape[:2]))
    products = [tf.matmul(seen(i, j), flat, transpose_a=True) for i, j in places]
    return tf.reshape(tf.stack(products), shape)
