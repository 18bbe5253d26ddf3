"""Checks that every released model paints the same pictures, bit for bit, as in another version.

    python benchmarks/pictures.py before.json             # in the one version
    python benchmarks/pictures.py after.json before.json  # in the other one, on the same machine

Each model paints a small drawn photograph on LiteRT and on Keras: at full strength, at half of it
with the photograph's colours, and, one model a method, in tiles, with exact tiles, and with masks
or a mixture of styles where it takes any. The files hold a SHA-256 for each picture.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from tqdm import tqdm

from tfstyle import device, examples, loading, registry
from tfstyle.methods import method, tiled_network

PHOTO, PAINTINGS = examples.lake(72, 100), [examples.discs(90, 80), examples.swirls(64, 96)]
LARGE = examples.lake(100, 900)


def styles(name):
    """Two styles that a model takes: pictures or names; None where it takes none."""
    if method(name).in_weights:
        return None
    return PAINTINGS if method(name).kind.takes_pictures else list(registry.styles(name))[:2]


def pictures(name, stylizer, styles, first):
    """Labels, and functions that paint."""
    style = None if styles is None else styles[0]
    yield "full", lambda: stylizer.stylize(PHOTO, style)
    yield "half", lambda: stylizer.stylize(PHOTO, style, strength=0.5, keep_colors="luminance")
    if not first:
        return
    for label in list(registry.styles(name))[:2]:
        yield label, lambda label=label: stylizer.stylize(PHOTO, label)
    if styles is not None:
        left = np.broadcast_to(np.arange(PHOTO.shape[1]) < 40, PHOTO.shape[:2])
        yield "mixed", lambda: stylizer.stylize(PHOTO, styles, weights=[1, 3])
        yield "masks", lambda: stylizer.stylize(PHOTO, styles, masks=[left, ~left])
    if method(name).kind.one_pass:
        yield "tiles", lambda: stylizer.stylize(LARGE, style)


def hashes():
    """SHA-256 of every picture, by label."""
    digests, methods = {}, set()
    for name in tqdm(registry.released(), unit="model"):
        first = method(name) not in methods
        methods.add(method(name))
        engines = {"keras": lambda name=name: loading.load(name, exact=False)}
        if method(name).tflite:
            engines["litert"] = lambda name=name: loading.load_lite(name, exact=False)
            if first:
                engines["litert exact"] = lambda name=name: loading.load_lite(name, exact=True)
                engines["keras exact"] = lambda name=name: loading.load(name, exact=True)
        for engine, load in engines.items():
            for label, paint in pictures(name, load(), styles(name), first):
                if "exact" in engine and label != "tiles":
                    continue
                array = np.ascontiguousarray(paint(), np.float32)
                digests[f"{name} {engine} {label}"] = hashlib.sha256(array.tobytes()).hexdigest()
    return digests


def main(target, other=None):
    tiled_network.WHOLE_PIXELS, tiled_network.THUMBNAIL_PIXELS = LARGE[..., 0].size - 1, 30_000
    print(device.processor())
    digests = hashes()
    Path(target).write_text(json.dumps(digests, indent=1) + "\n")
    print(f"{len(digests)} pictures")
    if other:
        others = json.loads(Path(other).read_text())
        labels = digests.keys() | others.keys()
        changed = [label for label in labels if digests.get(label) != others.get(label)]
        print(*(f"changed: {label}" for label in sorted(changed)), sep="\n")
        print(f"{len(digests) - len(changed)} are the same")
        sys.exit(bool(changed))


if __name__ == "__main__":
    main(*sys.argv[1:])
