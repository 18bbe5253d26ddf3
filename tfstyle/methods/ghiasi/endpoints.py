"""What a trained predictor and transformer answer to, by file and by name."""

from collections.abc import Mapping

import keras

from tfstyle.methods.endpoints import conditioned
from tfstyle.networks.endpoint import Endpoint


def endpoints(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of the predictor's and of the transformer's file.

    Args:
        networks: Models named "predictor" and "transformer".
    """
    predictor = {"predict": Endpoint(networks["predictor"], "vector")}
    return {"predictor": predictor, **conditioned(networks)}
