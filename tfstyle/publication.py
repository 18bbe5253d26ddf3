"""Prepares a release for a hub: its files, their hashes, and a page that describes it."""

import json
import shutil
from pathlib import Path

from tfstyle import remote
from tfstyle.methods import method

PAGE = "README.md"
LONGEST_CELL = 200  # characters
LICENCES = ("licence", "license")


def prepare(release: Path, folder: Path, address: str) -> Path:
    """Fills a folder with a release's files, a card with their hashes, and a page.

    Args:
        release: Folder with a card.
        folder: Empty.
        address: The release's future address, "hf://owner/name".

    Raises:
        ValueError: The card is no release's.
        OSError: A file is missing.
    """
    release = Path(release)
    if not (release / remote.CARD).is_file():
        raise FileNotFoundError(
            f"Expected a release, as `tfstyle release NAME --run {release} -o FOLDER` writes it. "
            f"Received: {release}, without a {remote.CARD}."
        )
    remote.check(release, release)
    for path in sorted(path for pattern in remote.RELEASE_FILES for path in release.glob(pattern)):
        shutil.copyfile(path, folder / path.name)
    card = json.loads((release / remote.CARD).read_text())
    networks = sorted(path for path in folder.iterdir() if path.suffix != ".json")
    card["sha256"] = {path.name: remote.sha256(path) for path in networks}
    (folder / remote.CARD).write_text(json.dumps(card, indent=2) + "\n")
    (folder / PAGE).write_text(page(remote.model_name(release), card, address))
    return folder


def page(name: str, card: dict, address: str) -> str:
    """A model's page in Markdown, which begins with the entries that Hugging Face's hub reads."""
    method_class = method(name)
    licence = next((str(card[key]) for key in LICENCES if key in card), None)
    head = ["---", "library_name: tfstyle", "pipeline_tag: image-to-image"]
    head += [f"license: {json.dumps(licence.lower())}"] if licence else []
    head += [
        "tags:",
        *(f"- {tag}" for tag in ("style-transfer", "keras", "tflite", method_class.name)),
        "---",
    ]
    style = "" if method_class.in_weights else ", style"
    entries = {key: value for key, value in card.items() if key not in ("sha256", "operations")}
    return "\n".join(
        [
            *head,
            f"# {name}",
            "",
            f"{method_class.title}. {method_class.paper}",
            "",
            f"Good: {method_class.good}. Weak: {method_class.weak}.",
            "",
            "```python",
            "import tfstyle",
            "",
            f'stylizer = tfstyle.load("{address}")',
            f"picture = stylizer.stylize(photograph{style})",
            "```",
            "",
            "| | |",
            "|---|---|",
            *(f"| {key} | {_cell(value)} |" for key, value in entries.items()),
            "",
            "| file | SHA-256 |",
            "|---|---|",
            *(f"| {file} | {sha256} |" for file, sha256 in card["sha256"].items()),
            "",
        ]
    )


def _cell(value):
    text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} ... (card.json)"
