"""Training on every device of a machine, and on several machines."""

import json
import os
import time
from collections.abc import Callable

import keras
import tensorflow as tf

from tfstyle.data.batches import Part
from tfstyle.training.gan import GAN
from tfstyle.training.runs import Recorder, Run

LOST = (  # what a collective operation raises when another worker is gone
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.FailedPreconditionError,
)


def strategy(replicas: int = 0) -> tf.distribute.Strategy:
    """The distribution strategy for this machine and its environment.

    With TF_CONFIG, one worker of several (MultiWorkerMirroredStrategy); else every GPU; else the
    processor. GPUs take memory as they need it. To be called before anything runs on a device.

    Args:
        replicas: Shares that the batch is split into on this machine: the first GPUs, or, where
            there are none, that many logical processors; 0 takes every GPU, or one processor.

    Raises:
        ValueError: There are fewer GPUs, TF_CONFIG is no cluster, or TensorFlow has already begun.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if replicas > len(gpus) > 0:
        raise ValueError(
            f"Expected at most {len(gpus)} replicas, a GPU each. Received: {replicas}."
        )
    try:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
        if not gpus and replicas > 1:
            _split_processor(replicas)
    except RuntimeError as error:
        raise ValueError(
            f"Expected to be asked before TensorFlow begins. Received: {error}"
        ) from error
    if "TF_CONFIG" in os.environ:
        return _workers()
    kind, count = ("GPU", replicas or len(gpus)) if gpus else ("CPU", replicas or 1)
    if count > 1:
        return tf.distribute.MirroredStrategy([f"{kind}:{i}" for i in range(count)])
    return tf.distribute.get_strategy()


def _split_processor(count):
    processor = tf.config.list_physical_devices("CPU")[0]
    shares = [tf.config.LogicalDeviceConfiguration()] * count
    if tf.config.get_logical_device_configuration(processor) != shares:
        tf.config.set_logical_device_configuration(processor, shares)


def _workers():
    try:
        config = json.loads(os.environ["TF_CONFIG"])
        _ = config["cluster"]["worker"], config["task"]["index"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            'Expected TF_CONFIG as {"cluster": {"worker": ["host:port", ...]}, "task": '
            f'{{"type": "worker", "index": 0}}}}. Received: {os.environ["TF_CONFIG"]}.'
        ) from error
    return tf.distribute.MultiWorkerMirroredStrategy()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the run folder; the others only read it."""
    return worker(strategy)[0] == 0


def worker(strategy: tf.distribute.Strategy) -> tuple[int, int]:
    """The index of this process and the number of workers."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.cluster_spec().as_dict():
        return 0, 1
    return resolver.task_id, resolver.cluster_spec().num_tasks("worker")


Batches = Callable[[int, Part], tf.data.Dataset]


def fit_gan(
    gan: GAN, run: Run, batches: Batches, recorder: Recorder, strategy: tf.distribute.Strategy
) -> bool:
    """Trains a GAN to the recorder's total, from the run's checkpoint if there is one.

    Args:
        gan: Compiled under the strategy's scope.
        run: The run folder; of several workers all read the same one.
        batches: Called with a step and a part, returns that part's endless dataset from that
            step on.
        recorder: Says how many steps the whole run has; gets the losses' running means, and the
            share of time spent waiting for data as "waiting".
        strategy: Of `strategy`.

    Returns:
        True when the run is complete, False when it was interrupted.

    Raises:
        OSError: Another worker is gone.
    """
    start = run.restore(gan)
    if start >= recorder.total:
        recorder.save_networks(gan)
        return True
    try:
        with recorder.watching():
            _loop(gan, _distributed(batches, start, strategy), recorder, _compiled(gan, strategy))
    except LOST as error:
        if worker(strategy)[1] == 1:
            raise
        recorder.on_train_end()
        raise OSError(
            "Expected every worker until the end. Received: one that is gone; start all again, "
            f"and they go on from step {run.step}."
        ) from error
    return recorder.step >= recorder.total


def _distributed(batches, start, strategy):
    index, workers = worker(strategy)
    replicas = strategy.num_replicas_in_sync
    here = replicas // workers
    if replicas == 1:
        return batches(start, Part())
    return strategy.distribute_datasets_from_function(
        lambda context: batches(start, Part(index * here, here, replicas))
    )


def _compiled(gan, strategy):
    mean = tf.distribute.ReduceOp.MEAN

    @tf.function(reduce_retracing=False)
    def step(batch):
        losses = strategy.run(gan.optimize_parameters, (batch,))
        return gan.update_metrics(
            {k: strategy.reduce(mean, v, axis=None) for k, v in losses.items()}
        )

    return step


def _loop(gan, dataset, recorder, step):
    callbacks = keras.callbacks.CallbackList([recorder], model=gan)
    clock, examples = _Clock(), iter(dataset)
    gan.stop_training = False
    callbacks.on_train_begin()
    while not gan.stop_training:
        with clock:
            batch = next(examples)
        logs = step(batch)
        callbacks.on_train_batch_end(recorder.step, logs | {"waiting": clock})
    callbacks.on_train_end()


class _Clock:
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
