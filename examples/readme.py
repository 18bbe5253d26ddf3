"""Paints the README's picture: photographs in the public domain that scikit-image bundles.

    pip install scikit-image
    python examples/readme.py [PAINTING ...]

Each row is a photograph and then its pastiches; the first row shows the paintings. Further
paintings can be named, and are painted with but not shown.
"""

import sys
from pathlib import Path

import numpy as np
from skimage import data

import tfstyle
from tfstyle import examples, images

SIDE = 240
PHOTOGRAPHS = (data.astronaut, data.coffee, data.chelsea)


def square(picture: np.ndarray) -> np.ndarray:
    side = min(picture.shape[:2])
    top, left = ((extent - side) // 2 for extent in picture.shape[:2])
    return images.resize(picture[top : top + side, left : left + side], SIDE, SIDE)


def main(paintings: list[str]) -> None:
    drawn = [examples.swirls(), examples.discs()]
    styles = [*drawn, *(tfstyle.read(path) for path in paintings)]
    stylizer = tfstyle.load("ghiasi")
    blank = np.ones((SIDE, SIDE, 3), np.float32)
    top = [blank, *map(square, drawn), *(blank for _ in paintings)]
    rows = [np.stack(top)]
    for photograph in PHOTOGRAPHS:
        content = square(images.to_float(photograph()))
        rows.append(np.stack([content, *(stylizer.stylize(content, style) for style in styles)]))
    images.write(images.sheet(rows), Path(__file__).with_name("painted.jpg"), quality=84)


if __name__ == "__main__":
    main(sys.argv[1:])
