"""`tfstyle stylize`, `styles`, `methods` and `example`."""

import sys
import time
from pathlib import Path

from tfstyle import extras
from tfstyle.cli import folder, masks, optimising, prints, scripts
from tfstyle.cli.options import (
    ONE_PASS,
    add_commercial,
    add_precision,
    add_settings,
    add_threads,
    command,
    percent,
    positive,
    settings_of,
)
from tfstyle.color import KEEP
from tfstyle.methods import DEFAULT, METHODS, Kind, method

PIPE = scripts.PIPE
PIPED = ("png", "jpeg", "webp", "tiff", "bmp", "gif")
KERAS = "what is computed in where Keras paints: optimisations, masks, and finished runs" + ONE_PASS


def _stylize(commands):
    parser = command(
        commands,
        "stylize",
        _run_stylize,
        "paint a photograph, or a folder of them, in the style of a painting or of several",
        "tfstyle stylize dog.jpg --style starry-night -o painted.jpg --strength 0.8\n"
        "  tfstyle stylize dog.jpg --style mine.jpg --style great-wave --weights 0.3 0.7 "
        "-o painted.jpg\n"
        "  tfstyle stylize dog.jpg --style mine.jpg --mask dog.png --style red-fuji "
        "-o painted.jpg\n"
        "  tfstyle stylize sunny.jpg --method cyclegan --model sunny2rainy -o rainy.jpg\n"
        "  tfstyle stylize - --style irises -o - < dog.jpg > painted.png",
    )
    parser.add_argument(
        "photos",
        metavar="PHOTO",
        nargs="+",
        help="pictures, or folders of pictures; or - for one from stdin",
    )
    add_styles(parser)
    masks.add_flags(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="picture; of several, or with a slash at its end, folder; or - for one to stdout",
    )
    parser.add_argument(
        "--format",
        choices=PIPED,
        metavar="|".join(PIPED),
        help="of what goes to stdout (default: png)",
    )
    add_model(parser)
    parser.add_argument(
        "--strength",
        type=float,
        metavar="0..1",
        help="0 is the photograph, 1 the full style; of an optimisation the style's share of the "
        f"losses (default: {_strengths()})",
    )
    add_means(parser)
    parser.add_argument(
        "--size",
        type=positive,
        metavar="N",
        help="longer side of the result in pixels (default: the photograph's own)",
    )
    add_threads(parser)
    parser.add_argument(
        "--quality",
        type=percent,
        default=95,
        metavar="1..100",
        help="of JPEG and WebP (default: %(default)s)",
    )
    parser.add_argument(
        "--alpha",
        default="keep",
        metavar="keep|COLOUR",
        help="of transparent pictures: keep how opaque they are where the result is PNG, WebP or "
        "TIFF (others lie on white), or lay them on a colour, such as white or #336699 "
        "(default: %(default)s)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    scripts.add_json(parser)
    add_commercial(parser, "paint by")
    parser.add_argument(
        "--fast-tiles",
        action="store_true",
        help="normalise the tiles of photographs above 3 megapixels with the statistics of a "
        "thumbnail, not of the whole photograph: up to a third less time, but colours and strokes "
        "are then not quite those of a smaller photograph, the less so with sensor noise",
    )
    prints.add(parser)
    folder.add(parser)
    add_precision(parser, KERAS)
    add_settings(parser, *Kind)
    optimising.add(parser)


def _strengths():
    """The strengths that methods paint with, in words."""
    others = [f"of {m.name} {m.strength:g}" for m in METHODS.values() if m.strength != 1.0]
    return "; ".join(["1", *others])


def add_styles(parser):
    """The flags that say which styles, and how much of each."""
    parser.add_argument(
        "--style",
        action="append",
        metavar="PAINTING",
        help="a picture's file, or a name of `tfstyle styles`; again for several; needed by the "
        "methods that take one",
    )
    parser.add_argument(
        "--weights",
        type=float,
        nargs="+",
        metavar="W",
        help="of several styles, 0 and above (default: the same for each)",
    )


def add_model(parser):
    """The flags that choose a model."""
    _add_method(parser, ", or magenta, which is downloaded from TensorFlow Hub")
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="which of the method's models, as `tfstyle methods` lists them behind its name, or "
        "the folder of a release or of a finished run; of magenta v1, v2, or a module's address, "
        ".tar.gz file or folder",
    )


def add_means(parser):
    """The flags that say how it paints."""
    parser.add_argument(
        "--keep-colors", choices=KEEP, help="keep the photograph's colours (default: the style's)"
    )


def _add_method(parser, more=""):
    parser.add_argument(
        "--method",
        default=DEFAULT,
        help=f"a name of `tfstyle methods`{more} (default: %(default)s)",
    )


def _run_stylize(options):
    from tfstyle import images
    from tfstyle.methods.stylizer import checked_strength, photograph

    if options.strength is None:
        options.strength = method(options.method).strength
    checked_strength(options.strength)
    images.checked_alpha(options.alpha)
    optimising.check(options)
    settings = settings_of(options)
    prints.check(options)
    name_the_model(options)
    check_style(options)
    check_licences(options, options.model)
    inputs, outputs = _ways(options)
    if _many(options.photos):
        folder.check(options)
        if prints.is_asked(options):
            raise ValueError("Expected one photograph for a print. Received: several, or a folder.")
        return folder.paint(brush, options, inputs, outputs)
    source, target = inputs[0], outputs[0]
    if prints.is_print(options, source, target):
        return _paint_print(options, settings, source, target)
    start = time.perf_counter()
    given = scripts.read_pipe() if str(source) == PIPE else None
    painter = _painter(options, settings, masks.read(options), options.threads)
    content, alpha = photograph(source, target, options.size, options.alpha, given)
    images.check_extent(target, *content.shape[:2])
    _write(painter(content), target, alpha, options)
    optimising.stop_if_asked(painter, target)
    scripts.add_picture(options, source, target, content.shape[1::-1], time.perf_counter() - start)
    return 0


def _paint_print(options, settings, source, target):
    start = time.perf_counter()
    painter = _painter(options, settings, None, options.threads)
    try:
        size = prints.paint(painter, options, source, target)
    except KeyboardInterrupt:
        print("tfstyle: stopped; the same command goes on.", file=sys.stderr)
        return 130
    scripts.add_picture(options, source, target, size, time.perf_counter() - start)
    return 0


def brush(options, threads=None):
    """A function of a photograph, its opacity and a target, which paints the one to the other.

    Args:
        options: Of the command, checked.
        threads: Processor threads; None takes the options'.
    """
    from tfstyle import images

    regions = masks.read(options)
    painter = _painter(options, settings_of(options), regions, threads or options.threads)

    def paint(content, alpha, target):
        images.check_extent(target, *content.shape[:2])
        _write(painter(content), target, alpha, options)
        optimising.stop_if_asked(painter, target)

    return paint


def _write(picture, target, alpha, options):
    from tfstyle import images

    if options.output == PIPE:
        content = images.encoded(picture, target, options.quality, alpha)
        scripts.write_pipe(options.stdout, content)
    else:
        images.write(picture, target, options.quality, alpha)


def name_the_model(options):
    """Of a method with a network a painting, the style's name says which."""
    found = method(options.method)
    if not (found.in_weights and found.kind is Kind.NAMED) or options.model:
        return
    if len(options.style or ()) != 1:
        raise ValueError(
            f"Expected one --style, a painting's name. Received: {len(options.style or ())}."
        )
    options.model, options.style = options.style[0], None


def check_style(options):
    from tfstyle.methods.stylizer import checked_weights

    if method(options.method).in_weights:
        if options.style or options.weights:
            raise ValueError(
                f"Expected no --style: {options.method} has it in its weights; --model chooses. "
                f"Received: {', '.join(options.style or ['weights'])}."
            )
    elif not options.style:
        raise ValueError("Expected --style, a picture's file or a name. Received: none.")
    else:
        checked_weights(options.weights, len(options.style))


def check_licences(options, model):
    """Refuses a model that --commercial leaves out."""
    from tfstyle import licences

    if options.commercial:
        name = "-".join(filter(None, (options.method, model)))
        licences.check(name, licences.card_of(name, model))


def _painter(options, settings, regions, threads):
    from tfstyle import loading

    if not method(options.method).kind.one_pass:
        return optimising.painter(options, settings, regions, style_of)
    if regions is not None:
        masks.print_statistics_note()
    stylizer = loading.load_model(
        options.method,
        options.model,
        threads,
        regions is None,
        options.precision,
        not options.fast_tiles,
        settings,
    )
    styles = [style_of(name, stylizer) for name in options.style or ()] or None
    return stylizer.painter(styles, options.strength, options.weights, options.keep_colors, regions)


def style_of(text, stylizer):
    """A named style's name, or the picture of a file, which wins where both are there."""
    from tfstyle import images
    from tfstyle.methods.stylizer import checked_name

    if Path(text).suffix or (Path(text).exists() and text not in stylizer.styles):
        return images.read(text, stylizer.style_side)
    return checked_name(text, stylizer.styles)


def _many(photos):
    return len(photos) > 1 or Path(photos[0]).is_dir()


def _ways(options):
    """Pictures to read, and where each goes."""
    from tfstyle import images

    _check_pipes(options)
    photos, output, overwrite = list(map(Path, options.photos)), options.output, options.overwrite
    home = Path(output)
    if output == PIPE:
        scripts.check_pipe(options.stdout)
        return photos, [Path(f"stdout.{options.format or PIPED[0]}")]
    if not _many(photos):
        inside = home.is_dir() or output.endswith("/")
        target = home / images.written_name(photos[0].name) if inside else home
        images.check_writable(target, overwrite)
        return photos, [target]
    if home.exists() and not home.is_dir():
        raise NotADirectoryError(f"Expected a folder for the results. Received: {home}.")
    ways = [way for photo in photos for way in _below(photo, home)]
    inputs, outputs = map(list, zip(*ways, strict=True))
    twice = sorted({str(target) for target in outputs if outputs.count(target) > 1})
    if twice:
        raise ValueError(f"Expected pictures of different names. Received: two for {twice[0]}.")
    return inputs, outputs


def _check_pipes(options):
    """Refuses what a pipe cannot hold."""
    if options.format and options.output != PIPE:
        raise ValueError(f"Expected --format with -o -. Received: -o {options.output}.")
    if options.output == PIPE and _many(options.photos):
        raise ValueError("Expected one photograph for -o -. Received: several, or a folder.")
    if options.output == PIPE and options.json:
        raise ValueError("Expected --json, or the picture on stdout (-o -). Received: both.")
    if PIPE not in options.photos:
        return
    if len(options.photos) > 1:
        raise ValueError("Expected - alone, a picture through stdin. Received: others beside it.")
    if Path(options.output).is_dir() or options.output.endswith("/"):
        raise ValueError(
            f"Expected a picture's name, or -, for what comes through stdin. "
            f"Received: {options.output}, a folder."
        )


def _below(photo, home):
    """A picture, or those of a folder but for the results', and where each goes."""
    from tfstyle import images
    from tfstyle.data import folders

    if not photo.is_dir():
        return [(photo, home / images.written_name(photo.name))]
    inside = home.resolve()
    found = [
        path
        for path in folders.pictures(photo)
        if inside not in path.resolve().parents or inside == photo.resolve()
    ]
    if not found:
        raise FileNotFoundError(f"Expected a folder with photographs. Received: {photo}, results.")
    names = (path.relative_to(photo) for path in found)
    return [
        (path, home / name.with_name(images.written_name(name.name)))
        for path, name in zip(found, names, strict=True)
    ]


def _styles(commands):
    parser = command(
        commands,
        "styles",
        _run_styles,
        "list the named styles, or paint a sheet of them",
        "tfstyle styles -o sheet.png --photo dog.jpg",
    )
    _add_method(parser)
    parser.add_argument("-o", "--output", metavar="SHEET", help="picture to paint every style to")
    parser.add_argument(
        "--photo", metavar="PHOTO", help="to paint on the sheet (default: a drawn landscape)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _run_styles(options):
    from tfstyle import images, registry

    known = registry.paintings()
    for name in registry.styles(options.method):
        about = "{title}, {artist}, {year}".format(**known[name]) if name in known else ""
        print(f"{name:22s} {about}".rstrip())
    if options.output:
        images.check_writable(options.output, options.overwrite)
        images.write(_sheet_of_styles(options), options.output)
    return 0


def _sheet_of_styles(options, side=256, columns=6):
    from tfstyle import examples, images, loading

    stylizer = loading.load_lite(options.method)
    photo = images.read(options.photo, 2 * side) if options.photo else examples.lake()
    photo = images.resize(photo, *images.fitted(photo.shape[:2], side))
    pictures = {"the photograph": photo}
    pictures |= {name: stylizer.stylize(photo, name) for name in stylizer.styles}
    return images.grid([images.captioned(*each) for each in pictures.items()], columns)


def _methods(commands):
    parser = command(
        commands,
        "methods",
        _run_methods,
        "list the methods whose weights are in the package",
        "tfstyle methods",
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--markdown", action="store_true", help="as a Markdown table")
    shown.add_argument(
        "--licences",
        action="store_true",
        help="what each learned from, and whether that allows commercial use",
    )
    scripts.add_json(shown)
    add_commercial(parser, "list")


def _run_methods(options):
    from tfstyle import model_facts

    models = model_facts.models()
    if options.commercial:
        models = model_facts.cleared(models)
    options.results["models"] = [model.facts for model in models] if options.json else []
    if options.markdown:
        print("\n".join(model_facts.table(models)))
    elif not options.json:
        lines = _licences if options.licences else _facts
        print("\n".join(line for model in models for line in lines(model)))
    return 0


def _facts(model):
    yield f"{model.name}: {model.title}"
    if not model.method.tflite:
        yield f"  needs    Keras: {extras.command('keras')}"
    yield f"  style    {model.style}"
    yield f"  weights  {model.size}"
    yield f"  learned  {model.card['learned_in']}, from {model.method.needs}"
    yield f"  good at  {model.method.good}"
    yield f"  weak at  {model.method.weak}"
    yield f"  paper    {model.method.paper}"


def _licences(model):
    from tfstyle import licences

    cleared = "cleared" if licences.allow(model.card) else "not cleared"
    yield f"{model.name}: {cleared} for commercial use; its weights: {model.card['licence']}"
    for source in licences.sources(model.card):
        yield f"  {licences.STATED[source.commercial]:12s} {source}"


def _example(commands):
    parser = command(
        commands,
        "example",
        _run_example,
        "write an example photograph and paintings that the project drew itself",
        "tfstyle example pictures",
    )
    parser.add_argument("folder", metavar="FOLDER", help="made where it is missing")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _run_example(options):
    from tfstyle import examples, images

    for name, draw in examples.PICTURES.items():
        target = Path(options.folder) / name
        images.check_writable(target, options.overwrite)
        images.write(draw(), target)
        print(target)
    return 0


COMMANDS = (_stylize, _styles, _methods, _example)
