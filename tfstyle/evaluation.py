"""Quality and speed of stylizers over pairs of photographs and paintings, in one run."""

import functools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from keras import ops
from tqdm import tqdm

from tfstyle import examples as drawn
from tfstyle import images, weights
from tfstyle.data import folders
from tfstyle.metrics import Distances, Protocol
from tfstyle.networks import vgg
from tfstyle.peers import MagentaTFLite
from tfstyle.training.distillation import explained

SIDE = 384  # pixels; the one size that Magenta's TFLite pair takes
ENCODER_SIDE = 512  # pixels; longer pictures are reduced
STRIDE = 7  # pair i takes painting 7i modulo their number

Paint = Callable[[np.ndarray, np.ndarray], np.ndarray]


def pairs(content: str | os.PathLike, style: str | os.PathLike, offset: int = 0) -> list[tuple]:
    """Photographs squashed to 384x384, each with a painting at its file's size."""
    photographs, paintings = folders.pictures(content), folders.pictures(style)
    return [
        (
            images.squash(images.read(photograph), SIDE),
            images.read(paintings[(STRIDE * i + offset) % len(paintings)]),
        )
        for i, photograph in enumerate(photographs)
    ]


def measure(
    painters: Mapping[str, Paint],
    examples: Sequence[tuple],
    protocol: Protocol,
    progress: Callable = iter,
) -> tuple[dict[str, list[Distances]], dict[str, list[np.ndarray]]]:
    """Every painter's figures and pictures for every pair."""
    figures, pastiches = {name: [] for name in painters}, {name: [] for name in painters}
    for content, style in progress(examples):
        content_taps, style_taps = protocol.taps(content), protocol.taps(style)
        for name, paint in painters.items():
            pastiche = paint(content, style)
            pastiches[name].append(pastiche)
            taps = protocol.taps(pastiche)
            figures[name].append(protocol.distances(content_taps, style_taps, taps))
    return figures, pastiches


def mean(figures: Sequence[Distances]) -> Distances:
    """The mean of each figure."""
    return Distances(
        *(float(np.mean([getattr(f, k) for f in figures])) for k in ("style", "content", "cfsd"))
    )


def contact_sheet(
    examples: Sequence[tuple], pastiches: Mapping[str, list], side: int
) -> np.ndarray:
    """Rows of photograph, painting and every painter's pastiche, two pairs a row."""
    rows = []
    for i, (content, style) in enumerate(examples):
        pictures = [content, style, *(painted[i] for painted in pastiches.values())]
        rows.append(np.stack([images.squash(picture, side) for picture in pictures]))
    halves = [np.concatenate(rows[i : i + 2]) for i in range(0, len(rows) - 1, 2)]
    return images.sheet(halves or rows)


def milliseconds(runs: Mapping[str, Callable[[], object]], rounds: int = 15) -> dict[str, float]:
    """Median wall time of each, interleaved so that they share the machine's moods."""
    times = {name: [] for name in runs}
    for _ in range(rounds + 2):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: float(np.median(values[2:])) for name, values in times.items()}


def report(
    content: str | os.PathLike,
    style: str | os.PathLike,
    teacher: str | os.PathLike | None = None,
    model: str | os.PathLike | None = None,
    magenta: str | os.PathLike | None = None,
    strengths: Sequence[float] = (1.0,),
    rounds: int = 1,
    sheet: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Lines of a table: distances over the pairs, then times and sizes.

    Args:
        content: Folder of photographs.
        style: Folder of paintings.
        teacher: Folder of VGG-19 weights; None takes keras.applications'.
        model: Folder of a release; None takes the released model.
        magenta: Folder of Magenta's TFLite files, or None.
        strengths: Of ours.
        rounds: Pairings of the pictures; each gives every photograph another painting.
        sheet: Picture to write every pair's pastiches to, or None.
    """
    ours = weights.load_lite("ghiasi", folder=model)
    painters = {f"tfstyle {s:g}": functools.partial(ours.stylize, strength=s) for s in strengths}
    painters |= {name: pair.stylize for name, pair in _magenta(magenta, 2).items()}
    examples = [pair for r in range(rounds) for pair in pairs(content, style, r)]
    figures, pastiches = measure(painters, examples, Protocol(teacher), tqdm)
    yield f"{len(examples)} pairs          style   content      CFSD"
    for name, found in figures.items():
        average = mean(found)
        yield f"{name:18s} {average.style:8.3f} {average.content:9.3f} {average.cfsd:9.3f}"
    if sheet:
        images.write(contact_sheet(examples, pastiches, 256), sheet)
    yield from _speeds(model, magenta)


def _magenta(folder, threads):
    if folder is None:
        return {}
    files = {
        "magenta fp16": "style_transfer_f16_384.tflite",
        "magenta int8": "style_transfer_quantized_384.tflite",
    }
    predictor = Path(folder) / "style_predict_quantized_256.tflite"
    return {
        name: MagentaTFLite(predictor, Path(folder) / file, threads) for name, file in files.items()
    }


def _speeds(model, magenta):
    picture = drawn.lake(SIDE, SIDE)
    yield f"transform at {SIDE} px   threads   milliseconds   ratio to the faster Magenta"
    for threads in (1, 2):
        models = {"tfstyle": weights.load_lite("ghiasi", threads, model)}
        models |= _magenta(magenta, threads)
        times = milliseconds({name: _transform(m, picture) for name, m in models.items()})
        fastest = min([ms for name, ms in times.items() if name != "tfstyle"], default=np.nan)
        for name, ms in times.items():
            yield f"{name:18s} {threads:9d} {ms:14.1f} {fastest / ms:14.2f}"
    yield f"both files, bytes    {weights.lite_bytes('ghiasi', model)}"


def _transform(stylizer, picture):
    vector = stylizer.vector(picture)
    if isinstance(stylizer, MagentaTFLite):
        return lambda: stylizer.paint(picture, vector)
    batch = picture[None]
    return lambda: stylizer.signatures["paint"](content=batch, vector=vector)


def encoder_report(
    fit: Sequence[str | os.PathLike],
    held_out: Sequence[str | os.PathLike],
    pictures: int = 300,
    encoder: str | os.PathLike | None = None,
    teacher: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Lines of a table: R2 at each tap, then the time beside VGG-19's.

    Args:
        fit: Folders of pictures that the read-outs are fitted on.
        held_out: Folders of pictures that R2 is measured on.
        pictures: How many of `fit` are used, evenly spread.
        encoder: A run folder; None takes the released encoder.
        teacher: Folder of VGG-19 weights; None takes keras.applications'.
    """
    student, wide = weights.encoder(encoder)[0], vgg.teacher(teacher)
    found = explained(
        student, wide, tqdm(_pictures(fit, pictures), unit="picture"), _pictures(held_out, None)
    )
    for tap, share in found.items():
        yield f"{tap}  R2 {share:.3f}"
    image = ops.convert_to_tensor(drawn.lake(256, 256)[None])
    full = vgg.untrained()
    runs = {"encoder": _compiled(student, image), "VGG-19": _compiled(full, image)}
    times = milliseconds(runs)
    for name, ms in times.items():
        yield f"{name:8s} {ms:8.1f} ms at 256 px, to relu5_1, float32"
    yield f"ratio    {times['VGG-19'] / times['encoder']:8.1f}"


def _pictures(each, count):
    paths = [path for folder in each for path in folders.pictures(folder)]
    for path in paths if count is None else paths[:: max(1, len(paths) // count)]:
        image = images.read(path, ENCODER_SIDE)
        height, width = (side // 16 * 16 for side in image.shape[:2])
        yield image[:height, :width]


def _compiled(network, image):
    function = tf.function(lambda x: network(x, training=False))
    return lambda: function(image)
