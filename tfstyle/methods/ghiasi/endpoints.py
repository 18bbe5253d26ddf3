"""What a trained predictor and transformer answer to, by file and by name."""

from collections.abc import Mapping

import keras

from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.tiling import measuring, tiling


def endpoints(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of the predictor's and of the transformer's file.

    Args:
        networks: Models named "predictor" and "transformer".
    """
    transformer = networks["transformer"]
    return {
        "predictor": {"predict": Endpoint(networks["predictor"], "vector")},
        "transformer": {
            "paint": Endpoint(measuring(transformer, "pastiche")),
            "tile": Endpoint(tiling(transformer, "pastiche")),
        },
    }
