"""A film painted from Python, frame by frame."""

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tfstyle import loading
from tfstyle import masks as regions
from tfstyle.methods import DEFAULT, Kind, Method
from tfstyle.methods import method as method_class
from tfstyle.methods.checked_inputs import Style, checked_strength
from tfstyle.video import clips, packages
from tfstyle.video.frames import Frame, FrameSelection
from tfstyle.video.painting import State, painted, painters
from tfstyle.video.temporal_filter import STEADY, TemporalFilter


def film(
    clip: str | os.PathLike,
    style: Style | Sequence[Style] | None = None,
    method: str = DEFAULT,
    model: str | os.PathLike | None = None,
    strength: float = 1.0,
    weights: Sequence[float] | None = None,
    keep_colors: str | None = None,
    masks: Sequence[regions.Mask] | None = None,
    steady: float = STEADY,
    start: float = 0,
    end: float | None = None,
    fps: float | None = None,
    every: int = 1,
    size: int | None = None,
    alpha: str = "white",
    threads: int | None = None,
) -> Iterator[Frame]:
    """The frames of a clip, painted and filtered against flicker, in order.

    Reading and painting go on in threads while a frame is used; memory does not grow with the
    clip's length.

    Args:
        clip: A film's file, a GIF, or a folder of pictures in the order of their names.
        style: See the method's `stylize`; for a network of one painting, the painting's name.
        method: A name of `METHODS` that paints in one pass.
        model: See `tfstyle.loading.load_model`.
        strength: 0 is the clip, 1 the full style.
        weights: Of several styles.
        keep_colors: "luminance" or "covariance" keeps each frame's colours.
        masks: Where each style goes; see the method's `stylize`.
        steady: Share of the previous frame in each one, in [0, 1]; 0 paints every frame by itself.
        start: Seconds from the clip's beginning.
        end: Seconds from the clip's beginning; None is its end.
        fps: Frames a second that are taken; None takes all of them, at their own times.
        every: Takes only every so many-th.
        size: Longer side in pixels; None is the clip's own.
        alpha: Colour that transparent clips are laid on; "keep" gives each frame its `opacity`.
        threads: Processor threads; None takes all cores.

    Yields:
        Frames: `picture`, shape (height, width, 3), float32 in [0, 1]; `time` and `duration` in
        seconds; and `opacity`, shape (height, width), of a transparent clip that keeps it, or None.

    Raises:
        OSError: The clip cannot be read, or PyAV or OpenCV is not installed.
        ValueError: An argument is another than these.

    Examples:
        >>> import tfstyle
        >>> from tfstyle import examples
        >>> for index in range(2):
        ...     tfstyle.write(examples.lake(48, 64 + index)[:, index:], f"frames/{index}.png")
        >>> for frame in tfstyle.film("frames", "starry-night", "johnson"):
        ...     print(frame.picture.shape)
        (48, 64, 3)
        (48, 64, 3)
    """
    row = one_pass(method)
    if row.in_weights and row.kind is Kind.NAMED and model is None:
        model, style = style, None
    temporal_filter = TemporalFilter(steady if checked_strength(strength) else 0.0)
    source = clips.open_clip(clip, selection(start, end, fps, every), size, alpha)
    several = bool(row.tflite) and masks is None
    frame_painters = painters(
        lambda count: loading.load_model(method, model, count, several),
        lambda stylizer: stylizer.painter(style, strength, weights, keep_colors, masks),
        source.frame_format,
        threads,
        several,
    )
    return painted(source.frames(), frame_painters, State(temporal_filter))


def one_pass(method: str) -> type[Method]:
    """The class of a method that paints in one pass.

    Raises:
        ValueError: There is no such method, or it optimises.
    """
    row = method_class(method)
    if not row.kind.one_pass:
        raise ValueError(
            "Expected a method that paints in one pass, for a film. "
            f"Received: {method}, which optimises each picture."
        )
    return row


def selection(start: float, end: float | None, fps: float | None, every: int) -> FrameSelection:
    """Which frames are taken, from decimal numbers.

    Raises:
        ValueError: See `FrameSelection`, or a number is not finite.
    """
    fractions = (None if number is None else _exact(number) for number in (start, end, fps))
    return FrameSelection(*fractions, every)


def _exact(number):
    try:
        return Fraction(number).limit_denominator(1_000_000)
    except (ValueError, OverflowError):
        raise ValueError(f"Expected a number. Received: {number}.") from None


def check_packages() -> None:
    """Checks that the packages that films need are installed.

    Raises:
        OSError: PyAV or OpenCV is not installed.
    """
    packages.av()
    packages.cv2()
