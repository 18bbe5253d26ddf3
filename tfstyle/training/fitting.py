"""How every training goes from its run's checkpoint to its last step."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from tfstyle.training import devices
from tfstyle.training.runs import Recorder, Run
from tfstyle.training.trainer import Trainable


def fit(
    model: Trainable,
    batches: Callable,
    run: Run,
    recorder: Recorder,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    strategy: tf.distribute.Strategy | None = None,
) -> bool:
    """Trains to the recorder's total, from the run's checkpoint if it has one.

    Args:
        model: Compiled, under the strategy's scope.
        batches: See `devices.dataset`.
        run: The run folder; of several workers all read the same one.
        recorder: Writes the run folder; says how many steps the whole run has.
        callbacks: Further ones, as for Keras' `fit`, to which the rest of the run is one epoch.
            One that sets `model.stop_training` ends the training with a checkpoint.
        strategy: Of `devices.strategy`; None takes the current one.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: Another worker is gone.
    """
    strategy = strategy or tf.distribute.get_strategy()
    start = run.restore(model)
    if start >= recorder.total:
        recorder.save_networks(model)
        return True
    with recorder.watching(), devices.together(strategy, run):
        model.fit(
            devices.dataset(batches, start, strategy),
            steps_per_epoch=recorder.total - start,
            shuffle=False,
            verbose=0,
            callbacks=[*callbacks, recorder],
        )
    return recorder.step >= recorder.total
