"""Networks from their files, and the same weights in another network."""

import os

import keras

import tfstyle.layers  # noqa: F401  (registers the layers that files name)


def load(path: str | os.PathLike) -> keras.Model:
    """A network from a .keras file, with safe mode on.

    Raises:
        OSError: There is no such file, or it holds something else.
    """
    try:
        return keras.models.load_model(path, safe_mode=True, compile=False)
    except (ValueError, TypeError, KeyError) as error:
        reason = str(error).splitlines()[0][:200]
        raise OSError(f"Expected a network's .keras file. Received: {path} ({reason}).") from error


def copy_into(target: keras.Model, source: keras.Model) -> keras.Model:
    """Gives `target` the weights of `source`, which has the same layers, and returns it."""
    target.set_weights(source.get_weights())
    for mine, theirs in zip(target.layers, source.layers, strict=True):
        mine.trainable = theirs.trainable
    return target
