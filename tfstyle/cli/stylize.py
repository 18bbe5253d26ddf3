"""`tfstyle stylize`."""

import sys
import time

from tfstyle.cli import folder, masks, optimising, prints, scripts, style_options, targets
from tfstyle.cli.options import (
    ONE_PASS,
    add_commercial,
    add_longer_side,
    add_method_settings,
    add_overwrite,
    add_precision,
    add_quality,
    add_threads,
    command,
    settings_of,
)
from tfstyle.cli.targets import PIPE, PIPED_FORMATS
from tfstyle.methods import METHODS, Kind, method

PRECISION_USE = "what Keras computes in: optimisations, masks, and finished runs" + ONE_PASS


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
    style_options.add_styles(parser)
    masks.add_flags(parser)
    _add_output(parser)
    style_options.add_model(parser)
    _add_strength(parser)
    style_options.add_keep_colors(parser)
    _add_picture(parser)
    scripts.add_json(parser)
    add_commercial(parser, "use")
    _add_tiles(parser)
    prints.add_flags(parser)
    folder.add_flags(parser)
    add_precision(parser, PRECISION_USE)
    add_method_settings(parser, *Kind)
    optimising.add_flags(parser)


def _add_output(parser):
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="file of the picture; a folder for several photographs, or where it ends in a slash; "
        "or - for one picture to stdout",
    )
    parser.add_argument(
        "--format",
        choices=PIPED_FORMATS,
        metavar="|".join(PIPED_FORMATS),
        help="format of a picture that goes to stdout (default: png)",
    )


def _add_strength(parser):
    exceptions = [f"{m.strength:g} for {m.name}" for m in METHODS.values() if m.strength != 1.0]
    parser.add_argument(
        "--strength",
        type=float,
        metavar="0..1",
        help="0 is the photograph, 1 the full style; for an optimisation, the style's share of the "
        f"losses (default: {', '.join(['1', *exceptions])})",
    )


def _add_picture(parser):
    """Adds the flags of the picture that is written."""
    add_longer_side(parser, "the result", own="the photograph's own")
    add_threads(parser)
    add_quality(parser)
    parser.add_argument(
        "--alpha",
        default="keep",
        metavar="keep|COLOUR",
        help="for transparent pictures: keep their opacity where the result is PNG, WebP or TIFF "
        "(other results get a white background), or give them a background colour, such as white "
        "or #336699 (default: %(default)s)",
    )
    add_overwrite(parser)


def _add_tiles(parser):
    parser.add_argument(
        "--fast-tiles",
        action="store_true",
        help="normalise the tiles of photographs above 3 megapixels with the statistics of a "
        "thumbnail, not of the whole photograph: up to a third less time, but colours and strokes "
        "differ from those of a smaller photograph, more so with sensor noise",
    )


def _run_stylize(options):
    from tfstyle import images
    from tfstyle.methods.checked_inputs import photograph

    settings = _checked_settings(options)
    tasks = targets.tasks(options)
    if targets.are_several(options.photos):
        folder.check(options)
        prints.check_single(options)
        return folder.paint(file_painter, options, tasks)
    ((source, target),) = tasks
    if prints.is_print(options, source, target):
        return _paint_print(options, settings, source, target)
    start = time.perf_counter()
    encoded = scripts.read_pipe() if str(source) == PIPE else None
    painter = _painter(options, settings, masks.read(options), options.threads)
    content, alpha = photograph(source, target, options.size, options.alpha, encoded)
    images.check_extent(target, *content.shape[:2])
    _write(painter(content), target, alpha, options)
    optimising.raise_if_interrupted(painter, target)
    scripts.add_picture(options, source, target, content.shape[1::-1], time.perf_counter() - start)
    return 0


def _checked_settings(options):
    """Checks the options, sets their defaults, and returns the method's settings or None."""
    from tfstyle import images
    from tfstyle.methods.checked_inputs import checked_strength

    if options.strength is None:
        options.strength = method(options.method).strength
    checked_strength(options.strength)
    images.checked_alpha(options.alpha)
    optimising.check(options)
    settings = settings_of(options)
    prints.check(options)
    style_options.set_model_by_style(options)
    style_options.check_styles(options)
    style_options.check_licences(options, options.model)
    return settings


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


def file_painter(options, threads=None):
    """A function of a photograph, its opacity and a file, which writes the picture to the file.

    Args:
        options: Options of the command, checked.
        threads: Processor threads; None takes the options'.
    """
    from tfstyle import images

    regions = masks.read(options)
    painter = _painter(options, settings_of(options), regions, threads or options.threads)

    def paint(content, alpha, target):
        images.check_extent(target, *content.shape[:2])
        _write(painter(content), target, alpha, options)
        optimising.raise_if_interrupted(painter, target)

    return paint


def _write(picture, target, alpha, options):
    from tfstyle import images

    if options.output == PIPE:
        content = images.encoded(picture, target, options.quality, alpha)
        scripts.write_pipe(options.stdout, content)
    else:
        images.write(picture, target, options.quality, alpha)


def _painter(options, settings, regions, threads):
    """A function of one photograph."""
    from tfstyle import loading

    if not method(options.method).kind.one_pass:
        return optimising.painter(options, settings, regions)
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
    styles = style_options.read_styles(options, stylizer)
    return stylizer.painter(styles, options.strength, options.weights, options.keep_colors, regions)


COMMANDS = (_stylize,)
