"""What a training writes to its run folder, and tells people, from step to step."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np
from tqdm import tqdm

from tfstyle import images
from tfstyle.training import curves, snapshots
from tfstyle.training.runs.folder import LOG, Run

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Recorder(keras.callbacks.Callback):
    """Progress bar, log, samples and checkpoints of `fitting.fit`.

    Args:
        run: Where everything goes.
        total: Steps of the whole run.
        seconds: Longest time between two checkpoints.
        every: Steps between two rows of the log.
        sample: Called now and then, returns a contact sheet (height, width, 3) in [0, 1].
        sample_every: Steps between two sheets.
        first_line: Of the output, before the precision; empty for none.
        networks: Returns the networks by path; they are written with every checkpoint.
    """

    def __init__(
        self,
        run: Run,
        total: int,
        seconds: float = 90.0,
        every: int = 10,
        sample: Callable[[], np.ndarray] | None = None,
        sample_every: int = 500,
        first_line: str = "",
        networks: snapshots.Networks | None = None,
    ):
        super().__init__()
        self.run, self.total, self.seconds, self.every = run, total, seconds, every
        self.sample, self.sample_every, self.first_line = sample, sample_every, first_line
        self.networks, self.keep_every = networks, run.settings.get("keep_every", 0)
        self.bar, self.curves, self.interrupted = None, None, False

    def on_train_begin(self, logs=None):
        self.step = self.run.step
        self.saved_at = time.monotonic()
        self.bar = tqdm(
            total=self.total,
            initial=self.step,
            unit="step",
            mininterval=1.0,
            disable=not self.run.writes,
        )
        precision = f"Computes in {self.run.precision}." if self.run.precision else ""
        for line in filter(None, (self.first_line, precision) if self.run.writes else ()):
            self.bar.write(line)
        self.curves = curves.Curves(self.run.folder / LOG, self.run.writes)

    def stop(self, *_):
        """Ends the training after this step, with a checkpoint."""
        self.interrupted = True

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        self.bar.update()
        if self.step % self.every == 0 or self.step == self.total:
            self._log(self._finite(logs))
        self.interrupted |= self.model.stop_training
        last = self.interrupted or self.step >= self.total
        snapshot = self.keep_every and self.step % self.keep_every == 0
        if last or snapshot or time.monotonic() - self.saved_at > self.seconds:
            self._finite(logs)
            self._save()
        if snapshot and self.run.writes:
            snapshots.keep_snapshot(self.run.folder, self.step)
        if self.sample and self.run.writes and (self.step % self.sample_every == 0 or last):
            images.write(self.sample(), self.run.folder / "samples" / f"{self.step:06d}.jpg")
        self.model.stop_training = last

    def _finite(self, logs):
        losses = {name: float(value) for name, value in logs.items()}
        infinite = {name: value for name, value in losses.items() if not np.isfinite(value)}
        if infinite:
            self._diverged(", ".join(f"{name}={value}" for name, value in infinite.items()))
        return losses

    def _diverged(self, received):
        rate = self.run.settings.get("rate", 0.0)
        advice = (
            f"go on from the checkpoint of step {self.run.step}"
            if self.run.step
            else "begin in a new folder"
        )
        raise FloatingPointError(
            f"Expected finite losses and weights; {advice} with a lower rate, such as --rate "
            f"{rate / 3:.2g}. Received: {received} at step {self.step}."
        )

    def _save(self):
        if not all(np.isfinite(np.array(v)).all() for v in self.model.trainable_variables):
            self._diverged("weights that are not")
        self.run.save(self.model, self.step)
        self.save_networks(self.model)
        self.saved_at = time.monotonic()
        self.curves.draw()

    def save_networks(self, trainer: keras.Model) -> None:
        """Writes the current networks."""
        if self.networks and self.run.writes:
            snapshots.save_networks(self.run.folder, trainer, self.networks)

    def _log(self, losses):
        self.run.log(self.step, losses)
        self.curves.add(self.step, losses)
        self.bar.set_postfix({name: f"{value:.3g}" for name, value in losses.items()})
        for metric in self.model.metrics:
            metric.reset_state()

    def on_train_end(self, logs=None):
        if self.interrupted:
            self.bar.write(
                f"Stopped after step {self.step} of {self.total}; "
                "the same command goes on from here."
            )

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """A context in which SIGINT and SIGTERM stop the training with a checkpoint.

        Outside of the main thread only `stop` ends the training.
        """
        is_main = threading.current_thread() is threading.main_thread()
        handlers = {s: signal.signal(s, self.stop) for s in SIGNALS} if is_main else {}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            for output in filter(None, (self.bar, self.curves)):
                output.close()
