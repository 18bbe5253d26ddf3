"""Example pictures that the project draws itself, with numpy alone."""

import numpy as np

HEIGHT, WIDTH = 480, 640
SHORE = 0.62  # of the height, down to the lake
MOUNTAINS = (  # foot and rise of the ridge, seed, colours of shade and light; the farthest first
    (0.40, 0.16, 2, (0.47, 0.52, 0.62), (0.93, 0.93, 0.95)),
    (0.50, 0.14, 3, (0.24, 0.31, 0.33), (0.62, 0.57, 0.46)),
    (0.58, 0.08, 4, (0.08, 0.19, 0.11), (0.36, 0.45, 0.20)),
)


def lake(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Mountains behind a lake under clouds, rendered: the example's photograph."""
    rows = np.mgrid[0:height, 0:width][0] / height
    sky = _ramp(rows / 0.6, ((0.16, 0.36, 0.66), (0.55, 0.73, 0.88), (0.97, 0.86, 0.72)))
    clouds = np.clip(2.4 * _noise(height, width, 1, (3, 6)) - 1.0, 0, 1)[..., None]
    scene = sky + (1.0 - sky) * 0.8 * clouds * np.clip(1.3 - 1.8 * rows, 0, 1)[..., None]
    for base, rise, seed, shade, light in MOUNTAINS:
        scene = _mountain(scene, rows, base, rise, seed, shade, light)
    return _reflected(scene, SHORE).astype(np.float32)


def lake_regions(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Sky, mountains and water of `lake`, each in one colour."""
    rows = np.mgrid[0:height, 0:width][0] / height
    ridge = np.min([_ridge(width, *mountain[:3]) for mountain in MOUNTAINS], axis=0)
    index = (rows >= ridge).astype(int) + (rows >= SHORE)
    return np.float32([(0.25, 0.5, 0.9), (0.55, 0.4, 0.2), (0.15, 0.7, 0.55)])[index]


def _mountain(scene, rows, base, rise, seed, shade, light):
    height, width = rows.shape
    ridge = _ridge(width, base, rise, seed)
    relief = _noise(height, width, seed + 10, (7, 8))
    slope = np.clip(0.5 + 9 * np.gradient(relief, axis=1) * width / 100 + 0.3 * relief, 0, 1)
    colour = np.array(shade) + slope[..., None] * (np.array(light) - np.array(shade))
    inside = np.clip((rows - ridge[None]) * height, 0, 1)[..., None]
    return scene * (1 - inside) + colour * inside


def _ridge(width, base, rise, seed):
    return base - rise * (2 * _noise(1, width, seed, (1, 2), octaves=7)[0] - 0.6)


def _reflected(scene, shore):
    height, width, _ = scene.shape
    line = int(shore * height)
    depth = np.arange(height - line)
    waves = _noise(height - line, width, 21, (40, 5)) - 0.5
    ripples = 6 * waves * (depth[:, None] / height + 0.1)
    rows = np.clip(line - 1 - depth[:, None] * 0.95 + ripples * 8, 0, line - 1).astype(int)
    mirrored = scene[rows, np.arange(width)[None]]
    water = 0.72 * mirrored + 0.28 * np.array((0.10, 0.25, 0.34))
    return np.clip(np.concatenate([scene[:line], water + 0.05 * ripples[..., None]]), 0, 1)


def swirls(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Brush strokes along a flow with eddies, in blues and yellows."""
    stream = _noise(height, width, 31, (3, 4), octaves=2)
    down, along = np.gradient(stream)
    speed = np.hypot(down, along) + 1e-9
    bristles = np.random.default_rng(32).random((-(-height // 3), -(-width // 3)))
    texture = np.kron(bristles, np.ones((3, 3)))[:height, :width]
    strokes = _smear(texture, -along / speed, down / speed)
    tone = np.clip(0.25 + 0.9 * (_noise(height, width, 33, (2, 3), octaves=3) - 0.3), 0, 1)
    palette = ((0.05, 0.08, 0.30), (0.13, 0.32, 0.65), (0.45, 0.70, 0.80), (0.98, 0.82, 0.30))
    colour = _ramp(np.clip(tone + 0.5 * (strokes - 0.5), 0, 1), palette)
    return np.clip(colour * (0.65 + 0.7 * strokes[..., None]), 0, 1).astype(np.float32)


def _smear(texture, down, along, steps=16):
    height, width = texture.shape
    total, start = texture.copy(), np.mgrid[0:height, 0:width].astype(np.float64)
    for sign in (1, -1):
        y, x = start.copy()
        for _ in range(steps):
            near = np.int32(np.clip(y, 0, height - 1)), np.int32(np.clip(x, 0, width - 1))
            y, x = y + sign * down[near], x + sign * along[near]
            near = np.int32(np.clip(y, 0, height - 1)), np.int32(np.clip(x, 0, width - 1))
            total += texture[near]
    total = (total - total.min()) / np.ptp(total)
    return np.clip(0.5 + 1.6 * (total - total.mean()) / (4 * total.std()), 0, 1)


def discs(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Overlapping discs and bars with ink outlines on paper."""
    random = np.random.default_rng(41)
    rows, columns = np.mgrid[0:height, 0:width] / height
    paper = 0.06 * _noise(height, width, 42, (60, 60), octaves=3)[..., None]
    picture = np.array((0.93, 0.88, 0.76)) - paper
    palette = np.array(
        [(0.80, 0.18, 0.14), (0.93, 0.66, 0.13), (0.14, 0.33, 0.55), (0.10, 0.42, 0.36)]
    )
    for index in range(34):
        y, x, radius = random.uniform((0, 0, 0.03), (1, width / height, 0.2))
        angle, thin = random.uniform(0, np.pi), 1.0 if index % 3 else 5.0
        u = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
        v = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
        gap = (np.hypot(u, thin * v) - radius) * height
        inside, outline = np.clip(-gap, 0, 1), np.clip(2.5 - np.abs(gap) / thin**0.5, 0, 1)
        colour = palette[index % 4]
        picture = picture * (1 - 0.8 * inside[..., None]) + colour * 0.8 * inside[..., None]
        picture = picture * (1 - 0.9 * outline[..., None])
    return np.clip(picture, 0, 1).astype(np.float32)


def _ramp(position, colours):
    at = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(position, at, channel) for channel in np.transpose(colours)], -1)


def _noise(height, width, seed, cells, octaves=5):
    """Fractal value noise in [0, 1]; `cells` are the lattice's rows and columns at first."""
    random, total, weight = np.random.default_rng(seed), np.zeros((height, width)), 0.0
    for octave in range(octaves):
        rows, columns = (count * 2**octave for count in cells)
        lattice = random.random((rows + 2, columns + 2))
        total += _smooth(lattice, height, width, rows, columns) / 2**octave
        weight += 1 / 2**octave
    total /= weight
    return (total - total.min()) / max(np.ptp(total), 1e-9)


def _smooth(lattice, height, width, rows, columns):
    y, x = np.linspace(0, rows, height)[:, None], np.linspace(0, columns, width)[None]
    top, left = np.int32(y), np.int32(x)
    down, along = ((f * f * (3 - 2 * f)) for f in (y - top, x - left))
    upper = lattice[top, left] * (1 - along) + lattice[top, left + 1] * along
    lower = lattice[top + 1, left] * (1 - along) + lattice[top + 1, left + 1] * along
    return upper * (1 - down) + lower * down


PICTURES = {"lake.jpg": lake, "swirls.jpg": swirls, "discs.jpg": discs}
PICTURES |= {"lake_regions.png": lake_regions}
