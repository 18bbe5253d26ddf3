"""A webcam's picture, painted live: its frames, the window, and the window's keys."""

import contextlib
import itertools
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tfstyle import extras, images
from tfstyle.video import packages, temporal_filter
from tfstyle.video.painting import Painter

QUIT, SAVE, NEXT = "q", "s", "n"
ESCAPE = 27
CAPTION = 24  # pixels of height
TIMED = 15  # frames that the rate is averaged over
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
NAME = "camera_{:04d}.png"

Screen = Callable[[np.ndarray, str], str]


def frames(source: int | Path, size: int, mirrored: bool = False) -> Iterator[np.ndarray]:
    """Frames of a webcam, the newest each time, or of a film, one after the other.

    Args:
        source: A webcam's number, from 0 on, or a film's file.
        size: Longer side in pixels that larger ones are brought to.
        mirrored: Whether left and right are exchanged.

    Yields:
        Pictures, shape (height, width, 3), float32 in [0, 1].

    Raises:
        OSError: There is no such webcam or film, or OpenCV is not installed.
    """
    cv2 = packages.cv2("camera")
    capture = _open(cv2, source)
    with contextlib.closing(_read(capture)) as captured:
        for pixels in captured:
            if mirrored:
                pixels = pixels[:, ::-1]
            if max(pixels.shape) > size:
                width, height = images.fitted(pixels.shape[:2], size)[::-1]
                pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
            yield images.to_float(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def _open(cv2, source):
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    webcam = isinstance(source, int)
    if not webcam and not source.is_file():
        raise FileNotFoundError(f"Expected a film for --source. Received: {source}.")
    capture = cv2.VideoCapture(source if webcam else str(source))
    if not capture.isOpened():
        expected = "a webcam" if webcam else "a film for --source"
        received = f"--device {source}" if webcam else source
        raise OSError(f"Expected {expected}. Received: {received}, which cannot be opened.")
    if webcam:
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # so that a slow painter sees the newest frame
    return capture


def _read(capture):
    try:
        while True:
            success, pixels = capture.read()
            if not success:
                return
            yield pixels
    finally:
        capture.release()


class PreviewWindow:
    """A window that shows pictures and gives the key that was pressed.

    Args:
        title: Of the window.

    Raises:
        OSError: OpenCV is installed without windows, or there is no screen.
    """

    def __init__(self, title: str):
        self.cv2, self.title = packages.cv2("camera"), title
        if sys.platform == "linux" and not any(os.environ.get(name) for name in DISPLAYS):
            raise OSError("Expected a screen for a window, or --no-window. Received: none.")
        os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")  # of fonts that lack
        try:
            self.cv2.namedWindow(self.title, self.cv2.WINDOW_AUTOSIZE)
        except self.cv2.error:
            raise OSError(
                "Expected OpenCV with windows: pip uninstall opencv-python-headless, then "
                f"{extras.command('camera')}; or --no-window. Received: opencv-python-headless."
            ) from None

    def __call__(self, picture: np.ndarray, caption: str) -> str:
        """Shows a picture with a caption in its corner.

        Args:
            picture: Shape (height, width, 3), floats in [0, 1].
            caption: One line.

        Returns:
            The key that was pressed; QUIT where the window was closed; or an empty string.
        """
        cv2 = self.cv2
        pixels = cv2.cvtColor(images.to_bytes(picture), cv2.COLOR_RGB2BGR)
        pixels[-CAPTION:] //= 3
        position = 8, pixels.shape[0] - CAPTION // 3
        cv2.putText(pixels, caption, position, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255))
        cv2.imshow(self.title, pixels)
        key = cv2.waitKey(1) & 0xFF
        closed = cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) < 1
        return QUIT if closed or key == ESCAPE else chr(key)

    def close(self) -> None:
        """Closes the window."""
        with contextlib.suppress(self.cv2.error):
            self.cv2.destroyWindow(self.title)


class Folder:
    """Saves pictures under names that are not taken.

    Args:
        path: The folder, made where it is missing.
    """

    def __init__(self, path: Path):
        self.path, self.saved = path, []

    def save(self, picture: np.ndarray) -> None:
        """Writes a picture, shape (height, width, 3), floats in [0, 1]."""
        numbers = itertools.count(len(self.saved) + 1)
        paths = (self.path / NAME.format(number) for number in numbers)
        path = next(path for path in paths if not path.exists())
        images.write(picture, path)
        self.saved.append(path)

    def __call__(self, picture: np.ndarray, caption: str) -> str:
        """Saves every picture; takes the place of a window where there is none."""
        self.save(picture)
        return ""


def paint(
    pictures: Iterator[np.ndarray],
    paintings: Sequence[str],
    painter: Callable[[str], Painter],
    steady: float,
    screen: Screen,
    save: Callable[[np.ndarray], object],
) -> tuple[int, float]:
    """Paints and shows pictures until they end or somebody quits.

    Args:
        pictures: Frames of one size.
        paintings: Titles, in the order in which NEXT goes through them.
        painter: From a title to what paints.
        steady: See `TemporalFilter`.
        screen: Shows a picture with a caption and returns a key.
        save: Saves the picture that is shown.

    Returns:
        How many were painted, and the seconds that they took.
    """
    chosen, count, began = 0, 0, time.perf_counter()
    paint_one, steadied = painter(paintings[0]), SteadyPainter(steady)
    times: deque = deque(maxlen=TIMED)
    with contextlib.closing(steadied):
        for picture in pictures:
            painted = steadied(picture, paint_one)
            count += 1
            times.append(time.perf_counter())
            key = screen(painted, f"{_frame_rate(times):.1f} frames a second, {paintings[chosen]}")
            if key == QUIT:
                break
            if key == SAVE:
                save(painted)
            if key == NEXT:
                chosen = (chosen + 1) % len(paintings)
                paint_one = painter(paintings[chosen])
                steadied.reset()
    return count, time.perf_counter() - began


def _frame_rate(times):
    """Frames a second."""
    return (len(times) - 1) / max(1e-6, times[-1] - times[0])


class SteadyPainter:
    """Paints and filters frames; a thread computes the motion while a frame is painted.

    Args:
        steady: See `TemporalFilter`.
    """

    def __init__(self, steady: float):
        self.filter, self.luma = temporal_filter.TemporalFilter(steady), None
        self.pool = ThreadPoolExecutor(1)

    def __call__(self, picture: np.ndarray, paint: Painter) -> np.ndarray:
        """A frame, painted and filtered, shape (height, width, 3)."""
        if not self.filter.share:
            return paint(picture)
        luma, previous = temporal_filter.reduced_luma(picture), self.luma
        motion = previous is not None and self.pool.submit(
            temporal_filter.motion, luma, previous, *picture.shape[:2]
        )
        painted, self.luma = paint(picture), luma
        return self.filter(painted, motion.result() if motion else None)

    def reset(self) -> None:
        """Begins anew, as after a cut."""
        self.filter.previous = None

    def close(self) -> None:
        """Ends the thread."""
        self.pool.shutdown()
