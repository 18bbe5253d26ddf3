"""Painted frames in order: reading, painting and computing the motion overlap."""

import contextlib
import dataclasses
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tfstyle.video import temporal_filter
from tfstyle.video.frames import Frame, FrameFormat

CONCURRENT_PIXELS = 8_000_000  # of the frames that are painted at once
_END = object()

Painter = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass
class State:
    """What the next frame needs of those before.

    Args:
        filter: With the last frame as it was painted.
        luma: Of the last frame, as from `temporal_filter.reduced_luma`; None before the first.
    """

    filter: temporal_filter.TemporalFilter
    luma: np.ndarray | None = None

    def arrays(self) -> dict[str, np.ndarray]:
        """The state as arrays by name, named as in checkpoints."""
        arrays = {"seen": self.luma, "before": self.filter.previous}
        return {name: array for name, array in arrays.items() if array is not None}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Takes the arrays that `arrays` gave."""
        self.luma, self.filter.previous = arrays.get("seen"), arrays.get("before")


def painters(
    stylizer: Callable[[int | None], object],
    painter: Callable[[object], Painter],
    frame_format: FrameFormat,
    threads: int | None = None,
    several: bool = True,
) -> list[Painter]:
    """Painters of a film's frames that can paint concurrently: several on LiteRT, one elsewhere.

    Args:
        stylizer: From a number of LiteRT's threads to a stylizer.
        painter: From a stylizer to its painter.
        frame_format: Of the frames.
        threads: Processor threads; None takes all cores.
        several: Whether stylizers may run on LiteRT.
    """
    count, threads_each = workers(frame_format.height, frame_format.width, threads)
    first = stylizer(threads_each if several else threads)
    if not several or first.networks:
        return [painter(first)]
    return [painter(first), *(painter(stylizer(threads_each)) for _ in range(count - 1))]


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
    count = max(1, min(threads, CONCURRENT_PIXELS // max(1, height * width)))
    return count, max(1, threads // count)


def painted(frames: Iterable[Frame], painters: Sequence[Painter], state: State) -> Iterator[Frame]:
    """The frames, painted and filtered over time, in order.

    At most three frames for every painter are in memory. The state is that of the frame that was
    yielded last.

    Args:
        frames: Of one size.
        painters: Each paints a frame at a time, in a thread of its own.
        state: Of the frame before the first one; it changes with each frame.
    """
    idle: queue.SimpleQueue = queue.SimpleQueue()
    for painter in painters:
        idle.put(painter)

    with (
        contextlib.closing(_prefetched(frames, len(painters))) as prefetched,
        ThreadPoolExecutor(len(painters)) as pool,
    ):
        waiting: deque = deque()
        try:
            previous_luma, is_filtered = state.luma, bool(state.filter.share)
            for frame in prefetched:
                luma = temporal_filter.reduced_luma(frame.picture) if is_filtered else None
                times = dataclasses.replace(frame, picture=frame.picture[:0])
                waiting.append((times, luma, pool.submit(_paint, frame, luma, previous_luma, idle)))
                previous_luma = luma
                if len(waiting) > 2 * len(painters):
                    yield _finished(*waiting.popleft(), state)
            while waiting:
                yield _finished(*waiting.popleft(), state)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _paint(frame, luma, previous_luma, idle):
    """A frame, painted by one of the idle painters, and its motion, None without both lumas."""
    painter = idle.get()
    try:
        picture = painter(frame.picture)
    finally:
        idle.put(painter)
    if luma is None or previous_luma is None:
        return picture, None
    return picture, temporal_filter.motion(luma, previous_luma, *frame.picture.shape[:2])


def _finished(frame, luma, future, state):
    """A painted frame, filtered, which becomes the state's."""
    picture, motion = future.result()
    picture = state.filter(picture, motion)
    state.luma = luma
    return dataclasses.replace(frame, picture=picture)


def _prefetched(items, count):
    """Items of an iterator, of which a thread prefetches so many."""
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
            put((_END, None))
        except BaseException as error:
            put((_END, error))
        finally:
            getattr(items, "close", lambda: None)()

    thread = threading.Thread(target=take, daemon=True, name="tfstyle-read")
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        stopped.set()
        thread.join()
