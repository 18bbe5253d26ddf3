"""The methods that the page offers: those whose weights are released."""

import dataclasses

from tfstyle import extras, licences, registry
from tfstyle.methods import DEFAULT, Kind, Method, method

STYLED = (Kind.ARBITRARY, Kind.NAMED, Kind.OPTIMISATION)


@dataclasses.dataclass(frozen=True)
class MethodChoice:
    """An entry of the page's list: a model that takes a style, or a method of a model a painting.

    Args:
        name: Name in the list of methods.
        method: The method.
        names: Names of its styles.
    """

    name: str
    method: type[Method]
    names: tuple[str, ...]

    @property
    def needs_picture(self) -> bool:
        """Whether the method has no named styles."""
        return not self.names

    @property
    def title(self) -> str:
        """The title in the list of methods."""
        return f"{self.name}: {self.method.title}"

    def model(self, style: str | None) -> str:
        """The released model that paints in a style."""
        return f"{self.name}-{style}" if self.method.in_weights else self.name


def method_choices(commercial: bool = False) -> dict[str, MethodChoice]:
    """The methods that take a style, by name; the default comes first.

    Methods that optimise the picture need Keras.

    Args:
        commercial: Whether to offer only models that are cleared for commercial use.
    """
    choices = {}
    for model in _offered(commercial, *STYLED):
        method_class = method(model)
        if not method_class.in_weights:
            choices[model] = MethodChoice(model, method_class, tuple(registry.styles(model)))
            continue
        empty = MethodChoice(method_class.name, method_class, ())
        choice = choices.get(method_class.name, empty)
        names = (*choice.names, model.partition("-")[2])
        choices[method_class.name] = dataclasses.replace(choice, names=names)
    return {
        name: choices[name] for name in sorted(choices, key=lambda name: (name != DEFAULT, name))
    }


def _offered(commercial, *kinds):
    """Names of the models that this machine can run."""
    for name in registry.released(*kinds):
        runs = method(name).tflite or extras.has_keras()
        if runs and (not commercial or licences.allow(registry.card(name))):
            yield name


def translations(commercial: bool = False) -> dict[str, str]:
    """Titles of the models without a style input, by name.

    Args:
        commercial: Whether to offer only models that are cleared for commercial use.
    """
    names = _offered(commercial, Kind.TRANSLATION)
    return {name: registry.card(name).get("title", method(name).title) for name in names}


def titles() -> dict[str, str]:
    """Title, artist and year of the named paintings, by name."""
    paintings = registry.paintings()
    return {name: "{title}, {artist}, {year}".format(**facts) for name, facts in paintings.items()}
