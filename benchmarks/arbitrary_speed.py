"""AdaIN and WCT beside the papers' own networks: full VGG-19, plain float32 TensorFlow, SVD.

    python benchmarks/arbitrary_speed.py

Prints medians over interleaved rounds. VGG-19's weights are random, which changes no time.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from tfstyle import device, examples, images, loading
from tfstyle.evaluation.speed import milliseconds
from tfstyle.layers import Coloring, WhitenColor, Whitening
from tfstyle.networks import adain
from tfstyle.networks import decoder as decoders
from tfstyle.networks.vgg import TAPS, at_taps, untrained


def papers_adain(feature_extractor):
    """AdaIN on full VGG-19 with its authors' decoder, as one compiled float32 function."""
    (tap,) = adain.PAPERS_TAPS
    layers = decoders.mirrored_layers(feature_extractor, tap)
    network = decoders.decoder(layers, 512, "reflect", slope=0.0, upsampling="nearest")
    encoder = at_taps(feature_extractor, [tap])
    encode_style, render = adain.style_network(encoder), adain.painting(encoder, network)

    @tf.function
    def stylize(content, style):
        return render({"content": content, "vector": encode_style(style)})

    return stylize


def svd_whiten_color(features, style):
    """Whitening and colouring by singular value decompositions, as the authors do."""

    def decompose(x):
        flat = tf.reshape(x, (-1, x.shape[-1]))
        mean = tf.reduce_mean(flat, axis=0)
        centred = flat - mean
        count = tf.cast(tf.shape(flat)[0], tf.float32)
        covariance = tf.matmul(centred, centred, transpose_a=True) / count
        values, vectors, _ = tf.linalg.svd(covariance + 1e-5 * tf.eye(x.shape[-1]))
        return centred, mean, tf.sqrt(values), vectors

    centred, _, scales, axes = decompose(features)
    _, mean, style_scales, style_axes = decompose(style)
    whitened = tf.matmul(tf.matmul(centred, axes / scales), axes, transpose_b=True)
    colored = tf.matmul(
        tf.matmul(whitened, style_axes * style_scales), style_axes, transpose_b=True
    )
    return tf.reshape(colored + mean, tf.shape(features))


def papers_wct(feature_extractor):
    """Multi-level WCT on full VGG-19 with SVD."""
    networks = {
        tap: (
            tf.function(adain.trunk(feature_extractor, tap)),
            tf.function(
                decoders.decoder(
                    decoders.mirrored_layers(feature_extractor, tap),
                    feature_extractor.output[tap].shape[-1],
                    "reflect",
                    slope=0.0,
                    upsampling="nearest",
                )
            ),
        )
        for tap in reversed(TAPS)
    }
    transform = tf.function(svd_whiten_color)

    def stylize(content, style):
        for encode, decode in networks.values():
            content = tf.clip_by_value(decode(transform(encode(content), encode(style))), 0.0, 1.0)
        return content

    return stylize


def whitening_layers(channels, side):
    """The WCT layer alone on random features, by matrix products and by SVD."""
    random = np.random.default_rng(0)
    mixing = random.normal(size=(channels, channels)) / np.arange(1, channels + 1)
    content, style = (
        tf.constant(np.float32(random.normal(size=(1, side, side, channels)) @ mixing))
        for _ in range(2)
    )

    color, whiten, apply = Coloring(), Whitening(), WhitenColor()

    @tf.function
    def products(content, style):
        return apply(content, color(style), whiten(content), tf.ones((1, 1)))

    svd = tf.function(svd_whiten_color)
    return {
        "matrix products": lambda: products(content, style).numpy(),
        "tf.linalg.svd": lambda: svd(content, style).numpy(),
    }


def print_table(title, times):
    """Prints times, and how many times as fast as the last row each row is."""
    *_, baseline = times.values()
    print(f"{title:44s} milliseconds  times as fast")
    for name, ms in times.items():
        print(f"  {name:42s} {ms:12.1f} {baseline / ms:14.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, metavar="PIXELS")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("adain", "layer", "wct"), nargs="+")
    options = parser.parse_args()
    print(device.processor())
    tables = options.only or ("adain", "layer", "wct")
    keras.utils.set_random_seed(0)
    photo = images.resize(examples.lake(384, 512), options.size, options.size)
    painting = images.resize(examples.swirls(), options.size, options.size)
    tensors = tf.constant(photo[None]), tf.constant(painting[None])
    papers = {"adain": papers_adain, "wct": papers_wct}
    for name in (name for name in papers if name in tables):
        ours = loading.load_lite(name, options.threads)
        paper = papers[name](untrained("vgg19", TAPS if name == "wct" else TAPS[:4]))
        functions = {
            f"tfstyle {name}, LiteRT, whole call": lambda ours=ours: ours.stylize(photo, painting),
            "full VGG-19, float32 TensorFlow": lambda paper=paper: paper(*tensors).numpy(),
        }
        print_table(
            f"{name}, photograph and painting of {options.size} px",
            milliseconds(functions, options.rounds),
        )
    if "layer" in tables:
        times = milliseconds(whitening_layers(512, 64), options.rounds)
        print_table("whitening and colouring, 512 channels, 64x64", times)


if __name__ == "__main__":
    main()
