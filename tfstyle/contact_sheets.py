"""Contact sheets, and lines of text above pictures."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tfstyle import images


def from_rows(rows: list[np.ndarray], gap: int = 4) -> np.ndarray:
    """A contact sheet.

    Args:
        rows: Each an array of pictures of one size, shape (count, height, width, 3).
        gap: White pixels between pictures.

    Returns:
        One picture, shape (height, width, 3), in the pictures' type.
    """
    white = 255 if rows[0].dtype == np.uint8 else 1.0
    sides = ((0, 0), (0, gap), (0, gap), (0, 0))
    framed = [np.pad(row, sides, constant_values=white) for row in rows]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in framed], axis=0)


def grid(cells: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """A contact sheet of pictures of one size, row by row, white where there are no more.

    Args:
        cells: Bytes of shape (height, width, 3).
        columns: Pictures in a row.
    """
    cells = [*cells, *[np.full_like(cells[0], 255)] * (-len(cells) % columns)]
    return from_rows([np.stack(cells[i : i + columns]) for i in range(0, len(cells), columns)])


def caption(text: str, width: int, height: int = 20) -> np.ndarray:
    """A line of black text on white, as bytes of shape (height, width, 3)."""
    image = Image.new("RGB", (width, height), "white")
    font = ImageFont.load_default(0.7 * height)
    ImageDraw.Draw(image).text((2, 2), text, "black", font)
    return np.asarray(image)


def captioned(text: str, picture: np.ndarray) -> np.ndarray:
    """A picture below a line of text, as bytes.

    Args:
        text: The line.
        picture: Shape (height, width, 3), floats in [0, 1].
    """
    return np.concatenate([caption(text, picture.shape[1]), images.to_bytes(picture)])
