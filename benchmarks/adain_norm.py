"""Why AdaIN's decoder has no normalisation: the same short training without, with batch norm and
with instance norm, and what each paints.

    python benchmarks/adain_norm.py --content photos --style paintings --run runs/norms -o norms.png

Section 7.1 of Huang & Belongie 2017, https://arxiv.org/abs/1703.06868: instance norm brings every
sample to one style, batch norm every batch, and the style that AdaIN has just put in is what they
take out. All three begin with WCT's decoder, which has learned to give photographs back. Prints
each one's losses; stopped, the same command goes on.
"""

import argparse
import csv
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from tfstyle import contact_sheets, device, images, loading, precision, trainings
from tfstyle.data import folders
from tfstyle.methods.adain import training
from tfstyle.methods.adain.settings import Settings

NORMS = ("none", "batch", "instance")
SIDE = 192
LAST = 20  # rows of the log that are averaged
UNUSED = ("similarity", "luminance", "remd", "chroma", "recoloring")
MIRRORED = {  # a small decoder's settings, and losses of statistics alone
    **{"decoder": "mirrored", "size": 128, "rate": 7e-4, "few": 8, "growing": 0},
    **{"content_weight": 1.0, "style_weight": 10.0, "color_weight": 2.0, "lattice_weight": 0.05},
    **{f"{name}_weight": 0.0 for name in UNUSED},
}


def last_losses(run):
    """Means of the last rows of a run's log."""
    with (run / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[-LAST:]
    return {
        name: np.mean([float(row[name]) for row in rows]) for name in ("content", "style", "color")
    }


def initial_run(feature_extractor, settings, folder):
    """A finished run with WCT's released decoder of relu4_1, to which fresh norms are added."""
    decoder = training.decoder(feature_extractor, settings)
    wct_decoder = loading.load_networks("wct")["decoder4"]
    for layer in wct_decoder.layers:
        if layer.weights:
            decoder.get_layer(layer.name).set_weights(layer.get_weights())
    target = Path(folder) / "begin" / settings.norm
    target.mkdir(parents=True, exist_ok=True)
    decoder.save(target / "decoder.keras")
    return target


def sheet(runs, photographs, paintings, count=4):
    """Rows of photograph, painting, and the pastiche of each decoder."""
    stylizers = {norm: loading.load("adain", run) for norm, run in runs.items()}
    head = [contact_sheets.caption(text, SIDE) for text in ("photograph", "painting", *runs)]
    rows = [np.stack(head)]
    for index in range(count):
        photo, painting = (
            images.squash(images.read(paths[index * len(paths) // count], 640), SIDE)
            for paths in (photographs, paintings)
        )
        pastiches = [stylizer.stylize(photo, painting) for stylizer in stylizers.values()]
        rows.append(np.stack(list(map(images.to_bytes, (photo, painting, *pastiches)))))
    return contact_sheets.from_rows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--content", required=True, metavar="DIR", help="photographs")
    parser.add_argument("--style", required=True, nargs="+", metavar="DIR", help="paintings")
    parser.add_argument("--run", required=True, metavar="DIR", help="folder of the three runs")
    parser.add_argument("-o", "--output", required=True, metavar="PICTURE")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--precision", choices=precision.COMPUTE_PRECISIONS, default="auto")
    options = parser.parse_args()
    print(device.processor())
    feature_extractor, _ = loading.encoder()
    runs = {norm: Path(options.run) / norm for norm in NORMS}
    for norm, run in runs.items():
        chosen = {"steps": options.steps, "norm": norm, "precision": options.precision}
        settings = Settings(**MIRRORED, **chosen)
        if not trainings.train(
            "adain",
            {"content": options.content, "style": options.style},
            run,
            settings,
            begin=initial_run(feature_extractor, settings, options.run),
        ):
            return 130
        means = last_losses(run)
        print(f"{norm:10s}" + "".join(f"{name:>9s} {value:.3f}" for name, value in means.items()))
    pictures = folders.pictures(options.content), folders.several(options.style)
    images.write(sheet(runs, *pictures), options.output)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
