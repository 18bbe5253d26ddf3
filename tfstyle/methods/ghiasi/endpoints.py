"""What a trained predictor and transformer answer to, by file and by name."""

from collections.abc import Mapping

import keras

from tfstyle.methods import endpoints as shared
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.tiling import inside


def endpoints(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of the predictor's and of the transformer's file.

    Args:
        networks: Models named "predictor" and "transformer".
    """
    predictor = {"predict": Endpoint(networks["predictor"], "vector")}
    return {"predictor": predictor, **shared.conditioned(networks)}


def regional(networks: Mapping[str, keras.Model]) -> dict[str, Endpoint]:
    """What both answer to of a picture's region; in no exported file.

    Args:
        networks: See `endpoints`.
    """
    predictor = Endpoint(inside(networks["predictor"], "vector"))
    return {"predict_inside": predictor, **shared.regional(networks)}
