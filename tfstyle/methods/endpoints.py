"""What trained networks answer to, by file and by name."""

from collections.abc import Callable, Mapping

import keras

from tfstyle.layers import CropLike, MirrorPad
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.tiling import inside, measuring, tiling


def translation(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of a generator's file.

    Args:
        networks: A model named "generator", normalised by instance norm.
    """
    generator = networks["generator"]
    return {
        "generator": {
            "translate": Endpoint(measuring(generator)),
            "tile": Endpoint(tiling(generator)),
        }
    }


def conditioned(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of a conditioned transformer's file.

    Args:
        networks: A model named "transformer", and any others.
    """
    transformer = networks["transformer"]
    return {
        "transformer": {
            "paint": Endpoint(measuring(transformer, "pastiche")),
            "tile": Endpoint(tiling(transformer, "pastiche")),
        }
    }


def regional(networks: Mapping[str, keras.Model]) -> dict[str, Endpoint]:
    """What a conditioned transformer answers to of a photograph's region; in no exported file.

    Args:
        networks: See `conditioned`.
    """
    return {"inside": Endpoint(inside(networks["transformer"], "pastiche"))}


def vector_inputs(endpoints: Mapping[str, Endpoint]) -> dict[str, keras.KerasTensor]:
    """Inputs of the `stylize` signature besides the content, of a method of style vectors."""
    numbers = endpoints["paint"].inputs["vector"].shape[-1]
    vectors = {name: keras.Input((numbers,), name=name) for name in ("vector", "own")}
    return {**vectors, "strength": strength()}


def strength() -> keras.KerasTensor:
    """The input of a strength, shape (batch, 1)."""
    return keras.Input((1,), name="strength")


def framed(endpoint: Endpoint, margin: int, stride: int, output: str = "pastiche") -> Callable:
    """An endpoint on a picture mirrored outwards, its picture cut to size again.

    Args:
        endpoint: From "content" and others to `output`.
        margin: Pixels around the picture.
        stride: Pixels that its sides are filled up to a multiple of.
        output: The name of the picture.
    """

    def paint(content, **inputs):
        outside = MirrorPad(margin, stride, dtype="float32")(content)
        picture = endpoint(content=outside, **inputs)[output]
        return CropLike(margin, dtype="float32")(picture, content)

    return paint
