"""What the page offers to paint with: the families of METHODS whose weights are released."""

import dataclasses

from tfstyle import extras, licences, weights
from tfstyle.methods import Method, Takes, method

FIRST = "ghiasi"


@dataclasses.dataclass(frozen=True)
class Easel:
    """A model that takes a style, or a family with a network a painting.

    Args:
        name: As people choose it.
        row: Its method.
        names: Of the styles that it knows.
    """

    name: str
    row: Method
    names: tuple[str, ...]

    @property
    def needs_picture(self) -> bool:
        """Whether it knows no style by name."""
        return not self.names

    @property
    def title(self) -> str:
        """A line for people."""
        return f"{self.name}: {self.row.title}"

    def model(self, style: str | None) -> str:
        """The released model that paints in a style."""
        return f"{self.name}-{style}" if self.row.takes is Takes.NAME else self.name


def easels(commercial: bool = False) -> dict[str, Easel]:
    """Those that take a style, by name; the one to begin with comes first.

    Those that optimise the picture need Keras.

    Args:
        commercial: Only those that are cleared for commercial use.
    """
    found = {}
    for model in _offered(commercial, Takes.IMAGE, Takes.CHOICE):
        found[model] = Easel(model, method(model), tuple(weights.styles(model)))
    for model in _offered(commercial, Takes.NAME):
        row = method(model)
        known = found.get(row.name, Easel(row.name, row, ()))
        names = (*known.names, model.partition("-")[2])
        found[row.name] = dataclasses.replace(known, names=names)
    return {name: found[name] for name in sorted(found, key=lambda name: (name != FIRST, name))}


def _offered(commercial, *takes):
    """Names of the models that this machine can run."""
    for name in weights.released(*takes):
        runs = method(name).lite or extras.has_keras()
        if runs and (not commercial or licences.allow(weights.card(name))):
            yield name


def translations(commercial: bool = False) -> dict[str, str]:
    """What models without a style do, in words, by name.

    Args:
        commercial: As of `easels`.
    """
    names = _offered(commercial, Takes.NOTHING)
    return {name: weights.card(name).get("title", method(name).title) for name in names}


def titles() -> dict[str, str]:
    """Named paintings with their artists and years, by name."""
    known = weights.paintings()
    return {name: "{title}, {artist}, {year}".format(**about) for name, about in known.items()}
