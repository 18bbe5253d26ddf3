"""The page, drawn from METHODS with Gradio; what it does programs can ask for as well."""

import contextlib
import functools
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np

from tfstyle import color, examples, images
from tfstyle.demo.easels import FIRST, titles
from tfstyle.demo.studio import STYLES, Order, Studio, painted_masks

SIZES = {"512 pixels": 512, "1024 pixels": 1024, "2048 pixels": 2048, "As large as it is": 0}
SIZE = "1024 pixels"
COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#ffe119")  # a style's, on the photograph
CALLED = ("red", "green", "blue", "yellow")
PAINTINGS = "The painting's"
KEEP = {PAINTINGS: None, **{f"The photograph's, by {k}": k for k in color.KEEP}}
THUMBNAIL = 160  # pixels of the gallery's pictures
EDITOR = 640  # pixels of the photograph that regions are painted on
QUALITY = 95
QUICK, SLOW = "quick", "slow"  # queues: who optimises or compares keeps nobody else waiting
FORGOTTEN = (300, 3600)  # seconds between cleanings, and after which a picture is deleted

COMPARED = 512  # pixels of the longer side
COLUMNS = 4  # of a sheet

NO_PHOTO = "Expected a photograph: drop one in, or choose an example."
NO_STYLE = "Expected a painting, or a style by name."
HEAD = """# tfstyle
Your photograph in the style of a painting. Drop in both, press Paint, and move the slider."""
REGIONS = f"""Paint where each style goes: {", ".join(CALLED[:-1])} and {CALLED[-1]} are the first
to the fourth. What stays bare stays the photograph. This takes some seconds longer."""
FONTS = ["system-ui", "sans-serif"]
CSS = "#gallery .grid-wrap, #sheet .grid-wrap {padding-top: 2.2rem}"


class Page:
    """Builds the page.

    Args:
        studio: That paints.
        folder: For pictures; people reach them by names that cannot be guessed.
        painters: Pictures painted at once.
    """

    def __init__(self, studio: Studio, folder: str | Path, painters: int = 2):
        self.studio, self.folder = studio, Path(folder).resolve()
        self.quick = {"concurrency_id": QUICK, "concurrency_limit": painters}
        self.slow = {"concurrency_id": SLOW, "concurrency_limit": 1}
        self.titles, self.drawn = titles(), {}

    def blocks(self) -> gr.Blocks:
        """The page, not yet launched."""
        with gr.Blocks(title="tfstyle", analytics_enabled=False, delete_cache=FORGOTTEN) as blocks:
            gr.Markdown(HEAD)
            with gr.Tab("Paint"):
                self._paint_tab()
            with gr.Tab("Translate"):
                self._translate_tab()
            with gr.Tab("Compare"):
                self._compare_tab()
        return blocks

    def _paint_tab(self):
        easel = self.studio.easels[FIRST]
        with gr.Row():
            with gr.Column():
                with gr.Row():
                    photo = self._picture(label="Photograph", height=260, elem_id="photo")
                    painting = self._picture(label="Painting", height=260, elem_id="painting")
                gallery = gr.Gallery(
                    self.thumbnails(FIRST),
                    label="Or a style that is known by name",
                    columns=5,
                    height=250,
                    allow_preview=False,
                    buttons=[],
                    elem_id="gallery",
                )
                name = self._names(easel, "Style by name", "name")
                strength = _strength()
                with gr.Row():
                    quick = gr.Button("Paint", variant="primary", elem_id="paint")
                    slow = gr.Button("Paint", variant="primary", visible=False, elem_id="optimise")
                    stop = gr.Button("Stop and keep this", visible=False, elem_id="stop")
                method, keep, size = self._choices()
                weight, more = self._more_styles(easel)
                with gr.Accordion("Where each style goes", open=False):
                    gr.Markdown(REGIONS)
                    regions = _editor()
            with gr.Column():
                outputs = _shown()
                table = self._examples([photo, painting, name])
        inputs = [photo, painting, name, method, strength, keep, size, regions, weight, *more]
        quick.click(self._quickly, inputs, outputs, api_name="paint", **self.quick)
        event = slow.click(self.paint, inputs, outputs, api_name="optimise", **self.slow)
        stop.click(None, None, None, cancels=[event])
        again = [strength.input, keep.input, weight.input, table.load_input_event.then]
        again += [slider.input for slider in more[2::3]]
        for happened in again:
            happened(
                self.repaint,
                inputs,
                outputs,
                api_visibility="private",
                trigger_mode="always_last",
                **self.quick,
            )
        names = [name, *more[1::3]]
        method.input(
            self._on_method, method, [quick, slow, stop, strength, gallery, *names], **_private()
        )
        gallery.select(self._on_gallery, method, [name, painting], **_private())
        photo.change(self._on_photo, photo, regions, **_private())
        for picture, named in zip([painting, *more[0::3]], names, strict=True):
            picture.upload(lambda: None, None, named, **_private())
            named.input(lambda: None, None, picture, **_private())

    def _picture(self, **options):
        """A picture's file, just as it came; `images.read` says what is wrong with it."""
        picture = gr.Image(type="filepath", image_mode=None, **options)
        picture.preprocess = self._uploaded
        return picture

    def _uploaded(self, payload):
        """Gradio 6 lets any of the machine's files through where a payload leaves `meta` out."""
        if not payload or not payload.path:
            return None
        if not Path(payload.path).resolve().is_relative_to(self.folder):
            raise gr.Error("Expected a picture that was uploaded.", print_exception=False)
        return payload.path

    def _names(self, easel, label, elem_id=None):
        return gr.Dropdown(self._named(easel), value=None, label=label, elem_id=elem_id)

    def _named(self, easel):
        return [(self.titles[name], name) for name in easel.names]

    def _choices(self):
        with gr.Accordion("Method, colours and size", open=False):
            method = gr.Dropdown(
                [(easel.title, name) for name, easel in self.studio.easels.items()],
                value=FIRST,
                label="Method",
                elem_id="method",
            )
            keep = gr.Radio(list(KEEP), value=PAINTINGS, label="Colours", elem_id="keep")
            size = gr.Radio(list(SIZES), value=SIZE, label="Longer side, at most", elem_id="size")
        return method, keep, size

    def _more_styles(self, easel):
        """Weight of the first style; picture, name and weight of every other one."""
        found = []
        with gr.Accordion("More styles, and how much of each", open=False):
            weight = _weight(1)
            for number in range(2, STYLES + 1):
                with gr.Row():
                    found.append(self._picture(label=f"Painting {number}", height=160))
                    with gr.Column():
                        found.append(self._names(easel, f"Style {number}"))
                        found.append(_weight(number))
        return weight, found

    def _examples(self, shown):
        drawn = {"lake": examples.lake, "swirls": examples.swirls, "discs": examples.discs}
        lake, swirls, discs = (self._kept(draw(), name) for name, draw in drawn.items())
        rows = [[lake, swirls, None], [lake, discs, None]]
        rows += [[lake, None, name] for name in ("starry-night", "great-wave")]
        return gr.Examples(rows, shown, label="Examples", api_visibility="private")

    def _translate_tab(self):
        with gr.Row():
            with gr.Column():
                photo = self._picture(label="Photograph", height=300, elem_id="translate-photo")
                model = gr.Dropdown(
                    [(title, name) for name, title in self.studio.translations.items()],
                    label="Into",
                    elem_id="model",
                )
                strength, size = _strength(), _size()
                button = gr.Button("Translate", variant="primary", elem_id="translate")
            with gr.Column():
                outputs = _shown("translate-")
        inputs = [photo, model, strength, size]
        button.click(self.translate, inputs, outputs, api_name="translate", **self.quick)

    def _compare_tab(self):
        with gr.Row():
            with gr.Column(scale=1):
                photo = self._picture(label="Photograph", height=220, elem_id="compare-photo")
                painting = self._picture(label="Painting", height=220, elem_id="compare-painting")
                name = self._names(self.studio.easels[FIRST], "Or a style by name", "compare-name")
                with gr.Row():
                    button = gr.Button("Compare", variant="primary", elem_id="compare")
                    stop = gr.Button("Stop and keep these", elem_id="compare-stop")
            with gr.Column(scale=2):
                sheet = gr.Gallery(label="Every family", columns=2, height="auto", elem_id="sheet")
                report = gr.Markdown(label="Report", elem_id="compare-report")
                download = gr.DownloadButton(
                    "Download the sheet", interactive=False, elem_id="compare-download"
                )
        _offer(sheet, download)
        outputs = [sheet, report, download]
        event = button.click(
            self.compare, [photo, painting, name], outputs, api_name="compare", **self.slow
        )
        stop.click(None, None, None, cancels=[event])

    def paint(
        self,
        photo: str,
        painting: str | None = None,
        name: str | None = None,
        method: str = FIRST,
        strength: float = 1.0,
        keep_colors: str = PAINTINGS,
        size: str = SIZE,
        regions: dict | None = None,
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
            name: Of a style that the method knows, such as starry-night.
            method: ghiasi, adain and others; gatys is asked for by /optimise.
            strength: 0 is the photograph, 1 the full style.
            keep_colors: Whose colours the picture has.
            size: Longer side that the photograph is reduced to.
            regions: The photograph with red, green, blue and yellow where styles go, or nothing.
            weight: Of the first style.
            painting_2: Of a second style; or name_2.
            name_2: Of a second style.
            weight_2: Of a second style.
            painting_3: Of a third style; or name_3.
            name_3: Of a third style.
            weight_3: Of a third style.
            painting_4: Of a fourth style; or name_4.
            name_4: Of a fourth style.
            weight_4: Of a fourth style.

        Returns:
            Photograph and picture, a line about them, and the picture's file.
        """
        slots = [
            (painting, name, weight),
            (painting_2, name_2, weight_2),
            (painting_3, name_3, weight_3),
            (painting_4, name_4, weight_4),
        ]
        if photo is None:
            raise gr.Error(NO_PHOTO, print_exception=False)
        with sentences():
            content, note = self.studio.read(photo, SIZES.get(size, 0))
            order = self._order(
                content, slots, method, strength, KEEP.get(keep_colors, keep_colors), regions
            )
            before = self._kept(content, Path(photo).stem)
            for painted in self.studio.paint(order):
                words = " ".join([str(painted), note]).strip()
                after = self._kept(painted.picture, f"{Path(photo).stem}-{painted.model}")
                yield (before, after), words, after

    @functools.wraps(paint)
    def _quickly(self, *arguments, **named):
        method = named.get("method", arguments[3] if len(arguments) > 3 else FIRST)
        if method in self.studio.easels and not self.studio.easels[method].row.lite:
            raise gr.Error(f"Expected /optimise for {method}.", print_exception=False)
        yield from self.paint(*arguments, **named)

    def _order(self, content, slots, method, strength, keep_colors, regions):
        filled = [slot for slot in slots if slot[0] or slot[1]]
        styles = [self.studio.read(file)[0] if file else name for file, name, _ in filled]
        masks = _masks(regions, len(styles))
        shares = [share for _, _, share in filled] if len(filled) > 1 else None
        return Order(content, styles, method, strength, shares, keep_colors, masks)

    def translate(
        self, photo: str, model: str, strength: float = 1.0, size: str = SIZE
    ) -> tuple[tuple[str, str], str, str]:
        """Brings a photograph into another domain, such as rain or night.

        Args:
            photo: The photograph's file.
            model: Such as cyclegan-sunny2rainy.
            strength: 0 is the photograph, 1 the whole change.
            size: Longer side that the photograph is reduced to.

        Returns:
            Photograph and picture, a line about them, and the picture's file.
        """
        if photo is None:
            raise gr.Error(NO_PHOTO, print_exception=False)
        with sentences():
            content, note = self.studio.read(photo, SIZES.get(size, 0))
            painted = self.studio.translate(content, model, strength)
            before = self._kept(content, Path(photo).stem)
            after = self._kept(painted.picture, f"{Path(photo).stem}-{model}")
            return (before, after), " ".join([str(painted), note]).strip(), after

    def compare(self, photo: str, painting: str | None = None, name: str | None = None):
        """Paints a photograph by every family, side by side, with times.

        Args:
            photo: The photograph's file, which is reduced to 512 pixels.
            painting: The painting's file; or a name.
            name: Of a style, such as starry-night.

        Returns:
            The pictures, each with a line about it; a line about all; and a sheet's file.
        """
        if photo is None:
            raise gr.Error(NO_PHOTO, print_exception=False)
        if not (painting or name):
            raise gr.Error(NO_STYLE, print_exception=False)
        with sentences():
            content, _ = self.studio.read(photo, COMPARED)
            style = self.studio.read(painting)[0] if painting else name
            shown, report, finished, sheet = {}, {}, [], None
            for painted in self.studio.compare(content, style):
                file = self._kept(painted.picture, painted.model)
                shown[painted.model] = file, f"{painted.model}, {painted.seconds:.1f} s"
                report[painted.model] = f"- {painted}"
                if painted.share == 1.0:
                    finished.append(painted)
                    sheet = self._kept(_sheet(content, finished), "compared")
                yield list(shown.values()), "\n".join(report.values()), sheet

    def repaint(self, photo, painting, name, method, *rest):
        """`paint` where there is all that it needs and it does not take long."""
        if not (photo and (painting or name) and self.studio.easels[method].row.lite):
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield from self.paint(photo, painting, name, method, *rest)

    def _on_method(self, method):
        easel = self.studio.easels[method]
        names = self._named(easel)
        return [
            gr.update(visible=bool(easel.row.lite)),
            gr.update(visible=not easel.row.lite),
            gr.update(visible=not easel.row.lite),
            gr.update(value=easel.row.strength),
            gr.update(value=self.thumbnails(method), visible=bool(names)),
            *STYLES * [gr.update(choices=names, value=None, interactive=bool(names))],
        ]

    def _on_gallery(self, method, event: gr.SelectData):
        return self.studio.easels[method].names[event.index], None

    def _on_photo(self, photo):
        if photo is None:
            return None
        with sentences():
            return images.to_bytes(self.studio.read(photo, EDITOR)[0])

    def thumbnails(self, method: str) -> list[tuple[str, str]]:
        """A drawn lake in every style that a method knows: files and titles."""
        if method not in self.drawn:
            self.drawn[method] = self._thumbnails(method)
        return self.drawn[method]

    def _thumbnails(self, method):
        easel, lake = self.studio.easels[method], examples.lake()
        lake = images.resize(lake, *images.fitted(lake.shape[:2], THUMBNAIL))
        found = []
        for name in easel.names:
            (painted,) = self.studio.paint(Order(lake, [name], method))
            path = self._file(f"{method}-{name}")
            images.write(painted.picture, path)
            found.append((str(path), self.titles[name]))
        return found

    def _kept(self, picture, stem):
        path = self._file(stem)
        images.write(picture, path, QUALITY)
        return str(path)

    def _file(self, stem):
        return self.folder / uuid.uuid4().hex / f"{stem}.jpg"


def launch(max_pixels: int, painters: int, folder: str, **options) -> None:
    """Serves the page until it is stopped.

    Args:
        max_pixels: As of `Studio`.
        painters: As of `Page`.
        folder: As of `Page`.
        **options: As of `gradio.Blocks.launch`.
    """
    blocks = Page(Studio(max_pixels), folder, painters).blocks()
    theme = gr.themes.Base(font=FONTS, font_mono=["monospace"])
    blocks.queue().launch(
        theme=theme, css=CSS, ssr_mode=False, footer_links=["api"], show_error=True, **options
    )


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Shows on the page what is wrong with what was given, without the server's folders."""
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        words = re.sub(r"(/[^/\s]+)+/", "", " ".join(str(error).split()))
        raise gr.Error(words, print_exception=False) from error


def _masks(regions, count):
    """Where each style goes, of what the editor says."""
    layers = [layer for layer in (regions or {}).get("layers") or [] if layer is not None]
    if not layers or not count:
        return None
    top = layers[0]
    for layer in layers[1:]:
        top = np.where(layer[..., 3:] < 128, top, layer)
    return painted_masks(top, COLOURS[:count])


def _sheet(content, painted):
    """One picture of them all, the photograph first."""
    cells = [
        ("photograph", content),
        *((f"{p.model}, {p.seconds:.1f} s", p.picture) for p in painted),
    ]
    tiles = [
        np.concatenate([images.caption(words, picture.shape[1]), images.to_bytes(picture)])
        for words, picture in cells
    ]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % COLUMNS)
    return images.sheet([np.stack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)])


def _strength():
    return gr.Slider(0, 1, value=1.0, step=0.05, label="Strength")


def _weight(number):
    return gr.Slider(0, 1, value=1.0, step=0.05, label=f"Weight of style {number}")


def _size():
    return gr.Radio(list(SIZES), value=SIZE, label="Longer side, at most")


def _editor():
    return gr.ImageEditor(
        type="numpy",
        label="Regions",
        sources=(),
        transforms=(),
        layers=False,
        brush=gr.Brush(default_size=40, colors=list(COLOURS), color_mode="fixed"),
        elem_id="regions",
    )


def _shown(prefix=""):
    seen = gr.ImageSlider(
        type="filepath", label="Before and after", elem_id=f"{prefix}seen", max_height=640
    )
    report = gr.Markdown(label="Report", elem_id=f"{prefix}report")
    download = gr.DownloadButton("Download", interactive=False, elem_id=f"{prefix}download")
    _offer(seen, download)
    return [seen, report, download]


def _offer(shown, download):
    """A picture that is there can be downloaded."""
    shown.change(lambda: gr.update(interactive=True), None, download, **_private())


def _private():
    return {"api_visibility": "private", "show_progress": "hidden"}
