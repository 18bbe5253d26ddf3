"""Measures what large pictures take from file to file, by the command that users give.

    python benchmarks/prints.py photo.jpg painting.jpg
    python benchmarks/prints.py photo.jpg painting.jpg --models gatys --megapixels 24 --iterations 6

The photograph is enlarged to TIFF files with sensor noise. Every model paints each in a process of
its own, on one thread. Processor seconds are the system's for it, start included, and so is the
memory at most. The ratio is that of the seconds a pixel to those of the first size. Further flags
are those of `tfstyle stylize`.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyvips

from tfstyle import device, registry
from tfstyle.methods import method

SHAPE = 3 / 2  # width over height
NOISE = 2.5  # deviation of each channel, of 255
STYLE = "red-fuji"
MODELS = (
    "ghiasi",
    "ghiasi-desktop",
    "cin",
    "johnson-the-kiss",
    "adain",
    "wct",
    "cyclegan-day2night",
    "cyclegan-sunny2rainy",
    "pix2pix-facades",
)


def draw(photo, megapixels, path):
    """Writes an enlarged photograph with noise."""
    height = round((megapixels * 1e6 / SHAPE) ** 0.5)
    width = round(height * SHAPE)
    picture = pyvips.Image.thumbnail(str(photo), width, height=height, size="force")
    noise = [pyvips.Image.gaussnoise(width, height, mean=0, sigma=NOISE) for _ in range(3)]
    picture = (picture + noise[0].bandjoin(noise[1:])).rint().cast("uchar")
    picture.copy(interpretation="srgb").tiffsave(str(path))


def _apart(function, *inputs):
    """Calls it in a process of its own: on Linux a process' memory at most is that of its parent
    when it was started."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(function, inputs)


def command(name, source, target, options):
    """The words of the command."""
    method_name, _, model = name.partition("-")
    words = [sys.executable, "-m", "tfstyle", "stylize", source, "-o", target, "--overwrite"]
    words += ["--method", method_name, "--threads", "1", *options.more]
    if method(method_name).kind.one_pass:
        words += ["--metadata", "keep"]  # else smaller ones would be painted in memory
    words += ["--model", model] if model else []
    if method(method_name).in_weights:
        return words
    return [*words, "--style", STYLE if STYLE in registry.styles(name) else options.painting]


def measured(words):
    """Processor seconds and bytes at most of a process."""
    with subprocess.Popen(words, stderr=subprocess.PIPE) as process:
        errors = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, stderr=errors)
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit


def rows(options, folder):
    """Lines of the table."""
    for name in options.models:
        first = None
        for megapixels in options.megapixels:
            source, target = folder / f"{megapixels:g}.tif", options.keep or folder
            target = target / f"{name}-{megapixels:g}.tif"
            if not source.exists():
                _apart(draw, options.photo, megapixels, source)
            seconds, most = measured(command(name, str(source), str(target), options))
            first = first or seconds / megapixels
            if not options.keep:
                target.unlink()
            ratio = seconds / megapixels / first
            yield f"{name:22s} {megapixels:4g} {seconds:12.1f} {most / 1e9:6.2f} {ratio:7.2f}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="further flags are those of tfstyle stylize"
    )
    parser.add_argument("photo")
    parser.add_argument("painting", help="for methods that know no names")
    parser.add_argument("--models", nargs="+", choices=registry.released(), default=MODELS)
    parser.add_argument("--megapixels", nargs="+", type=float, default=[12, 96])
    parser.add_argument("--keep", type=Path, help="folder for the results (default: not kept)")
    options, options.more = parser.parse_known_args()
    print(device.processor())
    print("model                    MP  processor s     GB   ratio", flush=True)
    with tempfile.TemporaryDirectory(dir=options.keep) as folder:
        for line in rows(options, Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
