"""Settings of a run that goes on: those that it was begun with."""

import os
from collections.abc import Mapping
from pathlib import Path

from tfstyle.precision import Choice, choose, parse

PRECISION, WHY = "precision", "precision_reason"
INPUTS = "inputs"  # what a run learns from; compared by `runs.Run.made_of`
CHANGEABLE = ("steps", "decay", "rate", "keep_every")  # numbers that a run may go on with others of
FORMER = "bfloat16"  # what runs computed in whose settings do not say it
UNSAID = {  # other numbers of games that were begun before there was a choice
    "objective": "cycle",
    "contrast_weight": 1.0,
    "contrast_identity_weight": 1.0,
    "augment": "none",
}


def settled(asked: Mapping) -> dict:
    """Settings of a new run, with the precision that it will compute in and why.

    Args:
        asked: Plain numbers and strings, "precision" among them where something is computed.
    """
    if PRECISION not in asked:
        return dict(asked)
    choice = choose(asked[PRECISION])
    return asked | {PRECISION: choice.name, WHY: asked.get(WHY, choice.why)}


def source(begin: str | os.PathLike | None) -> str:
    """What a run's weights begin with, in a word: a folder's name, or random."""
    return Path(begin).name if begin else "random"


def continued(folder: Path, begun: Mapping, asked: Mapping) -> dict:
    """Settings that a run goes on with.

    Args:
        folder: Of the run.
        begun: Its settings.
        asked: Those that are asked for; the precision "auto" is the run's own.

    Raises:
        ValueError: They are others, and not only of CHANGEABLE.
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
    """What a run computes in; None where its settings do not say it."""
    return Choice(settings[PRECISION], settings[WHY]) if PRECISION in settings else None
