"""Writes every released model as TFLite files of any size and of 384x384, and Magenta's pair.

    python tflite/convert.py
    python tflite/convert.py --precision float16 -o elsewhere

Each gets a folder with a card; a file that paints something else than Keras is not written.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tqdm import tqdm

from tfstyle import registry
from tfstyle.export.folder import export
from tfstyle.export.tflite import TFLITE_PRECISIONS

FILES = Path(__file__).parent / "files"
FIXED = (384, 384)  # pixels
DROP_IN = "drop-in"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", type=Path, default=FILES, metavar="DIR")
    parser.add_argument(
        "--precision", choices=TFLITE_PRECISIONS, help="(default: each method's own)"
    )
    parser.add_argument("--photographs", metavar="DIR", help="to calibrate int8 and to compare on")
    parser.add_argument("--paintings", metavar="DIR", help="the same of paintings")
    options = parser.parse_args()
    settings = {
        "precision": options.precision,
        "photographs": options.photographs,
        "paintings": options.paintings,
    }
    jobs = {
        f"{name}{label}": {"name": name, "size": size, **settings}
        for name in registry.exported()
        for label, size in (("", None), (f"-{FIXED[0]}x{FIXED[1]}", FIXED))
    }
    jobs[DROP_IN] = {"name": "ghiasi", "drop_in": True}
    for label, job in tqdm(jobs.items(), unit="folder"):
        for path in export(folder=options.output / label, **job):
            tqdm.write(str(path))


if __name__ == "__main__":
    main()
