"""What trained networks answer to, by file and by name."""

from collections.abc import Mapping

import keras

from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.tiling import measuring, tiling


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
