"""What people choose between: the released models with their facts, in one place."""

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
        name: As `tfstyle.load` takes it.
        method: Its method.
        card: What its card says.
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
        """All that there is to know, for programs."""
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
        """Of its weights, in words."""
        if not self.method.tflite:
            return f"{registry.keras_bytes(self.name) / 1e6:.1f} MB (Keras, float16)"
        kind = WEIGHTS[self.method.precision]
        return f"{self.card['tflite_bytes'] / 1e6:.1f} MB (TFLite, {kind})"

    @property
    def style(self) -> str:
        """The kind of style that it takes, in words."""
        named = len(registry.styles(self.name))
        if not self.method.kind.takes_pictures:
            return self.method.accepts.replace("its named styles", f"its {named} names")
        return self.method.accepts + (f", or one of {named} names" if named else "")


@dataclasses.dataclass(frozen=True)
class HubModel(Model):
    """One of Magenta's modules, or a SavedModel that is called as they are.

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
        *kinds: As of `registry.released`.
    """
    return [Model(name, method(name), registry.card(name)) for name in registry.released(*kinds)]


def cleared(models: Sequence[Model]) -> list[Model]:
    """Those of models that are cleared for commercial use.

    Raises:
        ValueError: None is.
    """
    names = licences.cleared([model.name for model in models])
    return [model for model in models if model.name in names]


def table(models: Iterable[Model]) -> Iterator[str]:
    """Lines of a Markdown table of models; of all of them it is that of docs/models.md."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    before = None
    for model in models:
        words = ("", "") if model.method is before else (model.method.good, model.method.weak)
        name = f"`{model.name}`" + (
            "" if model.method is before else f" ([paper]({model.method.paper}))"
        )
        cells = (name, model.style, model.size, model.card["learned_in"], *words)
        yield f"| {' | '.join(cells)} |"
        before = model.method
