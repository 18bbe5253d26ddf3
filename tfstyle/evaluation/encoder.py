"""Quality and speed of our encoder beside VGG-19's."""

import os
from collections.abc import Iterator, Sequence

import tensorflow as tf
from keras import ops
from tqdm import tqdm

from tfstyle import examples as drawn
from tfstyle import images, loading
from tfstyle.data import folders
from tfstyle.evaluation.speed import milliseconds
from tfstyle.networks import teachers, vgg
from tfstyle.training.distillation import explained

SIDE = 512  # pixels; longer pictures are reduced


def report(
    fit: Sequence[str | os.PathLike],
    held_out: Sequence[str | os.PathLike],
    pictures: int = 300,
    encoder: str | os.PathLike | None = None,
    teacher: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Lines of a table: R2 at each tap, then the time beside VGG-19's.

    Args:
        fit: Folders of pictures that the readouts are fitted on.
        held_out: Folders of pictures that R2 is measured on.
        pictures: Number of pictures of `fit` that are used, at equal distances.
        encoder: A run folder; None takes the released encoder.
        teacher: VGG-19's weights, as `teachers.teacher` takes them.
    """
    student, wide = loading.encoder(encoder)[0], teachers.teacher(teacher)
    shares = explained(
        student, wide, tqdm(_pictures(fit, pictures), unit="picture"), _pictures(held_out, None)
    )
    for tap, share in shares.items():
        yield f"{tap}  R2 {share:.3f}"
    image = ops.convert_to_tensor(drawn.lake(256, 256)[None])
    full = vgg.untrained()
    runs = {"encoder": _compiled(student, image), "VGG-19": _compiled(full, image)}
    times = milliseconds(runs)
    for name, ms in times.items():
        yield f"{name:8s} {ms:8.1f} ms at 256 px, to relu5_1, float32"
    yield f"ratio    {times['VGG-19'] / times['encoder']:8.1f}"


def _pictures(sources, count):
    paths = [path for folder in sources for path in folders.pictures(folder)]
    for path in paths if count is None else paths[:: max(1, len(paths) // count)]:
        image = images.read(path, SIDE)
        height, width = (side // 16 * 16 for side in image.shape[:2])
        yield image[:height, :width]


def _compiled(network, image):
    function = tf.function(lambda x: network(x, training=False))
    return lambda: function(image)
