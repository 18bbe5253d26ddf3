"""Runs: a training's folder, and the callback that writes it."""

from tfstyle.training.runs.folder import Run
from tfstyle.training.runs.recorder import Recorder

__all__ = ["Recorder", "Run"]
