"""The methods: a class each, in a folder of its own beside the paper's numbers and training."""

import importlib
import pkgutil
import threading
from collections.abc import Iterator, Mapping

from tfstyle.methods.kinds import Kind, Method

__all__ = ["DEFAULT", "METHODS", "Kind", "Method", "method", "register"]

DEFAULT = "ghiasi"  # the released model that paints where none is asked for
GROUP = "tfstyle.methods"  # entry points of other packages' methods


class _Methods(Mapping):
    """Classes by name, imported when the first one is asked for."""

    def __init__(self):
        self.classes: dict[str, type[Method]] = {}
        self.complete, self.importing = False, threading.RLock()

    def __getitem__(self, name: str) -> type[Method]:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self):
        with self.importing:
            if not self.complete:
                self._import()
                self.complete = True
        return self.classes

    def _import(self):
        from importlib.metadata import entry_points

        for folder in pkgutil.iter_modules(__path__):
            if folder.ispkg:
                importlib.import_module(f"{__name__}.{folder.name}.method")
        for entry in entry_points(group=GROUP):
            entry.load()
        kinds = list(Kind)
        order = sorted(self.classes.values(), key=lambda m: (kinds.index(m.kind), m.paper))
        self.classes = {method.name: method for method in order}


METHODS = _Methods()


def register(method: type[Method]) -> type[Method]:
    """Adds a class to METHODS; a decorator.

    Another package's module with such a class is found where an entry point of the group
    "tfstyle.methods" names it.

    Raises:
        ValueError: The name is taken, or no name of a method.
    """
    if not method.name.isidentifier() or METHODS.classes.get(method.name, method) is not method:
        raise ValueError(f"Expected a name of its own, of letters. Received: {method.name!r}.")
    METHODS.classes[method.name] = method
    return method


def method(name: str) -> type[Method]:
    """The class of a name, or of a variant's: "ghiasi-desktop" is a variant of "ghiasi".

    Besides METHODS it knows "magenta", whose weights are downloaded.

    Raises:
        ValueError: There is no such method.
    """
    base = name.partition("-")[0]
    if base in METHODS:
        return METHODS[base]
    from tfstyle.methods.module import Module

    if base != Module.name:
        names = ", ".join((*METHODS, Module.name))
        raise ValueError(f"Expected a method of {names}. Received: {name!r}.")
    return Module
