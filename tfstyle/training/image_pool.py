"""The history of generated pictures for discriminators."""

import numpy as np


class ImagePool:
    """Exchanges generated pictures for older ones, half of the time.

    Shrivastava et al. 2017, https://arxiv.org/abs/1612.07828, section 2.3, as CycleGAN uses it
    (util/image_pool.py): until it is full a picture is kept and returned; then with even chance
    it is returned, or takes the place of a kept one, which is returned. Pictures are kept and
    returned in half precision.

    Args:
        size: Pictures kept of each stream; with 0 every picture is returned as it came.
        seed: Chooses; the choice depends on nothing else but how many pictures came before.
    """

    def __init__(self, size: int, seed: int):
        self.size, self.seed = size, seed
        self.pictures: dict[str, list[np.ndarray]] = {}
        self.counts: dict[str, int] = {}

    def exchange(self, stream: str, pictures: np.ndarray) -> np.ndarray:
        """Pictures of the history in exchange for these, of the same shape.

        Args:
            stream: Pictures of one stream are never mixed with another's.
            pictures: Shape (batch, height, width, 3).
        """
        if not self.size:
            return pictures
        return np.stack([self._one(stream, np.float16(p)) for p in pictures]).astype(np.float32)

    def _one(self, stream, picture):
        pictures, count = self.pictures.setdefault(stream, []), self.counts.get(stream, 0)
        self.counts[stream] = count + 1
        if len(pictures) < self.size:
            pictures.append(picture)
            return picture
        random = np.random.default_rng((self.seed, count, *stream.encode()))
        if random.random() < 0.5:
            return picture
        place = random.integers(self.size)
        pictures[place], picture = picture, pictures[place]
        return picture

    def state(self) -> dict[str, np.ndarray]:
        """The state for `restore`, as arrays by name."""
        arrays = {
            f"kept {stream}": np.stack(pictures) for stream, pictures in self.pictures.items()
        }
        return arrays | {f"seen {stream}": np.int64(count) for stream, count in self.counts.items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Restores a `state`."""
        self.pictures, self.counts = {}, {}
        for name, array in arrays.items():
            kind, stream = name.split(" ", 1)
            if kind == "kept":
                self.pictures[stream] = list(np.asarray(array))
            else:
                self.counts[stream] = int(np.asarray(array))
