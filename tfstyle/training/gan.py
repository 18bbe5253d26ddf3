"""Generative adversarial networks: generators and discriminators trained in alternation."""

import functools
from collections.abc import Mapping
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from tfstyle.training.augmentation import Augmented, fold
from tfstyle.training.image_pool import ImagePool
from tfstyle.training.snapshots import use_average
from tfstyle.training.trainer import Trainable

SEED = "seed_generator_state"


class GANObjective(Protocol):
    """The losses of a paper.

    `names` lists the names of all losses, which are already weighted. `pooled` lists the names of
    the pictures that discriminators take from the pool's history. `heads` are networks that are
    optimised with the generators and are used by the losses alone. A batch also has the "seed" of
    the step, two integers, the same on every replica.
    """

    names: tuple[str, ...]
    pooled: tuple[str, ...]
    heads: Mapping[str, keras.Model]

    def translate(self, generators: Mapping[str, keras.Model], batch: Mapping) -> dict:
        """Pictures by name."""

    def generator_losses(
        self, discriminators: Mapping[str, keras.Model], batch: Mapping, pictures: Mapping
    ) -> dict:
        """Scalars by name."""

    def discriminator_losses(
        self, discriminators: Mapping[str, keras.Model], batch: Mapping, pictures: Mapping
    ) -> dict:
        """Scalars by name."""


class GAN(Trainable):
    """Trains generators and discriminators in alternation, each with an optimizer.

    The generators are updated first, then the discriminators, as in the authors'
    cycle_gan_model.py (optimize_parameters).

    Args:
        generators: Models by name; the model names differ.
        discriminators: Models by name.
        objective: The losses; only its heads are trained and saved.
        pool: History of generated pictures for the discriminators.
        augment: Augmentation of the discriminators' inputs: "none", "geometry" or "all".
        seed: Seed of all random numbers of a step, which depend on the step alone otherwise.

    `compile` takes two optimizers and `fit` datasets of dictionaries. Made under the scope of a
    distribution strategy, it takes each step on all of the strategy's replicas.
    """

    def __init__(
        self,
        generators: Mapping[str, keras.Model],
        discriminators: Mapping[str, keras.Model],
        objective: GANObjective,
        pool: ImagePool,
        augment: str = "none",
        seed: int = 0,
    ):
        super().__init__(name="game")
        self.generators, self.discriminators = dict(generators), dict(discriminators)
        self.objective, self.pool, self.heads = objective, pool, dict(objective.heads)
        self.augment, self.seed = augment, seed
        self.means = {name: keras.metrics.Mean(name) for name in objective.names}

    def compile(self, generator_optimizer, discriminator_optimizer, **kwargs):
        super().compile(**kwargs)
        self.sides = {
            "generators": _Side(self.generators | self.heads, generator_optimizer),
            "discriminators": _Side(self.discriminators, discriminator_optimizer),
        }
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer

    def optimize_parameters(self, batch) -> dict:
        """Updates generators and discriminators once; returns this replica's losses by name.

        Without a pool, the discriminators' scores of generated pictures are computed once, for
        both losses.
        """
        seed = self._step_seed()
        batch, discriminators = {**batch, "seed": seed}, self._discriminators(fold(seed, 0))
        with tf.GradientTape(persistent=not self.pool.size) as tape:
            pictures = self.objective.translate(self.generators, batch)
            losses = self.objective.generator_losses(discriminators, batch, pictures)
            generator_loss = self.sides["generators"].target(losses)
            if not self.pool.size:
                more, discriminator_loss = self._discriminator_loss(discriminators, batch, pictures)
        self.sides["generators"].descend(tape, generator_loss)
        if self.pool.size:
            history = {
                name: self._exchanged(name, pictures[name]) for name in self.objective.pooled
            }
            discriminators = self._discriminators(fold(seed, 1))
            with tf.GradientTape() as tape:
                more, discriminator_loss = self._discriminator_loss(discriminators, batch, history)
        self.sides["discriminators"].descend(tape, discriminator_loss)
        return losses | more

    def _step_seed(self):
        """The seed of this step."""
        step = keras.ops.cast(self.generator_optimizer.iterations, "int32")
        return tf.stack([self.seed, step])

    def _discriminators(self, seed):
        """Discriminators that compute the scores of the same pictures once."""
        discriminators = dict(self.discriminators)
        if self.augment != "none":
            colors = self.augment == "all"
            discriminators = {
                name: Augmented(network, colors, fold(seed, index))
                for index, (name, network) in enumerate(discriminators.items())
            }
        return {name: _Once(network) for name, network in discriminators.items()}

    def _discriminator_loss(self, discriminators, batch, pictures):
        """The discriminators' losses by name, and the scalar to differentiate."""
        losses = self.objective.discriminator_losses(discriminators, batch, pictures)
        return losses, self.sides["discriminators"].target(losses)

    def make_step(self):
        """See `Trainable`; the losses are the mean over the strategy's replicas."""
        strategy, mean = self.distribute_strategy, tf.distribute.ReduceOp.MEAN

        @tf.function(autograph=False, reduce_retracing=True)
        def step(batch):
            losses = strategy.run(self.optimize_parameters, (batch,))
            return self.update_means(
                {name: strategy.reduce(mean, loss, axis=None) for name, loss in losses.items()}
            )

        return step

    def train_step(self, batch):
        return self.update_means(self.optimize_parameters(batch))

    def _exchanged(self, name, pictures):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        exchange = functools.partial(self._exchange, name)
        pooled = tf.numpy_function(exchange, [replica, pictures], tf.float32)
        return tf.ensure_shape(pooled, pictures.shape)

    def _exchange(self, name, replica, pictures):
        return self.pool.exchange(f"{name} {int(replica)}", pictures)

    def use_average(self) -> None:
        """Gives generators and heads the running average of their weights, if there is one."""
        side = self.sides["generators"]
        use_average(side.optimizer, side.variables)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        seeds = {f"{SEED} {i}": np.asarray(v) for i, v in enumerate(self._seeds())}
        for name, array in {**self.pool.state(), **seeds}.items():
            store[name] = array

    def load_own_variables(self, store):
        arrays = {name: np.asarray(store[name]) for name in store.keys()}  # noqa: SIM118
        for index, variable in enumerate(self._seeds()):
            variable.assign(arrays.pop(f"{SEED} {index}"))
        self.pool.restore({k: v for k, v in arrays.items() if k.split(" ")[0] in ("kept", "seen")})

    def _seeds(self):
        return [variable for variable in self.variables if variable.path.endswith(SEED)]


class _Once:
    """A discriminator that caches its scores of the same pictures."""

    def __init__(self, network):
        self.network, self.known = network, {}

    def __call__(self, pictures, training=False):
        key = tuple(map(id, keras.tree.flatten(pictures)))
        if key not in self.known:
            self.known[key] = pictures, self.network(pictures, training=training)
        return self.known[key][1]


class _Side:
    """Networks with a common optimizer."""

    def __init__(self, networks, optimizer):
        self.optimizer = optimizer
        self.variables = [v for network in networks.values() for v in network.trainable_variables]
        optimizer.build(self.variables)

    def target(self, losses):
        """The loss to differentiate: the mean over all replicas, scaled for half precision."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return self.optimizer.scale_loss(sum(losses.values()) / replicas)

    def descend(self, tape, target):
        self.optimizer.apply(tape.gradient(target, self.variables), self.variables)


@keras.saving.register_keras_serializable("tfstyle")
class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """A constant learning rate with a linear decay to 0 (Zhu et al. 2017, section 4).

    Args:
        rate: The constant learning rate.
        constant: Number of steps at the constant rate.
        decay: Number of steps of the decay.
    """

    def __init__(self, rate: float, constant: int, decay: int):
        self.rate, self.constant, self.decay = rate, constant, decay

    def __call__(self, step):
        past = keras.ops.cast(step, "float32") - self.constant
        return self.rate * keras.ops.clip(1.0 - past / max(1, self.decay), 0.0, 1.0)

    def get_config(self):
        return {"rate": self.rate, "constant": self.constant, "decay": self.decay}


def optimizers(
    rate: float, constant: int, decay: int, precision: str, average: float = 0.0
) -> tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer]:
    """Adam optimizers of the papers, for generators and for discriminators.

    Args:
        rate: Learning rate before the decay.
        constant: Number of steps at the full rate.
        decay: Number of steps of the linear decay to 0.
        precision: Precision of the layers; float16 adds loss scaling.
        average: Decay of a running average of the generators' weights; 0 keeps none.
    """

    def adam(**kwargs):
        schedule = ConstantThenLinear(rate, constant, decay)
        optimizer = keras.optimizers.Adam(schedule, beta_1=0.5, epsilon=1e-8, **kwargs)
        return (
            keras.optimizers.LossScaleOptimizer(optimizer) if precision == "float16" else optimizer
        )

    return adam(use_ema=average > 0, ema_momentum=average or 0.99), adam()
