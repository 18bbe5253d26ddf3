"""What trained decoders and their encoder answer to, by file and by name."""

from collections.abc import Iterable, Mapping

import keras

from tfstyle.methods.endpoints import strength
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.wct import LEVELS, inside, measuring, style_network, tiling


def endpoints(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of the one file that all are exported to.

    Args:
        networks: Models named "encoder" and "decoder1" to "decoder5".
    """
    encoder, levels = networks["encoder"], {}
    for level in LEVELS:
        decoder = networks[f"decoder{level}"]
        levels[f"paint{level}"] = Endpoint(measuring(encoder, decoder, level))
        levels[f"tile{level}"] = Endpoint(tiling(encoder, decoder, level))
    return {"wct": {"look": Endpoint(style_network(encoder)), **levels}}


def regional(networks: Mapping[str, keras.Model]) -> dict[str, Endpoint]:
    """What every level answers to of a photograph's region; in no exported file.

    Args:
        networks: See `endpoints`.
    """
    encoder = networks["encoder"]
    return {f"inside{n}": Endpoint(inside(encoder, networks[f"decoder{n}"], n)) for n in LEVELS}


def stylize_inputs(
    endpoints: Mapping[str, Endpoint], levels: Iterable[int]
) -> dict[str, keras.KerasTensor]:
    """What the `stylize` signature takes besides the content, by name."""
    names = {level: f"coloring{level}" for level in levels}
    shapes = {
        name: endpoints[f"paint{level}"].inputs[name].shape[1:] for level, name in names.items()
    }
    codes = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    return codes | {"strength": strength()}
