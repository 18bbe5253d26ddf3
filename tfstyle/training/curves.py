"""Curves of a run's losses: a picture, and TensorBoard logs if it is installed."""

import csv
import importlib.util
from collections.abc import Mapping
from pathlib import Path

PICTURE = "losses.png"


class Curves:
    """Draws and logs the losses; each part does nothing if its library is missing.

    Args:
        log: The file of a run's losses; pictures and logs are written beside it.
        active: False for workers that write nothing.
    """

    def __init__(self, log: Path, active: bool = True):
        self.log = log
        self.matplotlib = active and importlib.util.find_spec("matplotlib") is not None
        self.writer = _writer(log.parent) if active else None

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """Logs a step's losses to TensorBoard."""
        if self.writer is None:
            return
        import tensorflow as tf

        with self.writer.as_default():
            for name, value in losses.items():
                tf.summary.scalar(name, value, step=step)

    def close(self) -> None:
        """Closes TensorBoard's log."""
        if self.writer is not None:
            self.writer.close()

    def draw(self) -> None:
        """Draws the log so far as losses.png, where matplotlib is installed."""
        if self.matplotlib and self.log.exists():
            with self.log.open(newline="") as file:
                rows = list(csv.DictReader(file))
            if len(rows) > 1:
                _draw(rows, self.log.with_name(PICTURE))


def _writer(folder):
    if importlib.util.find_spec("tensorboard") is None:
        return None
    import tensorflow as tf

    return tf.summary.create_file_writer(str(folder / "tensorboard"))


def _draw(rows, path):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = FigureCanvasAgg(figure).figure.add_subplot()
    steps = [int(row["step"]) for row in rows]
    for name in (name for name in rows[0] if name not in ("step", "waiting")):
        axes.plot(steps, _smooth([float(row[name]) for row in rows]), label=name, linewidth=1)
    axes.set(xlabel="step", yscale="log", title="losses")
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(path, dpi=110)


def _smooth(values):
    """Exponential running means over about a fiftieth of the values."""
    share, mean, smooth = min(1.0, 50 / len(values)), values[0], []
    for value in values:
        mean += share * (value - mean)
        smooth.append(mean)
    return smooth
