"""Facts of the released models, for people and programs that choose one."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tfstyle import licences, registry
from tfstyle.methods import Kind, Method, method
from tfstyle.methods.module import Module

WEIGHTS = {"int8": "int8", "dynamic": "int8", "float16": "float16", "float32": "float32"}
HEAD = ("model", "style", "weights", "learned in", "good at", "weak at")


@dataclasses.dataclass(frozen=True)
class Model:
    """A released model.

    Args:
        name: Name, as `tfstyle.load` takes it.
        method: Its method.
        card: Its card.
    """

    name: str
    method: type[Method]
    card: dict

    @property
    def title(self) -> str:
        """A line for people."""
        return self.card.get("title", self.method.title)

    @property
    def facts(self) -> dict:
        """Facts by name, for programs."""
        learned = [dataclasses.asdict(source) for source in licences.sources(self.card)]
        return {
            "name": self.name,
            "method": self.method.name,
            "model": self.variant,
            "title": self.title,
            "style": self.style,
            "styles": list(registry.styles(self.name)),
            "weights": self.size,
            "needs_keras": not self.method.tflite,
            "learned_in": self.card["learned_in"],
            "needs": self.method.needs,
            "good_at": self.method.good,
            "weak_at": self.method.weak,
            "paper": self.method.paper,
            "licence": self.card["licence"],
            "learned_from": learned,
            "commercial": licences.allow(self.card),
        }

    @property
    def variant(self) -> str | None:
        """The value of `--model`."""
        return self.name.partition("-")[2] or None

    @property
    def size(self) -> str:
        """The size of its weights, in words."""
        if not self.method.tflite:
            return f"{registry.keras_bytes(self.name) / 1e6:.1f} MB (Keras, float16)"
        kind = WEIGHTS[self.method.precision]
        return f"{self.card['tflite_bytes'] / 1e6:.1f} MB (TFLite, {kind})"

    @property
    def style(self) -> str:
        """The kind of style that it takes, in words."""
        count = len(registry.styles(self.name))
        if not self.method.kind.takes_pictures:
            return self.method.accepts.replace("its named styles", f"its {count} names")
        return self.method.accepts + (f", or one of {count} names" if count else "")


@dataclasses.dataclass(frozen=True)
class HubModel(Model):
    """One of Magenta's modules, or a SavedModel with the same interface.

    Args:
        path: Its file or folder.
    """

    path: Path

    @property
    def variant(self) -> str:
        """The value of `--model`."""
        return str(self.path.resolve())

    @property
    def size(self) -> str:
        """The size of its file or folder, in words."""
        files = self.path.rglob("*") if self.path.is_dir() else [self.path]
        size = sum(file.stat().st_size for file in files)
        return f"{size / 1e6:.1f} MB (SavedModel)"

    @property
    def style(self) -> str:
        """The kind of style that it takes, in words."""
        return self.method.accepts


def module(path: Path) -> HubModel:
    """The facts of a module's file or folder."""
    return HubModel(Module.name, Module, {"learned_in": "by its authors"}, path)


def models(*kinds: Kind) -> list[Model]:
    """The released models, method by method.

    Args:
        *kinds: See `registry.released`.
    """
    return [Model(name, method(name), registry.card(name)) for name in registry.released(*kinds)]


def cleared(models: Sequence[Model]) -> list[Model]:
    """The models that are cleared for commercial use.

    Raises:
        ValueError: No model is cleared.
    """
    names = licences.cleared([model.name for model in models])
    return [model for model in models if model.name in names]


def table(models: Iterable[Model]) -> Iterator[str]:
    """Lines of a Markdown table of models; docs/models.md has the table of all."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    previous = None
    for model in models:
        method, name, remarks = model.method, f"`{model.name}`", ("", "")
        if method is not previous:
            name += f" ([paper]({method.paper}))"
            remarks = (method.good, method.weak)
        cells = (name, model.style, model.size, model.card["learned_in"], *remarks)
        yield f"| {' | '.join(cells)} |"
        previous = method
