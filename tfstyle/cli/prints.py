"""Large pictures from file to file, and what of a photograph's file they keep."""

from tfstyle.cli import scripts
from tfstyle.methods import METHODS, method

LARGE = 24_000_000  # pixels; larger photographs are not read into memory where libvips is there
OTHERS = ("keep_colors", "mask", "size")


def add(parser):
    """The flags of prints."""
    parser.add_argument(
        "--depth",
        type=int,
        choices=(8, 16),
        help="of a print: bits a channel, 16 in TIFF and PNG (default: 8)",
    )
    parser.add_argument(
        "--profile",
        choices=("srgb", "keep"),
        help="of a print: convert colours to sRGB, or paint the numbers as they are and keep the "
        "photograph's profile (default: srgb)",
    )
    parser.add_argument(
        "--metadata",
        choices=("strip", "keep"),
        help="of a print: keep DPI alone, or EXIF, IPTC and XMP as well, without the place and the "
        "orientation (default: strip)",
    )
    parser.add_argument(
        "--pyramid", action="store_true", help="of a print: a TIFF file with smaller sizes as well"
    )


def is_asked(options) -> bool:
    """Whether a flag of prints is there."""
    return bool(options.depth or options.profile or options.metadata or options.pyramid)


def check(options):
    """Refuses what prints do not do.

    Raises:
        ValueError: There are such flags.
    """
    if not is_asked(options):
        return
    given = [name for name in OTHERS if getattr(options, name, None)]
    if given or not _can(options) or scripts.PIPE in (*options.photos, options.output):
        names = [f"--{name.replace('_', '-')}" for name in given]
        names = names or [f"--method {options.method}, or a pipe"]
        raise ValueError(
            "Expected --depth, --profile, --metadata and --pyramid with one file painted in one "
            f"pass at its own size and colours. Received: {', '.join(names)}."
        )


def _can(options):
    """Whether a method paints windows of a file."""
    return options.method in METHODS and method(options.method).kind.one_pass


def is_print(options, source, target) -> bool:
    """Whether a photograph is painted from file to file."""
    from tfstyle import images, prints

    if is_asked(options):
        return True
    if scripts.PIPE in (str(source), options.output) or not _can(options):
        return False
    if any(getattr(options, name, None) for name in OTHERS) or options.alpha != "keep":
        return False
    if target.suffix.lower() not in prints.WRITTEN or not source.is_file():
        return False
    with source.open("rb") as file:
        extent = images.extent(file)
    return extent is not None and extent[0] * extent[1] > LARGE and prints.is_installed()


def paint(painter, options, source, target):
    """Paints one photograph to a print; returns its width and height."""
    from tqdm import tqdm

    from tfstyle import prints

    form = prints.Print(
        options.depth or 8,
        options.profile or "srgb",
        options.metadata or "strip",
        options.pyramid,
        options.quality,
    )
    with tqdm(total=1.0, bar_format="{percentage:3.0f}%|{bar}| {elapsed}<{remaining}") as bar:

        def tell(share):
            if share < bar.n:
                bar.reset()
            bar.update(share - bar.n)

        return prints.paint(painter, source, target, form, tell)
