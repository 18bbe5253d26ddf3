"""Paints docs/pictures of photographs in the public domain that scikit-image bundles.

    pip install scikit-image
    python examples/readme.py
    python examples/readme.py --magenta magenta_tflite --paintings paintings

The first writes painted.jpg, with named styles, masked.jpg, of the drawn example, and
translated.jpg. The second also writes beside.jpg, our models beside Magenta's, which needs its
TFLite files and the paintings' own pictures (NAME.jpg).
"""

import argparse
from pathlib import Path

import numpy as np
from skimage import data

from tfstyle import baselines, contact_sheets, images, loading, masks, regions

SIDE = 240
LARGE = 384  # pixels; the size that Magenta's files take
PHOTOGRAPHS = {
    "astronaut": data.astronaut,
    "coffee": data.coffee,
    "cat": data.chelsea,
    "rocket": data.rocket,
}
GREY = {"cameraman": data.camera}
STYLES = (
    *("starry-night", "great-wave", "the-scream", "composition-vii"),
    *("large-blue-horses", "cafe-terrace-at-night"),
)
OURS = ("ghiasi", "adain")  # beside Magenta's
BESIDE = (
    ("astronaut", "starry-night"),
    ("cat", "great-wave"),
    ("coffee", "the-scream"),
    ("rocket", "composition-vii"),
    ("cat", "irises"),
    ("astronaut", "sudden-shower"),
    ("coffee", "port-en-bessin"),
    ("rocket", "the-kiss"),
)
REGIONS = ("starry-night", "composition-vii", "water-lilies")  # sky, mountains, water
RAINY = ("rocket", "cameraman", "cat")
HERE = Path(__file__).parent
PICTURES = HERE.parent / "docs/pictures"


def photograph(name: str) -> np.ndarray:
    picture = images.to_float((PHOTOGRAPHS | GREY)[name]())
    picture = np.stack([picture] * 3, axis=-1) if picture.ndim == 2 else picture
    side = min(picture.shape[:2])
    top, left = ((extent - side) // 2 for extent in picture.shape[:2])
    return images.resize(picture[top : top + side, left : left + side], LARGE, LARGE)


def small(pictures: list[np.ndarray]) -> np.ndarray:
    return np.stack([images.to_bytes(images.resize(each, SIDE, SIDE)) for each in pictures])


def captions(labels: list[str]) -> np.ndarray:
    return np.stack([contact_sheets.caption(label, SIDE) for label in labels])


def painted() -> None:
    """Photographs in named styles, by the default method."""
    model, rows = loading.load_lite("ghiasi"), [captions(["photograph", *STYLES])]
    for name in PHOTOGRAPHS:
        content = photograph(name)
        rows.append(small([content, *(model.stylize(content, style) for style in STYLES)]))
    images.write(contact_sheets.from_rows(rows), PICTURES / "painted.jpg", quality=84)


def masked() -> None:
    """The drawn landscape, its regions and each of them in a style of its own."""
    content, picture = (images.read(HERE / name) for name in ("lake.jpg", "lake_regions.png"))
    given = [masks.feathered(mask) for mask in regions.by_colour(picture, 3).values()]
    painted = loading.load("ghiasi").stylize(content, REGIONS, masks=given)
    row = [
        images.resize(each, *images.fitted(content.shape[:2], 360))
        for each in (content, picture, painted)
    ]
    images.write(
        contact_sheets.from_rows([images.to_bytes(np.stack(row))]),
        PICTURES / "masked.jpg",
        quality=84,
    )


def translated() -> None:
    """Photographs, and in the rain below."""
    contents = [photograph(name) for name in RAINY]
    rain = loading.load_lite("cyclegan-sunny2rainy").stylize
    rows = [small(contents), small([rain(content) for content in contents])]
    images.write(contact_sheets.from_rows(rows), PICTURES / "translated.jpg", quality=84)


def beside(magenta: str, paintings: str) -> None:
    """Our models beside Magenta's, two pairs a row."""
    ours = {name: loading.load_lite(name) for name in OURS}
    theirs = baselines.magenta(Path(magenta) / "style_transfer_f16_384.tflite")
    models = ours | theirs
    pairs = []
    for name, style in BESIDE:
        content = photograph(name)
        picture = images.read(Path(paintings) / f"{style}.jpg")
        painted = [model.stylize(content, picture) for model in models.values()]
        head = captions([style, *models])
        pairs.append((head, small([content, *painted])))
    rows = []
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        rows += [np.concatenate([a, b]) for a, b in zip(one, other, strict=True)]
    images.write(contact_sheets.from_rows(rows), PICTURES / "beside.jpg", quality=84)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--magenta", help="folder of Magenta's TFLite files")
    parser.add_argument("--paintings", help="folder of the named paintings")
    options = parser.parse_args()
    painted()
    masked()
    translated()
    if options.magenta and options.paintings:
        beside(options.magenta, options.paintings)
