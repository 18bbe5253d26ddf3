"""Which examples of every batch a stream holds, where replicas share batches."""

import dataclasses

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Shard:
    """The replicas whose shares of every batch a stream holds, one after the other.

    Args:
        first: Index of the first replica.
        here: Number of replicas that the stream feeds.
        replicas: Number of replicas of all machines together.
    """

    first: int = 0
    here: int = 1
    replicas: int = 1

    def examples(self, batch: int, start: int) -> tf.data.Dataset:
        """Numbers of the examples from a step on, `batch / replicas` of them to a share.

        Raises:
            ValueError: The batch does not divide by the replicas.
        """
        if batch % self.replicas:
            raise ValueError(
                f"Expected a batch that {self.replicas} replicas can share. Received: {batch}."
            )
        share = batch // self.replicas

        def number(index):
            round_of_shares = index // share
            replica = self.first + round_of_shares % self.here
            return round_of_shares // self.here * batch + replica * share + index % share

        return tf.data.Dataset.counter(start * share * self.here).map(number)

    def share(self, batch: int) -> int:
        """Examples of a batch that a replica gets."""
        return batch // self.replicas


WHOLE = Shard()
