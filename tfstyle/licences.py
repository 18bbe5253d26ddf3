"""What a model learned from, as its card says, and whether all of it may be used commercially."""

import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tfstyle import registry

STATED = {True: "allowed", False: "not allowed", None: "not stated"}  # commercial use, in words


@dataclasses.dataclass(frozen=True)
class Source:
    """Pictures, or a network, that a model learned from.

    Args:
        name: In words.
        licence: Of it, in words.
        commercial: Whether that allows commercial use; None where none is stated.
        through: The released model that learned from it, where the model itself did not.
    """

    name: str
    licence: str
    commercial: bool | None = None
    through: str | None = None

    def __str__(self):
        way = f", through {self.through}" if self.through else ""
        return f"{self.name} ({self.licence}){way}"


def sources(card: Mapping) -> list[Source]:
    """What a card's model learned from: by itself, and through the models that it names.

    Args:
        card: See `registry.card`; none of its "sources" means that nothing is stated.
    """
    unique = {}
    for source in _listed(card, None):
        unique.setdefault((source.name, source.licence, source.commercial), source)
    return list(unique.values())


def _listed(card, through) -> Iterator[Source]:
    listed = card.get("sources") or [{"name": "what it learned from", "licence": "not stated"}]
    for entry in listed:
        if "model" not in entry:
            stated = entry.get("commercial")
            yield Source(entry["name"], entry["licence"], stated, through)
    for entry in listed:
        if "model" in entry:
            yield from _listed(registry.card(entry["model"]), entry["model"])


def allow(card: Mapping) -> bool:
    """Whether everything that a card's model learned from is stated to allow commercial use."""
    return all(source.commercial is True for source in sources(card))


def check(name: str, card: Mapping) -> None:
    """Checks that a model is cleared for commercial use.

    Args:
        name: What to call it.
        card: See `sources`.

    Raises:
        ValueError: It learned from something that does not allow it, or states nothing.
    """
    uncleared = [source for source in sources(card) if source.commercial is not True]
    if uncleared:
        raise ValueError(
            "Expected a model that is cleared for commercial use, as `tfstyle methods --licences` "
            f"lists them. Received: {name}, which learned from {uncleared[0]}."
        )


def card_of(model: str, folder: str | os.PathLike | None = None) -> Mapping:
    """The card of a released model, or of a folder; empty where there is none."""
    if model in registry.released():
        return registry.card(model)
    path = Path(folder) / registry.CARD if folder else None
    return registry.read_json(path) if path and path.is_file() else {}


def cleared(names: list[str]) -> list[str]:
    """Those of released models that are cleared for commercial use.

    Raises:
        ValueError: None is.
    """
    allowed = [name for name in names if allow(registry.card(name))]
    if not allowed:
        raise ValueError(
            "Expected a released model that is cleared for commercial use. Received: none; "
            "`tfstyle methods --licences` says what each of them learned from."
        )
    return allowed
