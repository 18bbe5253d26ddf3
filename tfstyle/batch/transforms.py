"""What workers do with each picture: paint it, or encode its style.

A transform is small, and is pickled with the pipeline. `load` loads the model, once in every
worker's process.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tfstyle import images, loading
from tfstyle.methods import DEFAULT, method
from tfstyle.methods.checked_inputs import photograph

Process = Callable[[bytes, str, str], bytes]  # of a file's content, its name and the result's


@dataclasses.dataclass(frozen=True, eq=False)
class Painting:
    """How photographs are painted.

    Args:
        method: A method of one pass.
        model: See `loading.load_model`; a folder has to exist on every worker.
        styles: Names, or pictures as bytes, shape (height, width, 3).
        shares: A number of 0 or more per style; None mixes styles equally.
        strength: From 0 to 1.
        keep_colors: See `color.keeper`.
        size: Longer side of the results in pixels; None takes each photograph's own.
        quality: Of JPEG and WebP, from 1 to 100.
        threads: Processor threads per worker process.
    """

    method: str = DEFAULT
    model: str | None = None
    styles: tuple[str | np.ndarray, ...] = ()
    shares: tuple[float, ...] | None = None
    strength: float = 1.0
    keep_colors: str | None = None
    size: int | None = None
    quality: int = 95
    threads: int = 1

    def with_styles(self, sources: Sequence[str], read: Callable) -> "Painting":
        """A copy with other styles, which are read here and not by the workers.

        Args:
            sources: Files and names of styles.
            read: A function of one of them and a stylizer, which returns a name or a picture of
                floats in [0, 1].
        """
        stylizer = loading.load_model(_check_one_pass(self.method), self.model, self.threads)
        styles = (read(source, stylizer) for source in sources)
        return dataclasses.replace(
            self, styles=tuple(s if isinstance(s, str) else images.to_bytes(s) for s in styles)
        )

    def load(self) -> Process:
        """Loads the model, and returns a function of a photograph's file to the painted file.

        Raises:
            ValueError, OSError: There is no such model or style.
        """
        stylizer = loading.load_model(_check_one_pass(self.method), self.model, self.threads)
        paint = stylizer.painter(
            list(self.styles) or None, self.strength, self.shares, self.keep_colors
        )

        def process(content, name, target):
            picture, alpha = photograph(name, target, self.size, content=content)
            images.check_extent(target, *picture.shape[:2])
            return images.encoded(paint(picture), target, self.quality, alpha)

        return process

    def appearance(self) -> dict:
        """The settings that change how a picture looks, for JSON."""
        fields = vars(self) | {"styles": [_digest(style) for style in self.styles]}
        return {name: value for name, value in fields.items() if name != "threads"}


@dataclasses.dataclass(frozen=True)
class StyleEncoding:
    """How styles are encoded.

    Args:
        method: A method that takes any painting.
        model: See `Painting`.
        threads: See `Painting`.
    """

    method: str = DEFAULT
    model: str | None = None
    threads: int = 1

    def load(self) -> Process:
        """Loads the model, and returns a function of a painting's file to a line of JSON.

        The line holds the painting's name, and its style code as lists by name.

        Raises:
            ValueError, OSError: There is no such model, or it has no style codes.
        """
        if not method(_check_one_pass(self.method)).kind.takes_pictures:
            raise ValueError(
                f"Expected a method that takes any painting, for codes. Received: {self.method}."
            )
        stylizer = loading.load_model(self.method, self.model, self.threads)

        def process(content, name, target):
            code = stylizer.style_code(images.read(name, stylizer.style_side, content=content))
            lists = {key: np.asarray(value).tolist() for key, value in code.items()}
            return json.dumps({"name": target, "code": lists}).encode()

        return process


def _check_one_pass(name):
    method_class = method(name)
    if method_class.fetched or not method_class.kind.one_pass:
        raise ValueError(f"Expected a method of one pass, of this package. Received: {name}.")
    return name


def _digest(style):
    """A style's name, or a picture's size and hash."""
    if isinstance(style, str):
        return style
    return f"{style.shape[1]}x{style.shape[0]} {hashlib.sha256(style.tobytes()).hexdigest()[:16]}"


def target_name(name: str) -> str:
    """The name of a photograph's result, below the results' folder.

    Args:
        name: Of the photograph, with slashes between folders.

    Raises:
        ValueError: The name leads out of the folder.
    """
    parts = name.replace("\\", "/").split("/")
    if not parts[-1] or ".." in parts:
        raise ValueError(f"Expected a name below the results' folder. Received: {name!r}.")
    parts[-1] = images.written_name(parts[-1])
    return "/".join(part for part in parts if part not in ("", "."))


def check_target(path: str) -> None:
    """Refuses a file of results whose suffix is no format of such.

    Raises:
        ValueError: The suffix is another.
    """
    if Path(path).suffix not in (".tfrecord", ".jsonl"):
        raise ValueError(f"Expected a file ending in .tfrecord or .jsonl. Received: {path}.")
