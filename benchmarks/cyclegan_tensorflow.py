"""A CycleGAN training step in plain float32 TensorFlow, in the structure of its own tutorial.

One tf.function with one persistent tape over every loss, four gradients and four optimizers;
instance norm of moments and a reciprocal root, with scale and offset; no pool, and a discriminator
scores each picture once for both losses (https://www.tensorflow.org/tutorials/generative/cyclegan).

The tutorial's generators are U-Nets and its adversarial loss is cross-entropy. Here they are the
paper's residual networks and least squares, so that the work is the same as in the other files.
"""

import keras
import numpy as np
import tensorflow as tf

GENERATOR, DISCRIMINATOR = 11_378_179, 2_764_737


class Reflect(keras.layers.Layer):
    """Reflection padding of height and width."""

    def __init__(self, width):
        super().__init__()
        self.sides = (width, width)

    def call(self, x):
        return tf.pad(x, ((0, 0), self.sides, self.sides, (0, 0)), "REFLECT")


class InstanceNorm(keras.layers.Layer):
    """Instance normalisation with scale and offset."""

    def build(self, shape):
        near_one = keras.initializers.RandomNormal(1.0, 0.02)
        self.scale = self.add_weight(shape=shape[-1:], initializer=near_one)
        self.offset = self.add_weight(shape=shape[-1:], initializer="zeros")

    def call(self, x):
        mean, variance = tf.nn.moments(x, (1, 2), keepdims=True)
        return self.scale * ((x - mean) * tf.math.rsqrt(variance + 1e-5)) + self.offset


def conv(filters, size, stride=1, padding="valid", kind=keras.layers.Conv2D):
    initial = keras.initializers.RandomNormal(0.0, 0.02)
    return kind(filters, size, stride, padding, kernel_initializer=initial)


def residual(x):
    y = keras.layers.ReLU()(InstanceNorm()(conv(256, 3)(Reflect(1)(x))))
    return x + InstanceNorm()(conv(256, 3)(Reflect(1)(y)))


def generator():
    """The paper's generator, pictures in [-1, 1] to pictures in [-1, 1]."""
    picture = keras.Input((None, None, 3))
    x = conv(64, 7)(Reflect(3)(picture))
    x = keras.layers.ReLU()(InstanceNorm()(x))
    for filters in (128, 256):
        x = keras.layers.ReLU()(InstanceNorm()(conv(filters, 3, 2, "same")(x)))
    for _ in range(9):
        x = residual(x)
    for filters in (128, 64):
        x = conv(filters, 3, 2, "same", keras.layers.Conv2DTranspose)(x)
        x = keras.layers.ReLU()(InstanceNorm()(x))
    painted = keras.activations.tanh(conv(3, 7)(Reflect(3)(x)))
    return checked(keras.Model(picture, painted), GENERATOR)


def discriminator():
    """The PatchGAN of 70x70 pixels, pictures in [-1, 1] to scores."""
    picture = keras.Input((None, None, 3))
    x = keras.layers.LeakyReLU(0.2)(conv(64, 4, 2, "same")(picture))
    for filters, stride in ((128, 2), (256, 2), (512, 1)):
        x = conv(filters, 4, stride)(keras.layers.ZeroPadding2D(1)(x))
        x = keras.layers.LeakyReLU(0.2)(InstanceNorm()(x))
    scores = conv(1, 4)(keras.layers.ZeroPadding2D(1)(x))
    return checked(keras.Model(picture, scores), DISCRIMINATOR)


def checked(network, expected):
    extra = sum(x.count_params() for x in network.layers if isinstance(x, InstanceNorm))
    assert network.count_params() - extra == expected, network.count_params() - extra
    return network


def distance(x, y):
    return tf.reduce_mean(tf.abs(x - y))


def least_squares(scores, label):
    return tf.reduce_mean(tf.square(scores - label))


class Step:
    """A training step between two batches of pictures; returns the sum of losses.

    Args:
        networks: Generators a to b and b to a, discriminators of a and of b; None takes the
            paper's, for pictures in [-1, 1].
        cycle: Weight of the cycle loss.
        identity: Weight of the identity loss.
    """

    def __init__(self, networks=None, cycle=10.0, identity=5.0):
        self.networks = networks or (generator(), generator(), discriminator(), discriminator())
        self.cycle, self.identity = cycle, identity
        self.optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in self.networks]
        for optimizer, network in zip(self.optimizers, self.networks, strict=True):
            optimizer.build(network.trainable_variables)

    @tf.function
    def __call__(self, a, b):
        with tf.GradientTape(persistent=True) as tape:
            losses = self.losses(a, b)
        sides = [network.trainable_variables for network in self.networks]
        gradients = [tape.gradient(*pair) for pair in zip(losses, sides, strict=True)]
        for optimizer, *pair in zip(self.optimizers, gradients, sides, strict=True):
            optimizer.apply_gradients(zip(*pair, strict=True))
        return tf.add_n(losses)

    def losses(self, a, b):
        a_to_b, b_to_a, discriminator_a, discriminator_b = self.networks
        b_fake, a_fake = a_to_b(a, training=True), b_to_a(b, training=True)
        a_cycle, b_cycle = b_to_a(b_fake, training=True), a_to_b(a_fake, training=True)
        a_same, b_same = b_to_a(a, training=True), a_to_b(b, training=True)
        a_scores, a_fake_scores = (discriminator_a(x, training=True) for x in (a, a_fake))
        b_scores, b_fake_scores = (discriminator_b(x, training=True) for x in (b, b_fake))
        cycle = self.cycle * (distance(a, a_cycle) + distance(b, b_cycle))
        return [
            least_squares(b_fake_scores, 1.0) + cycle + self.identity * distance(b, b_same),
            least_squares(a_fake_scores, 1.0) + cycle + self.identity * distance(a, a_same),
            0.5 * (least_squares(a_scores, 1.0) + least_squares(a_fake_scores, 0.0)),
            0.5 * (least_squares(b_scores, 1.0) + least_squares(b_fake_scores, 0.0)),
        ]


def stepper(a: np.ndarray, b: np.ndarray):
    """A function that takes a training step on pictures in [0, 1] and returns a loss."""
    step, a, b = Step(), tf.constant(2.0 * a - 1.0), tf.constant(2.0 * b - 1.0)
    return lambda: float(step(a, b))
