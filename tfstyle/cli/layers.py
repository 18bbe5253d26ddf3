"""`tfstyle layers` and `tfstyle texture`."""

from tfstyle.cli.options import (
    add_longer_side,
    add_overwrite,
    add_pair,
    add_precision,
    add_teacher,
    command,
    positive,
    size,
)
from tfstyle.methods import METHODS

FEATURE_EXTRACTOR = "network to take features from: ", "our encoder"


def _layers(commands):
    parser = command(
        commands,
        "layers",
        _run_layers,
        "visualize each layer of the network: content of a photograph, style of a painting",
        "tfstyle layers dog.jpg starry.jpg -o layers.png",
    )
    add_pair(parser)
    parser.add_argument("-o", "--output", required=True, metavar="SHEET", help="a picture's file")
    add_longer_side(parser, "each picture", 256)
    _add_optimisation(parser)


def _add_optimisation(parser):
    parser.add_argument(
        "--iterations",
        type=positive,
        default=200,
        metavar="N",
        help="steps at the first size; later sizes take fewer (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the noise (default: %(default)s)"
    )
    add_teacher(parser, *FEATURE_EXTRACTOR)
    add_precision(parser)
    add_overwrite(parser)


def _method():
    """The method that visualizes layers."""
    return next(method for method in METHODS.values() if method.visualized_layers)


def _visualization(options):
    from tfstyle import extras, loading

    extras.check_keras("the layers of a network")
    method = _method()
    networks = {} if options.teacher else loading.load_networks(method.name)
    return method.layer_visualization(
        networks, options.iterations, options.seed, options.teacher, options.precision
    )


def _run_layers(options):
    import numpy as np
    from tqdm import tqdm

    from tfstyle import contact_sheets, disk, images
    from tfstyle.methods.checked_inputs import roomy

    disk.check_writable(options.output, options.overwrite, images.SUFFIXES)
    photo, painting = (roomy(images.read(p, 4096)) for p in (options.photo, options.painting))
    photo = roomy(images.resize(photo, *images.fitted(photo.shape[:2], options.size)))
    height, width = photo.shape[:2]
    cells = [("the photograph", photo), ("the painting", images.resize(painting, height, width))]
    count = len(_method().visualized_layers)
    figure = _visualization(options).figure(photo, painting)
    pictures = list(tqdm(figure, total=2 * count, unit="picture"))
    rows = [[cells[0], *pictures[:count]], [cells[1], *pictures[count:]]]
    captioned = [
        [
            np.concatenate([contact_sheets.caption(name, width), images.to_bytes(p)])
            for name, p in row
        ]
        for row in rows
    ]
    images.write(contact_sheets.from_rows([np.stack(row) for row in captioned]), options.output)
    return 0


def _texture(commands):
    parser = command(
        commands,
        "texture",
        _run_texture,
        "make a texture of any size from a painting's style alone",
        "tfstyle texture starry.jpg --size 512x1024 -o texture.png",
    )
    parser.add_argument("painting", metavar="PAINTING", help="a picture's file")
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="a picture's file")
    parser.add_argument(
        "--size",
        type=size,
        default=(512, 512),
        metavar="HxW",
        help="height and width in pixels, 32 and more (default: 512x512)",
    )
    names = _method().visualized_layers
    parser.add_argument(
        "--last",
        choices=names,
        default=names[-1],
        help="deepest layer whose style counts (default: %(default)s)",
    )
    _add_optimisation(parser)


def _run_texture(options):
    from tfstyle import disk, images
    from tfstyle.cli.optimising import Recorder
    from tfstyle.methods.checked_inputs import SMALLEST_SIDE, roomy

    disk.check_writable(options.output, options.overwrite, images.SUFFIXES)
    if options.size is None or min(options.size) < SMALLEST_SIDE:
        raise ValueError(f"Expected --size of {SMALLEST_SIDE} and more. Received: {options.size}.")
    painting = roomy(images.read(options.painting, 4096))
    optimisation = _visualization(options).texture(painting, *options.size, options.last)
    recorder = Recorder(optimisation)
    for progress in optimisation:
        recorder.record(progress)
    recorder.close()
    images.write(optimisation.finished(progress.picture), options.output)
    return 0


COMMANDS = (_layers, _texture)
