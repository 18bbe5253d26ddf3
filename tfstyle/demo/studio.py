"""Paints, translates and compares for several people at once."""

import contextlib
import dataclasses
import importlib.util
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from tfstyle import color, images, licences, masks, weights
from tfstyle.demo.easels import FIRST, Easel, easels, translations
from tfstyle.demo.pool import Pool
from tfstyle.methods import Takes, method
from tfstyle.methods.vectors import distances
from tfstyle.video import clips, joining, making
from tfstyle.video.encoding import Encoding
from tfstyle.video.frames import Cut
from tfstyle.video.painting import painters
from tfstyle.video.steady import STEADY

READABLE = 100_000_000  # pixels; larger files are refused before they are decoded
STYLES = 4  # at most
SHOWN = 0.5  # seconds between two pictures of an optimisation
FILM = 10  # seconds of a film
FILM_SIDE = 480  # pixels of its longer side


@dataclasses.dataclass(frozen=True)
class Order:
    """What is to be painted.

    Args:
        photo: Shape (height, width, 3), floats in [0, 1].
        styles: Pictures or names, one to STYLES.
        method: Of `easels`.
        strength: In [0, 1]; None is the method's own.
        weights: One a style, or None, as with masks.
        keep_colors: As of `color.keeper`.
        masks: One a style, shape (height, width), or None.
    """

    photo: np.ndarray
    styles: Sequence[np.ndarray | str]
    method: str = FIRST
    strength: float | None = None
    weights: Sequence[float] | None = None
    keep_colors: str | None = None
    masks: Sequence[np.ndarray] | None = None


@dataclasses.dataclass(frozen=True)
class Painted:
    """A picture and how it came about.

    Args:
        picture: Shape (height, width, 3), floats in [0, 1].
        model: That painted it.
        seconds: That it took so far.
        share: Of the work that is done.
        note: What else there is to know.
    """

    picture: np.ndarray
    model: str
    seconds: float
    share: float = 1.0
    note: str = ""

    def __str__(self):
        height, width = self.picture.shape[:2]
        done = "" if self.share == 1.0 else f", {self.share:.0%} done"
        words = f"{self.model}: {width}x{height} pixels in {self.seconds:.1f} s{done}."
        return f"{words} {self.note}".strip()


class Studio:
    """What the page and programs ask.

    Args:
        max_pixels: Of photographs; larger ones are reduced.
        precision: As of `Pool`.
        commercial: Whether it paints only by models that are cleared for commercial use.

    Raises:
        ValueError: There is none that takes a style.
    """

    def __init__(self, max_pixels: int, precision: str = "auto", commercial: bool = False):
        self.max_pixels, self.pool = max_pixels, Pool(precision)
        self.easels, self.translations = easels(commercial), translations(commercial)
        if not self.easels:
            licences.cleared(weights.released(Takes.IMAGE, Takes.CHOICE, Takes.NAME))

    @property
    def first(self) -> str:
        """The method to begin with."""
        return next(iter(self.easels))

    def read(self, path: str, size: int | None = None) -> tuple[np.ndarray, str]:
        """A picture's file, and a sentence where it was reduced to the limit.

        Args:
            path: As of `images.read`.
            size: Longer side in pixels that it is reduced to; None leaves it.

        Raises:
            OSError, ValueError: As of `images.read`; or it has more than READABLE pixels.
        """
        pixels = images.read_bytes(path, most=READABLE)
        extent = pixels.shape[:2]
        side = min(size or max(extent), max(extent))
        most = int(side * min(1.0, (self.max_pixels / np.prod(images.fitted(extent, side))) ** 0.5))
        if most < max(extent):
            pixels = images.resize_bytes(pixels, *images.fitted(extent, max(1, most)))
        words = (
            f"The photograph was reduced from {extent[1]}x{extent[0]} pixels to "
            f"{self.max_pixels / 1e6:g} megapixels, the most that this page paints."
        )
        return images.to_float(pixels), words if most < side else ""

    def paint(self, order: Order) -> Iterator[Painted]:
        """The picture; of an optimisation its states, twice a second.

        Raises:
            TypeError, ValueError: The order cannot be painted; says why.
        """
        easel = self._easel(order)
        if order.strength is None:
            order = dataclasses.replace(order, strength=easel.row.strength)
        if easel.row.takes is Takes.NAME:
            (style,) = order.styles
            return self._once(easel.model(style), order, None)
        if not easel.row.lite:
            return self._optimised(easel.name, order)
        return self._once(easel.name, order, list(order.styles))

    def _easel(self, order) -> Easel:
        if order.method not in self.easels:
            known = ", ".join(self.easels)
            raise ValueError(f"Expected a method of {known}. Received: {order.method}.")
        easel, count = self.easels[order.method], len(order.styles)
        if not 1 <= count <= STYLES:
            raise ValueError(f"Expected one to {STYLES} paintings. Received: {count or 'none'}.")
        named = [style for style in order.styles if isinstance(style, str)]
        if easel.needs_picture and named:
            raise ValueError(f"Expected a painting's picture: {easel.name} knows none by name.")
        if easel.row.takes is not Takes.IMAGE and len(named) < count:
            raise ValueError(
                f"Expected a named style: {easel.name} paints only those that it has learned."
            )
        if easel.row.takes is Takes.NAME and (count > 1 or order.masks):
            raise ValueError(f"Expected one style and no regions: {easel.name} cannot mix.")
        if set(named) - set(easel.names):
            unknown = ", ".join(sorted(set(named) - set(easel.names)))
            raise ValueError(f"Expected one of {', '.join(easel.names)}. Received: {unknown}.")
        return easel

    def _once(self, model, order, styles):
        with self.pool.lent(model, lite=order.masks is None) as stylizer:
            start = time.perf_counter()
            picture = stylizer.stylize(
                order.photo,
                styles,
                order.strength,
                order.weights,
                order.keep_colors,
                order.masks,
            )
            seconds = time.perf_counter() - start
        yield Painted(picture, model, seconds)

    def _optimised(self, model, order):
        keep = color.keeper(order.keep_colors)
        if order.strength == 0.0:
            yield Painted(order.photo, model, 0.0)
            return
        with self.pool.lent(model) as stylizer:
            start, shown = time.perf_counter(), 0.0
            work = stylizer.optimisation(
                order.photo, list(order.styles), order.strength, order.weights, order.masks
            )
            for progress in work:
                seconds = time.perf_counter() - start
                if progress.share == 1.0 or seconds - shown > SHOWN:
                    shown = seconds
                    picture = keep(order.photo, work.finished(progress.picture))
                    yield Painted(picture, model, seconds, progress.share)

    def film(self, path: str, order: Order, target: Path) -> Iterator[tuple[Painted, Path | None]]:
        """The beginning of a film, FILM seconds long and FILM_SIDE pixels wide at most.

        Args:
            path: The clip.
            order: Styles, method, strength and colours; its photograph is not looked at.
            target: The film, an .mp4 file.

        Yields:
            Each frame as it is painted, and now and then the film so far.

        Raises:
            OSError, ValueError: The clip cannot be read, or the order not be painted; says why.
        """
        easel = self._easel(order)
        if not easel.row.lite:
            raise ValueError(f"Expected a method that paints in one pass. Received: {easel.name}.")
        named = easel.row.takes is Takes.NAME
        model = easel.model(order.styles[0]) if named else easel.name
        strength = easel.row.strength if order.strength is None else order.strength
        clip = clips.opened(path, Cut(end=Fraction(FILM)))
        if max(clip.look.height, clip.look.width) > FILM_SIDE:
            clip = clips.opened(path, Cut(end=Fraction(FILM)), FILM_SIDE)
        styles = None if named else list(order.styles)
        crew = painters(
            lambda threads: weights.load_lite(model, threads),
            lambda found: found.painter(styles, strength, order.weights, order.keep_colors),
            clip.look,
        )
        copied = [] if _unheld(target, clip) else clip.copied
        start, share = time.perf_counter(), STEADY if strength else 0.0
        work = making.growing(clip, crew, share, Encoding("h264", clip.look), target, copied)
        with contextlib.closing(work):
            for number, (frame, film) in enumerate(work, 1):
                done = min(0.99, number / max(1, clip.look.count or number))
                seconds = time.perf_counter() - start
                yield Painted(frame.picture, model, seconds, 1.0 if film == target else done), film

    def translate(self, photo: np.ndarray, model: str, strength: float = 1.0) -> Painted:
        """A photograph in another domain.

        Args:
            photo: Shape (height, width, 3), floats in [0, 1].
            model: Of `translations`.
            strength: In [0, 1].

        Raises:
            ValueError: There is no such model.
        """
        if model not in self.translations:
            known = ", ".join(self.translations)
            raise ValueError(f"Expected a model of {known}. Received: {model}.")
        with self.pool.lent(model) as stylizer:
            start = time.perf_counter()
            picture = stylizer.stylize(photo, strength=strength)
            return Painted(picture, model, time.perf_counter() - start)

    def compare(self, photo: np.ndarray, style: np.ndarray | str) -> Iterator[Painted]:
        """The photograph by every family, those that optimise last; each as `paint` yields it.

        A family that only knows names paints the one that is nearest to the style, and one whose
        style is in its weights shows its nearest model; style vectors measure that.

        Args:
            photo: Shape (height, width, 3), floats in [0, 1].
            style: A picture, or a name.
        """
        for easel in self.easels.values():
            if easel.row.lite:
                yield from self._by(easel, photo, style)
        yield from self._nearest_translations(photo, style)
        for easel in self.easels.values():
            if not easel.row.lite:
                yield from self._by(easel, photo, style)

    def _by(self, easel, photo, style):
        named = isinstance(style, str)
        if named and easel.needs_picture:
            return
        wanted, note = style, ""
        if easel.row.takes is not Takes.IMAGE and not (named and style in easel.names):
            wanted = self._nearest(style, easel.names, easel.names)
            note = f"In {wanted}, the nearest that it knows."
        for painted in self.paint(Order(photo, [wanted], easel.name)):
            yield dataclasses.replace(painted, note=note)

    def _nearest_translations(self, photo, style):
        families = {}
        for name in self.translations:
            families.setdefault(method(name).name, []).append(self.translate(photo, name))
        for painted in families.values():
            found = self._nearest(style, painted, [each.picture for each in painted])
            yield dataclasses.replace(found, note=f"It makes {self.translations[found.model]}.")

    def _nearest(self, style, found, styles):
        """Of what was found the one whose own style is nearest to a style."""
        with self.pool.lent(FIRST) as stylizer:
            return found[np.argmin(distances(stylizer, style, styles))]


def _unheld(target, clip):
    """Whether a film cannot have the clip's sound."""
    try:
        joining.check(target, clip, Encoding("h264", clip.look), clip.copied)
    except ValueError:
        return True
    return False


def films() -> bool:
    """Whether films can be painted: what pip install 'tfstyle[film]' adds is there."""
    return all(importlib.util.find_spec(name) for name in ("av", "cv2"))


def painted_masks(layer: np.ndarray, colours: Sequence[str]) -> list[np.ndarray] | None:
    """Where a painted layer has which colour; None where nothing is painted.

    Args:
        layer: Shape (height, width, 4), bytes: colours and how opaque they are.
        colours: One a style, as "#rrggbb".
    """
    if layer[..., 3].max() < 128:
        return None
    known = np.float32([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in colours])
    apart = np.abs(layer[..., None, :3] - known).sum(axis=-1)
    nearest = np.where(layer[..., 3] < 128, -1, apart.argmin(axis=-1))
    return [
        masks.feathered(np.float32(nearest == index)[..., None]) for index in range(len(colours))
    ]
