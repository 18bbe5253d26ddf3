"""Measures what convert.py wrote, and a peer's files, in one run.

    python tflite/compare.py --photographs photos --paintings paintings --peer magenta_tflite
    python tflite/compare.py --readme       # writes the table into tflite/README.md as well

How far pictures are from Keras' is taken over photographs of 256x256, 384x384, 1080x720 and
333x251; times are medians over one photograph of 384x384, the painting looked at before; the peak
is that of a process that does nothing else. Linux only, for the peak.
"""

import argparse
import json
import os
import re
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from painter import SIDE, painters
from tqdm import tqdm

from tfstyle import metrics, weights
from tfstyle.evaluation import speed
from tfstyle.export import calls, fidelity, folder

HERE = Path(__file__).parent
SIZES = ((256, 256), (384, 384), (720, 1080), (251, 333))  # height, width
THREADS = (1, 2)
FIXED = f"-{SIDE}x{SIDE}"
README = HERE / "README.md"
BEGIN, END = "<!-- compared -->\n", "<!-- /compared -->"
HEAD = (
    "| files | bytes | PSNR to Keras, dB: mean, least | differences: mean, largest "
    "| ms, 1 thread | 2 threads | processor ms, 1 | 2 | any size to fixed | peak, MiB |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=Path, default=HERE / "files", metavar="DIR")
    parser.add_argument("--peer", type=Path, metavar="DIR", help="in Magenta's layout")
    parser.add_argument("--photographs", metavar="DIR", help="(default: drawn ones)")
    parser.add_argument("--paintings", metavar="DIR", help="(default: drawn ones)")
    parser.add_argument("--pairs", type=int, default=3, help="of pictures (default: %(default)s)")
    parser.add_argument("--readme", action="store_true", help=f"write the table into {README.name}")
    options = parser.parse_args()
    found = sorted(path.parent for path in options.files.glob("*/card.json"))
    if not found:
        parser.exit(2, f"Expected files of convert.py. Received: {options.files}, without.\n")
    pairs = list(calls.pairs(options.photographs, options.paintings))[: options.pairs]
    table = "\n".join([HEAD, *rows(found, options.peer, pairs)])
    print(table)
    if options.readme:
        text = README.read_text()
        README.write_text(re.sub(f"{BEGIN}.*{END}", f"{BEGIN}{table}\n{END}", text, flags=re.S))


def rows(ours: list[Path], peer: Path | None, pairs: list[calls.Pair]):
    """Lines of the table; the files of one size only show in their models' ratios."""
    times = timed([*ours, *([peer] if peer else [])])
    for path in tqdm([path for path in ours if not path.name.endswith(FIXED)], unit="model"):
        fixed = times[1].get(f"{path.name}{FIXED}")
        yield line(path.name, path, times, nearness(path, pairs), fixed)
    for label in peer_labels(peer):
        yield line(label, peer, times)


def timed(folders: list[Path]) -> dict:
    """Wall milliseconds by threads and label; with the threads negated, the processor's."""
    found = {}
    for threads in THREADS:
        runs = {label: run for each in folders for label, run in painters(each, threads).items()}
        found[threads] = speed.milliseconds(runs)
        found[-threads] = speed.milliseconds(runs, clock=time.process_time)
    return found


def nearness(path: Path, pairs: list[calls.Pair]) -> tuple[str, str]:
    """PSNR and differences of a folder's pictures from Keras', as two cells."""
    card = json.loads((path / folder.CARD).read_text())
    if "psnr_to_keras" not in card or path.name == "drop-in":
        return "as ghiasi", ""
    table = folder.endpoints(card["model"], weights.load_networks(card["model"]))
    contents = {file: (path / f"{file}.tflite").read_bytes() for file in table}
    painted = [pair for size in SIZES for pair in fidelity.pictures(table, contents, pairs, size)]
    ratios = [metrics.psnr(*pair) for pair in painted]
    gaps = [np.abs(wanted - got) for wanted, got in painted]
    return (
        f"{np.mean(ratios):.1f}, {min(ratios):.1f}",
        f"{np.mean([gap.mean() for gap in gaps]):.4f}, {max(gap.max() for gap in gaps):.2f}",
    )


def line(label, path, times, near=("", ""), fixed=None) -> str:
    """One row of the table."""
    size = sum(file.stat().st_size for file in path.glob("*.tflite"))
    numbers = [f"{times[threads][label]:.1f}" for threads in (*THREADS, *(-n for n in THREADS))]
    ratio = f"{times[1][label] / fixed:.2f}" if fixed else ""
    cells = [label, f"{size:,}", *near, *numbers, ratio, f"{peak(path, label):.0f}"]
    return f"| {' | '.join(cells)} |"


def peer_labels(peer: Path | None) -> list[str]:
    """A peer's models."""
    return list(painters(peer)) if peer else []


def peak(path: Path, label: str) -> float:
    """MiB that a process needs that opens the files and paints once, on one thread."""
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r}); import painter; "
        f"painter.painters({str(path)!r})[{label!r}]()"
    )
    return speed.seconds_and_peak(code)[1]


if __name__ == "__main__":
    main()
