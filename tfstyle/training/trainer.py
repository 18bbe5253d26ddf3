"""Keras models that are trained: how they take a step, and a network with one criterion."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

import keras
import tensorflow as tf

from tfstyle.layers.fast_convolutions import with_fast_convolutions
from tfstyle.training.snapshots import use_average


class AveragedSettings(Protocol):
    """The settings of a training whose networks are running averages."""

    steps: int
    rate: float
    average: float


class Trainable(keras.Model):
    """A model that `fitting.fit` trains, or Keras' `fit`, with `compute_loss` or `train_step`.

    A subclass has `means`, Keras metrics of the running means of its named losses. Logs hold them,
    and, on TensorFlow, as "waiting" the share of a step's time that was spent waiting for data.

    It is compiled without XLA, which takes the CPU's fast convolutions away.
    """

    means: Mapping[str, keras.metrics.Mean]

    def compile(self, optimizer=None, **kwargs):
        super().compile(optimizer, jit_compile=False, **kwargs)
        self.built = True

    def make_train_function(self, force=False):
        """The function of an iterator that `fit` calls for a step."""
        if keras.backend.backend() != "tensorflow":
            return super().make_train_function(force)
        if self.train_function is not None and not force:
            return self.train_function
        step, waiting = self.make_step(), Clock()

        def train_function(iterator):
            with waiting:
                batch = next(iterator)
            return step(batch) | {"waiting": waiting}

        self.train_function = train_function
        return train_function

    def make_step(self):
        """A compiled function of a batch, or of a share for each replica, that takes a step."""
        return tf.function(self.train_step, autograph=False, reduce_retracing=True)

    def _maybe_symbolic_build(self, *args, **kwargs):
        """Nothing, since all is built: Keras would read a batch, which workers cannot average."""

    def update_means(self, losses: Mapping) -> dict:
        """Running means of the losses since the metrics were last reset."""
        for name, loss in losses.items():
            self.means[name].update_state(loss)
        return {name: mean.result() for name, mean in self.means.items()}

    def use_average(self) -> None:
        """Gives networks the running average of their weights, if there is one."""
        use_average(self.optimizer, self.trainable_variables)


class Clock:
    """The share of time spent inside of `with`, since it was last read as a float."""

    def __init__(self):
        self.inside, self.begun = 0.0, time.perf_counter()

    def __enter__(self):
        self.entered = time.perf_counter()

    def __exit__(self, *_):
        self.inside += time.perf_counter() - self.entered

    def __float__(self):
        now = time.perf_counter()
        share = self.inside / max(1e-9, now - self.begun)
        self.inside, self.begun = 0.0, now
        return share


class FrozenInputs:
    """Batches, or the outputs of a frozen network for them; not a layer, so that it is not saved.

    Args:
        network: Called with its inputs from the batch (a dictionary of tensors); None is the batch
            itself.
    """

    def __init__(self, network: keras.Model | None = None):
        self.network = network

    def __call__(self, batch):
        if self.network is None:
            return batch
        return self.network(inputs_of(self.network, batch), training=False)


def inputs_of(network: keras.Model, batch: Mapping) -> dict:
    """What a network with named inputs takes of a batch, a dictionary of tensors."""
    return {name: batch[name] for name in network.input}


class Trainer(Trainable):
    """Trains a network on a criterion that returns named, already weighted losses.

    Args:
        network: Called with its inputs from the batch (a dictionary of tensors). Its convolutions
            use the fastest algorithm of this processor.
        criterion: Called with the batch and the network's outputs, returns a dictionary of
            scalars, one for each of its `names`; the objective is their sum. Held as it is:
            neither trained nor saved.
        frozen_inputs: Computes the network's inputs from the batch by frozen networks; held
            as the criterion is. None calls it with the batch itself.

    `fit` takes datasets of dictionaries. Made where layers compute in float16, it scales losses.
    """

    def __init__(
        self,
        network: keras.Model,
        criterion: Callable[[Mapping, object], dict],
        frozen_inputs: FrozenInputs | None = None,
    ):
        super().__init__(name="trainer", autocast=False)  # statistics stay in float32
        self.network = with_fast_convolutions(network)
        self.criterion, self.frozen_inputs = criterion, frozen_inputs or FrozenInputs()
        self.means = {name: keras.metrics.Mean(name) for name in criterion.names}

    def compile(self, optimizer, **kwargs):
        super().compile(optimizer, **kwargs)
        self.optimizer.build(self.network.trainable_variables)

    def call(self, batch, training=False):
        inputs = self.frozen_inputs(batch)
        if isinstance(inputs, dict):
            inputs = inputs_of(self.network, inputs)
        return self.network(inputs, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        losses = self.criterion(x, y_pred)
        self.update_means(losses)
        return sum(losses.values())


def adam(rate: float, steps: int, **kwargs) -> keras.optimizers.Adam:
    """Adam with a short linear warm-up and a cosine decay to a hundredth of the rate.

    Args:
        rate: Highest learning rate.
        steps: Steps of the whole run.
        **kwargs: Further settings of `keras.optimizers.Adam`.
    """
    warmup = max(1, steps // 30)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 20, max(1, steps - warmup), alpha=0.01, warmup_target=rate, warmup_steps=warmup
    )
    return keras.optimizers.Adam(schedule, global_clipnorm=5.0, **kwargs)


def averaging_adam(settings: AveragedSettings) -> keras.optimizers.Adam:
    """`adam` of a training's settings, with a running average of the weights."""
    return adam(settings.rate, settings.steps, use_ema=True, ema_momentum=settings.average)
