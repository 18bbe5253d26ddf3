"""What a trained generator answers to, by file and by name."""

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
