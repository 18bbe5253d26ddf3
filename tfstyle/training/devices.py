"""Training on every device of a machine, and on several machines."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator

import tensorflow as tf

from tfstyle.data.shards import Shard
from tfstyle.training.runs import Run

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
    """Whether this process writes the run folder; other workers only read it."""
    return worker(strategy)[0] == 0


def worker(strategy: tf.distribute.Strategy) -> tuple[int, int]:
    """The index of this process and the number of workers."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.cluster_spec().as_dict():
        return 0, 1
    return resolver.task_id, resolver.cluster_spec().num_tasks("worker")


def dataset(
    batches: Callable, start: int, strategy: tf.distribute.Strategy
) -> tf.data.Dataset | tf.distribute.DistributedDataset:
    """The endless batches of a training, with a share of each for every replica.

    Args:
        batches: Called with a step, and, where there are several replicas, with a `Shard`, returns
            the endless dataset of whole batches, or of that shard, from that step on.
        start: The step.
        strategy: Of `strategy`.
    """
    index, workers = worker(strategy)
    replicas = strategy.num_replicas_in_sync
    local_replicas = replicas // workers
    if replicas == 1:
        return batches(start)
    return strategy.distribute_datasets_from_function(
        lambda context: batches(start, Shard(index * local_replicas, local_replicas, replicas))
    )


@contextlib.contextmanager
def together(strategy: tf.distribute.Strategy, run: Run) -> Iterator[None]:
    """A context in which the loss of another worker raises an `OSError` with a sentence.

    Args:
        strategy: Of `strategy`.
        run: The run folder, whose checkpoint all workers continue from.

    Raises:
        OSError: Another worker is gone.
    """
    try:
        yield
    except LOST as error:
        if worker(strategy)[1] == 1:
            raise
        raise OSError(
            "Expected every worker until the end. Received: one that is gone; start all again, "
            f"and they go on from step {run.step}."
        ) from error
