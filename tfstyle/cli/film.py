"""`tfstyle film`."""

import argparse
import contextlib
import os
import signal
import sys
import threading
from fractions import Fraction
from pathlib import Path

from tfstyle import extras
from tfstyle.cli import jobs, masks, style_options
from tfstyle.cli.options import (
    ONE_PASS,
    add_commercial,
    add_longer_side,
    add_method_settings,
    add_overwrite,
    add_precision,
    add_threads,
    command,
    positive,
    settings_of,
)
from tfstyle.methods import Kind

CODECS = ("h264", "hevc", "av1", "vp9", "ffv1", "prores", "png")
PRECISION_USE = "what Keras computes in: masks, and finished runs" + ONE_PASS


def _film(commands):
    parser = command(
        commands,
        "film",
        _run_film,
        "paint a film with its sound, at its own size, length and times, with less flicker than "
        "frame by frame; needs " + extras.command("film"),
        "tfstyle film clip.mp4 --style starry-night --method johnson -o painted.mp4\n"
        "  tfstyle film clip.mov --style mine.jpg --strength 0.7 --start 10 --end 20 -o part.mp4\n"
        "  tfstyle film clip.mp4 --style great-wave --size 320 --fps 12 -o painted.gif\n\n"
        "Ctrl-C leaves the film as far as it is painted. The same command goes on, after a kill as "
        "well,\nfrom a folder beside the film whose name ends in .unfinished.",
    )
    parser.add_argument(
        "clip",
        metavar="CLIP",
        help="a film of any kind that FFmpeg reads, a GIF, an animated WebP, or a folder of frames "
        "in the order of their names",
    )
    style_options.add_styles(parser)
    masks.add_flags(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="film to write: .mp4, .m4v, .mov, .mkv, .webm or .gif; or a folder, for frames as PNG "
        "files",
    )
    style_options.add_model(parser)
    _add_painting(parser)
    add_commercial(parser, "use")
    add_method_settings(parser, *(kind for kind in Kind if kind.one_pass))
    _add_cut(parser)
    _add_output(parser)
    add_threads(parser)
    add_overwrite(parser)
    add_precision(parser, PRECISION_USE)


def _add_painting(parser):
    """Adds the flags of how frames are painted."""
    style_options.add_strength(parser, "the clip")
    style_options.add_steady(parser)
    style_options.add_keep_colors(parser)


def _add_cut(parser):
    parser.add_argument(
        "--start",
        type=_seconds,
        default=Fraction(0),
        metavar="SECONDS",
        help="where to begin in the clip, such as 3.5 or 1:02:03.5 (default: its beginning)",
    )
    parser.add_argument(
        "--end",
        type=_seconds,
        metavar="SECONDS",
        help="where to end in the clip (default: its end)",
    )
    parser.add_argument(
        "--fps",
        type=_number,
        metavar="N",
        help="frames per second, such as 12 or 30000/1001 (default: the clip's own times; 25 for a "
        "folder)",
    )
    parser.add_argument(
        "--every",
        type=positive,
        default=1,
        metavar="N",
        help="paint only every N-th frame, and show it until the next one (default: 1)",
    )
    add_longer_side(parser, "the film", own="the clip's own")


def _add_output(parser):
    parser.add_argument(
        "--codec",
        choices=CODECS,
        help="codec of the film (default: h264, which every browser plays; vp9 for .webm)",
    )
    parser.add_argument(
        "--crf",
        type=int,
        metavar="N",
        help="quality of the film; a lower number is better, in a larger file (default: 18 for "
        "h264, 20 for hevc, 26 for av1 and vp9)",
    )
    parser.add_argument(
        "--alpha",
        metavar="keep|COLOUR",
        help="for transparent clips: keep their opacity, or give them a background colour, such as "
        "white or #336699 (default: keep it where the film can hold it: .webm, .gif, folders, .mov "
        "with --codec prores or png, .mkv with vp9 or ffv1; other films get a white background)",
    )
    parser.add_argument(
        "--only-pictures", action="store_true", help="leave out sound and subtitles"
    )


def _number(text):
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(
            f"expected a number such as 12 or 30000/1001, received {text}"
        ) from None


def _seconds(text):
    """Seconds, or hours, minutes and seconds."""
    try:
        parts = [Fraction(part) for part in text.split(":")]
    except (ValueError, ZeroDivisionError):
        parts = []
    if not 1 <= len(parts) <= 3:
        raise argparse.ArgumentTypeError(
            f"expected seconds such as 3.5, or such as 1:02:03.5, received {text}"
        )
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


def _run_film(options):
    from tfstyle.methods.checked_inputs import checked_strength
    from tfstyle.video import clips, films, muxing, temporal_filter
    from tfstyle.video.encoding import Encoding
    from tfstyle.video.film_checkpoint import FilmCheckpoint
    from tfstyle.video.frames import FrameSelection

    os.environ.setdefault("SVT_LOG", "1")  # errors alone, of AV1's encoder
    target = Path(options.output)
    codec = muxing.checked_codec(target, options.codec)
    alpha = muxing.output_alpha(target, codec, options.alpha)
    _check_target(target, options)
    films.one_pass(options.method)
    settings = settings_of(options)
    temporal_filter.checked_steady(options.steady)
    checked_strength(options.strength)
    paths = [options.clip, *(options.style or ()), *(options.mask or ())]
    job = jobs.job(options, paths, codec=codec)
    style_options.set_model_by_style(options)
    style_options.check_styles(options)
    style_options.check_licences(options, options.model)
    regions = masks.read(options)
    films.check_packages()
    work = FilmCheckpoint(target, job, options.overwrite)
    cut = FrameSelection(options.start, options.end, options.fps, options.every)
    clip = clips.open_clip(options.clip, cut, options.size, alpha)
    encoding = Encoding(codec, clip.frame_format, options.crf)
    copied = _copied_streams(clip, target, options)
    muxing.check(target, clip, encoding, copied)
    painters = _painters(clip, options, settings, regions)
    return _make(clip, painters, encoding, work, copied, options)


def _check_target(target, options):
    """Refuses a file or folder that cannot hold the film."""
    from tfstyle import disk
    from tfstyle.video import muxing

    if target.resolve() == Path(options.clip).resolve():
        raise ValueError(f"Expected another place than the clip's. Received: {target}.")
    if not muxing.is_folder(target):
        disk.check_writable(target, True, muxing.SUFFIXES)
    elif target.exists() and not target.is_dir():
        raise NotADirectoryError(f"Expected a folder. Received: {target}, a file.")


def _copied_streams(clip, target, options):
    """The clip's streams of sound and subtitles that go into the film."""
    from tfstyle import messages
    from tfstyle.video import muxing

    if options.only_pictures or not clip.copied:
        return []
    if muxing.is_folder(target) or target.suffix.lower() == ".gif":
        messages.warn_once(
            f"{target} holds no sound or subtitles; those of {clip.path} are left out."
        )
        return []
    return clip.copied


def _painters(clip, options, settings, regions):
    """Functions that paint a frame (see `painting.painters`)."""
    from tfstyle import loading
    from tfstyle.methods import method
    from tfstyle.video import painting

    on_litert = bool(method(options.method).tflite) and regions is None

    def load(threads):
        return loading.load_model(
            options.method,
            options.model,
            threads,
            on_litert,
            options.precision,
            settings=settings,
        )

    def painter(stylizer):
        styles = style_options.read_styles(options, stylizer)
        return stylizer.painter(
            styles, options.strength, options.weights, options.keep_colors, regions
        )

    return painting.painters(load, painter, clip.frame_format, options.threads, on_litert)


def _make(clip, painters, encoding, work, copied, options):
    """Paints the film, and returns the exit code."""
    from tqdm import tqdm

    from tfstyle.video import film_writer

    done, total = work.state["frames"], clip.frame_format.count
    steady = options.steady if options.strength else 0.0
    with tqdm(total=total, initial=done, unit="frame") as bar, _stop_requests() as requests:
        try:
            finished = film_writer.write(
                clip, painters, steady, encoding, work, copied, bar.update, lambda: bool(requests)
            )
        except OSError as error:
            raise OSError(f"{error}{_resume_note(work)}") from error
    if not finished:
        print(
            f"tfstyle: stopped; {work.target} is painted as far as it goes, and the same command "
            "goes on.",
            file=sys.stderr,
        )
        return 130
    if work.state["broken"]:
        print(
            f"tfstyle: Expected a whole film. Received: {clip.path}, {work.state['broken']}; what "
            f"can be read is in {work.target}.",
            file=sys.stderr,
        )
        return 1
    return 0


def _resume_note(work):
    frames = work.state["frames"]
    return f" {frames} frames are kept, and the same command goes on." if frames else ""


@contextlib.contextmanager
def _stop_requests():
    """A list that gets the number of a SIGINT or SIGTERM; the second signal interrupts."""
    requests = []

    def stop(number, _):
        if requests:
            raise KeyboardInterrupt
        requests.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    in_main_thread = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.signal(number, stop) for number in numbers if in_main_thread}
    try:
        yield requests
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


COMMANDS = (_film,)
