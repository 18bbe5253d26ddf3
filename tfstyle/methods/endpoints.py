"""What trained networks answer to, by file and by name."""

from collections.abc import Mapping

import keras

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
        networks: As of `conditioned`.
    """
    return {"inside": Endpoint(inside(networks["transformer"], "pastiche"))}
