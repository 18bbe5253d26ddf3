"""Compares Gatys' optimisation with the loop that tutorials teach.

    python benchmarks/gatys.py photo.jpg painting.jpg

The loop is plain float32 TensorFlow: at every step the photograph, the painting and the picture go
through the network as one batch, and the gradient comes back through all of it. `step` times steps
on the same VGG-19 graph, whose weights are random, in interleaved rounds; peaks are of processes of
their own. `race`, on our encoder, is the time to the loss that 500 steps of Adam at full size
reach. `large` is a picture of 3840x2160 from the command line, beside its own estimate. `noise`
takes 1,000 steps from noise at each of seven style weights and looks for a NaN.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfstyle import device, images, loading, precision, statistics
from tfstyle.evaluation.speed import milliseconds, seconds_and_peak
from tfstyle.methods.gatys.method import Gatys
from tfstyle.methods.gatys.settings import OPTIMIZERS, TAPS, Settings
from tfstyle.networks.encoder import readout_weights
from tfstyle.networks.vgg import untrained

CONTENT_TAP = "relu5_2"
STEPS = 500
RATE = 0.02
LARGE = (2160, 3840)  # height and width
NOISE_SIDE = 64
GRAM = Settings(
    content_layers=((CONTENT_TAP, 1.0),),
    style_loss="gram",
    content_loss="features",
    smallest=100_000,
    iterations=100_000,
)


def plain_step(network, photograph, painting, losses):
    """The tutorials' step: one batch of photograph, painting and picture, and one gradient."""
    batch = tf.constant(photograph[None]), tf.constant(painting[None])
    picture, optimizer = tf.Variable(photograph[None]), keras.optimizers.Adam(RATE)
    optimizer.build([picture])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            features = network(tf.concat([*batch, picture], axis=0), training=False)
            loss = losses(features)
        gradient = tape.gradient(loss, picture)
        optimizer.apply([gradient], [picture])
        return loss

    return step, picture


def plain_losses(features):
    """Squared differences of content features and of Gram matrices."""
    content, _, picture = tf.unstack(features[CONTENT_TAP])
    loss = tf.reduce_mean(tf.square(content - picture))
    for tap in TAPS:
        flat = tf.reshape(features[tap], (3, -1, features[tap].shape[-1]))
        grams = tf.matmul(flat, flat, transpose_a=True) / tf.cast(tf.shape(flat)[1], tf.float32)
        loss += tf.reduce_mean(tf.square(grams[1] - grams[2])) / len(TAPS)
    return loss


def our_losses(objective, shares, weights):
    """The losses of `methods.gatys` in their plainest form.

    Args:
        objective: The objective of `methods.gatys`.
        shares: Shares of its targets.
        weights: Weights of its targets.

    Returns:
        A function of the features of photograph, painting and picture, as one batch.
    """

    def losses(features):
        total = 0.0
        for layer, share in objective.styles.items():
            style, actual = (statistics.covariance(features[layer][i : i + 1]) for i in (1, 2))
            target = objective.style.target(layer, *style)
            total += share * objective.style.distance(layer, target, *actual)
        total *= weights["style"] * shares[0]
        for layer, share in objective.contents.items():
            kernel, bias = objective.feature_extractor.readouts[layer]
            normalized = statistics.normalize(ops.matmul(features[layer], kernel) + bias)
            error = ops.mean(ops.square(normalized[0] - normalized[2]))
            total += weights["content"] * share * error
        return total

    return losses


def our_steps(stylizer, photograph, painting):
    """A function that takes the next step."""
    steps = iter(stylizer.optimisation(photograph, painting))
    return lambda: next(steps)


def vgg_step(kind, photograph, painting, compute_precision="auto"):
    """A function that takes a step on VGG-19, the tutorials' in float32 or ours."""
    taps = [*TAPS, CONTENT_TAP]
    if kind == "plain":
        network = untrained(taps=taps, padding="zero")
        return plain_step(network, photograph, painting, plain_losses)[0]
    with precision.pure(precision.choose(compute_precision).name):
        network = untrained(taps=taps, padding="zero")
    return our_steps(Gatys(network, {}, GRAM), photograph, painting)


def peak(kind, options):
    """MiB of a process that takes three steps, over one that has imported everything."""
    code = "import sys; sys.path.insert(0, 'benchmarks'); import gatys\n"
    pictures = f"gatys.pictures({options.photo!r}, {options.painting!r}, {options.size})"
    steps = f"step = gatys.vgg_step({kind!r}, *{pictures}, {options.precision!r})\n"
    steps += "for _ in range(3): step()"
    idle, busy = (seconds_and_peak(text)[1] for text in (code, code + steps))
    return busy - idle


def pictures(photo, painting, size):
    """Squashed to squares, since the tutorials' batch needs one size."""
    return tuple(images.squash(images.read(path), size) for path in (photo, painting))


def speeds(options, photograph, painting):
    """Lines of a table: milliseconds a step and peaks on VGG-19."""
    kinds = ("plain", "ours")
    steps = {kind: vgg_step(kind, photograph, painting, options.precision) for kind in kinds}
    times = milliseconds(steps, options.rounds)
    peaks = {kind: peak(kind, options) for kind in times}
    yield f"VGG-19, {options.size} px   ms a step   times as fast   MiB at most   share"
    for kind, ms in times.items():
        share = peaks[kind] / peaks["plain"]
        yield f"{kind:16s} {ms:11.0f} {times['plain'] / ms:15.1f} {peaks[kind]:13.0f} {share:7.2f}"


def seconds_to_loss(optimisation, loss):
    """Seconds until an optimisation's losses at its full size are as low as a loss."""
    start = time.perf_counter()
    for progress in optimisation:
        full = progress.picture.shape[:2] == optimisation.problem.extent
        if full and sum(progress.losses.values()) <= loss:
            return time.perf_counter() - start
    return float("nan")


def races(options, photograph, painting):
    """Lines of a table: seconds to the loss of 500 plain steps on our encoder."""
    feature_extractor, readouts = loading.encoder()
    exact = Gatys(feature_extractor, readout_weights(readouts), Settings())
    optimisation = exact.optimisation(photograph, painting)
    targets = exact.targets.at(optimisation.problem, *optimisation.problem.extent)
    losses = our_losses(
        exact.targets.objective, targets.values["shares"], targets.values["weights"]
    )
    step, picture = plain_step(feature_extractor, photograph, painting, losses)
    step()
    picture.assign(photograph[None])
    start = time.perf_counter()
    for _ in range(options.steps):
        step()
    times = {"plain loop": time.perf_counter() - start}
    loss = sum(exact.targets.gradients(picture.numpy()[0], targets)[0].values())
    for name, settings in {
        "our Adam, full size": Settings(
            smallest=100_000,
            iterations=options.steps,
            rate=RATE,
            momentum=0.9,
            coordinates="pixels",
        ),
        "ours": Settings(),
    }.items():
        stylizer = loading.load("gatys", settings=settings, precision=options.precision)
        optimisation = stylizer.optimisation(photograph, painting)
        list(zip(range(2), optimisation, strict=False))
        times[name] = seconds_to_loss(optimisation, loss)
    yield f"to a loss of {loss:.4f}   seconds   of the plain loop's"
    for name, seconds in times.items():
        yield f"{name:20s} {seconds:10.1f} {seconds / times['plain loop']:12.3f}"


def large(options, photograph, painting):
    """Lines of a table: estimated and actual time and memory of 3840x2160 pixels."""
    stylizer = loading.load("gatys", precision=options.precision)
    optimisation = stylizer.optimisation(images.resize(photograph, *LARGE), painting)
    estimate = optimisation.estimate()
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder, "large.png")
        images.write(images.resize(photograph, *LARGE), photo)
        command = ["stylize", photo, "--style", options.painting, "--method", "gatys"]
        command += ["-o", Path(folder, "painted.png"), "--precision", options.precision]
        code = f"from tfstyle import cli; cli.main({list(map(str, command))})"
        seconds, peak = seconds_and_peak(code)
    yield f"{LARGE[1]}x{LARGE[0]}   seconds   GB"
    yield f"estimated {estimate.seconds:10.0f} {estimate.memory / 1e9:6.2f}"
    yield f"measured {seconds:11.0f} {peak * 2**20 / 1e9:6.2f}"


def noise(options, photograph, painting):
    """Lines of a table: losses after 1,000 steps from noise."""
    photograph, painting = (images.squash(p, NOISE_SIDE) for p in (photograph, painting))
    yield f"from noise, {NOISE_SIDE} px   style weight   style   content   finite"
    for optimizer in OPTIMIZERS:
        for style_weight in 10.0 ** np.arange(-3, 4):
            settings = Settings(
                start="noise",
                optimizer=optimizer,
                style_weight=float(style_weight),
                smallest=100_000,
                iterations=1000,
            )
            finite = True
            stylizer = loading.load("gatys", settings=settings, precision=options.precision)
            for progress in stylizer.optimisation(photograph, painting):
                numbers = [*progress.losses.values(), progress.picture.sum()]
                finite = finite and bool(np.isfinite(numbers).all())
            losses = " ".join(f"{progress.losses[name]:9.3g}" for name in ("style", "content"))
            yield f"{optimizer:16s} {style_weight:16g} {losses} {finite}"


TABLES = {"step": speeds, "race": races, "large": large, "noise": noise}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photo")
    parser.add_argument("painting")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=["step", "race"])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--precision", choices=precision.COMPUTE_PRECISIONS, default="auto")
    options = parser.parse_args()
    print(f"{device.processor()}\nours in {precision.choose(options.precision)}", flush=True)
    photograph, painting = pictures(options.photo, options.painting, options.size)
    for name in options.tables:
        for line in TABLES[name](options, photograph, painting):
            print(line, flush=True)


if __name__ == "__main__":
    main()
