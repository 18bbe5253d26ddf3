"""Strength of a lattice of eight pixels in a picture's spectrum."""

import numpy as np

from tfstyle import color
from tfstyle.losses import LATTICE

PEAK = 1  # bins on either side of a frequency: 3x3, as wide as a Hann window's lobe
AROUND = 6  # bins on either side: 13x13, whose median is the spectrum without the peak
FLOOR = 1e-12  # power, so that a picture of one colour has a weave of 0


def weave(picture: np.ndarray) -> float:
    """Mean log10 of the power at the frequencies of an 8-pixel lattice over that around them.

    Over the 63 frequencies (a/8, b/8) cycles a pixel but 0, of the grey picture under a Hann
    window: the mean of the 3x3 bins there over the median of the 13x13.

    Args:
        picture: Shape (height, width, 3), in [0, 1]; sides of 104 pixels and more keep the
            frequencies' surroundings apart.

    Returns:
        0.1 of photographs, paintings and white noise; 0.2 and more where a lattice can be seen.
    """
    power = _power(picture @ color.LUMA)
    steps = [(a, b) for a in range(LATTICE) for b in range(LATTICE) if (a, b) != (0, 0)]
    return float(np.mean([np.log10(_prominence(power, *step)) for step in steps]))


def _power(grey):
    height, width = (side // LATTICE * LATTICE for side in grey.shape)
    cut = np.float64(grey[:height, :width])
    window = np.hanning(height + 1)[:-1, None] * np.hanning(width + 1)[:-1]
    return np.abs(np.fft.fft2((cut - cut.mean()) * window)) ** 2 + FLOOR


def _prominence(power, down, across):
    height, width = power.shape
    row, column = down * height // LATTICE, across * width // LATTICE
    return np.mean(_bins(power, row, column, PEAK)) / np.median(_bins(power, row, column, AROUND))


def _bins(power, row, column, reach):
    """The bins around a frequency of a periodic spectrum."""
    steps, (height, width) = np.arange(-reach, reach + 1), power.shape
    return power[np.ix_((row + steps) % height, (column + steps) % width)]
