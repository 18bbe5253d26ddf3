"""Settings of new and of resumed runs."""

from collections.abc import Mapping
from pathlib import Path

from tfstyle.precision import Choice, choose, parse

PRECISION, WHY = "precision", "precision_reason"
INPUTS = "inputs"  # what a run learns from; compared by `runs.Run.made_of`
RENAMED = {"loss_network": "teacher"}  # inputs of runs that were begun before
CHANGEABLE = ("steps", "decay", "rate", "keep_every")  # settings that may differ when resuming
FORMER = "bfloat16"  # the precision of runs whose settings do not name one
UNSAID = {  # settings of runs that were begun before these settings existed
    "temporal": 0.0,
    "objective": "cycle",
    "contrast_weight": 1.0,
    "contrast_identity_weight": 1.0,
    "augment": "none",
}


def new_settings(asked: Mapping) -> dict:
    """Settings of a new run, with the chosen precision and the reason.

    Args:
        asked: The requested settings, numbers and strings.
    """
    if PRECISION not in asked:
        return dict(asked)
    choice = choose(asked[PRECISION])
    return asked | {PRECISION: choice.name, WHY: asked.get(WHY, choice.why)}


def inputs(settings: Mapping) -> dict:
    """What a run learns from, each in a word, by today's names."""
    return {RENAMED.get(name, name): word for name, word in settings.get(INPUTS, {}).items()}


def continued_settings(folder: Path, begun: Mapping, asked: Mapping) -> dict:
    """Settings of a resumed run.

    Args:
        folder: The run folder, for the error.
        begun: The settings that the run was begun with.
        asked: The requested settings; the precision "auto" is the run's own.

    Raises:
        ValueError: A setting that is not in CHANGEABLE differs.
    """
    begun = _known(begun) if PRECISION in asked else dict(begun)
    if PRECISION in asked:
        name = parse(asked[PRECISION])
        asked = asked | {PRECISION: begun[PRECISION] if name == "auto" else name, WHY: begun[WHY]}
    begun = {name: value for name, value in UNSAID.items() if name in asked} | begun
    begun |= {name: asked[name] for name in CHANGEABLE if name in asked}
    names = (begun.keys() | asked.keys()) - {INPUTS}
    other = [name for name in names if begun.get(name) != asked.get(name)]
    if other:
        changes = ", ".join(f"{k}={asked.get(k)} (was {begun.get(k)})" for k in sorted(other))
        raise ValueError(
            f"Expected the settings that {folder} was begun with, or a new folder. "
            f"Received: {changes}."
        )
    return begun


def _known(begun):
    name = parse(begun.get(PRECISION, FORMER))
    return begun | {PRECISION: name, WHY: begun.get(WHY, "as the run was begun")}


def precision(settings: Mapping) -> Choice | None:
    """The precision of a run; None if its settings do not name one."""
    return Choice(settings[PRECISION], settings[WHY]) if PRECISION in settings else None
