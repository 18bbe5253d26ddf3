"""Large pictures from file to file, and what of a photograph's file they keep."""

import sys

from tfstyle.checkpoint import SUFFIX
from tfstyle.cli import jobs, scripts
from tfstyle.methods import METHODS, method

LARGE = 24_000_000  # pixels; larger photographs are not read into memory where libvips is there
MOST = 1_000_000_000  # pixels; larger ones have to be asked for, since files may only say so
OTHERS = ("keep_colors", "mask", "size")
BAR = "{percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


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
    if target.suffix.lower() not in prints.DEPTHS or not source.is_file():
        return False
    with source.open("rb") as file:
        extent = images.extent(file)
    if extent is None and prints.is_installed():  # too large for Pillow, or broken
        extent = prints.extent(source)
    return bool(extent) and LARGE < extent[0] * extent[1] <= MOST and prints.is_installed()


def paint(painter, options, source, target):
    """Paints one photograph to a print, or goes on with it; returns its width and height."""
    from tfstyle import prints

    form = prints.PrintOptions(
        options.depth or 8,
        options.profile or "srgb",
        options.metadata or "strip",
        options.pyramid,
        options.quality,
    )
    job, bar = jobs.job(options, [source, *(options.style or ())]), _Bar()
    try:
        return prints.paint(painter, source, target, form, bar.tell, job, options.overwrite)
    except FileExistsError:
        raise
    except OSError as error:
        raise OSError(f"{error}{_kept(target)}") from error
    finally:
        bar.close()


def _kept(target):
    kept = target.with_name(target.name + SUFFIX).exists()
    return " What is painted is kept, and the same command goes on." if kept else ""


class _Bar:
    """Of each pass over the picture; the first one begins where a stopped command has been."""

    def __init__(self):
        self.bar = None

    def tell(self, share):
        """Shows which share of a pass is done."""
        from tqdm import tqdm

        if self.bar is None and share > 0.0:
            print(f"tfstyle: goes on where it was stopped, at {share:.0%}.", file=sys.stderr)
        if self.bar is None or share < self.bar.n:
            self.close()
            self.bar = tqdm(total=1.0, initial=share, bar_format=BAR)
        self.bar.update(share - self.bar.n)

    def close(self):
        """Ends the last line."""
        if self.bar is not None:
            self.bar.close()
