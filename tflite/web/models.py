"""Copies models' TFLite files to a folder of the page, with an index of what they take.

python models.py dist/models                     # the released ones
python models.py dist/models phone tablet        # folders of `tfstyle export`
"""

import json
import shutil
import sys
from pathlib import Path

from tfstyle import licences, loading, registry
from tfstyle.methods import Takes, method
from tfstyle.methods.arbitrary import CROSS_FADE
from tfstyle.methods.wct import stylizer as wct

STYLES = "styles.json"


def main(target: str, *folders: str) -> None:
    found = map(Path, folders) if folders else map(registry.RELEASED.joinpath, registry.exported())
    index = {
        "models": [copied(folder, Path(target) / folder.name) for folder in found],
        "paintings": {name: label(**facts) for name, facts in registry.paintings().items()},
        "cross_fade": CROSS_FADE,
    }
    (Path(target) / "index.json").write_text(json.dumps(index, indent=1) + "\n")


def copied(folder: Path, target: Path) -> dict:
    """What the page has to know of a model whose files it copies."""
    card = json.loads((folder / "card.json").read_text())
    name, size = card.get("model") or card["name"], card["size"]
    if isinstance(size, list):
        raise ValueError(f"Expected files of any size. Received: {folder}, of {size}.")
    row = method(name)
    target.mkdir(parents=True, exist_ok=True)
    files = [f"{file}.tflite" for file in row.lite]
    for path in (folder / file for file in (*files, STYLES)):
        if path.exists():
            shutil.copyfile(path, target / path.name)
    return {
        "name": folder.name,
        "title": card.get("title", row.title),
        "good": row.good,
        "weak": row.weak,
        "commercial": licences.allow(card),
        "sources": [str(source) for source in licences.sources(card) if not source.commercial],
        "files": files,
        "styles": list(registry.styles(name, folder)),
        **calls(row, loading.load_lite(name, folder=folder)),
    }


def calls(row, stylizer) -> dict:
    """Signatures that a painting and then a photograph go through, with what each needs around it.

    Pixels of `margin` are mirrored around the photograph, and its sides filled up to a `stride`.
    """
    if row.in_weights:
        canvas = stylizer.canvas
        return {"look": None, "passes": [called("translate", canvas.stride, canvas.margin)]}
    brush = stylizer.brush
    if hasattr(brush, "levels"):
        strides = {level: wct.STRIDES[level] for level in brush.levels}
        passes = [called(f"paint{k}", n, max(wct.MARGIN, n)) for k, n in strides.items()]
        return {"look": "look", "passes": passes}
    sizes = (brush.stride, brush.margin, brush.flat_margin)
    look = "predict" if row.takes is Takes.IMAGE else None
    return {"look": look, "passes": [called("paint", *sizes)]}


def called(signature: str, stride: int, margin: int, flat_margin: int | None = None) -> dict:
    """A pass; a photograph of one colour has another margin."""
    sizes = {"stride": stride, "margin": margin, "flat_margin": flat_margin or margin}
    return {"signature": signature, **sizes}


def label(title: str, artist: str, year: int, **_) -> str:
    """A painting's line in a list."""
    return f"{artist}, {title} ({year})"


if __name__ == "__main__":
    main(*sys.argv[1:])
