"""Temporal consistency of painted films, compared with their clip."""

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tfstyle import contact_sheets, disk, images, messages
from tfstyle.video import clips, temporal_consistency

TALL = 200  # pixels that a slice is high at least


def report(
    clip: str | os.PathLike,
    films: Sequence[str | os.PathLike],
    size: int | None = None,
    line: float = 0.5,
    teacher: str | os.PathLike | None = None,
    picture: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Lines of a table: warp errors, and LPIPS of neighbouring frames if its weights are available.

    Args:
        clip: The untouched clip.
        films: Films that were painted from it: files, or folders of frames.
        size: Longer side in pixels that all are measured at; None is the clip's own.
        line: Height of the sampled line of pixels, from 0 (top) to 1
            (see `temporal_consistency.measure`).
        teacher: Folder with the weights of SqueezeNet and LPIPS.
        picture: Picture to write the slices to, or None.

    Raises:
        OSError: A film cannot be read.
        ValueError: A film has another size or number of frames.
    """
    if not 0 <= line <= 1:
        raise ValueError(f"Expected --line from 0 to 1. Received: {line}.")
    if picture:
        disk.check_writable(picture, True, images.SUFFIXES)
    distance = _lpips(teacher) if teacher else None
    opened = {str(path): clips.open_clip(path, size=size) for path in (clip, *films)}
    untouched = opened.pop(str(clip))
    painted = {name: _pictures(film) for name, film in opened.items()}
    figures, cuts = temporal_consistency.measure(_pictures(untouched), painted, line, distance)
    frames = len(figures[""].short) + 1 + cuts
    yield (
        f"{frames} frames of {untouched.frame_format.width}x{untouched.frame_format.height}, "
        f"{cuts} cuts; warp errors, lower is steadier"
    )
    yield from _table(figures, clip)
    if picture:
        images.write(slices(figures), picture)


def _lpips(teacher):
    with messages.quiet("TensorFlow"):
        from tfstyle.metrics import protocol
    return protocol.lpips(teacher)


def _table(figures, clip):
    """Lines of the films' mean figures."""
    wide = max(24, *(len(name) for name in figures), len(str(clip)) + 11)
    yield f"{'':{wide}s}  {'short term':>10s}  {'long term':>10s}  {'LPIPS':>8s}".rstrip()
    for name, film_figures in figures.items():
        short, long, near = film_figures.means()
        numbers = f"  {short:10.5f}  {long:10.5f}  {near:8.4f}".replace("nan", "  -")
        yield f"{name or f'{clip}, untouched':{wide}s}{numbers}"


def _pictures(clip):
    return (frame.picture for frame in clip.frames())


def slices(figures: dict[str, temporal_consistency.Figures]) -> np.ndarray:
    """Lines of pixels over time, one below the other, as a sheet: flicker shows as stripes across.

    Args:
        figures: By name, as from `temporal_consistency.measure`.

    Returns:
        Bytes of shape (height, width, 3).
    """
    cells = []
    for name, film_figures in figures.items():
        lines = np.repeat(np.stack(film_figures.slice), -(-TALL // len(film_figures.slice)), axis=0)
        cells.append(contact_sheets.captioned(Path(name).name or "the clip, time downwards", lines))
    return np.concatenate(list(itertools.chain(cells)))
