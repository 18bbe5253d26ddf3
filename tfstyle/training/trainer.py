"""A trainer of one network with one criterion and one optimizer, whose `fit` logs named losses."""

from collections.abc import Callable, Mapping

import keras

from tfstyle.layers.fast_convolutions import with_fast_convolutions
from tfstyle.training.snapshots import use_average


class FrozenInputs:
    """Batches, or the outputs of a frozen network for them; not a layer, so that it is not saved.

    Args:
        network: Called with the batch (a dictionary of tensors); None is the batch itself.
    """

    def __init__(self, network: keras.Model | None = None):
        self.network = network

    def __call__(self, batch):
        return self.network(batch, training=False) if self.network else batch


class Trainer(keras.Model):
    """Trains a network on a criterion that returns named, already weighted losses.

    Args:
        network: Called with its inputs from the batch (a dictionary of tensors). Its convolutions
            use the fastest algorithm of this processor.
        criterion: Called with the batch and the network's outputs, returns a dictionary of
            scalars, one for each of its `names`; the objective is their sum. Held as it is:
            neither trained nor saved.
        frozen_inputs: Computes the network's inputs from the batch by frozen networks; held
            as the criterion is. None calls it with the batch itself.

    `fit` takes datasets of dictionaries; `jit_compile=False` is set, since XLA takes the CPU's
    fast convolutions away. Made where layers compute in float16, it scales losses.
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
        super().compile(optimizer, jit_compile=False, **kwargs)
        self.built = True
        self.optimizer.build(self.network.trainable_variables)

    def call(self, batch, training=False):
        inputs = self.frozen_inputs(batch)
        if isinstance(inputs, dict):
            inputs = {name: inputs[name] for name in self.network.input}
        return self.network(inputs, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        losses = self.criterion(x, y_pred)
        for name, loss in losses.items():
            self.means[name].update_state(loss)
        return sum(losses.values())

    def use_average(self) -> None:
        """Gives the network the running average of its weights (see `snapshots.use_average`)."""
        use_average(self.optimizer, self.trainable_variables)


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
