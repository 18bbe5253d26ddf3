"""TensorFlow's import, without what it says of the machine at every log level."""

import importlib.machinery
import sys

from tfstyle import messages


class Quiet:
    """Imports TensorFlow with stderr hidden, once, from the head of `sys.meta_path`."""

    def find_spec(self, name, path=None, target=None):
        """The specification of TensorFlow's package, and None of any other."""
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module):
        with messages.quiet("TensorFlow"):
            super().exec_module(module)


def hide() -> None:
    """Hides what TensorFlow says while it is imported, where that is still to come."""
    if "tensorflow" not in sys.modules and not any(isinstance(it, Quiet) for it in sys.meta_path):
        sys.meta_path.insert(0, Quiet())
