"""Colour calibration of a finished generator: a blend with its input and a colour grade, fitted.

A generator that is trained with cycle consistency keeps contrast and colours that the target
domain does not have, since the photograph must be restored from them, and it can add too much
texture. Five constants behind the generator correct both.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from tfstyle import disk, loading
from tfstyle.data import folders
from tfstyle.evaluation import color_baseline
from tfstyle.evaluation.translation import SIDE
from tfstyle.layers import Tone
from tfstyle.methods import METHODS
from tfstyle.metrics import Protocol, content_distance, kernel_distance
from tfstyle.networks.files import load, save
from tfstyle.networks.vgg import at_taps

NAMES = ("share", "saturation", "contrast", "brightness", "warmth")
AS_IT_IS = (1.0, 1.0, 1.0, 0.0, 0.0)
START = (0.6, 0.4, 0.7, -0.08, 0.0)
REACH = (-0.2, -0.3, -0.15, -0.06, 0.03)  # from the start to the search's other corners
BOUNDS = ((0.0, 1.0), (0.0, 1.5), (0.3, 1.5), (-0.5, 0.5), (-0.03, 0.03))  # more warmth is a cast
EVALUATIONS = 100
PICTURES = 96  # of the source
STRICTNESS = 20.0  # kernel distance that a content distance of 1 too much counts as
CONTENT = "relu4_1"
BATCH = 8
FILE = "generator.keras"


def calibrate(
    run: str | os.PathLike,
    source: Sequence[str | os.PathLike],
    target: Sequence[str | os.PathLike],
    folder: str | os.PathLike,
    content: float = 0.3,
    teacher: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Writes a generator with the calibration that brings its translations nearest to the target.

    The distance is the kernel distance of `tfstyle evaluate-translation`, on training pictures.

    Args:
        run: Folder of a finished generator.
        source: Folders of training pictures to translate.
        target: Folders of training pictures of the other domain.
        folder: Folder to write generator.keras and its settings to.
        content: Largest allowed content distance, on our encoder's relu4_1.
        teacher: Folder of SqueezeNet's weights (see `Protocol`); None measures on our encoder's
            relu5_1.

    Yields:
        Lines about the result.

    Raises:
        OSError: The run is not finished, or a folder holds no pictures.
    """
    run, folder = Path(run), Path(folder)
    generator, settings = load(run / FILE), json.loads((run / "settings.json").read_text())
    pictures = folders.read_squares(source, SIDE, PICTURES)
    targets = folders.read_squares(target, SIDE)
    protocol = Protocol(teacher, loading.encoder()[0])
    fit = _Fit(protocol, pictures, _translated(run, pictures), targets, content)
    constants = fit.best()
    rounded = {name: round(float(c), 3) for name, c in zip(NAMES, constants, strict=True)}
    for label, values in {"as it is": AS_IT_IS, str(rounded): constants}.items():
        distance, content_distance = fit.distances(values)
        yield f"{label}: kernel distance {distance:.3f}, content {content_distance:.3f}"
    _write(folder, calibrated(generator, **rounded), settings | {"tone": rounded})


def _translated(run, pictures):
    """Pictures, translated by the generator of a run."""
    method = next(method for method in METHODS.values() if method.color_calibration)
    translate = loading.load_model(method.name, run).stylize
    return [translate(picture) for picture in tqdm(pictures, unit="picture")]


def _write(folder, network, settings):
    folder.mkdir(parents=True, exist_ok=True)
    save(network, folder / FILE)
    disk.write_bytes(folder / "settings.json", json.dumps(settings, indent=2).encode())


def calibrated(generator: keras.Model, **constants: float) -> keras.Model:
    """A generator with a `Tone` behind it."""
    tone = Tone(name="tone", dtype="float32", **constants)(generator.output, generator.input)
    return keras.Model(generator.input, tone, name=generator.name)


class _Fit:
    """Constants by Nelder-Mead, on translations that are computed once."""

    def __init__(self, protocol, pictures, translated, target, limit):
        self.protocol, self.feature_extractor = (
            protocol,
            at_taps(protocol.feature_extractor, [CONTENT]),
        )
        self.pictures, self.translated = np.stack(pictures), np.stack(translated)
        self.content, self.limit = self._content(self.pictures), limit
        self.target = protocol.descriptors(target)

    def _content(self, pictures):
        return self.feature_extractor.predict(pictures, batch_size=BATCH, verbose=0)[CONTENT]

    def distances(self, constants):
        """Kernel distance and content distance of pictures with these constants."""
        share, *rest = np.float32(constants)
        calibrated_pictures = color_baseline.tones(rest)(
            self.pictures + share * (self.translated - self.pictures)
        )
        distance = kernel_distance(self.protocol.descriptors(calibrated_pictures), self.target)
        return distance, float(content_distance(self.content, self._content(calibrated_pictures)))

    def best(self):
        """The constants of the least kernel distance within the allowed content distance."""
        from scipy.optimize import minimize

        def cost(constants):
            distance, content = self.distances(constants)
            return distance + STRICTNESS * max(0.0, content - self.limit)

        corners = np.add(START, np.vstack([np.zeros(len(START)), np.diag(REACH)]))
        with tqdm(total=EVALUATIONS, unit="grade") as bar:
            result = minimize(
                lambda constants: (bar.update(), cost(constants))[1],
                START,
                method="Nelder-Mead",
                bounds=BOUNDS,
                options={"maxfev": EVALUATIONS, "initial_simplex": corners, "fatol": 1e-5},
            )
        return result.x
