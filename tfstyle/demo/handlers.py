"""Handlers of the page's and the API's calls: files in, files and a line about them out."""

import dataclasses
import functools
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tfstyle import color, contact_sheets, examples, images
from tfstyle.demo.method_choices import titles
from tfstyle.demo.service import Request, Service, painted_masks
from tfstyle.methods import DEFAULT

SIZES = {"512 pixels": 512, "1024 pixels": 1024, "2048 pixels": 2048, "As large as it is": 0}
SIZE = "1024 pixels"
COLOURS = {"red": "#e6194b", "green": "#3cb44b", "blue": "#4363d8", "yellow": "#ffe119"}
PAINTINGS = "The painting's"
KEEP = {PAINTINGS: None, **{f"The photograph's, by {k}": k for k in color.KEEP}}
THUMBNAIL = 160  # pixels of the gallery's pictures
EDITOR = 640  # pixels of the photograph that regions are painted on
LAYER = 4 * EDITOR * EDITOR  # pixels of a painted layer, at most
LAYERS = 8  # at most
COMPARED = 512  # pixels of the longer side
COLUMNS = 4  # of a sheet
QUALITY = 95
FRAME_INTERVAL = 1.0  # seconds between two frames of a film that the page shows

NO_PHOTO = "Expected a photograph: drop one in, or choose an example."
NO_STYLE = "Expected a painting, or a style by name."


@dataclasses.dataclass
class Stop:
    """Whether a visitor has stopped a film, which then ends where it is."""

    requested: bool = False

    def request(self) -> None:
        """Stops the film."""
        self.requested = True


class Handlers:
    """Reads the inputs of a call, has them painted and writes the results.

    Every method raises ValueError, TypeError or OSError if something cannot be read or painted.

    Args:
        service: The service that paints.
        folder: Folder for the pictures.
    """

    def __init__(self, service: Service, folder: str | Path):
        self.service, self.folder = service, Path(folder).resolve()
        self.titles, self.thumbnails_by_method = titles(), {}

    def paint(
        self,
        photo: str,
        painting: str | None = None,
        name: str | None = None,
        method: str = DEFAULT,
        strength: float = 1.0,
        keep_colors: str = PAINTINGS,
        size: str = SIZE,
        regions: Sequence[str | bytes] | None = None,
        weight: float = 1.0,
        painting_2: str | None = None,
        name_2: str | None = None,
        weight_2: float = 1.0,
        painting_3: str | None = None,
        name_3: str | None = None,
        weight_3: float = 1.0,
        painting_4: str | None = None,
        name_4: str | None = None,
        weight_4: float = 1.0,
    ):
        """Paints a photograph in one style, or a mixture of up to four.

        Args:
            photo: The photograph's file.
            painting: The painting's file; or a name.
            name: Name of a style of the method, such as starry-night.
            method: ghiasi, adain and others; /optimise takes gatys.
            strength: 0 is the photograph, 1 the full style.
            keep_colors: Whose colours the picture has.
            size: Longer side that the photograph is reduced to.
            regions: Layers with red, green, blue and yellow where styles go, or none.
            weight: Weight of the first style.
            painting_2: File of a second painting; or name_2.
            name_2: Name of a second style.
            weight_2: Weight of the second style.
            painting_3: File of a third painting; or name_3.
            name_3: Name of a third style.
            weight_3: Weight of the third style.
            painting_4: File of a fourth painting; or name_4.
            name_4: Name of a fourth style.
            weight_4: Weight of the fourth style.

        Returns:
            Photograph and picture, a line about them, and the picture's file.
        """
        slots = [
            (painting, name, weight),
            (painting_2, name_2, weight_2),
            (painting_3, name_3, weight_3),
            (painting_4, name_4, weight_4),
        ]
        content, before, note = self._read_photo(photo, SIZES[size])
        request = self._request(content, slots, method, strength, KEEP[keep_colors], regions)
        for painted in self.service.paint(request):
            yield self._answer(before, painted, note)

    @functools.wraps(paint)
    def paint_in_one_pass(self, *arguments, **keywords):
        self._check_endpoint("optimise", True, arguments, keywords)
        yield from self.paint(*arguments, **keywords)

    @functools.wraps(paint)
    def optimise(self, *arguments, **keywords):
        self._check_endpoint("paint", False, arguments, keywords)
        yield from self.paint(*arguments, **keywords)

    optimise.__name__ = "optimise"
    optimise.__doc__ = (
        (paint.__doc__ or "")
        .replace("Paints a photograph in", "Optimises a picture, half a minute or more, in")
        .replace("ghiasi, adain and others; /optimise takes gatys.", "gatys.")
        .replace("1 the full style", "1 the style alone")
    )

    def _check_endpoint(self, other, one_pass, arguments, keywords):
        """Raises ValueError for a method of the other endpoint."""
        method = keywords.get("method", arguments[3] if len(arguments) > 3 else DEFAULT)
        choice = self.service.method_choices.get(method)
        if choice and choice.method.kind.one_pass != one_pass:
            raise ValueError(f"Expected /{other} for {method}.")

    def regions(self, photo: str | None) -> np.ndarray | None:
        """The photograph, small, to paint regions on: shape (height, width, 3), bytes."""
        return images.to_bytes(self.service.read(photo, EDITOR)[0]) if photo else None

    def _request(self, content, slots, method, strength, keep_colors, regions):
        filled = [(file, name, weight) for file, name, weight in slots if file or name]
        styles = [self.service.read(file)[0] if file else name for file, name, _ in filled]
        masks = _masks(regions, len(styles))
        is_mixture = masks is None and len(filled) > 1
        weights = [weight for _, _, weight in filled] if is_mixture else None
        return Request(content, styles, method, strength, weights, keep_colors, masks)

    def translate(
        self, photo: str, model: str, strength: float = 1.0, size: str = SIZE
    ) -> tuple[tuple[str, str], str, str]:
        """Translates a photograph into another domain, such as rain or night.

        Args:
            photo: The photograph's file.
            model: Such as cyclegan-sunny2rainy.
            strength: 0 is the photograph, 1 the whole change.
            size: Longer side that the photograph is reduced to.

        Returns:
            Photograph and picture, a line about them, and the picture's file.
        """
        content, before, note = self._read_photo(photo, SIZES[size])
        return self._answer(before, self.service.translate(content, model, strength), note)

    def _read_photo(self, photo, size):
        """The photograph, the file of its picture on the page, and a note about it."""
        if photo is None:
            raise ValueError(NO_PHOTO)
        content, note = self.service.read(photo, size)
        return content, self.write(content, Path(photo).stem), note

    def _answer(self, before, painted, note):
        after = self.write(painted.picture, f"{Path(before).stem}-{painted.model}")
        return (before, after), f"{painted} {note}".strip(), after

    def film(
        self,
        clip: str,
        painting: str | None = None,
        name: str | None = None,
        method: str = DEFAULT,
        strength: float = 1.0,
        keep_colors: str = PAINTINGS,
        stop: Stop | None = None,
    ):
        """Paints the beginning of a film: at most ten seconds and 480 pixels a side, with little
        flicker.

        Args:
            clip: The film's file.
            painting: The painting's file; or a name.
            name: Name of a style of the method, such as starry-night.
            method: ghiasi, johnson and others that paint in one pass.
            strength: 0 is the film, 1 the full style.
            keep_colors: Whose colours the film has.
            stop: Whether the film has to end where it is.

        Returns:
            The newest frame, a line about it, and the film so far.
        """
        request = self._film_request(clip, painting, name, method, strength, keep_colors)
        stop = stop or Stop()
        stop.requested = False
        target = self.folder / uuid.uuid4().hex / f"{Path(clip).stem}-painted.mp4"
        target.parent.mkdir(parents=True)
        last_shown, film = 0.0, None
        for painted, part in self.service.film(clip, request, target, lambda: stop.requested):
            film = film if part is None else str(part)
            is_due = painted.seconds - last_shown > FRAME_INTERVAL or last_shown == 0.0
            if part is not None or is_due:
                last_shown = max(painted.seconds, 1e-3)
                yield self.write(painted.picture, "frame"), str(painted), film

    def frame(
        self,
        clip: str,
        painting: str | None = None,
        name: str | None = None,
        method: str = DEFAULT,
        strength: float = 1.0,
        keep_colors: str = PAINTINGS,
    ):
        """Paints one frame, from the middle of what `film` paints.

        Args:
            clip: See `film`.
            painting: See `film`.
            name: See `film`.
            method: See `film`.
            strength: See `film`.
            keep_colors: See `film`.

        Returns:
            The frame, and a line about it.
        """
        request = self._film_request(clip, painting, name, method, strength, keep_colors)
        painted = self.service.frame(clip, request)
        return self.write(painted.picture, "frame"), str(painted)

    def _film_request(self, clip, painting, name, method, strength, keep_colors):
        if not clip:
            raise ValueError("Expected a film: drop one in.")
        if not (painting or name):
            raise ValueError(NO_STYLE)
        style = self.service.read(painting)[0] if painting else name
        return Request(np.zeros(0), [style], method, strength, None, KEEP[keep_colors])

    def compare(self, photo: str, painting: str | None = None, name: str | None = None):
        """Paints a photograph by every method, side by side, with times.

        Args:
            photo: The photograph's file, which is reduced to 512 pixels.
            painting: The painting's file; or a name.
            name: Name of a style, such as starry-night.

        Returns:
            The pictures, each with a line about it; a line about all; and a sheet's file.
        """
        if not (painting or name):
            raise ValueError(NO_STYLE)
        content, _, _ = self._read_photo(photo, COMPARED)
        style = self.service.read(painting)[0] if painting else name
        pictures, report, finished, sheet = {}, {}, [], None
        for painted in self.service.compare(content, style):
            file = self.write(painted.picture, painted.model)
            pictures[painted.model] = file, f"{painted.model}, {painted.seconds:.1f} s"
            report[painted.model] = f"- {painted}"
            if painted.share == 1.0:
                finished.append(painted)
                sheet = self.write(_sheet(content, finished), "compared")
            yield list(pictures.values()), "\n".join(report.values()), sheet

    def thumbnails(self, method: str) -> list[tuple[str, str]]:
        """A drawn lake in every named style of a method: files and titles."""
        thumbnails = self.thumbnails_by_method.get(method)
        if not thumbnails or not Path(thumbnails[0][0]).is_file():
            thumbnails = self.thumbnails_by_method[method] = self._thumbnails(method)
        return thumbnails

    def _thumbnails(self, method):
        choice, lake = self.service.method_choices[method], examples.lake()
        lake = images.resize(lake, *images.fitted(lake.shape[:2], THUMBNAIL))
        pictures = []
        for name in choice.names:
            (painted,) = self.service.paint(Request(lake, [name], method))
            pictures.append((self.write(painted.picture, name), self.titles[name]))
        return pictures

    def write(self, picture: np.ndarray, stem: str) -> str:
        """Writes a picture to a new file with a random name."""
        path = self.folder / uuid.uuid4().hex / f"{stem}.jpg"
        images.write(picture, path, QUALITY)
        return str(path)


def _masks(regions, count):
    """Masks of the styles, from the layers of the editor."""
    if not regions or not count:
        return None
    if len(regions) > LAYERS:
        raise ValueError(f"Expected at most {LAYERS} layers. Received: {len(regions)}.")
    layers = [images.read_layer(layer, LAYER) for layer in regions]
    top = layers[0]
    for layer in layers[1:]:
        if layer.shape != top.shape:
            raise ValueError(
                f"Expected layers of one size. Received: {layer.shape[1]}x{layer.shape[0]} and "
                f"{top.shape[1]}x{top.shape[0]}."
            )
        top = np.where(layer[..., 3:] < 128, top, layer)
    return painted_masks(top, list(COLOURS.values())[:count])


def _sheet(content, results):
    """A contact sheet of the photograph and all results."""
    cells = [("photograph", content)]
    cells += [(f"{result.model}, {result.seconds:.1f} s", result.picture) for result in results]
    return contact_sheets.grid([contact_sheets.captioned(*cell) for cell in cells], COLUMNS)
