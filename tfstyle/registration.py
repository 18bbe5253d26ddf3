"""Makes our layers known to Keras as soon as Keras is there, and not before."""

import importlib
import importlib.abc
import sys

KERAS, LAYERS = "keras", "tfstyle.layers"


def with_keras() -> None:
    """Registers our layers now where Keras is imported, or else when it will be.

    `keras.models.load_model` finds them in a process that imports tfstyle alone, which imports no
    framework.
    """
    if sys.modules.get(KERAS):
        importlib.import_module(LAYERS)
    else:
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Stays until Keras is imported, since Keras may be looked for without being imported."""

    def find_spec(self, name, path, target=None):
        if name != KERAS:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader, finder):
        self.loader, self.finder = loader, finder

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        self.loader.exec_module(module)
        importlib.import_module(LAYERS)
