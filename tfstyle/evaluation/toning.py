"""Tones a finished generator: how much of it, and a colour grade behind it, fitted to pictures.

What a generator learns under cycle consistency keeps contrast and colours that its domain has not,
since it must find the way back; what pattern it adds can be more than is wanted. Five constants
behind it mend either.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from tfstyle import images, weights
from tfstyle.data import folders
from tfstyle.evaluation import grades
from tfstyle.evaluation.translation import SIDE
from tfstyle.layers import Tone
from tfstyle.metrics import Protocol, content_distance, kernel_distance
from tfstyle.networks.files import load, save
from tfstyle.training.perceptual import at_taps

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


def tone(
    run: str | os.PathLike,
    source: Sequence[str | os.PathLike],
    target: Sequence[str | os.PathLike],
    folder: str | os.PathLike,
    content: float = 0.3,
    teacher: str | os.PathLike | None = None,
) -> Iterator[str]:
    """Writes a generator with the tone that brings its translations nearest to the target.

    Nearness is the kernel distance that `tfstyle evaluate-translation` measures, on training
    pictures, as its best grade is fitted.

    Args:
        run: Folder of a finished generator.
        source: Folders of training pictures to translate.
        target: Folders of training pictures that they are to be like.
        folder: Where generator.keras and its settings go.
        content: The content distance, on our encoder's relu4_1, that is not to be passed.
        teacher: Folder of SqueezeNet's weights, as of `Protocol`; None measures on our encoder's
            relu5_1.

    Yields:
        Lines that tell what was found.

    Raises:
        OSError: The run is not finished, or a folder holds no pictures.
    """
    run, folder = Path(run), Path(folder)
    generator, settings = load(run / FILE), json.loads((run / "settings.json").read_text())
    pictures = folders.squashed(source, SIDE, PICTURES)
    translate = weights.chosen("cyclegan", run).stylize
    translated = [translate(picture) for picture in tqdm(pictures, unit="picture")]
    protocol = Protocol(teacher, weights.encoder()[0])
    fit = _Fit(protocol, pictures, translated, folders.squashed(target, SIDE), content)
    constants = fit.best()
    chosen = {name: round(float(c), 3) for name, c in zip(NAMES, constants, strict=True)}
    for label, each in {"as it is": AS_IT_IS, str(chosen): constants}.items():
        distance, kept = fit.found(each)
        yield f"{label}: kernel distance {distance:.3f}, content {kept:.3f}"
    network = toned(generator, **chosen)
    folder.mkdir(parents=True, exist_ok=True)
    save(network, folder / FILE)
    images.write_file(
        folder / "settings.json", json.dumps(settings | {"tone": chosen}, indent=2).encode()
    )


def toned(generator: keras.Model, **constants: float) -> keras.Model:
    """A generator with a `Tone` behind it."""
    tone = Tone(name="tone", dtype="float32", **constants)(generator.output, generator.input)
    return keras.Model(generator.input, tone, name=generator.name)


class _Fit:
    """Constants by Nelder-Mead, on translations that are computed once."""

    def __init__(self, protocol, pictures, translated, wanted, limit):
        self.protocol, self.feature_extractor = (
            protocol,
            at_taps(protocol.feature_extractor, [CONTENT]),
        )
        self.pictures, self.translated = np.stack(pictures), np.stack(translated)
        self.content, self.limit = self._content(self.pictures), limit
        self.wanted = protocol.descriptors(wanted)

    def _content(self, pictures):
        return self.feature_extractor.predict(pictures, batch_size=BATCH, verbose=0)[CONTENT]

    def found(self, constants):
        """Kernel distance and content distance of pictures so toned."""
        share, *rest = np.float32(constants)
        made = grades.tones(rest)(self.pictures + share * (self.translated - self.pictures))
        distance = kernel_distance(self.protocol.descriptors(made), self.wanted)
        return distance, float(content_distance(self.content, self._content(made)))

    def best(self):
        """Of shares in [0, 1] and of what stays below the content distance."""
        from scipy.optimize import minimize

        def cost(constants):
            distance, kept = self.found(constants)
            return distance + STRICTNESS * max(0.0, kept - self.limit)

        corners = np.add(START, np.vstack([np.zeros(len(START)), np.diag(REACH)]))
        with tqdm(total=EVALUATIONS, unit="grade") as bar:
            found = minimize(
                lambda constants: (bar.update(), cost(constants))[1],
                START,
                method="Nelder-Mead",
                bounds=BOUNDS,
                options={"maxfev": EVALUATIONS, "initial_simplex": corners, "fatol": 1e-5},
            )
        return found.x
