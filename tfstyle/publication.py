"""A release as others find it: its files, their hashes, and a page that tells what it is."""

import json
import shutil
from pathlib import Path

from tfstyle import remote
from tfstyle.methods import method

PAGE = "README.md"
LONG = 200  # characters of an entry that a table shows
LICENCES = ("licence", "license")


def prepared(release: Path, folder: Path, address: str) -> Path:
    """Fills a folder with a release's files, a card that says their hashes, and a page.

    Args:
        release: Folder with a card.
        folder: Empty.
        address: That the release will have, "hf://owner/name".

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
    for path in sorted(each for kind in remote.KEPT for each in release.glob(kind)):
        shutil.copyfile(path, folder / path.name)
    card = json.loads((release / remote.CARD).read_text())
    networks = sorted(path for path in folder.iterdir() if path.suffix != ".json")
    card["sha256"] = {path.name: remote.digest(path) for path in networks}
    (folder / remote.CARD).write_text(json.dumps(card, indent=2) + "\n")
    (folder / PAGE).write_text(page(remote.name(release), card, address))
    return folder


def page(name: str, card: dict, address: str) -> str:
    """A model's page in Markdown, with the entries that Hugging Face's hub reads at its head."""
    row = method(name)
    licence = next((str(card[key]) for key in LICENCES if key in card), None)
    head = ["---", "library_name: tfstyle", "pipeline_tag: image-to-image"]
    head += [f"license: {json.dumps(licence.lower())}"] if licence else []
    head += [
        "tags:",
        *(f"- {tag}" for tag in ("style-transfer", "keras", "tflite", row.name)),
        "---",
    ]
    given = "" if row.in_weights else ", style"
    told = {key: value for key, value in card.items() if key not in ("sha256", "operations")}
    return "\n".join(
        [
            *head,
            f"# {name}",
            "",
            f"{row.title}. {row.paper}",
            "",
            f"Good: {row.good}. Weak: {row.weak}.",
            "",
            "```python",
            "import tfstyle",
            "",
            f'stylizer = tfstyle.load("{address}")',
            f"picture = stylizer.stylize(photograph{given})",
            "```",
            "",
            "| | |",
            "|---|---|",
            *(f"| {key} | {_cell(value)} |" for key, value in told.items()),
            "",
            "| file | SHA-256 |",
            "|---|---|",
            *(f"| {file} | {found} |" for file, found in card["sha256"].items()),
            "",
        ]
    )


def _cell(value):
    text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= LONG else f"{text[:LONG]} ... (card.json)"
