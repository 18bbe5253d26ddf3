"""Many people at the demo's page at once.

    python benchmarks/demo.py --clients 32 --seconds 120

A server of its own is started. First one client alone paints at 512 px, whose first picture and
whose changes of strength are timed from the request to the downloaded file. Then each client paints
pictures of a colour of its own, one after the other, in random named styles, checks that what comes
back is of that colour, and asks for its place in the line while it waits. Memory is the server's,
all of its process.
"""

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from gradio_client import Client, handle_file
from gradio_client.utils import Status

from tfstyle import device, examples, images, registry

SIDE = 512  # pixels of the photographs
CHANGES = 9  # of the strength
POLL = 0.25  # seconds between two looks at the place in the line
STARTED = 120  # seconds that the server may take to start


class Visitor(threading.Thread):
    """Paints until it is told to stop.

    Args:
        address: Of the server.
        colour: Of its photographs, shape (3,).
        folder: For them.
        over: An event that ends it.
    """

    def __init__(self, address: str, colour: np.ndarray, folder: Path, over: threading.Event):
        super().__init__(daemon=True)
        self.address, self.colour, self.over = address, colour, over
        self.photo = folder / f"{self.name}.png"
        noise = np.random.default_rng(1).random((SIDE, SIDE, 1)) - 0.5
        images.write(np.clip(colour + 0.1 * noise, 0, 1), self.photo)
        self.times, self.lost, self.told, self.untold, self.others = [], [], 0, 0, 0

    def run(self):
        client = Client(self.address, verbose=False, download_files=str(self.photo.parent))
        names = list(registry.styles())
        while not self.over.is_set():
            start = time.perf_counter()
            try:
                self._once(client, random.choice(names))
                self.times.append(time.perf_counter() - start)
            except Exception as error:
                self.lost.append(f"{type(error).__name__}: {error}")

    def _once(self, client, name):
        job = client.submit(
            photo=handle_file(self.photo), name=name, size=f"{SIDE} pixels", api_name="/paint"
        )
        ranks = []
        while not job.done():
            status = job.status()
            if status.code is Status.IN_QUEUE:
                ranks.append(status.rank)
            time.sleep(POLL)
        self.told += any(rank is not None for rank in ranks)
        self.untold += bool(ranks) and all(rank is None for rank in ranks)
        (before, _), _, _ = job.result()
        self.others += bool(np.abs(images.read(before).mean((0, 1)) - self.colour).max() > 0.02)


def server(port, folder, *flags):
    """A demo of its own, once it answers."""
    command = [sys.executable, "-m", "tfstyle", "demo", "--port", str(port), "--no-open", *flags]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(10 * STARTED):
        if "Running on" in (folder / "log").read_text():
            return process
        if process.poll() is not None:
            raise SystemExit((folder / "log").read_text())
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def resident(process):
    """MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def alone(address, folder):
    """Lines of a table: seconds of a first picture, and of changes of its strength."""
    photo, painting = folder / "lake.png", folder / "swirls.png"
    images.write(examples.lake(SIDE, SIDE), photo)
    images.write(examples.swirls(SIDE, SIDE), painting)
    client = Client(address, verbose=False, download_files=str(folder))
    yield f"seconds at {SIDE} px   first   another strength"
    for method in ("ghiasi", "adain"):
        times = []
        for strength in np.linspace(1.0, 0.4, CHANGES + 1):
            start = time.perf_counter()
            client.predict(
                photo=handle_file(photo),
                painting=handle_file(painting),
                method=method,
                strength=float(strength),
                size=f"{SIDE} pixels",
                api_name="/paint",
            )
            times.append(time.perf_counter() - start)
        yield f"{method:16s} {times[0]:9.2f} {np.median(times[1:]):18.2f}"


def visited(options, folder):
    port, over = free_port(), threading.Event()
    process = server(port, folder)
    for line in alone(f"http://127.0.0.1:{port}", folder):
        print(line, flush=True)
    colours = np.random.default_rng(2).uniform(0.2, 0.8, (options.clients, 3))
    visitors = [Visitor(f"http://127.0.0.1:{port}", colour, folder, over) for colour in colours]
    memory = [resident(process)]
    try:
        for visitor in visitors:
            visitor.start()
        for _ in range(2):
            time.sleep(options.seconds / 2)
            memory.append(resident(process))
        over.set()
        for visitor in visitors:
            visitor.join()
    finally:
        process.terminate()
        process.wait()
    return visitors, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        visitors, memory = visited(options, Path(folder))
    times = [seconds for visitor in visitors for seconds in visitor.times]
    lost = [words for visitor in visitors for words in visitor.lost]
    print(device.processor())
    print(f"clients {options.clients}, seconds {options.seconds:g}")
    print(f"painted {len(times)}, lost {len(lost)}, of others {sum(v.others for v in visitors)}")
    print(f"seconds a picture: median {np.median(times):.1f}, at most {max(times):.1f}")
    print(f"least by one client {min(len(v.times) for v in visitors)}")
    print(f"told their place {sum(v.told for v in visitors)}, ", end="")
    print(f"waited untold {sum(v.untold for v in visitors)}")
    print("MiB at the start, after half of the time and at the end: ", end="")
    print(", ".join(f"{each:.0f}" for each in memory))
    for words in lost[:3]:
        print(words)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
