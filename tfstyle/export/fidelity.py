"""How near exported files paint to Keras."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from tfstyle import litert, metrics
from tfstyle.export import calls

MARKS = {"float32": 80.0, "float16": 60.0, "dynamic": 33.0, "int8": 30.0}  # dB
DRAWN = {"dynamic": 25.0, "int8": 25.0}  # on drawn pictures, which no network has learned from
PICTURES = {"pastiche", "translated", "stylized_image"}  # names of outputs


def lite(contents: Mapping[str, bytes]) -> calls.Call:
    """Calls TFLite files by name and signature.

    Args:
        contents: Their bytes by name.
    """
    opened = {file: litert.opened(model_content=content) for file, content in contents.items()}

    def call(file, name, **inputs):
        return opened[file].get_signature_runner(name)(**inputs)

    return call


def pictures(
    table: calls.Table,
    call: calls.Call,
    pairs: Iterable[calls.Pair],
    size: tuple[int, int] | None = None,
    styles: tuple[int, int] | None = None,
) -> Iterator[calls.Pair]:
    """What Keras and what files paint, each from its own codes.

    Args:
        table: Endpoints by file and signature.
        call: Of the files, as of `calls.chained`.
        pairs: Photographs and paintings.
        size: Height and width that the photographs are brought to; None leaves them.
        styles: The same of the paintings.
    """
    for known in (calls.inputs(pair, size, styles) for pair in pairs):
        expected, found = (calls.chained(table, known, each) for each in (None, call))
        for (*_, wanted), (*_, outputs) in zip(expected, found, strict=True):
            yield from ((wanted[key], outputs[key]) for key in PICTURES & outputs.keys())


def ratio(painted: Iterable[calls.Pair]) -> float:
    """Mean PSNR of what `pictures` yields, in dB."""
    return round(float(np.mean([metrics.psnr(*pair) for pair in painted])), 1)


def agree(ratios: Mapping[str, float], precision: str, drawn: bool = False) -> bool:
    """Whether no PSNR by size, in dB, is below the precision's mark; `drawn` as of `checked`."""
    return min(ratios.values()) >= _mark(precision, drawn)


def _mark(precision, drawn):
    return (MARKS | DRAWN if drawn else MARKS)[precision]


def checked(ratios: Mapping[str, float], precision: str, drawn: bool = False) -> dict[str, float]:
    """PSNRs by size, none below the precision's mark.

    Args:
        ratios: In dB.
        precision: Of the files.
        drawn: Whether they were found on drawn pictures.

    Raises:
        ValueError: One is.
    """
    if not agree(ratios, precision, drawn):
        raise ValueError(
            f"Expected a {precision} file within {_mark(precision, drawn):g} dB of Keras. "
            f"Received: {min(ratios.values()):.1f} dB, so nothing is written."
        )
    return dict(ratios)
