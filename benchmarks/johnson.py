"""Compares Johnson's slim networks with the paper's, and paints a film picture by picture.

    python benchmarks/johnson.py --film clip.mp4 --sheet film.png

Both networks run as TFLite files of int8 weights on LiteRT, on a photograph of 1200x630, in
interleaved rounds. The paper's has random weights, which changes no time. The film needs PyAV
(`pip install -e .[benchmark]`).
"""

import argparse
import itertools
import os
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from tfstyle import contact_sheets, device, examples, images, litert, loading
from tfstyle.evaluation.speed import milliseconds
from tfstyle.export import tflite
from tfstyle.methods.endpoints import translation
from tfstyle.networks.johnson import johnson

SIZE = (630, 1200)
FILM = (360, 640)
SHEET_FRAMES = 6
PAPERS = "the paper's network"


def papers_network(threads):
    """The paper's network as a function of a photograph."""
    endpoints = translation({"generator": johnson()})["generator"]
    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        file.write(tflite.to_tflite({"translate": endpoints["translate"]}))
        file.flush()
        translate = litert.signatures([file.name], threads)["translate"]
    return lambda picture: translate(content=picture[None])


def frames(path, count):
    """The first frames of a film, at FILM."""
    import av

    with av.open(path) as film:
        for frame in itertools.islice(film.decode(video=0), count):
            resized = frame.reformat(width=FILM[1], height=FILM[0], format="rgb24")
            yield images.to_float(resized.to_ndarray())


def paint_film(path, count, paint):
    """Frames a second without decoding, and a sheet of some frames above their pastiches."""
    photographs = list(frames(path, count))
    paint(photographs[0])
    start = time.perf_counter()
    pastiches = [paint(frame) for frame in photographs]
    rate = len(photographs) / (time.perf_counter() - start)
    indices = np.linspace(0, len(photographs) - 1, SHEET_FRAMES).astype(int)
    return rate, contact_sheets.from_rows(
        [np.stack(row)[indices] for row in (photographs, pastiches)]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="johnson-great-wave", help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--film", metavar="FILE", help="also paints its first frames")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--sheet", metavar="PICTURE", help="write some frames to this file")
    options = parser.parse_args()
    print(device.processor())
    slim = loading.load_lite(options.model, options.threads)
    photograph, paper = images.resize(examples.lake(), *SIZE), papers_network(options.threads)
    times = milliseconds(
        {
            options.model: lambda: slim.stylize(photograph),
            PAPERS: lambda: paper(photograph),
        },
        options.rounds,
    )
    print(f"{SIZE[1]}x{SIZE[0]}, {options.threads} threads  milliseconds  times as fast")
    for name, ms in times.items():
        print(f"{name:24s} {ms:12.0f} {times[PAPERS] / ms:14.2f}")
    if options.film:
        rate, sheet = paint_film(options.film, options.frames, slim.stylize)
        print(f"film of {FILM[1]}x{FILM[0]}: {rate:.1f} frames a second over {options.frames}")
        if options.sheet:
            images.write(sheet, options.sheet)


if __name__ == "__main__":
    main()
