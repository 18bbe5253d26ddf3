"""The page, built from METHODS with Gradio; its functions are an API for programs as well."""

import contextlib
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr

from tfstyle import examples
from tfstyle.demo.handlers import COLOURS, KEEP, PAINTINGS, SIZE, SIZES, Handlers, Stop
from tfstyle.demo.service import FILM, FILM_SIDE, STYLES, Service, films

QUICK, SLOW = "quick", "slow"  # queues, so that optimisations do not delay quick calls
LIFETIME = (300, 3600)  # seconds between clean-ups, and of a picture
HEAD = """# tfstyle
Paint your photograph in the style of a painting: drop in both, press Paint, and move the slider."""
REGIONS = f"""Paint where each style goes: {", ".join(COLOURS)} are the first to the fourth.
Uncovered pixels are left unchanged. This takes some seconds longer."""
FILM_WORDS = f"""The first {FILM} seconds are painted, at {FILM_SIDE} pixels a side at most.
`tfstyle film` in a shell paints whole films at their own size."""
FONTS = ["system-ui", "sans-serif"]
CSS = "#gallery .grid-wrap, #sheet .grid-wrap {padding-top: 2.2rem}"


class Page:
    """Builds the page.

    Args:
        handlers: The handlers of all calls.
        painters: Number of pictures that are painted at the same time.
    """

    def __init__(self, handlers: Handlers, painters: int):
        self.handlers, self.service = handlers, handlers.service
        self.quick = {"concurrency_id": QUICK, "concurrency_limit": painters}
        self.slow = {"concurrency_id": SLOW, "concurrency_limit": 1}

    def blocks(self) -> gr.Blocks:
        """The page, not yet launched."""
        with gr.Blocks(title="tfstyle", analytics_enabled=False, delete_cache=LIFETIME) as blocks:
            gr.Markdown(HEAD)
            with gr.Tab("Paint"):
                self._paint_tab()
            if self.service.translations:
                with gr.Tab("Translate"):
                    self._translate_tab()
            with gr.Tab("Compare"):
                self._compare_tab()
            if films():
                with gr.Tab("Film"):
                    self._film_tab()
        return blocks

    def _paint_tab(self):
        choice = self.service.method_choices[self.service.first]
        with gr.Row():
            with gr.Column():
                photo, painting, gallery, name = self._photo_and_style(choice)
                strength = _strength()
                buttons = self._paint_buttons()
                method, keep, size = self._choices()
                weight, more = self._more_styles(choice)
                with gr.Accordion("Where each style goes", open=False):
                    gr.Markdown(REGIONS)
                    regions = self._editor()
            with gr.Column():
                outputs = _result()
                table = self._examples([photo, painting, name])
        inputs = [photo, painting, name, method, strength, keep, size, regions, weight, *more]
        self._connect_buttons(buttons, inputs, outputs)
        self._add_optimise_endpoint(inputs, outputs)
        changes = [strength.input, keep.input, weight.input, table.load_input_event.then]
        self._connect_changes([*changes, *(slider.input for slider in more[2::3])], inputs, outputs)
        names = [name, *more[1::3]]
        method.input(self._on_method, method, [*buttons, strength, gallery, *names], **_private())
        gallery.select(self._on_gallery, method, [name, painting], **_private())
        photo.change(with_messages(self.handlers.regions), photo, regions, **_private())
        for picture, style_name in zip([painting, *more[0::3]], names, strict=True):
            _exclude(picture, style_name)

    def _photo_and_style(self, choice):
        """Components of the photograph, the painting, and the named styles as gallery and list."""
        with gr.Row():
            photo = self._picture(label="Photograph", height=260, elem_id="photo")
            painting = self._picture(label="Painting", height=260, elem_id="painting")
        gallery = gr.Gallery(
            self.handlers.thumbnails(choice.name),
            label="Or a style that is known by name",
            columns=5,
            height=250,
            allow_preview=False,
            buttons=[],
            elem_id="gallery",
        )
        return photo, painting, gallery, self._names(choice, "Style by name", "name")

    def _paint_buttons(self):
        """Buttons that paint in one pass, optimise, and stop an optimisation."""
        with gr.Row():
            quick = gr.Button("Paint", variant="primary", elem_id="paint")
            slow = gr.Button("Paint", variant="primary", visible=False, elem_id="optimise")
            stop = gr.Button("Stop and keep this", visible=False, elem_id="stop")
        return quick, slow, stop

    def _connect_buttons(self, buttons, inputs, outputs):
        """Connects the buttons to the handlers."""
        quick, slow, stop = buttons
        paint = with_messages(self.handlers.paint_in_one_pass)
        quick.click(paint, inputs, outputs, api_name="paint", **self.quick)
        event = slow.click(
            with_messages(self.handlers.paint),
            inputs,
            outputs,
            api_visibility="private",
            **self.slow,
        )
        stop.click(None, None, None, cancels=[event])

    def _connect_changes(self, events, inputs, outputs):
        """Paints again after each of some events."""
        for event in events:
            event(
                with_messages(self._paint_again),
                inputs,
                outputs,
                api_visibility="private",
                trigger_mode="always_last",
                **self.quick,
            )

    def _picture(self, **options):
        """A component of an uploaded picture's file; `images.read` checks the file."""
        picture = gr.Image(type="filepath", image_mode=None, **options)
        picture.preprocess = self._uploaded
        return picture

    def _editor(self):
        """A component of the layers' files, or of their contents."""
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
            if payload and payload.id:
                payload = editor.blob_storage.pop(payload.id, None)
            files = [file for file in (payload.layers if payload else []) or [] if file]
            return [file if isinstance(file, bytes) else self._uploaded(file) for file in files]

        editor.preprocess = layers
        return editor

    def _uploaded(self, payload):
        """The path of an uploaded file: Gradio 6 accepts any path in a payload without `meta`."""
        if not payload or not payload.path:
            return None
        if not Path(payload.path).resolve().is_relative_to(self.handlers.folder):
            raise gr.Error("Expected a picture that was uploaded.", print_exception=False)
        return payload.path

    def _names(self, choice, label, elem_id=None):
        return gr.Dropdown(self._titled_names(choice), value=None, label=label, elem_id=elem_id)

    def _titled_names(self, choice):
        """Titles and names of a method's styles."""
        return [(self.handlers.titles[name], name) for name in choice.names]

    def _choices(self):
        with gr.Accordion("Method, colours and size", open=False):
            method = gr.Dropdown(
                [(choice.title, name) for name, choice in self.service.method_choices.items()],
                value=self.service.first,
                label="Method",
                elem_id="method",
            )
            keep = gr.Radio(list(KEEP), value=PAINTINGS, label="Colours", elem_id="keep")
            size = _size()
        return method, keep, size

    def _add_optimise_endpoint(self, inputs, outputs):
        """Adds the API endpoint of the methods that optimise the picture, if there are any."""
        names = [
            name
            for name, choice in self.service.method_choices.items()
            if not choice.method.kind.one_pass
        ]
        if not names:
            return
        strength = self.service.method_choices[names[0]].method.strength
        button = gr.Button(visible=False)  # for programs, for which there are other defaults
        method = gr.Dropdown(names, value=names[0], label="Method", visible=False)
        share = gr.Slider(0, 1, value=strength, label="Strength", visible=False)
        inputs = [*inputs[:3], method, share, *inputs[5:]]
        optimise = with_messages(self.handlers.optimise)
        button.click(optimise, inputs, outputs, api_name="optimise", **self.slow)

    def _more_styles(self, choice):
        """Weight of the first style; picture, name and weight of every other one."""
        components = []
        with gr.Accordion("More styles, and how much of each", open=False):
            weight = _weight(1)
            for number in range(2, STYLES + 1):
                with gr.Row():
                    components.append(self._picture(label=f"Painting {number}", height=160))
                    with gr.Column():
                        components.append(self._names(choice, f"Style {number}"))
                        components.append(_weight(number))
        return weight, components

    def _examples(self, components):
        drawn = {"lake": examples.lake, "swirls": examples.swirls, "discs": examples.discs}
        lake, swirls, discs = (self.handlers.write(draw(), name) for name, draw in drawn.items())
        rows = [[lake, swirls, None], [lake, discs, None]]
        rows += [[lake, None, name] for name in ("starry-night", "great-wave")]
        return gr.Examples(rows, components, label="Examples", api_visibility="private")

    def _translate_tab(self):
        with gr.Row():
            with gr.Column():
                photo = self._picture(label="Photograph", height=300, elem_id="translate-photo")
                model = gr.Dropdown(
                    [(title, name) for name, title in self.service.translations.items()],
                    label="Into",
                    elem_id="model",
                )
                strength, size = _strength(), _size()
                button = gr.Button("Translate", variant="primary", elem_id="translate")
            with gr.Column():
                outputs = _result("translate-")
        inputs = [photo, model, strength, size]
        button.click(
            with_messages(self.handlers.translate),
            inputs,
            outputs,
            api_name="translate",
            **self.quick,
        )

    def _compare_tab(self):
        with gr.Row():
            with gr.Column(scale=1):
                photo = self._picture(label="Photograph", height=220, elem_id="compare-photo")
                painting = self._picture(label="Painting", height=220, elem_id="compare-painting")
                choice = self.service.method_choices[self.service.first]
                name = self._names(choice, "Or a style by name", "compare-name")
                with gr.Row():
                    button = gr.Button("Compare", variant="primary", elem_id="compare")
                    stop = gr.Button("Stop and keep these", elem_id="compare-stop")
            with gr.Column(scale=2):
                sheet = gr.Gallery(label="Every method", columns=2, height="auto", elem_id="sheet")
                report = gr.Markdown(label="Report", elem_id="compare-report")
                download = gr.DownloadButton(
                    "Download the sheet", interactive=False, elem_id="compare-download"
                )
        _enable_with(sheet, download)
        outputs = [sheet, report, download]
        event = button.click(
            with_messages(self.handlers.compare),
            [photo, painting, name],
            outputs,
            api_name="compare",
            **self.slow,
        )
        stop.click(None, None, None, cancels=[event])

    def _film_tab(self):
        with gr.Row():
            with gr.Column():
                inputs = self._film_inputs()
                with gr.Row():
                    frame_button = gr.Button("Try one frame", elem_id="film-try")
                    button = gr.Button("Paint the film", variant="primary", elem_id="film")
                    stop = gr.Button("Stop and keep", elem_id="film-stop")
                state = gr.State(Stop())
            with gr.Column():
                gr.Markdown(FILM_WORDS)
                frame = gr.Image(type="filepath", label="Newest frame", elem_id="film-frame")
                report = gr.Markdown(label="Report", elem_id="film-report")
                film = gr.Video(label="The film so far", elem_id="film-seen")
        button.click(
            with_messages(self.handlers.film),
            [*inputs, state],
            [frame, report, film],
            api_name="film",
            **self.slow,
        )
        frame_button.click(
            with_messages(self.handlers.frame),
            inputs,
            [frame, report],
            api_visibility="private",
            **self.quick,
        )
        stop.click(Stop.request, state, None, queue=False, **_private())

    def _film_inputs(self):
        """The clip, its style, and how it is painted."""
        choices = {
            name: choice
            for name, choice in self.service.method_choices.items()
            if choice.method.kind.one_pass
        }
        first = next(iter(choices))
        clip = gr.File(
            label="Film",
            file_types=["video", ".gif", ".mkv"],
            height=130,
            elem_id="film-clip",
        )
        clip.preprocess = self._uploaded
        painting = self._picture(label="Painting", height=200, elem_id="film-painting")
        name = self._names(choices[first], "Or a style by name", "film-name")
        method = gr.Dropdown(
            [(choice.title, name) for name, choice in choices.items()],
            value=first,
            label="Method",
            elem_id="film-method",
        )
        strength = _strength()
        colours = [(words.replace("photograph", "film"), words) for words in KEEP]
        keep = gr.Radio(colours, value=PAINTINGS, label="Colours")
        _exclude(painting, name)

        def update_names(method):
            return gr.update(choices=self._titled_names(choices[method]), value=None)

        method.input(update_names, method, name, **_private())
        return [clip, painting, name, method, strength, keep]

    def _paint_again(self, photo, painting, name, method, *rest):
        """`Handlers.paint`, if all inputs are present and the method paints in one pass."""
        choice = self.service.method_choices[method]
        if not (photo and (painting or name) and choice.method.kind.one_pass):
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield from self.handlers.paint(photo, painting, name, method, *rest)

    def _on_method(self, method):
        choice = self.service.method_choices[method]
        names, one_pass = self._titled_names(choice), choice.method.kind.one_pass
        return [
            gr.update(visible=one_pass),
            gr.update(visible=not one_pass),
            gr.update(visible=not one_pass),
            gr.update(value=choice.method.strength),
            gr.update(value=self.handlers.thumbnails(method), visible=bool(names)),
            *STYLES * [gr.update(choices=names, value=None, interactive=bool(names))],
        ]

    def _on_gallery(self, method, event: gr.SelectData):
        return self.service.method_choices[method].names[event.index], None


def launch(
    max_pixels: int, painters: int, folder: str, precision: str, commercial: bool, **options
) -> None:
    """Serves the page until it is stopped.

    Args:
        max_pixels: Largest number of pixels of a photograph; larger ones are reduced.
        painters: Number of pictures that are painted at the same time.
        folder: Folder for the pictures.
        precision: Precision of the stylizers on Keras: "auto", "bfloat16", "float16" or "float32".
        commercial: Whether to offer only models that are cleared for commercial use.
        **options: Options of `gradio.Blocks.launch`.
    """
    blocks = Page(Handlers(Service(max_pixels, precision, commercial), folder), painters).blocks()
    theme = gr.themes.Base(font=FONTS, font_mono=["monospace"])
    blocks.queue().launch(
        theme=theme, css=CSS, ssr_mode=False, footer_links=["api"], show_error=True, **options
    )


def with_messages(function: Callable) -> Callable:
    """A handler, function or generator, whose errors are shown on the page."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def wrapped(*arguments, **keywords):
            with _messages():
                yield from function(*arguments, **keywords)

    else:

        @functools.wraps(function)
        def wrapped(*arguments, **keywords):
            with _messages():
                return function(*arguments, **keywords)

    return wrapped


@contextlib.contextmanager
def _messages() -> Iterator[None]:
    """Turns errors into messages on the page, without the server's folders."""
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        raise gr.Error(without_folders(str(error)), print_exception=False) from error


def without_folders(message: str) -> str:
    """A message in which files are named without their folders, whose names may have spaces."""
    message = " ".join(message.split())
    for start in [match.start() for match in re.finditer(r"(?<![^\s('\"])/", message)][::-1]:
        ends = [match.end() for match in re.finditer("/", message[start:])][1:]
        folders = [end for end in ends if Path(message[start : start + end]).is_dir()]
        message = message[:start] + message[start + max(folders, default=0) :]
    return re.sub(r"(/[^/\s]+)+/", "", message)


def _strength():
    return gr.Slider(0, 1, value=1.0, step=0.05, label="Strength")


def _weight(number):
    return gr.Slider(0, 1, value=1.0, step=0.05, label=f"Weight of style {number}")


def _size():
    return gr.Radio(list(SIZES), value=SIZE, label="Longer side, at most")


def _result(prefix=""):
    """Components of a picture: before and after, a report, and the download."""
    slider = gr.ImageSlider(
        type="filepath", label="Before and after", elem_id=f"{prefix}seen", max_height=640
    )
    report = gr.Markdown(label="Report", elem_id=f"{prefix}report")
    download = gr.DownloadButton("Download", interactive=False, elem_id=f"{prefix}download")
    _enable_with(slider, download)
    return [slider, report, download]


def _exclude(picture, name):
    """Clears a style's name when its picture is uploaded, and the picture when a name is chosen."""
    picture.upload(lambda: None, None, name, **_private())
    name.input(lambda: None, None, picture, **_private())


def _enable_with(picture, download):
    """Enables the download button once there is a picture."""
    picture.change(lambda: gr.update(interactive=True), None, download, **_private())


def _private():
    """Options of events between components: not in the API, and only the last one counts."""
    return {
        "api_visibility": "private",
        "show_progress": "hidden",
        "trigger_mode": "always_last",
    }
