"""A frozen network whose convolutions are computed as gradients of others.

A convolution of stride 1 is the gradient, over its input, of the one whose kernel is turned about
and whose channels are swapped. Of both, oneDNN has a fast kernel on every processor for gradients
alone: without AVX-512, TensorFlow's convolutions go through large copies of their input and take a
quarter to a half longer.
"""

import keras
import numpy as np
import tensorflow as tf


def backwards(network: keras.Model) -> keras.Model:
    """The same frozen network, up to rounding.

    Args:
        network: Of one input; its convolutions of stride 1 that keep the size are replaced.
    """

    def call(layer, *inputs, **named):
        if not _fits(layer):
            return layer(*inputs, **named)
        return Backwards(layer, name=layer.name)(*inputs)

    return keras.models.clone_model(
        network, network.input, clone_function=lambda layer: layer, call_function=call
    )


def _fits(layer):
    if type(layer) is not keras.layers.Conv2D or layer.padding != "same":
        return False
    plain = layer.strides == layer.dilation_rate == (1, 1) and layer.groups == 1
    odd = all(side % 2 for side in layer.kernel_size)
    return plain and odd and layer.kernel_size != (1, 1)


class Backwards(keras.layers.Layer):
    """What a convolution computes, as it is when this is made.

    Args:
        convolution: A built `Conv2D` of stride 1 and odd size that pads with zeros.
        **kwargs: Of `keras.layers.Layer`.
    """

    def __init__(self, convolution: keras.layers.Conv2D, **kwargs):
        super().__init__(trainable=False, **kwargs)
        kernel = np.asarray(convolution.kernel)
        self.filters, self.activation = convolution.filters, convolution.activation
        self.forth, self.back = kernel[::-1, ::-1].swapaxes(2, 3), kernel
        self.bias = np.asarray(convolution.bias) if convolution.use_bias else None

    def call(self, features):
        found = _convolved(features, self.forth, self.back)
        if self.bias is not None:
            found = tf.nn.bias_add(found, self.bias)
        return self.activation(found)

    def compute_output_shape(self, shape):
        return (*shape[:3], self.filters)


def _convolved(features, forth, back):
    @tf.custom_gradient
    def convolved(features):
        return _gradient(features, forth), lambda upstream: _gradient(upstream, back)

    return convolved(features)


def _gradient(features, kernel):
    """Of the convolution with a kernel (height, width, inputs, outputs), to its inputs."""
    shape = tf.concat([tf.shape(features)[:3], [kernel.shape[2]]], axis=0)
    return tf.nn.conv2d_transpose(features, kernel, shape, 1, "SAME")
