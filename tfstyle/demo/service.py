"""The service behind the page: paints, translates and compares for several users at once."""

import contextlib
import dataclasses
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from tfstyle import color, images, licences, loading, masks, registry
from tfstyle.demo.method_choices import STYLED, MethodChoice, method_choices, translations
from tfstyle.demo.stylizer_pool import StylizerPool
from tfstyle.methods import DEFAULT, method
from tfstyle.methods.vectors import distances
from tfstyle.video import clips, film_writer, muxing
from tfstyle.video.encoding import Encoding
from tfstyle.video.frames import FrameSelection
from tfstyle.video.painting import painters
from tfstyle.video.temporal_filter import STEADY

MOST_PIXELS = 100_000_000  # pixels; larger files are refused before they are decoded
STYLES = 4  # at most
INTERVAL = 0.5  # seconds between two pictures of an optimisation
FILM = 10  # seconds of a film
FILM_SIDE = 480  # pixels of its longer side
ESTIMATED = 10  # frames, after which the remaining time is estimated


@dataclasses.dataclass(frozen=True)
class Request:
    """A request for a picture.

    Args:
        photo: The photograph, shape (height, width, 3), floats in [0, 1].
        styles: One to four pictures or names.
        method: Name of a method of `method_choices`.
        strength: Strength of the style in [0, 1]; None is the method's default.
        weights: Weight of each style; None for equal weights, or with masks.
        keep_colors: How to keep the photograph's colours (see `color.keeper`), or None.
        masks: Mask of each style, shape (height, width), or None.
    """

    photo: np.ndarray
    styles: Sequence[np.ndarray | str]
    method: str = DEFAULT
    strength: float | None = None
    weights: Sequence[float] | None = None
    keep_colors: str | None = None
    masks: Sequence[np.ndarray] | None = None


@dataclasses.dataclass(frozen=True)
class Result:
    """A picture and how it was made.

    Args:
        picture: Shape (height, width, 3), floats in [0, 1].
        model: Name of the model.
        seconds: Time so far.
        share: Finished share of the work, in [0, 1].
        note: A remark.
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


class Service:
    """The service that the page and the API call.

    Args:
        max_pixels: Largest number of pixels of a photograph; larger ones are reduced.
        precision: Precision of the stylizers on Keras: "auto", "bfloat16", "float16" or "float32".
        commercial: Whether to offer only models that are cleared for commercial use.

    Raises:
        ValueError: No model that takes a style is available.
    """

    def __init__(self, max_pixels: int, precision: str = "auto", commercial: bool = False):
        self.max_pixels, self.pool = max_pixels, StylizerPool(precision)
        self.method_choices, self.translations = (
            method_choices(commercial),
            translations(commercial),
        )
        if not self.method_choices:
            licences.cleared(registry.released(*STYLED))

    @property
    def first(self) -> str:
        """The default method."""
        return next(iter(self.method_choices))

    def read(self, path: str, size: int | None = None) -> tuple[np.ndarray, str]:
        """Reads a picture, and returns it with a sentence if it was reduced to the limit.

        Args:
            path: The picture's file.
            size: Longer side in pixels that the picture is reduced to; None does not reduce it.

        Raises:
            OSError: The file cannot be read.
            ValueError: The file is no picture, or it has more than MOST_PIXELS pixels.
        """
        pixels = images.read_bytes(path, most=MOST_PIXELS)
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

    def paint(self, request: Request) -> Iterator[Result]:
        """Paints a request; an optimisation yields intermediate pictures twice a second.

        Raises:
            TypeError, ValueError: The request cannot be painted; the message gives the reason.
        """
        choice = self._choice(request)
        if request.strength is None:
            request = dataclasses.replace(request, strength=choice.method.strength)
        if choice.method.in_weights:
            (style,) = request.styles
            return self._paint_in_one_pass(choice.model(style), request, None)
        if not choice.method.kind.one_pass:
            return self._optimise(choice.name, request)
        return self._paint_in_one_pass(choice.name, request, list(request.styles))

    def _choice(self, request) -> MethodChoice:
        if request.method not in self.method_choices:
            names = ", ".join(self.method_choices)
            raise ValueError(f"Expected a method of {names}. Received: {request.method}.")
        choice, count = self.method_choices[request.method], len(request.styles)
        if not 1 <= count <= STYLES:
            raise ValueError(f"Expected one to {STYLES} paintings. Received: {count or 'none'}.")
        names = [style for style in request.styles if isinstance(style, str)]
        if choice.needs_picture and names:
            raise ValueError(f"Expected a painting's picture: {choice.name} knows none by name.")
        if not choice.method.kind.takes_pictures and len(names) < count:
            raise ValueError(
                f"Expected a named style: {choice.name} paints only those that it has learned."
            )
        if choice.method.in_weights and (count > 1 or request.masks):
            raise ValueError(f"Expected one style and no regions: {choice.name} cannot mix.")
        unknown = sorted(set(names) - set(choice.names))
        if unknown:
            raise ValueError(
                f"Expected one of {', '.join(choice.names)}. Received: {', '.join(unknown)}."
            )
        return choice

    def _paint_in_one_pass(self, model, request, styles):
        with self.pool.borrowed(model, lite=request.masks is None) as stylizer:
            start = time.perf_counter()
            picture = stylizer.stylize(
                request.photo,
                styles,
                request.strength,
                request.weights,
                request.keep_colors,
                request.masks,
            )
            seconds = time.perf_counter() - start
        yield Result(picture, model, seconds)

    def _optimise(self, model, request):
        keep = color.keeper(request.keep_colors)
        if request.strength == 0.0:
            yield Result(request.photo, model, 0.0)
            return
        with self.pool.borrowed(model) as stylizer:
            start, yielded = time.perf_counter(), 0.0
            work = stylizer.optimisation(
                request.photo,
                list(request.styles),
                request.strength,
                request.weights,
                request.masks,
            )
            for progress in work:
                seconds = time.perf_counter() - start
                if progress.share == 1.0 or seconds - yielded > INTERVAL:
                    yielded = seconds
                    picture = keep(request.photo, work.finished(progress.picture))
                    yield Result(picture, model, seconds, progress.share)

    def film(
        self,
        path: str,
        request: Request,
        target: Path,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[Result, Path | None]]:
        """Paints the beginning of a film, FILM seconds long and FILM_SIDE pixels a side at most.

        Args:
            path: The clip.
            request: Styles, method, strength and colours; its photograph is not used.
            target: The film, an .mp4 file.
            is_stopped: A function that says after each frame whether the film ends there.

        Yields:
            Each frame as it is painted, and now and then the film so far.

        Raises:
            OSError, ValueError: The clip cannot be read, or the request cannot be painted.
        """
        clip = _bounded(path)
        model, painters_of_film = self._painters(clip, request)
        copied = clip.copied if _can_hold_sound(target, clip) else []
        start, share = time.perf_counter(), 0.0 if request.strength == 0 else STEADY
        encoding = Encoding("h264", clip.frame_format)
        work = film_writer.write_progressively(
            clip, painters_of_film, share, encoding, target, copied, is_stopped
        )
        with contextlib.closing(work):
            for number, (frame, film) in enumerate(work, 1):
                seconds, count = time.perf_counter() - start, clip.frame_format.count or number
                finished, note = min(0.99, number / max(1, count)), ""
                if film == target:
                    finished = 1.0
                    note = "It ends where it was stopped." if is_stopped() else ""
                elif ESTIMATED <= number < count:
                    note = f"About {seconds * (count / number - 1):.0f} s are left."
                yield Result(frame.picture, model, seconds, finished, note), film

    def frame(self, path: str, request: Request) -> Result:
        """Paints a frame from the middle of what `film` paints.

        Args:
            path: See `film`.
            request: See `film`.

        Raises:
            OSError, ValueError: See `film`.
        """
        clip = _bounded(path)
        model, painters_of_film = self._painters(clip, request)
        start, seconds = (
            time.perf_counter(),
            (clip.frame_format.count or 1) / clip.frame_format.rate,
        )
        with contextlib.closing(_bounded(path, seconds / 2).frames()) as frames:
            frame = next(frames, None)
        if frame is None:
            raise ValueError(f"Expected a film with frames. Received: {path}, {clip.broken}.")
        picture, original = painters_of_film[0](frame.picture), clip.source_format
        note = (
            f"A frame of {clip.frame_format.count} in {float(seconds):.1f} s."
            if clip.frame_format.count
            else ""
        )
        if original.count and original.count / original.rate > FILM:
            length = float(original.count / original.rate)
            note += f" The film goes on to {length:.1f} s, unpainted."
        return Result(picture, model, time.perf_counter() - start, note=note)

    def _painters(self, clip, request):
        """The model's name, and functions that paint a film's frames."""
        choice = self._choice(request)
        if not choice.method.kind.one_pass:
            raise ValueError(f"Expected a method that paints in one pass. Received: {choice.name}.")
        in_weights = choice.method.in_weights
        model = choice.model(request.styles[0]) if in_weights else choice.name
        strength = choice.method.strength if request.strength is None else request.strength
        styles = None if in_weights else list(request.styles)
        frame_painters = painters(
            lambda threads: loading.load_lite(model, threads),
            lambda stylizer: stylizer.painter(
                styles, strength, request.weights, request.keep_colors
            ),
            clip.frame_format,
        )
        return model, frame_painters

    def translate(self, photo: np.ndarray, model: str, strength: float = 1.0) -> Result:
        """A photograph in another domain.

        Args:
            photo: Shape (height, width, 3), floats in [0, 1].
            model: A name of `translations`.
            strength: In [0, 1].

        Raises:
            ValueError: There is no such model.
        """
        if model not in self.translations:
            names = ", ".join(self.translations)
            raise ValueError(f"Expected a model of {names}. Received: {model}.")
        with self.pool.borrowed(model) as stylizer:
            start = time.perf_counter()
            picture = stylizer.stylize(photo, strength=strength)
            return Result(picture, model, time.perf_counter() - start)

    def compare(self, photo: np.ndarray, style: np.ndarray | str) -> Iterator[Result]:
        """Paints the photograph with every method; results come as from `paint`.

        Methods that optimise come last. A method of named styles paints the one that is nearest to
        the style, and a method of translation shows its nearest model; style vectors measure that.

        Args:
            photo: Shape (height, width, 3), floats in [0, 1].
            style: A picture, or a name.
        """
        for choice in self.method_choices.values():
            if choice.method.kind.one_pass:
                yield from self._paint_with(choice, photo, style)
        yield from self._nearest_translations(photo, style)
        for choice in self.method_choices.values():
            if not choice.method.kind.one_pass:
                yield from self._paint_with(choice, photo, style)

    def _paint_with(self, choice, photo, style):
        is_name = isinstance(style, str)
        if is_name and choice.needs_picture:
            return
        note = ""
        if not choice.method.kind.takes_pictures and not (is_name and style in choice.names):
            style = self._nearest(style, choice.names, choice.names)
            note = f"In {style}, its nearest style."
        for result in self.paint(Request(photo, [style], choice.name)):
            yield dataclasses.replace(result, note=note)

    def _nearest_translations(self, photo, style):
        results_by_method = {}
        for name in self.translations:
            results = results_by_method.setdefault(method(name).name, [])
            results.append(self.translate(photo, name))
        for results in results_by_method.values():
            nearest = self._nearest(style, results, [result.picture for result in results])
            yield dataclasses.replace(nearest, note=f"It makes {self.translations[nearest.model]}.")

    def _nearest(self, style, candidates, styles):
        """The candidate whose own style is nearest to a style."""
        with self.pool.borrowed(DEFAULT) as stylizer:
            return candidates[np.argmin(distances(stylizer, style, styles))]


def _bounded(path, start=Fraction(0)):
    """A clip from a second on, not longer or larger than the page's."""
    clip = clips.open_clip(path, FrameSelection(start, Fraction(FILM)))
    if max(clip.frame_format.height, clip.frame_format.width) > FILM_SIDE:
        clip = clips.open_clip(path, clip.selection, FILM_SIDE)
    return clip


def _can_hold_sound(target, clip):
    """Whether a film can hold the clip's sound."""
    try:
        muxing.check(target, clip, Encoding("h264", clip.frame_format), clip.copied)
    except ValueError:
        return False
    return True


def films() -> bool:
    """Whether films can be painted: whether the packages of 'tfstyle[film]' are installed."""
    return all(importlib.util.find_spec(name) for name in ("av", "cv2"))


def painted_masks(layer: np.ndarray, colours: Sequence[str]) -> list[np.ndarray] | None:
    """Masks of the colours of a painted layer; None if nothing is painted.

    Args:
        layer: RGBA bytes, shape (height, width, 4).
        colours: Colour of each style, as "#rrggbb".
    """
    if layer[..., 3].max() < 128:
        return None
    palette = np.float32([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in colours])
    color_distances = np.abs(layer[..., None, :3] - palette).sum(axis=-1)
    nearest = np.where(layer[..., 3] < 128, -1, color_distances.argmin(axis=-1))
    return [
        masks.feathered(np.float32(nearest == index)[..., None]) for index in range(len(colours))
    ]
