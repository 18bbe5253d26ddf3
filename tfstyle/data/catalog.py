"""TensorFlow datasets by name, as folders of pictures."""

import os
import shutil
import tempfile
from pathlib import Path

from tfstyle import disk, extras

CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tfstyle" / "datasets"


def folder(name: str, cache: str | os.PathLike | None = None) -> Path:
    """The folder of a dataset's pictures, a subfolder a split; downloaded once.

    Args:
        name: Such as "cycle_gan/horse2zebra", whose splits are trainA, trainB, testA and testB.
        cache: Where datasets are kept; None takes tfstyle/datasets in the user's cache.

    Raises:
        OSError: TensorFlow Datasets is not installed, has no such dataset of pictures, or cannot
            download it; or the disk is full.
    """
    target = Path(cache or CACHE) / name
    if not target.is_dir():
        _write(name, _prepared(name), target)
    return target


def _prepared(name):
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise OSError(
            f"Expected TensorFlow Datasets for {name}: {extras.command('datasets')}. "
            f"Received: {error}."
        ) from error
    try:
        builder = tfds.builder(name)
        builder.download_and_prepare()
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise OSError(
            f"Expected a folder, or a TensorFlow dataset that can be downloaded. Received: {name} "
            f"({reason[:200]})."
        ) from error
    if "image" not in builder.info.features:
        raise OSError(f"Expected a dataset of pictures. Received: {name}, without.")
    return builder


def _write(name, builder, target):
    """Writes every split's pictures as files, all of them or none."""
    import tensorflow_datasets as tfds
    from tqdm import tqdm

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        for split in builder.info.splits:
            examples = builder.as_dataset(
                split=split, decoders={"image": tfds.decode.SkipDecoding()}
            )
            files = tqdm(examples.as_numpy_iterator(), f"{name} {split}", unit="picture")
            for index, example in enumerate(files):
                content = example["image"]
                suffix = ".png" if content.startswith(b"\x89PNG") else ".jpg"
                disk.write_bytes(Path(scratch) / "all" / split / f"{index:06d}{suffix}", content)
        shutil.move(Path(scratch) / "all", target)
