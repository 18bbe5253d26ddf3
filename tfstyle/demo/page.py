"""The page, drawn from METHODS with Gradio; what it does programs can ask for as well."""

import contextlib
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr

from tfstyle import examples
from tfstyle.demo.desk import COLOURS, KEEP, PAINTINGS, SIZE, SIZES, Desk
from tfstyle.demo.studio import FILM, FILM_SIDE, STYLES, Studio, films

QUICK, SLOW = "quick", "slow"  # queues: who optimises or compares keeps nobody else waiting
FORGOTTEN = (300, 3600)  # seconds between cleanings, and after which a picture is deleted
HEAD = """# tfstyle
Your photograph in the style of a painting. Drop in both, press Paint, and move the slider."""
REGIONS = f"""Paint where each style goes: {", ".join(COLOURS)} are the first to the fourth.
What stays bare stays the photograph. This takes some seconds longer."""
FILM_WORDS = f"""The first {FILM} seconds are painted, {FILM_SIDE} pixels wide at most.
`tfstyle film` in a shell paints whole films at their own size."""
FONTS = ["system-ui", "sans-serif"]
CSS = "#gallery .grid-wrap, #sheet .grid-wrap {padding-top: 2.2rem}"


class Page:
    """Builds the page.

    Args:
        desk: That does what is asked for.
        painters: Pictures painted at once.
    """

    def __init__(self, desk: Desk, painters: int):
        self.desk, self.studio = desk, desk.studio
        self.quick = {"concurrency_id": QUICK, "concurrency_limit": painters}
        self.slow = {"concurrency_id": SLOW, "concurrency_limit": 1}

    def blocks(self) -> gr.Blocks:
        """The page, not yet launched."""
        with gr.Blocks(title="tfstyle", analytics_enabled=False, delete_cache=FORGOTTEN) as blocks:
            gr.Markdown(HEAD)
            with gr.Tab("Paint"):
                self._paint_tab()
            if self.studio.translations:
                with gr.Tab("Translate"):
                    self._translate_tab()
            with gr.Tab("Compare"):
                self._compare_tab()
            if films():
                with gr.Tab("Film"):
                    self._film_tab()
        return blocks

    def _paint_tab(self):
        easel = self.studio.easels[self.studio.first]
        with gr.Row():
            with gr.Column():
                with gr.Row():
                    photo = self._picture(label="Photograph", height=260, elem_id="photo")
                    painting = self._picture(label="Painting", height=260, elem_id="painting")
                gallery = gr.Gallery(
                    self.desk.thumbnails(easel.name),
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
                    regions = self._editor()
            with gr.Column():
                outputs = _shown()
                table = self._examples([photo, painting, name])
        inputs = [photo, painting, name, method, strength, keep, size, regions, weight, *more]
        quick.click(said(self.desk.quickly), inputs, outputs, api_name="paint", **self.quick)
        event = slow.click(
            said(self.desk.paint), inputs, outputs, api_visibility="private", **self.slow
        )
        stop.click(None, None, None, cancels=[event])
        self._optimise(inputs, outputs)
        again = [strength.input, keep.input, weight.input, table.load_input_event.then]
        again += [slider.input for slider in more[2::3]]
        for happened in again:
            happened(
                said(self._again),
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
        photo.change(said(self.desk.regions), photo, regions, **_private())
        for picture, named in zip([painting, *more[0::3]], names, strict=True):
            picture.upload(lambda: None, None, named, **_private())
            named.input(lambda: None, None, picture, **_private())

    def _picture(self, **options):
        """A picture's file, just as it came; `images.read` says what is wrong with it."""
        picture = gr.Image(type="filepath", image_mode=None, **options)
        picture.preprocess = self._uploaded
        return picture

    def _editor(self):
        """Layers' files, just as they came, or what is in them."""
        editor = gr.ImageEditor(
            type="numpy",
            label="Regions",
            sources=(),
            transforms=(),
            layers=False,
            brush=gr.Brush(default_size=40, colors=list(COLOURS.values()), color_mode="fixed"),
            elem_id="regions",
        )

        def layers(payload):
            sent = editor.blob_storage.pop(payload.id, None) if payload and payload.id else payload
            given = [layer for layer in (sent.layers if sent else []) or [] if layer]
            return [e if isinstance(e, bytes) else self._uploaded(e) for e in given]

        editor.preprocess = layers
        return editor

    def _uploaded(self, payload):
        """Gradio 6 lets any of the machine's files through where a payload leaves `meta` out."""
        if not payload or not payload.path:
            return None
        if not Path(payload.path).resolve().is_relative_to(self.desk.folder):
            raise gr.Error("Expected a picture that was uploaded.", print_exception=False)
        return payload.path

    def _names(self, easel, label, elem_id=None):
        return gr.Dropdown(self._named(easel), value=None, label=label, elem_id=elem_id)

    def _named(self, easel):
        return [(self.desk.titles[name], name) for name in easel.names]

    def _choices(self):
        with gr.Accordion("Method, colours and size", open=False):
            method = gr.Dropdown(
                [(easel.title, name) for name, easel in self.studio.easels.items()],
                value=self.studio.first,
                label="Method",
                elem_id="method",
            )
            keep = gr.Radio(list(KEEP), value=PAINTINGS, label="Colours", elem_id="keep")
            size = _size()
        return method, keep, size

    def _optimise(self, inputs, outputs):
        """What programs ask of the methods that optimise the picture itself, if there are any."""
        names = [name for name, easel in self.studio.easels.items() if not easel.row.lite]
        if not names:
            return
        strength = self.studio.easels[names[0]].row.strength
        asked = gr.Button(visible=False)  # by programs, for whom other values are given
        method = gr.Dropdown(names, value=names[0], label="Method", visible=False)
        share = gr.Slider(0, 1, value=strength, label="Strength", visible=False)
        given = [*inputs[:3], method, share, *inputs[5:]]
        asked.click(said(self.desk.optimise), given, outputs, api_name="optimise", **self.slow)

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
        lake, swirls, discs = (self.desk.kept(draw(), name) for name, draw in drawn.items())
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
        button.click(said(self.desk.translate), inputs, outputs, api_name="translate", **self.quick)

    def _compare_tab(self):
        with gr.Row():
            with gr.Column(scale=1):
                photo = self._picture(label="Photograph", height=220, elem_id="compare-photo")
                painting = self._picture(label="Painting", height=220, elem_id="compare-painting")
                easel = self.studio.easels[self.studio.first]
                name = self._names(easel, "Or a style by name", "compare-name")
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
            said(self.desk.compare),
            [photo, painting, name],
            outputs,
            api_name="compare",
            **self.slow,
        )
        stop.click(None, None, None, cancels=[event])

    def _film_tab(self):
        easels = {name: each for name, each in self.studio.easels.items() if each.row.lite}
        first = next(iter(easels))
        with gr.Row():
            with gr.Column():
                clip = gr.File(label="Film", file_types=["video", ".gif", ".mkv"], height=120)
                clip.preprocess = self._uploaded
                painting = self._picture(label="Painting", height=200, elem_id="film-painting")
                name = self._names(easels[first], "Or a style by name", "film-name")
                method = gr.Dropdown(
                    [(easel.title, each) for each, easel in easels.items()],
                    value=first,
                    label="Method",
                    elem_id="film-method",
                )
                strength = _strength()
                keep = gr.Radio(list(KEEP), value=PAINTINGS, label="Colours")
                with gr.Row():
                    button = gr.Button("Paint the film", variant="primary", elem_id="film")
                    stop = gr.Button("Stop and keep this", elem_id="film-stop")
            with gr.Column():
                gr.Markdown(FILM_WORDS)
                frame = gr.Image(type="filepath", label="Newest frame", elem_id="film-frame")
                report = gr.Markdown(label="Report", elem_id="film-report")
                film = gr.Video(label="The film so far", elem_id="film-seen")
        event = button.click(
            said(self.desk.film),
            [clip, painting, name, method, strength, keep],
            [frame, report, film],
            api_name="film",
            **self.slow,
        )
        stop.click(None, None, None, cancels=[event])
        painting.upload(lambda: None, None, name, **_private())
        name.input(lambda: None, None, painting, **_private())
        method.input(
            lambda chosen: gr.update(choices=self._named(self.studio.easels[chosen]), value=None),
            method,
            name,
            **_private(),
        )

    def _again(self, photo, painting, name, method, *rest):
        """`paint` where there is all that it needs and it does not take long."""
        if not (photo and (painting or name) and self.studio.easels[method].row.lite):
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield from self.desk.paint(photo, painting, name, method, *rest)

    def _on_method(self, method):
        easel = self.studio.easels[method]
        names = self._named(easel)
        return [
            gr.update(visible=bool(easel.row.lite)),
            gr.update(visible=not easel.row.lite),
            gr.update(visible=not easel.row.lite),
            gr.update(value=easel.row.strength),
            gr.update(value=self.desk.thumbnails(method), visible=bool(names)),
            *STYLES * [gr.update(choices=names, value=None, interactive=bool(names))],
        ]

    def _on_gallery(self, method, event: gr.SelectData):
        return self.studio.easels[method].names[event.index], None


def launch(
    max_pixels: int, painters: int, folder: str, precision: str, commercial: bool, **options
) -> None:
    """Serves the page until it is stopped.

    Args:
        max_pixels: As of `Studio`.
        painters: As of `Page`.
        folder: As of `Desk`.
        precision: As of `Studio`.
        commercial: As of `Studio`.
        **options: As of `gradio.Blocks.launch`.
    """
    blocks = Page(Desk(Studio(max_pixels, precision, commercial), folder), painters).blocks()
    theme = gr.themes.Base(font=FONTS, font_mono=["monospace"])
    blocks.queue().launch(
        theme=theme, css=CSS, ssr_mode=False, footer_links=["api"], show_error=True, **options
    )


def said(function: Callable) -> Callable:
    """A function, or generator, of the desk that says on the page what is wrong with its inputs."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def asked(*arguments, **named):
            with _sentences():
                yield from function(*arguments, **named)

    else:

        @functools.wraps(function)
        def asked(*arguments, **named):
            with _sentences():
                return function(*arguments, **named)

    return asked


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """The folders of the server are nobody's business."""
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        raise gr.Error(without_folders(str(error)), print_exception=False) from error


def without_folders(words: str) -> str:
    """Words whose files are named without their folders, whose names may have spaces."""
    words = " ".join(words.split())
    for start in [match.start() for match in re.finditer(r"(?<![^\s('\"])/", words)][::-1]:
        ends = [match.end() for match in re.finditer("/", words[start:])][1:]
        folders = [end for end in ends if Path(words[start : start + end]).is_dir()]
        words = words[:start] + words[start + max(folders, default=0) :]
    return re.sub(r"(/[^/\s]+)+/", "", words)


def _strength():
    return gr.Slider(0, 1, value=1.0, step=0.05, label="Strength")


def _weight(number):
    return gr.Slider(0, 1, value=1.0, step=0.05, label=f"Weight of style {number}")


def _size():
    return gr.Radio(list(SIZES), value=SIZE, label="Longer side, at most")


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
    """Of events between parts of the page; of quick ones the last counts."""
    return {
        "api_visibility": "private",
        "show_progress": "hidden",
        "trigger_mode": "always_last",
    }
