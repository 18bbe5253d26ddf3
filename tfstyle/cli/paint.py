"""`tfstyle stylize`, `styles`, `methods` and `example`."""

from pathlib import Path

from tfstyle.cli import folder, gatys, masks
from tfstyle.cli.options import ONE_PASS, add_precision, command, level, percent, positive
from tfstyle.color import KEEP
from tfstyle.methods import Takes, method

KERAS = "what is computed in where Keras paints: gatys, masks, and finished runs" + ONE_PASS


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
        "  tfstyle stylize sunny.jpg --method cyclegan --model sunny2rainy -o rainy.jpg",
    )
    parser.add_argument(
        "photos", metavar="PHOTO", nargs="+", help="pictures, or folders of pictures"
    )
    add_styles(parser)
    masks.add(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="picture; of several, or with a slash at its end, folder",
    )
    add_model(parser)
    parser.add_argument(
        "--strength",
        type=float,
        metavar="0..1",
        help="0 is the photograph, 1 the full style; of gatys the style's share of the losses "
        "(default: 1; of gatys 0.5)",
    )
    add_means(parser)
    parser.add_argument(
        "--size",
        type=positive,
        metavar="N",
        help="longer side of the result in pixels (default: the photograph's own)",
    )
    parser.add_argument(
        "--threads", type=positive, metavar="N", help="processor threads (default: all cores)"
    )
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
    parser.add_argument(
        "--fast-tiles",
        action="store_true",
        help="normalise the tiles of photographs above 3 megapixels with the statistics of a "
        "thumbnail: about half the time, but colours and strokes differ from those of a smaller "
        "photograph, and the more so with sensor noise",
    )
    folder.add(parser)
    add_precision(parser, KERAS)
    gatys.add(parser)


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
        "--levels",
        type=level,
        nargs="+",
        metavar="N:WEIGHT",
        help="of wct: which of relu1_1 to relu5_1 take the style, in this order, and each one's "
        "blend weight; the paper's are 5 4 3 2 1 (default: 4 3 2 1)",
    )
    parser.add_argument(
        "--keep-colors", choices=KEEP, help="keep the photograph's colours (default: the style's)"
    )


def _add_method(parser, more=""):
    parser.add_argument(
        "--method",
        default="ghiasi",
        help=f"a name of `tfstyle methods`{more} (default: %(default)s)",
    )


def _run_stylize(options):
    from tfstyle.methods.stylizer import checked_strength

    if options.strength is None:
        options.strength = method(options.method).strength
    checked_strength(options.strength)
    _check_alpha(options.alpha)
    gatys.check(options)
    name_the_model(options)
    check_style(options)
    inputs, outputs = _ways(list(map(Path, options.photos)), options.output, options.overwrite)
    if _many(options.photos):
        folder.check(options)
        return folder.paint(brush, options, inputs, outputs)
    brush(options)(*folder.read(inputs[0], outputs[0], options), outputs[0])
    return 0


def brush(options, threads=None):
    """A function of a photograph, its opacity and a target, which paints the one to the other.

    Args:
        options: Of the command, checked.
        threads: Processor threads; None takes the options'.
    """
    from tfstyle import images

    painter = _painter(options, masks.read(options), threads or options.threads)

    def paint(content, alpha, target):
        images.check_extent(target, *content.shape[:2])
        images.write(painter(content), target, options.quality, alpha)
        gatys.stop_if_asked(painter, target)

    return paint


def _check_alpha(alpha):
    from PIL import ImageColor

    try:
        alpha == "keep" or ImageColor.getrgb(alpha)
    except ValueError:
        raise ValueError(
            f"Expected --alpha as keep or a colour, such as white or #336699. Received: {alpha}."
        ) from None


def name_the_model(options):
    """Of a family with a network a painting, the style's name says which."""
    if method(options.method).takes is not Takes.NAME or options.model:
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


def at_their_levels(stylizer, options):
    from tfstyle.methods.wct.stylizer import at_levels

    if options.levels is None:
        return stylizer
    if method(options.method).name != "wct":
        raise ValueError(f"Expected --levels with wct alone. Received: {options.method}.")
    return at_levels(stylizer, dict(options.levels))


def _painter(options, regions, threads):
    from tfstyle import weights

    if options.method == "gatys":
        return gatys.painter(options, regions, style_of)
    stylizer = weights.chosen(
        options.method,
        options.model,
        threads,
        regions is None,
        options.precision,
        not options.fast_tiles,
    )
    stylizer = at_their_levels(stylizer, options)
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


def _ways(photos, output, overwrite):
    """Pictures to read, and where each goes."""
    from tfstyle import images

    home = Path(output)
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
    from tfstyle import images, weights

    known = weights.paintings()
    for name in weights.styles(options.method):
        painting = known[name]
        print(f"{name:22s} {painting['title']}, {painting['artist']}, {painting['year']}")
    if options.output:
        images.check_writable(options.output, options.overwrite)
        images.write(_sheet_of_styles(options), options.output)
    return 0


def _sheet_of_styles(options, side=256, columns=6):
    from tfstyle import examples, images, weights

    stylizer = weights.load_lite(options.method)
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
    parser.add_argument("--markdown", action="store_true", help="as the README's table")


def _run_methods(options):
    from tfstyle import families

    if options.markdown:
        print("\n".join(families.table()))
        return 0
    for model in families.models():
        print(f"{model.name}: {model.title}")
        print(f"  style    {model.style}")
        print(f"  weights  {model.size}")
        print(f"  learned  {model.card['learned_in']}, from {model.row.needs}")
        print(f"  good at  {model.row.good}")
        print(f"  weak at  {model.row.weak}")
        print(f"  paper    {model.row.paper}")
    return 0


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
