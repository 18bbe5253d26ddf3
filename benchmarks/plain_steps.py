"""Training steps in plain float32 TensorFlow: Keras' layers, losses in their plainest form, and a
tape in a tf.function.

Networks are those that this package trains, layer by layer, in float32. Where the package has a
computation of its own, this is the plain one: instance norm takes `tf.nn.moments`, convolutions are
Keras', total variation takes slices, and TensorFlow differentiates everything. Statistics are the
same: features are compared after the same small matrices, and targets of paintings are computed
once.
"""

import keras
import tensorflow as tf
from cyclegan_tensorflow import Step, distance

from tfstyle import layers, losses
from tfstyle.training.perceptual import CONTENT_TAPS
from tfstyle.training.style_losses import COLOR


class InstanceNorm(layers.InstanceNorm):
    """Instance normalisation with `tf.nn.moments`."""

    def call(self, features, moments=None):
        mean, variance = tf.nn.moments(features, (1, 2), keepdims=True)
        normed = (features - mean) * tf.math.rsqrt(variance + self.epsilon)
        return self.scale * normed + self.shift


def plain(network):
    """A network's float32 copy of plain layers."""
    copy = keras.models.clone_model(network, clone_function=_layer, recursive=True)
    copy.set_weights(network.get_weights())
    _freeze(copy, network)
    return copy


def _layer(layer):
    if not isinstance(layer, keras.layers.Layer):
        return layer
    kind = InstanceNorm if isinstance(layer, layers.InstanceNorm) else type(layer)
    return kind.from_config({**layer.get_config(), "dtype": "float32"})


def _freeze(copy, network):
    for layer, original in zip(copy.layers, network.layers, strict=True):
        layer.trainable = original.trainable
        if isinstance(layer, keras.Model):
            _freeze(layer, original)


def normalized(x):
    mean, variance = tf.nn.moments(x, (1, 2), keepdims=True)
    return (x - mean) / tf.sqrt(variance + 1e-5)


def gaussian(x):
    """Mean and covariance of the channels."""
    flat = tf.reshape(x, (tf.shape(x)[0], -1, x.shape[-1]))
    mean = tf.reduce_mean(flat, axis=1)
    centred = flat - mean[:, None]
    count = tf.cast(tf.shape(flat)[1], "float32")
    return mean, tf.matmul(centred, centred, transpose_a=True) / count


def wasserstein(style, pastiche, weights):
    """Squared 2-Wasserstein distance of Gaussians, as a share of the style's second moment.

    Args:
        style: Mean, covariance and its root.
        pastiche: Mean and covariance.
        weights: Weight of each picture.
    """
    (mean, covariance, root), (pastiche_mean, pastiche_covariance) = style, pastiche
    values = tf.maximum(tf.linalg.eigh(root @ pastiche_covariance @ root)[0], 0.0)
    ridge = losses.RIDGE * tf.reduce_mean(values, axis=-1, keepdims=True) + losses.TINY
    cross_term = tf.reduce_sum(tf.sqrt(values + ridge), axis=-1)
    squared_distance = tf.reduce_sum((mean - pastiche_mean) ** 2, axis=-1) - 2.0 * cross_term
    squared_distance += tf.linalg.trace(covariance) + tf.linalg.trace(pastiche_covariance)
    second_moment = tf.reduce_sum(mean**2, axis=-1) + tf.linalg.trace(covariance)
    return tf.reduce_mean(weights * squared_distance / (second_moment + 1e-6))


def total_variation(x):
    down, across = x[:, 1:] - x[:, :-1], x[:, :, 1:] - x[:, :, :-1]
    return tf.reduce_mean(tf.abs(down)) + tf.reduce_mean(tf.abs(across))


def relative_error(target, actual):
    """Squared difference as a share of the target's variance."""
    error = tf.reduce_sum((target - actual) ** 2, axis=(1, 2, 3))
    mean = tf.reduce_mean(target, axis=(1, 2), keepdims=True)
    return tf.reduce_mean(error / (tf.reduce_sum((target - mean) ** 2, axis=(1, 2, 3)) + 1e-6))


class Perceptual:
    """The objective of johnson, cin, ghiasi and adain.

    Args:
        objective: The objective of this package, which holds the targets of the paintings.
    """

    def __init__(self, objective):
        self.settings, self.objective = objective.settings, objective
        self.feature_extractor = plain(objective.feature_extractor)
        self.maps = objective.style.distance.isometric

    def __call__(self, batch, pastiche):
        margin = self.settings.margin
        inside, content = (
            x[:, margin:-margin, margin:-margin] for x in (pastiche, batch["content"])
        )
        content_features, taps = (
            self.feature_extractor(content, training=False),
            self.feature_extractor(inside, training=False),
        )
        statistics = {name: gaussian(x) for name, x in (taps | {COLOR: inside}).items()}
        numbers = self.objective.numbers(batch)
        targets = self.objective.style.recalled(numbers, self.objective.channels)
        own = batch.get("own", tf.zeros(len(content)))
        distances = {
            k: wasserstein(targets[k], self.project(k, *statistics[k]), 1.0 - own)
            for k in statistics
        }
        color = distances.pop(COLOR)
        content_losses = {
            tap: tf.reduce_mean((normalized(content_features[tap]) - normalized(taps[tap])) ** 2)
            for tap in CONTENT_TAPS
        }
        error = tf.reduce_mean((pastiche - batch["content"]) ** 2, axis=(1, 2, 3))
        return (
            self.settings.content_weight
            * sum(CONTENT_TAPS[k] * v for k, v in content_losses.items())
            + self.settings.similarity_weight * self.objective.similarity(content_features, taps)
            + self.settings.luminance_weight * self.objective.luminance(content, inside)
            + self.settings.style_weight * sum(distances.values()) / len(distances)
            + self.settings.remd_weight * self.objective.remd(numbers, taps, 1.0 - own)
            + self.settings.color_weight * color
            + self.settings.recoloring_weight
            * self.objective.recoloring(content, targets[COLOR], inside, 1.0 - own)
            + self.settings.variation_weight * total_variation(pastiche)
            + self.settings.lattice_weight * losses.lattice_loss(inside)
            + self.settings.own_weight * tf.reduce_mean(own * error)
        )

    def project(self, name, mean, covariance):
        if name not in self.maps:
            return mean, covariance
        kernel, bias = self.maps[name]
        return mean @ kernel + bias, tf.transpose(kernel) @ covariance @ kernel


class WCT:
    """WCT's objective."""

    def __init__(self, objective):
        self.settings, self.feature_extractor = (
            objective.settings,
            plain(objective.feature_extractor),
        )
        self.trunks = {tap: plain(trunk) for tap, trunk in objective.trunks.items()}

    def __call__(self, batch, pictures):
        target, total = self.feature_extractor(batch["content"], training=False), 0.0
        for tap, trunk in self.trunks.items():
            features = relative_error(target[tap], trunk(pictures[tap], training=False))
            pixels = tf.reduce_mean((batch["content"] - pictures[tap]) ** 2)
            total += self.settings.feature_weight * features + self.settings.pixel_weight * pixels
        return total


OBJECTIVES = dict.fromkeys(("johnson", "cin", "ghiasi", "adain"), Perceptual) | {"wct": WCT}


def trainer_step(method, trainer):
    """A function of a batch that takes a training step of the copy of a `Trainer`'s network."""
    network, objective = plain(trainer.network), OBJECTIVES[method](trainer.criterion)
    frozen_network = trainer.frozen_inputs.network and plain(trainer.frozen_inputs.network)
    optimizer = _fresh(trainer.optimizer, network.trainable_variables)

    @tf.function
    def step(batch):
        if frozen_network:
            inputs = frozen_network(batch, training=False)
        else:
            inputs = {name: batch[name] for name in network.input}
        with tf.GradientTape() as tape:
            loss = objective(batch, network(inputs, training=True))
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        return loss

    return step


def _fresh(optimizer, variables):
    copy = type(optimizer).from_config(optimizer.get_config())
    copy.build(variables)
    return copy


def cyclegan(gan):
    """A training step of CycleGAN (see `trainer_step`): one tape over every loss, no image pool."""
    settings = gan.objective.settings
    generators = [plain(gan.generators[name]) for name in ("a_to_b", "b_to_a")]
    discriminators = [plain(gan.discriminators[domain]) for domain in "ab"]
    discriminators = [keras.Model(d.inputs[0], d.outputs[0]) for d in discriminators]
    weights = 2.0 * settings.cycle_weight, 2.0 * settings.identity_weight  # pictures in [0, 1]
    step = Step((*generators, *discriminators), *weights)
    return lambda batch: step(batch["a"], batch["b"])


def pix2pix(gan):
    """A training step of pix2pix (see `trainer_step`): one tape over both losses."""
    weight = 2.0 * gan.objective.settings.absolute_weight  # of pictures in [0, 1]
    generator = plain(gan.generators["generator"])
    discriminator = plain(gan.discriminators["discriminator"])
    optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
    sides = [network.trainable_variables for network in (generator, discriminator)]
    for optimizer, variables in zip(optimizers, sides, strict=True):
        optimizer.build(variables)
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(batch):
        with tf.GradientTape(persistent=True) as tape:
            fake = generator(batch["from"], training=True)
            pictures = ({"condition": batch["from"], "picture": x} for x in (batch["to"], fake))
            real, fake_scores = (discriminator(x, training=True) for x in pictures)
            generator_loss = entropy(tf.ones_like(fake_scores), fake_scores) + weight * distance(
                batch["to"], fake
            )
            discriminator_loss = entropy(tf.ones_like(real), real) + entropy(
                tf.zeros_like(fake_scores), fake_scores
            )
            side_losses = (generator_loss, 0.5 * discriminator_loss)
        gradients = [tape.gradient(*pair) for pair in zip(side_losses, sides, strict=True)]
        for optimizer, *pair in zip(optimizers, gradients, sides, strict=True):
            optimizer.apply_gradients(zip(*pair, strict=True))
        return tf.add_n(side_losses)

    return step


GANS = {"cyclegan": cyclegan, "pix2pix": pix2pix}
