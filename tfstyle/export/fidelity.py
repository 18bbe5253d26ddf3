"""PSNR of the pictures of exported files to those of Keras."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from tfstyle import litert, metrics
from tfstyle.export.signature_runner import (
    EndpointTable,
    Pair,
    Runner,
    first_inputs,
    run_signatures,
)
from tfstyle.export.tflite import Size

LEAST_PSNR = {"float32": 80.0, "float16": 60.0, "dynamic": 33.0, "int8": 30.0}  # dB
LEAST_PSNR_DRAWN = {"dynamic": 25.0, "int8": 25.0}  # dB; networks have seen no drawn pictures
PICTURE_OUTPUTS = {"pastiche", "translated", "stylized_image"}


def tflite_runner(contents: Mapping[str, bytes]) -> Runner:
    """A runner of TFLite files, for `run_signatures`.

    Args:
        contents: The files' bytes by name.
    """
    interpreters = {
        file: litert.interpreter(model_content=content) for file, content in contents.items()
    }

    def run(file, signature, **inputs):
        return interpreters[file].get_signature_runner(signature)(**inputs)

    return run


def painted_pairs(
    table: EndpointTable,
    runner: Runner,
    pairs: Iterable[Pair],
    size: Size = None,
    style_size: Size = None,
) -> Iterator[Pair]:
    """Pictures that Keras and that files paint, each from its own style codes.

    Args:
        table: Endpoints by file and signature.
        runner: Of the files, see `run_signatures`.
        pairs: Photographs and paintings.
        size: See `first_inputs`.
        style_size: See `first_inputs`.
    """
    for pair in pairs:
        inputs = first_inputs(pair, size, style_size)
        runs = (run_signatures(table, inputs, engine) for engine in (None, runner))
        for (*_, expected), (*_, actual) in zip(*runs, strict=True):
            yield from ((expected[key], actual[key]) for key in PICTURE_OUTPUTS & actual.keys())


def mean_psnr(pairs: Iterable[Pair]) -> float:
    """Mean PSNR in dB of pairs of pictures, as `painted_pairs` yields them."""
    return round(float(np.mean([metrics.psnr(*pair) for pair in pairs])), 1)


def least_psnr(precision: str, drawn: bool = False) -> float:
    """The PSNR to Keras in dB that a file has to reach.

    Args:
        precision: Of the file.
        drawn: Whether it is compared on drawn pictures.
    """
    return (LEAST_PSNR | LEAST_PSNR_DRAWN if drawn else LEAST_PSNR)[precision]


def reaches_least_psnr(psnrs: Mapping[str, float], precision: str, drawn: bool = False) -> bool:
    """Whether each PSNR by size, in dB, is at least `least_psnr`."""
    return min(psnrs.values()) >= least_psnr(precision, drawn)


def check_psnr(psnrs: Mapping[str, float], precision: str, drawn: bool = False) -> None:
    """Refuses files that paint something else than Keras.

    Args:
        psnrs: By size, in dB.
        precision: See `least_psnr`.
        drawn: See `least_psnr`.

    Raises:
        ValueError: A PSNR is below `least_psnr`.
    """
    if not reaches_least_psnr(psnrs, precision, drawn):
        raise ValueError(
            f"Expected a {precision} file within {least_psnr(precision, drawn):g} dB of Keras. "
            f"Received: {min(psnrs.values()):.1f} dB, so nothing is written."
        )
