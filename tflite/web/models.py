"""Copies models' TFLite files to a folder of the page, with an index of what they take.

python models.py dist/models                     # the released ones
python models.py dist/models phone tablet        # folders of `tfstyle export`
"""

import json
import shutil
import sys
from pathlib import Path

from tfstyle import licences, loading, registry
from tfstyle.methods import DEFAULT, method
from tfstyle.methods.conditioned import CROSS_FADE

STYLES = "styles.json"


def main(target: str, *folders: str) -> None:
    found = map(Path, folders) if folders else map(registry.model_folder, registry.exported())
    index = {
        "models": [copied(folder, Path(target) / folder.name) for folder in found],
        "paintings": {name: label(**facts) for name, facts in registry.paintings().items()},
        "cross_fade": CROSS_FADE,
        "first": DEFAULT,
    }
    (Path(target) / "index.json").write_text(json.dumps(index, indent=1) + "\n")


def copied(folder: Path, target: Path) -> dict:
    """What the page has to know of a model whose files it copies."""
    card = json.loads((folder / "card.json").read_text())
    name, size = card.get("model") or card["name"], card.get("size")
    if isinstance(size, list):
        raise ValueError(f"Expected files of any size. Received: {folder}, of {size}.")
    row = method(name)
    target.mkdir(parents=True, exist_ok=True)
    files = [f"{file}.tflite" for file in row.tflite]
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
        "look": row.style_signature,
        "passes": loading.load_lite(name, folder=folder).passes(),
    }


def label(title: str, artist: str, year: int, **_) -> str:
    """A painting's line in a list."""
    return f"{artist}, {title} ({year})"


if __name__ == "__main__":
    main(*sys.argv[1:])
