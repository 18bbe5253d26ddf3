"""What a trained decoder and its encoder answer to, by file and by name."""

from collections.abc import Mapping

import keras

from tfstyle.networks.adain import painting, style_network
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.tiling import inside, measuring, tiling


def endpoints(networks: Mapping[str, keras.Model]) -> dict[str, dict[str, Endpoint]]:
    """Endpoints of the one file that both are exported to.

    Args:
        networks: Models named "encoder" and "decoder".
    """
    network = painting(networks["encoder"], networks["decoder"])
    return {
        "adain": {
            "predict": Endpoint(style_network(networks["encoder"]), "vector"),
            "paint": Endpoint(measuring(network, "pastiche")),
            "tile": Endpoint(tiling(network, "pastiche")),
        }
    }


def regional(networks: Mapping[str, keras.Model]) -> dict[str, Endpoint]:
    """What both answer to of a picture's region; in no exported file.

    Args:
        networks: See `endpoints`.
    """
    network = painting(networks["encoder"], networks["decoder"])
    return {
        "predict_inside": Endpoint(inside(style_network(networks["encoder"]), "vector")),
        "inside": Endpoint(inside(network, "pastiche")),
    }
