"""Painted frames in order: reading, painting and following the motion overlap."""

import contextlib
import dataclasses
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tfstyle.video import steady as filters
from tfstyle.video.frames import Frame, Look

AT_ONCE = 8_000_000  # pixels of the frames that are painted at once
END = object()

Painter = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass
class State:
    """What the next frame needs of those before.

    Args:
        steady: The filter.
        seen: Of the last frame, as from `steady.seen`; None before the first.
    """

    steady: filters.Steady
    seen: np.ndarray | None = None

    def arrays(self) -> dict[str, np.ndarray]:
        """The state as arrays by name."""
        found = {"seen": self.seen, "before": self.steady.before}
        return {name: array for name, array in found.items() if array is not None}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Takes what `arrays` gave."""
        self.seen, self.steady.before = arrays.get("seen"), arrays.get("before")


def painters(
    stylizer: Callable[[int | None], object],
    painter: Callable[[object], Painter],
    look: Look,
    threads: int | None = None,
    several: bool = True,
) -> list[Painter]:
    """Painters of a film's frames, which can paint at once: several on LiteRT, one elsewhere.

    Args:
        stylizer: From a number of LiteRT's threads to a stylizer.
        painter: From a stylizer to its painter.
        look: What the frames are.
        threads: Processor threads; None takes all cores.
        several: Whether stylizers may run on LiteRT.
    """
    count, each = workers(look.height, look.width, threads)
    first = stylizer(each if several else threads)
    alone = not several or bool(first.networks)
    return [painter(first), *(painter(stylizer(each)) for _ in range(0 if alone else count - 1))]


def workers(height: int, width: int, threads: int | None = None) -> tuple[int, int]:
    """How many frames are painted at once, and on how many threads each.

    Small frames are painted fastest side by side, on a thread each; large ones would need too much
    memory.

    Args:
        height: Of the frames, in pixels.
        width: Of the frames, in pixels.
        threads: Processor threads; None takes all cores.
    """
    threads = threads or os.cpu_count() or 1
    count = max(1, min(threads, AT_ONCE // max(1, height * width)))
    return count, max(1, threads // count)


def painted(frames: Iterable[Frame], painters: Sequence[Painter], state: State) -> Iterator[Frame]:
    """The frames, painted and without flicker, in order.

    At most some frames for every painter are held in memory. The state is that of the frame which
    was given last.

    Args:
        frames: Of one size.
        painters: Each paints a frame at a time, in a thread of its own.
        state: Begins as it was left, and changes with each frame.
    """
    idle: queue.SimpleQueue = queue.SimpleQueue()
    for painter in painters:
        idle.put(painter)

    def work(frame, seen, before):
        painter = idle.get()
        try:
            picture = painter(frame.picture)
        finally:
            idle.put(painter)
        known = seen is not None and before is not None
        height, width = frame.picture.shape[:2]
        return picture, filters.motion(seen, before, height, width) if known else None

    with (
        contextlib.closing(_ahead(frames, len(painters))) as read,
        ThreadPoolExecutor(len(painters)) as pool,
    ):
        waiting: deque = deque()
        try:
            before = state.seen
            for frame in read:
                seen = filters.seen(frame.picture) if state.steady.share else None
                shown = dataclasses.replace(frame, picture=frame.picture[:0])
                waiting.append((shown, seen, pool.submit(work, frame, seen, before)))
                before = seen
                if len(waiting) > 2 * len(painters):
                    yield _finished(*waiting.popleft(), state)
            while waiting:
                yield _finished(*waiting.popleft(), state)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _finished(frame, seen, future, state):
    picture, motion = future.result()
    picture = state.steady(picture, motion)
    state.seen = seen
    return dataclasses.replace(frame, picture=picture)


def _ahead(items, count):
    """Items that a thread takes from an iterator, a few before they are asked for."""
    ready: queue.Queue = queue.Queue(maxsize=count)
    stopped = threading.Event()

    def put(item):
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=0.1)
                return True
        return False

    def take():
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((END, None))
        except BaseException as error:
            put((END, error))
        finally:
            getattr(items, "close", lambda: None)()

    thread = threading.Thread(target=take, daemon=True, name="tfstyle-read")
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        stopped.set()
        thread.join()
