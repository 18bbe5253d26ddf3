"""A comparison as one self-contained HTML file, or as one picture."""

import base64
import html
import io
import textwrap
from string import Template

import numpy as np
from PIL import Image

from tfstyle import contact_sheets, extras, images
from tfstyle.evaluation.comparison import Comparison, Entry

WIDTH = 360  # pixels of a picture's cell on a sheet
LINE = 18  # pixels of a line of text
LETTERS = 46  # of a line
ROWS = 12  # lines under a picture
COLUMNS = 3

MEASURED = """Style and content distance (lower is nearer to the painting, and to the photograph)
are measured on {}; beside each other they say more than alone."""
PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>tfstyle: one photograph, one painting, every method</title>
<style>
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem;
  padding: 0 1rem; color: #1c1c1c; background: #fff }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)) }
figure { margin: 0 } img { width: 100%; height: auto; display: block }
h2 { font-size: 1.05rem; margin: .5rem 0 0 } p { margin: .2rem 0 } dl { margin: .3rem 0;
  display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 .5rem }
dt { color: #555 } dd { margin: 0 }
.note { color: #8a3b00 }
</style></head><body>
<h1>One photograph, one painting, every method</h1>
<p>Times and memory are of a process of its own each, from the shell to the finished picture of
$width x $height pixels, memory over an idle Python. $remark</p>
<main>
$figures
</main></body></html>
""")


def page(comparison: Comparison) -> str:
    """HTML of a comparison, its pictures inside."""
    height, width, _ = comparison.photo.shape
    remark = f"Distances from painting and photograph need Keras: {extras.command('keras')}."
    if comparison.measured_on:
        remark = MEASURED.format(comparison.measured_on)
    figures = [
        _figure("photograph", comparison.photo, "the photograph"),
        _figure("painting", comparison.painting, "the painting"),
        *(_entry(entry) for entry in comparison.entries),
    ]
    return PAGE.substitute(
        width=width, height=height, remark=html.escape(remark), figures="\n".join(figures)
    )


def _figure(title, picture, alt, text=""):
    image = "" if picture is None else f'<img src="{_inline(picture)}" alt="{html.escape(alt)}">'
    return f"<figure>{image}<figcaption><h2>{html.escape(title)}</h2>{text}</figcaption></figure>"


def _inline(picture):
    encoded = io.BytesIO()
    Image.fromarray(images.to_bytes(picture)).save(encoded, "JPEG", quality=92)
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"


def _entry(entry: Entry):
    facts = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in _facts(entry))
    note = f'<p class="note">{html.escape(entry.note)}</p>' if entry.note else ""
    text = f"<p>{html.escape(entry.model.title)}</p>{note}<dl>{facts}</dl>"
    return _figure(entry.model.name, entry.picture, f"painted by {entry.model.name}", text)


def _facts(entry: Entry):
    """Names and values of the facts about an entry."""
    if entry.picture is not None:
        yield "time", f"{entry.seconds:.1f} s, {entry.peak:.0f} MiB"
    if entry.distances is not None:
        yield "style", f"{entry.distances.style:.3f}"
        yield "content", f"{entry.distances.content:.3f}"
    yield "weights", entry.model.size
    yield "good at", entry.model.method.good
    yield "weak at", entry.model.method.weak
    yield "learned", f"from {entry.model.method.needs}: {entry.model.card['learned_in']}"


def contact_sheet(comparison: Comparison) -> np.ndarray:
    """A comparison as one picture, bytes of shape (height, width, 3)."""
    height, width, _ = comparison.photo.shape
    tall = round(WIDTH * height / width)
    cells = [
        _cell(comparison.photo, tall, ["photograph"]),
        _cell(comparison.painting, tall, ["painting"]),
        *(_cell(entry.picture, tall, list(_lines(entry))) for entry in comparison.entries),
    ]
    return contact_sheets.grid(cells, COLUMNS)


def _cell(picture, tall, lines):
    blank = np.full((tall, WIDTH, 3), 255, np.uint8)
    picture = blank if picture is None else _fitted(picture, tall)
    lines = [*lines, *[""] * ROWS][:ROWS]
    return np.concatenate([picture, *(contact_sheets.caption(line, WIDTH, LINE) for line in lines)])


def _fitted(picture, tall):
    """The picture scaled to fit a cell, with white borders."""
    height, width, _ = picture.shape
    scale = min(tall / height, WIDTH / width)
    sides = max(1, round(height * scale)), max(1, round(width * scale))
    small = images.to_bytes(images.resize(picture, *sides))
    top, left = (tall - sides[0]) // 2, (WIDTH - sides[1]) // 2
    rest = ((top, tall - sides[0] - top), (left, WIDTH - sides[1] - left), (0, 0))
    return np.pad(small, rest, constant_values=255)


def _lines(entry):
    yield entry.model.name
    yield from textwrap.wrap(entry.note, LETTERS)
    if entry.picture is not None:
        yield f"{entry.seconds:.1f} s, {entry.peak:.0f} MiB"
    if entry.distances is not None:
        yield f"style {entry.distances.style:.3f}, content {entry.distances.content:.3f}"
    yield entry.model.size
    yield from textwrap.wrap(f"+ {entry.model.method.good}", LETTERS)
    yield from textwrap.wrap(f"- {entry.model.method.weak}", LETTERS)
