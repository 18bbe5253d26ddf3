"""A game of two sides: generators that fool discriminators, and these that see through them."""

import functools
from collections.abc import Mapping
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from tfstyle.training.augmentation import Augmented, fold
from tfstyle.training.finished import take_average
from tfstyle.training.pool import Pool

SEED = "seed_generator_state"


class Objective(Protocol):
    """What a paper plays for.

    `names` are of all its losses, which come already weighted; `judged` of the pictures that
    discriminators are shown out of the pool's history. `heads` are networks that move with the
    generators and are of use to nothing but the losses. A batch also has the "seed" of the step,
    two whole numbers, the same on every replica.
    """

    names: tuple[str, ...]
    judged: tuple[str, ...]
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


class Game(keras.Model):
    """Trains generators and discriminators in turns, each side with an optimizer.

    Generators move first, then the discriminators, as in the authors' cycle_gan_model.py
    (optimize_parameters).

    Args:
        generators: By name; model names differ.
        discriminators: By name.
        objective: Held as it is; only its heads are trained and saved.
        pool: Of pictures for the discriminators.
        augment: One of `settings.AUGMENTATIONS`, of what discriminators look at.
        seed: Of everything that a step draws; it depends on nothing else but the step.

    `compile` takes two optimizers and `fit` datasets of dictionaries; a loop of
    `training.devices.play` trains on several devices.
    """

    def __init__(
        self,
        generators: Mapping[str, keras.Model],
        discriminators: Mapping[str, keras.Model],
        objective: Objective,
        pool: Pool,
        augment: str = "none",
        seed: int = 0,
    ):
        super().__init__(name="game")
        self.generators, self.discriminators = dict(generators), dict(discriminators)
        self.objective, self.pool, self.heads = objective, pool, dict(objective.heads)
        self.augment, self.seed = augment, seed
        self.means = {name: keras.metrics.Mean(name) for name in objective.names}

    def compile(self, generator_optimizer, discriminator_optimizer, **kwargs):
        super().compile(jit_compile=False, **kwargs)
        self.sides = {
            "generators": _Side(self.generators | self.heads, generator_optimizer),
            "discriminators": _Side(self.discriminators, discriminator_optimizer),
        }
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.built = True

    def turn(self, batch) -> dict:
        """Both sides move once; returns the losses of this replica's batch by name.

        Without a pool, discriminators judge what is generated once, for both sides.
        """
        seed = self._drawing()
        batch, judges = {**batch, "seed": seed}, self._judges(fold(seed, 0))
        with tf.GradientTape(persistent=not self.pool.size) as tape:
            pictures = self.objective.translate(self.generators, batch)
            losses = self.objective.generator_losses(judges, batch, pictures)
            target = self.sides["generators"].target(losses)
            judged = None if self.pool.size else self._judged(judges, batch, pictures)
        self.sides["generators"].descend(tape, target)
        if judged is None:
            history = {
                name: self._exchanged(name, pictures[name]) for name in self.objective.judged
            }
            with tf.GradientTape() as tape:
                judged = self._judged(self._judges(fold(seed, 1)), batch, history)
        found, target = judged
        self.sides["discriminators"].descend(tape, target)
        return losses | found

    def _drawing(self):
        """The seed of this step."""
        step = keras.ops.cast(self.generator_optimizer.iterations, "int32")
        return tf.stack([self.seed, step])

    def _judges(self, seed):
        """Discriminators, each of which looks at the same pictures once."""
        judges = dict(self.discriminators)
        if self.augment != "none":
            colors = self.augment == "all"
            judges = {
                name: Augmented(network, colors, fold(seed, index))
                for index, (name, network) in enumerate(judges.items())
            }
        return {name: _Once(network) for name, network in judges.items()}

    def _judged(self, judges, batch, pictures):
        """The discriminators' losses, and what the tape differentiates."""
        found = self.objective.discriminator_losses(judges, batch, pictures)
        return found, self.sides["discriminators"].target(found)

    def train_step(self, batch):
        return self.count(self.turn(batch))

    def count(self, losses: Mapping) -> dict:
        """Running means of the losses since the metrics were last reset."""
        for name, loss in losses.items():
            self.means[name].update_state(loss)
        return {name: mean.result() for name, mean in self.means.items()}

    def _exchanged(self, name, pictures):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        exchange = functools.partial(self._exchange, name)
        shown = tf.numpy_function(exchange, [replica, pictures], tf.float32)
        return tf.ensure_shape(shown, pictures.shape)

    def _exchange(self, name, replica, pictures):
        return self.pool.exchange(f"{name} {int(replica)}", pictures)

    def take_average(self) -> None:
        """Gives generators and heads the running average of their weights, where one is kept."""
        side = self.sides["generators"]
        take_average(side.optimizer, side.variables)

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
    """A discriminator that looks at the same pictures once."""

    def __init__(self, network):
        self.network, self.known = network, {}

    def __call__(self, pictures, training=False):
        key = tuple(map(id, keras.tree.flatten(pictures)))
        if key not in self.known:
            self.known[key] = pictures, self.network(pictures, training=training)
        return self.known[key][1]


class _Side:
    """Networks that an optimizer moves together."""

    def __init__(self, networks, optimizer):
        self.optimizer = optimizer
        self.variables = [v for network in networks.values() for v in network.trainable_variables]
        optimizer.build(self.variables)

    def target(self, losses):
        """What the tape differentiates: the mean over all replicas, scaled for half precision."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return self.optimizer.scale_loss(sum(losses.values()) / replicas)

    def descend(self, tape, target):
        self.optimizer.apply(tape.gradient(target, self.variables), self.variables)


@keras.saving.register_keras_serializable("tfstyle")
class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """A constant rate that then falls linearly to 0 (Zhu et al. 2017, section 4).

    Args:
        rate: The constant.
        constant: Steps at it.
        decay: Steps of the fall.
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
    """Adam of the papers for both sides, scaling losses in float16.

    Args:
        rate: Learning rate, constant and then linearly falling.
        constant: Steps at the full rate.
        decay: Steps of the fall to 0.
        precision: That layers compute in.
        average: Decay of a running average of the generators' weights; 0 keeps none.
    """

    def adam(**kwargs):
        schedule = ConstantThenLinear(rate, constant, decay)
        made = keras.optimizers.Adam(schedule, beta_1=0.5, epsilon=1e-8, **kwargs)
        return keras.optimizers.LossScaleOptimizer(made) if precision == "float16" else made

    return adam(use_ema=average > 0, ema_momentum=average or 0.99), adam()
