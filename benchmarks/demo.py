"""Measures the demo with many clients at once.

    python benchmarks/demo.py --clients 32 --seconds 120

It starts a server of its own. First a single client paints at 512 px; its first picture and its
changes of strength are timed from the request to the downloaded file. Then each client paints
pictures of its own colour, one after the other, in random named styles, checks that the result has
that colour, and requests its rank in the queue while it waits. Memory is that of the server's
process.
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
POLL = 0.25  # seconds between two requests of the rank in the queue
START_TIMEOUT = 120  # seconds


class Visitor(threading.Thread):
    """A client that paints until an event is set.

    Args:
        address: Address of the server.
        colour: Colour of the client's photographs, shape (3,).
        folder: Folder of these photographs.
        stop: The event.
    """

    def __init__(self, address: str, colour: np.ndarray, folder: Path, stop: threading.Event):
        super().__init__(daemon=True)
        self.address, self.colour, self.stop = address, colour, stop
        self.photo = folder / f"{self.name}.png"
        noise = np.random.default_rng(1).random((SIDE, SIDE, 1)) - 0.5
        images.write(np.clip(colour + 0.1 * noise, 0, 1), self.photo)
        self.times, self.errors = [], []
        self.with_rank, self.without_rank, self.wrong_colours = 0, 0, 0

    def run(self):
        client = Client(self.address, verbose=False, download_files=str(self.photo.parent))
        names = list(registry.styles())
        while not self.stop.is_set():
            start = time.perf_counter()
            try:
                self._paint(client, random.choice(names))
                self.times.append(time.perf_counter() - start)
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")

    def _paint(self, client, name):
        job = client.submit(
            photo=handle_file(self.photo), name=name, size=f"{SIDE} pixels", api_name="/paint"
        )
        ranks = []
        while not job.done():
            status = job.status()
            if status.code is Status.IN_QUEUE:
                ranks.append(status.rank)
            time.sleep(POLL)
        self.with_rank += any(rank is not None for rank in ranks)
        self.without_rank += bool(ranks) and all(rank is None for rank in ranks)
        (photo, _), _, _ = job.result()
        self.wrong_colours += bool(
            np.abs(images.read(photo).mean((0, 1)) - self.colour).max() > 0.02
        )


def start_server(port, folder, *flags):
    """Starts a demo, and returns its process once it answers."""
    command = [sys.executable, "-m", "tfstyle", "demo", "--port", str(port), "--no-open", *flags]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(10 * START_TIMEOUT):
        if "Running on" in (folder / "log").read_text():
            return process
        if process.poll() is not None:
            raise SystemExit((folder / "log").read_text())
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def resident_memory(process):
    """Resident memory in MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


def free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


def single_client(address, folder):
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


def run_visitors(options, folder):
    """The visitors after they have painted, and the server's memory at three times in MiB."""
    port, stop = free_port(), threading.Event()
    process = start_server(port, folder)
    for line in single_client(f"http://127.0.0.1:{port}", folder):
        print(line, flush=True)
    colours = np.random.default_rng(2).uniform(0.2, 0.8, (options.clients, 3))
    visitors = [Visitor(f"http://127.0.0.1:{port}", colour, folder, stop) for colour in colours]
    memory = [resident_memory(process)]
    try:
        for visitor in visitors:
            visitor.start()
        for _ in range(2):
            time.sleep(options.seconds / 2)
            memory.append(resident_memory(process))
        stop.set()
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
        visitors, memory = run_visitors(options, Path(folder))
    times = [seconds for visitor in visitors for seconds in visitor.times]
    errors = [error for visitor in visitors for error in visitor.errors]
    print(device.processor())
    print(f"clients {options.clients}, seconds {options.seconds:g}")
    print(f"painted {len(times)}, lost {len(errors)}, ", end="")
    print(f"of others {sum(v.wrong_colours for v in visitors)}")
    print(f"seconds a picture: median {np.median(times):.1f}, at most {max(times):.1f}")
    print(f"fewest by one client {min(len(v.times) for v in visitors)}")
    print(f"waited with a rank {sum(v.with_rank for v in visitors)}, ", end="")
    print(f"without one {sum(v.without_rank for v in visitors)}")
    print("MiB at the start, after half of the time and at the end: ", end="")
    print(", ".join(f"{mebibytes:.0f}" for mebibytes in memory))
    for error in errors[:3]:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
