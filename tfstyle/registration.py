"""Makes our layers known to Keras as soon as Keras is there, and not before."""

import importlib
import importlib.abc
import importlib.util
import sys

KERAS, LAYERS = "keras", "tfstyle.layers"


def with_keras() -> None:
    """Registers our layers now where Keras is imported, or else when it will be.

    `keras.models.load_model` finds them in a process that imports tfstyle alone, which imports no
    framework.
    """
    if KERAS in sys.modules:
        importlib.import_module(LAYERS)
    else:
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != KERAS:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        importlib.import_module(LAYERS)
