"""Settings of new and of resumed runs."""

from collections.abc import Mapping
from pathlib import Path

from tfstyle.precision import Choice, choose, parse

PRECISION, WHY = "precision", "precision_reason"
INPUTS = "inputs"  # what a run learns from; compared by `runs.Run.made_of`
RENAMED = {"loss_network": "teacher"}  # inputs of runs that were begun before
CHANGEABLE = ("steps", "decay", "rate", "keep_every")  # settings that may differ when resuming
FORMER_PRECISION = "bfloat16"  # of runs whose settings do not name one
FORMER_DEFAULTS = {  # of settings that runs of before do not name
    "luminance_weight": 0.0,
    "recoloring_weight": 0.0,
    "chroma_weight": 0.0,
    "target_weight": 1.0,
    "target_share": 0.25,
    "smooth_noise": 0,
    "temporal": 0.0,
    "objective": "cycle",
    "contrast_weight": 1.0,
    "contrast_identity_weight": 1.0,
    "augment": "none",
}


def new_settings(requested: Mapping) -> dict:
    """Settings of a new run, with the chosen precision and the reason.

    Args:
        requested: The settings, numbers and strings.
    """
    if PRECISION not in requested:
        return dict(requested)
    choice = choose(requested[PRECISION])
    return requested | {PRECISION: choice.name, WHY: requested.get(WHY, choice.why)}


def inputs(settings: Mapping) -> dict:
    """What a run learns from, each in a word, by today's names."""
    return {RENAMED.get(name, name): word for name, word in settings.get(INPUTS, {}).items()}


def continued_settings(folder: Path, saved: Mapping, requested: Mapping) -> dict:
    """Settings of a resumed run.

    Args:
        folder: The run folder, for the error.
        saved: The settings that the run was begun with.
        requested: The settings; the precision "auto" is the run's own.

    Raises:
        ValueError: A setting that is not in CHANGEABLE differs.
    """
    saved = _with_precision(saved) if PRECISION in requested else dict(saved)
    if PRECISION in requested:
        name = parse(requested[PRECISION])
        name = saved[PRECISION] if name == "auto" else name
        requested = requested | {PRECISION: name, WHY: saved[WHY]}
    saved = {name: value for name, value in FORMER_DEFAULTS.items() if name in requested} | saved
    saved |= {name: requested[name] for name in CHANGEABLE if name in requested}
    names = (saved.keys() | requested.keys()) - {INPUTS}
    changed = [name for name in names if saved.get(name) != requested.get(name)]
    if changed:
        changes = ", ".join(f"{k}={requested.get(k)} (was {saved.get(k)})" for k in sorted(changed))
        raise ValueError(
            f"Expected the settings that {folder} was begun with, or a new folder. "
            f"Received: {changes}."
        )
    return saved


def _with_precision(saved):
    name = parse(saved.get(PRECISION, FORMER_PRECISION))
    return saved | {PRECISION: name, WHY: saved.get(WHY, "as the run was begun")}


def precision(settings: Mapping) -> Choice | None:
    """The precision of a run; None if its settings do not name one."""
    return Choice(settings[PRECISION], settings[WHY]) if PRECISION in settings else None
