"""What a worker does with a picture: paints it, or takes its style's code.

A work is small and pickled, and travels with the pipeline. What it opens holds the model, and is
made once in every worker's process.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tfstyle import images, loading
from tfstyle.methods import DEFAULT, method
from tfstyle.methods.stylizer import photograph

Opened = Callable[[bytes, str, str], bytes]  # from a file's content, its name and the target's


@dataclasses.dataclass(frozen=True, eq=False)
class Painting:
    """How photographs are painted.

    Args:
        method: A method of one pass.
        model: As of `loading.load_model`; a folder is to be there on every worker.
        styles: Names, or pictures as bytes, shape (height, width, 3).
        shares: Of the styles, 0 and above; None is the same for each.
        strength: From 0 to 1.
        keep_colors: As of `color.keeper`.
        size: Longer side of the results in pixels; None is each photograph's own.
        quality: 1 to 100, of JPEG and WebP.
        threads: Of LiteRT, a worker's process.
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

    def styled(self, given: Sequence[str], read: Callable) -> "Painting":
        """The same in other styles, which are read here and not by the workers.

        Args:
            given: Files and names.
            read: From one of them and a stylizer to a name or a picture, floats in [0, 1].
        """
        stylizer = loading.load_model(_one_pass(self.method), self.model, self.threads)
        styles = (read(each, stylizer) for each in given)
        return dataclasses.replace(
            self, styles=tuple(s if isinstance(s, str) else images.to_bytes(s) for s in styles)
        )

    def opened(self) -> Opened:
        """From a photograph's file to its picture's.

        Raises:
            ValueError, OSError: There is no such model or style.
        """
        stylizer = loading.load_model(_one_pass(self.method), self.model, self.threads)
        paint = stylizer.painter(
            list(self.styles) or None, self.strength, self.shares, self.keep_colors
        )

        def painted(content, name, target):
            picture, alpha = photograph(name, target, self.size, content=content)
            images.check_extent(target, *picture.shape[:2])
            return images.encoded(paint(picture), target, self.quality, alpha)

        return painted

    def told(self) -> dict:
        """What decides how a picture looks, as JSON."""
        fields = vars(self) | {"styles": [_digest(style) for style in self.styles]}
        return {name: value for name, value in fields.items() if name != "threads"}


@dataclasses.dataclass(frozen=True)
class Coding:
    """How style codes are taken.

    Args:
        method: A method that takes any painting.
        model: As of `Painting`.
        threads: As of `Painting`.
    """

    method: str = DEFAULT
    model: str | None = None
    threads: int = 1

    def opened(self) -> Opened:
        """From a painting's file to a line of JSON: its name, and its code as lists by name.

        Raises:
            ValueError, OSError: There is no such model, or it has no codes.
        """
        if not method(_one_pass(self.method)).kind.takes_pictures:
            raise ValueError(
                f"Expected a method that takes any painting, for codes. Received: {self.method}."
            )
        stylizer = loading.load_model(self.method, self.model, self.threads)

        def coded(content, name, target):
            code = stylizer.style_code(images.read(name, stylizer.style_side, content=content))
            lists = {key: np.asarray(value).tolist() for key, value in code.items()}
            return json.dumps({"name": target, "code": lists}).encode()

        return coded


def _one_pass(name):
    row = method(name)
    if row.fetched or not row.kind.one_pass:
        raise ValueError(f"Expected a method of one pass, of this package. Received: {name}.")
    return name


def _digest(style):
    """A style's name; of a picture a number that changes with its pixels."""
    if isinstance(style, str):
        return style
    return f"{style.shape[1]}x{style.shape[0]} {hashlib.sha256(style.tobytes()).hexdigest()[:16]}"


def target_name(name: str) -> str:
    """The name of a photograph's picture, below the folder of the results.

    Args:
        name: Of the photograph, folders by slashes.

    Raises:
        ValueError: It leads out of the folder.
    """
    parts = name.replace("\\", "/").split("/")
    if not parts[-1] or ".." in parts:
        raise ValueError(f"Expected a name below the results' folder. Received: {name!r}.")
    parts[-1] = images.written_name(parts[-1])
    return "/".join(part for part in parts if part not in ("", "."))


def check_target(path: str) -> None:
    """Refuses a single file of results whose name says no format.

    Raises:
        ValueError: It ends in something else.
    """
    if Path(path).suffix not in (".tfrecord", ".jsonl"):
        raise ValueError(f"Expected a file ending in .tfrecord or .jsonl. Received: {path}.")
