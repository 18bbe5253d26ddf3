"""`tfstyle camera`."""

import argparse
import functools
from pathlib import Path

from tfstyle import extras
from tfstyle.cli import style_options
from tfstyle.cli.options import (
    add_commercial,
    add_method_settings,
    add_threads,
    command,
    positive,
    settings_of,
)
from tfstyle.methods import Kind

SIZE = 480
KEYS = "q or Esc quits, s saves the picture, n goes on to the next painting"


def _camera(commands):
    parser = command(
        commands,
        "camera",
        _run_camera,
        "paint the frames of a webcam in a window; needs " + extras.command("camera"),
        "tfstyle camera --style starry-night --method johnson\n"
        "  tfstyle camera --style mine.jpg --style irises --size 320\n"
        "  tfstyle camera --source clip.mp4 --method cyclegan --no-window -o frames\n\n"
        f"In the window {KEYS};\nthe corner shows the painted frames per second.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--device",
        type=_device_number,
        default=0,
        metavar="N",
        help="number of the webcam (default: 0)",
    )
    source.add_argument("--source", metavar="FILE", help="film to paint instead of a webcam")
    parser.add_argument(
        "--style",
        action="append",
        metavar="PAINTING",
        help="a picture's file, or a name of `tfstyle styles`; repeat it for more (default: every "
        "named style of the method)",
    )
    style_options.add_model(parser)
    _add_painting(parser)
    _add_output(parser)
    add_threads(parser)
    add_commercial(parser, "use")
    add_method_settings(parser, *(kind for kind in Kind if kind.one_pass))


def _add_painting(parser):
    """Adds the flags of how frames are painted."""
    style_options.add_strength(parser, "the unpainted frame")
    style_options.add_steady(parser)
    style_options.add_keep_colors(parser)


def _add_output(parser):
    parser.add_argument(
        "--size",
        type=positive,
        default=SIZE,
        metavar="N",
        help="longer side of the picture in pixels, at most (default: %(default)s)",
    )
    parser.add_argument(
        "--mirror",
        action=argparse.BooleanOptionalAction,
        help="exchange left and right (default: only for a webcam)",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        help="folder of saved pictures (default: the working folder)",
    )
    parser.add_argument(
        "--no-window", action="store_true", help="open no window, and save every picture to -o"
    )
    parser.add_argument(
        "--frames",
        type=positive,
        metavar="N",
        help="number of frames to paint (default: until q is pressed)",
    )


def _device_number(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected 0, 1, ..., received {text}")
    return int(text)


def _run_camera(options):
    import contextlib
    import itertools

    from tfstyle.video import camera, temporal_filter

    temporal_filter.checked_steady(options.steady)
    if options.no_window and not options.output:
        raise ValueError("Expected -o FOLDER with --no-window. Received: none.")
    paintings, painter = _paintings(options)
    source = Path(options.source) if options.source else options.device
    mirrored = not options.source if options.mirror is None else options.mirror
    folder = camera.Folder(Path(options.output or "."))
    with contextlib.ExitStack() as stack:
        screen = folder
        if not options.no_window:
            screen = stack.enter_context(
                contextlib.closing(camera.PreviewWindow(f"tfstyle: {KEYS}"))
            )
        frames = camera.frames(source, options.size, mirrored)
        frames = itertools.islice(stack.enter_context(contextlib.closing(frames)), options.frames)
        share = options.steady if options.strength else 0.0
        count, seconds = camera.paint(frames, paintings, painter, share, screen, folder.save)
    if not count:
        raise OSError(f"Expected frames to paint. Received: {source}, which has none.")
    print(f"{count} frames, {count / seconds:.1f} a second, {len(folder.saved)} saved")
    return 0


def _paintings(options):
    """The titles that the key n goes through, and a function of a title to its painter."""
    from tfstyle import loading
    from tfstyle.methods.checked_inputs import checked_strength
    from tfstyle.video import films

    method = films.one_pass(options.method)
    checked_strength(options.strength)
    if method.kind is Kind.TRANSLATION and options.style:
        raise ValueError(
            f"Expected no --style: {method.name} has it in its weights. Received: one."
        )

    settings = settings_of(options)

    @functools.cache
    def stylizer(model):
        style_options.check_licences(options, model)
        return loading.load_model(options.method, model, options.threads, settings=settings)

    @functools.cache
    def painter(title):
        model = _models(options, method).get(title, options.model)
        loaded = stylizer(model)
        styles = None if method.in_weights else [style_options.read_style(title, loaded)]
        return loaded.painter(styles, options.strength, None, options.keep_colors)

    titles = list(_models(options, method)) or options.style or list(stylizer(options.model).styles)
    if not titles:
        raise ValueError(
            f"Expected --style: {method.name} knows no painting by name. Received: none."
        )
    for title in options.style or ():  # refused now, not when a key is pressed
        painter(title)
    return titles, painter


def _models(options, method):
    """Models by title, for methods whose key n goes through models; nothing for others."""
    from tfstyle import registry

    if not method.in_weights:
        return {}
    if options.model:
        return {options.model: options.model}
    prefix = f"{method.name}-"
    variants = [n.removeprefix(prefix) for n in registry.released() if n.startswith(prefix)]
    return {name: name for name in options.style or variants or [None]}


COMMANDS = (_camera,)
