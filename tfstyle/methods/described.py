"""What a stylizer says that it is."""

from collections.abc import Mapping
from typing import Self

from tfstyle.methods import Takes, method


class Described:
    """A stylizer whose `repr` names its method, model, engine and styles."""

    styles: Mapping = {}
    description: Mapping[str, str] = {}

    def described(self, name: str, model: object, engine: str) -> Self:
        """The stylizer itself, which from now on has a description.

        Args:
            name: A method, or a released model's name.
            model: A released model's name, or the folder, file or address of another one.
            engine: What computes its pictures: "keras", "litert" or "saved_model".
        """
        row = method(name)
        self.description = {
            "method": row.name,
            "model": str(model),
            "engine": engine,
            "styles": _accepted(row, len(self.styles)),
        }
        return self

    def __repr__(self):
        told = self.description or {"styles": f"{len(self.styles)} names"}
        words = ", ".join(f"{name}={value}" for name, value in told.items())
        return f"<{type(self).__name__}: {words}>"


def _accepted(row, named):
    """The styles that a stylizer accepts, in words."""
    if row.in_weights:
        return "in the weights"
    if row.takes is Takes.CHOICE:
        return f"{named} names"
    return f"any picture or {named} names" if named else "any picture"
