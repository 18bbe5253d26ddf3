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
from collections.abc import Iterator, Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from painter import SIDE, painter
from tqdm import tqdm

from tfstyle import loading, metrics
from tfstyle.evaluation import speed
from tfstyle.export import fidelity, folder, signature_runner, stylize_signature

HERE = Path(__file__).parent
SIZES = ((256, 256), (384, 384), (720, 1080), (251, 333))  # height, width
THREADS = (1, 2)
ROUNDS = 5
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
    folders = sorted(path.parent for path in options.files.glob("*/card.json"))
    if not folders:
        parser.exit(2, f"Expected files of convert.py. Received: {options.files}, without.\n")
    pairs = list(signature_runner.calibration_pairs(options.photographs, options.paintings))[
        : options.pairs
    ]
    table = "\n".join([HEAD, *rows(folders, options.peer, pairs)])
    print(table)
    if options.readme:
        text = README.read_text()
        README.write_text(re.sub(f"{BEGIN}.*{END}", f"{BEGIN}{table}\n{END}", text, flags=re.S))


def rows(ours: list[Path], peer: Path | None, pairs: list[signature_runner.Pair]) -> Iterator[str]:
    """Lines of the table; the files of one size only show in their models' ratios."""
    peers = {f"peer {path.stem}": path for path in peer.glob("*transfer*.tflite")} if peer else {}
    models = {path.name: path for path in ours}
    times = timed(models | peers)
    for label, path in tqdm(models.items(), unit="folder"):
        if not label.endswith(FIXED):
            yield line(label, path, times, nearness(path, pairs), f"{label}{FIXED}")
    for label, path in peers.items():
        yield line(label, path, times)


def timed(paths: Mapping[str, Path]) -> dict:
    """Wall milliseconds by threads and label; with the threads negated, the processor's."""
    times = {}
    for threads in THREADS:
        runs = {label: painter(path, threads) for label, path in paths.items()}
        times[threads] = speed.milliseconds(runs, ROUNDS)
        times[-threads] = speed.milliseconds(runs, ROUNDS, time.process_time)
    return times


def nearness(path: Path, pairs: list[signature_runner.Pair]) -> tuple[str, str]:
    """PSNR and differences of a folder's pictures from Keras', as two cells."""
    if stylize_signature.SIGNATURE not in signatures(path):
        return "as ghiasi", ""
    name = json.loads((path / folder.CARD).read_text())["model"]
    table = folder.endpoints(name, loading.load_networks(name))
    runner = fidelity.tflite_runner(
        {file: (path / f"{file}.tflite").read_bytes() for file in table}
    )
    painted = [
        pair for size in SIZES for pair in fidelity.painted_pairs(table, runner, pairs, size)
    ]
    psnrs = [metrics.psnr(*pair) for pair in painted]
    errors = [np.abs(expected - actual) for expected, actual in painted]
    return (
        f"{np.mean(psnrs):.1f}, {min(psnrs):.1f}",
        f"{np.mean([e.mean() for e in errors]):.4f}, {max(e.max() for e in errors):.2f}",
    )


def line(label, path, times, near=("", ""), fixed="") -> str:
    """One row of the table."""
    numbers = [f"{times[threads][label]:.1f}" for threads in (*THREADS, *(-n for n in THREADS))]
    ratio = f"{times[1][label] / times[1][fixed]:.2f}" if fixed in times[1] else ""
    cells = [label, f"{weight(path):,}", *near, *numbers, ratio, f"{peak(path):.0f}"]
    return f"| {' | '.join(cells)} |"


def signatures(path: Path) -> dict[str, dict]:
    """Inputs and outputs of a folder's signatures, by name, as its card says."""
    files = json.loads((path / folder.CARD).read_text())["signatures"].values()
    return {label: each for file in files for label, each in file.items()}


def weight(path: Path) -> int:
    """Bytes of a folder's files, or of a peer's transformer and its predictor."""
    pair = [path, next(path.parent.glob("*predict*.tflite"))] if path.is_file() else []
    return sum(file.stat().st_size for file in pair or path.glob("*.tflite"))


def peak(path: Path) -> float:
    """MiB that a process of LiteRT and numpy has at most that paints once, on one thread."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import painter; "
    return speed.seconds_and_peak(f"{code}painter.painter({str(path)!r})()")[1]


if __name__ == "__main__":
    main()
