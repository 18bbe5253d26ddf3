"""Draws the pictures of the documents' chapter on how the methods work.

    pip install scikit-image
    python examples/documents.py                  # all of them, some minutes
    python examples/documents.py levels growth    # some of them

Photographs are in the public domain and bundled with scikit-image, or drawn by the project, as the
paintings are.
"""

import argparse

import numpy as np
from readme import PICTURES, photograph

from tfstyle import contact_sheets, examples, images, loading, statistics

SIDE = 240  # pixels of a cell
SIZE = 384  # pixels that are painted
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
TAP = "relu4_1"
FACADE = {  # colours of the labels that pix2pix-facades learned from
    "wall": (0, 48, 250),
    "window": (0, 124, 250),
    "cornice": (0, 255, 255),
    "sill": (85, 255, 170),
    "balcony": (192, 250, 56),
    "door": (0, 190, 255),
    "background": (0, 0, 218),
}


def strip(cells: dict[str, np.ndarray]) -> np.ndarray:
    """Pictures side by side below their captions."""
    return contact_sheets.grid(
        [
            contact_sheets.captioned(label, images.resize(p, SIDE, SIDE))
            for label, p in cells.items()
        ],
        len(cells),
    )


def painting() -> np.ndarray:
    return images.resize(examples.swirls(SIZE, SIZE), SIZE, SIZE)


def methods() -> np.ndarray:
    """One photograph through the methods that take a painting's file, and through two others."""
    photo, style = photograph("astronaut"), painting()
    cells = {"photograph": photo, "painting": style}
    cells["gatys"] = loading.load("gatys").stylize(photo, style)
    for name in ("ghiasi", "adain", "wct"):
        cells[name] = loading.load_lite(name).stylize(photo, style)
    return strip(cells)


def normalization() -> np.ndarray:
    """Features of relu4_1 with other statistics, decoded by WCT's decoder."""
    networks = loading.load_networks("wct")
    photo, style = photograph("astronaut"), painting()
    content, wanted = (np.asarray(networks["encoder"](p[None])[TAP]) for p in (photo, style))
    changed = {
        "as they are": content,
        "moments removed": statistics.normalize(content) * np.std(content),
        "moments of the painting": statistics.align_moments(content, wanted),
        "whitened": whitened(content) * np.std(content),
        "whitened and coloured": coloured(whitened(content), wanted),
    }
    decode = networks["decoder4"]
    cells = {"photograph": photo, "painting": style}
    for label, features in changed.items():
        picture = np.asarray(decode(np.asarray(features, np.float32)))[0]
        cells[label] = np.clip(picture, 0.0, 1.0)
    return strip(cells)


def whitened(features: np.ndarray) -> np.ndarray:
    mean, spread = statistics.covariance(features)
    inverse = np.asarray(statistics.square_root_and_inverse(spread)[1])[0]
    return (features - np.asarray(mean)) @ inverse


def coloured(features: np.ndarray, style: np.ndarray) -> np.ndarray:
    mean, spread = statistics.covariance(style)
    return features @ np.asarray(statistics.square_root_and_inverse(spread)[0])[0] + np.asarray(
        mean
    )


def levels() -> np.ndarray:
    """WCT at one level at a time, and from level 4 to 1."""
    photo, style, wct = photograph("astronaut"), painting(), loading.load_lite("wct")
    cells = {"photograph": photo}
    for level in (5, 4, 3, 2, 1):
        cells[f"level {level} alone"] = wct.at_levels({level: 1.0}).stylize(photo, style)
    cells["levels 4 3 2 1"] = wct.stylize(photo, style)
    return strip(cells)


def strengths() -> np.ndarray:
    """Between a photograph's own style vector and a painting's."""
    photo, style, ghiasi = photograph("cat"), painting(), loading.load_lite("ghiasi")
    return strip({f"strength {s}": ghiasi.stylize(photo, style, strength=s) for s in STEPS})


def mixtures() -> np.ndarray:
    """Between two rows of scales and shifts."""
    photo, cin = photograph("cat"), loading.load_lite("cin")
    pair = ("starry-night", "great-wave")
    return strip(
        {f"{1 - s:g} and {s:g}": cin.stylize(photo, list(pair), weights=[1 - s, s]) for s in STEPS}
    )


def networks() -> np.ndarray:
    """One photograph by a network for each painting."""
    photo = photograph("coffee")
    names = ("starry-night", "great-wave", "the-scream", "composition-vii")
    models = {name: loading.load_lite(f"johnson-{name}") for name in names}
    return strip({"photograph": photo} | {k: model.stylize(photo) for k, model in models.items()})


def growth() -> np.ndarray:
    """An optimisation at the end of each of its sizes."""
    photo = photograph("astronaut")
    work = loading.load("gatys").optimisation(photo, painting(), strength=0.5)
    cells, steps = {"photograph": photo}, work.steps
    for progress in work:
        if progress.step == steps[progress.size]:
            height, width = work.sizes[progress.size]
            cells[f"{width}x{height}, step {progress.step}"] = np.clip(progress.picture, 0.0, 1.0)
    return strip(cells)


def cycles() -> np.ndarray:
    """A drawn landscape, its translation, and the translation of that back."""
    photo, cells = examples.lake(SIZE, SIZE), {}
    for there, back in (("day2night", "night2day"), ("sunny2rainy", "rainy2sunny")):
        translated = loading.load_lite(f"cyclegan-{there}").stylize(photo)
        returned = loading.load_lite(f"cyclegan-{back}").stylize(translated)
        cells |= {there: translated, f"and {back}": returned}
    return strip({"photograph": photo} | cells)


def facade() -> np.ndarray:
    """A drawn picture of labels as a facade."""
    labels = np.empty((256, 256, 3))
    labels[:] = FACADE["background"]
    labels[24:, 16:240] = FACADE["wall"]
    labels[24:32, 16:240] = FACADE["cornice"]
    for top in (48, 112, 176):
        for left in range(32, 224, 48):
            labels[top : top + 40, left : left + 28] = FACADE["window"]
            labels[top + 40 : top + 46, left - 4 : left + 32] = FACADE["sill"]
    labels[196:, 128:156] = FACADE["door"]
    labels[144:158, 26:114] = FACADE["balcony"]
    labels = np.float32(labels / 255)
    painted = loading.load_lite("pix2pix-facades").stylize(labels)
    return strip({"labels": labels, "facade": painted})


DRAWN = (
    *(methods, normalization, levels, strengths, mixtures),
    *(networks, growth, cycles, facade),
)


def main() -> None:
    known = {draw.__name__: draw for draw in DRAWN}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"Expected names of {', '.join(known)}. Received: {', '.join(unknown)}.")
    for name in options.names or known:
        images.write(known[name](), PICTURES / f"{name}.jpg", quality=84)


if __name__ == "__main__":
    main()
