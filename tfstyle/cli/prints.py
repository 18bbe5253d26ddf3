"""Large pictures from file to file, and what of a photograph's file they keep."""

import sys

from tfstyle.checkpoint import SUFFIX
from tfstyle.cli import jobs, scripts
from tfstyle.cli.options import flag
from tfstyle.methods import METHODS, method

LARGE = 24_000_000  # pixels; larger photographs are not read into memory where libvips is there
LARGEST = 1_000_000_000  # pixels; larger ones need a flag, since a broken file may claim any size
UNSUPPORTED = ("keep_colors", "mask", "size")
BAR = "{percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


def add_flags(parser):
    """Adds the flags of prints."""
    parser.add_argument(
        "--depth",
        type=int,
        choices=(8, 16),
        help="for a print: bits per channel, 16 in TIFF and PNG (default: 8)",
    )
    parser.add_argument(
        "--profile",
        choices=("srgb", "keep"),
        help="for a print: convert colours to sRGB, or leave their values as they are and keep the "
        "photograph's profile (default: srgb)",
    )
    parser.add_argument(
        "--metadata",
        choices=("strip", "keep"),
        help="for a print: keep only the DPI, or also EXIF, IPTC and XMP, without place and "
        "orientation (default: strip)",
    )
    parser.add_argument(
        "--pyramid",
        action="store_true",
        help="for a print: write smaller sizes into the TIFF file as well",
    )


def is_requested(options) -> bool:
    """Whether a flag of prints is given."""
    return bool(options.depth or options.profile or options.metadata or options.pyramid)


def check(options):
    """Refuses flags that prints do not support.

    Raises:
        ValueError: There are such flags, a pipe, or a method that optimises.
    """
    if not is_requested(options):
        return
    names = [flag(name) for name in UNSUPPORTED if getattr(options, name, None)]
    is_piped = scripts.PIPE in (*options.photos, options.output)
    if names or is_piped or not _paints_windows(options):
        names = names or [f"--method {options.method}, or a pipe"]
        raise ValueError(
            "Expected --depth, --profile, --metadata and --pyramid with one file painted in one "
            f"pass at its own size and colours. Received: {', '.join(names)}."
        )


def check_single(options):
    """Refuses the flags of prints where there are several photographs.

    Raises:
        ValueError: There are such flags.
    """
    if is_requested(options):
        raise ValueError("Expected one photograph for a print. Received: several, or a folder.")


def _paints_windows(options):
    """Whether the method can paint windows of a file."""
    return options.method in METHODS and method(options.method).kind.one_pass


def is_print(options, source, target) -> bool:
    """Whether a photograph is painted from file to file."""
    from tfstyle import images, prints

    if is_requested(options):
        return True
    if scripts.PIPE in (str(source), options.output) or not _paints_windows(options):
        return False
    if any(getattr(options, name, None) for name in UNSUPPORTED) or options.alpha != "keep":
        return False
    if target.suffix.lower() not in prints.DEPTHS or not source.is_file():
        return False
    with source.open("rb") as file:
        extent = images.extent(file)
    if extent is None and prints.is_installed():  # too large for Pillow, or broken
        extent = prints.extent(source)
    return bool(extent) and LARGE < extent[0] * extent[1] <= LARGEST and prints.is_installed()


def paint(painter, options, source, target):
    """Paints one photograph to a print, or goes on with one; returns its width and height."""
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
        return prints.paint(painter, source, target, form, bar.update, job, options.overwrite)
    except FileExistsError:
        raise
    except OSError as error:
        raise OSError(f"{error}{_resume_note(target)}") from error
    finally:
        bar.close()


def _resume_note(target):
    is_kept = target.with_name(target.name + SUFFIX).exists()
    return " What is painted is kept, and the same command goes on." if is_kept else ""


class _Bar:
    """A bar for each pass over the picture; the first begins where a stopped command was."""

    def __init__(self):
        self.bar = None

    def update(self, share):
        """Shows the finished share of a pass, in [0, 1]."""
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
