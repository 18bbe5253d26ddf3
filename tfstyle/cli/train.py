"""`tfstyle train` and `release`."""

from tfstyle.cli.options import (
    VGG,
    add_settings,
    add_teacher,
    command,
    flag,
    positive,
    setting_values,
)


def _train(commands):
    from tfstyle.trainings import trainings

    parser = commands.add_parser("train", help="train a network; the same command goes on")
    kinds = parser.add_subparsers(metavar="NETWORK", required=True)
    for name, training in trainings().items():
        _add(kinds, name, training)


def _add(kinds, name, training):
    """A training's subcommand."""
    parser = command(kinds, name, _run_train, training.help, training.example)
    parser.set_defaults(begin=None, encoder=None, teacher=None, replicas=0)
    for argument in training.data:
        parser.add_argument(
            flag(argument.name),
            dest=f"data_{argument.name}",
            required=argument.required,
            nargs="+" if argument.several else None,
            metavar=argument.metavar,
            help=argument.help,
        )
    if "begin" in training.takes:
        parser.add_argument(
            "--begin",
            metavar="DIR",
            help="finished run whose weights the training begins with (default: random weights)",
        )
    if training.encoders:
        _add_encoder(parser, training.encoders)
    if "loss_network" in training.takes:
        add_teacher(parser, "network to take the losses on: ", "our encoder's own view of VGG-19")
    if "teacher" in training.takes:
        add_teacher(parser)
    if "strategy" in training.takes:
        _add_replicas(parser)
    parser.add_argument("--run", required=True, dest="folder", metavar="DIR", help="run folder")
    add_settings(parser.add_argument_group("settings"), training.Settings())


def _add_encoder(parser, kinds):
    others = f", or {VGG}" if "VGG" in kinds else ""
    parser.add_argument(
        "--encoder",
        metavar=kinds,
        help=f"run folder of `train encoder`{others} (default: the released encoder)",
    )


def _add_replicas(parser):
    parser.add_argument(
        "--replicas",
        type=positive,
        default=0,
        metavar="N",
        help="number of GPUs, or of parts of the processor, that split each batch (default: every "
        "GPU); with TF_CONFIG this is one worker of several",
    )


def _run_train(options):
    from tfstyle.trainings import train, trainings

    training = trainings()[options.command]
    data = {argument.name: getattr(options, f"data_{argument.name}") for argument in training.data}
    is_complete = train(
        options.command,
        {name: value for name, value in data.items() if value is not None},
        options.folder,
        training.Settings(**setting_values(training.Settings, options)),
        begin=options.begin,
        teacher=options.teacher,
        encoder=options.encoder,
        replicas=options.replicas,
    )
    return 0 if is_complete else 130


def _release(commands):
    parser = command(
        commands,
        "release",
        _run_release,
        "export a finished run to a folder of .keras and .tflite files with a card",
        "tfstyle release ghiasi --run runs/ghiasi --notes notes.json -o tfstyle/released/ghiasi\n"
        "  tfstyle release ghiasi --mark -o tfstyle/released/ghiasi     # after a file has changed",
    )
    parser.add_argument(
        "name", metavar="NAME", help="encoder, a method, or a variant such as ghiasi-desktop"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--run", dest="folder", metavar="DIR", help="finished run")
    source.add_argument(
        "--mark",
        action="store_true",
        help="only write the SHA-256 of the files in -o into their card",
    )
    parser.add_argument(
        "--mix",
        nargs=2,
        metavar=("DIR", "SHARE"),
        action="append",
        default=[],
        help="another finished run, and its share of the averaged weights: 0.4 leaves 0.6",
    )
    parser.add_argument("--notes", metavar="JSON", help="file with further entries of the card")
    parser.add_argument(
        "--paintings",
        metavar="DIR",
        help="NAME.jpg of every name in tfstyle/released/paintings.json, to ship as named styles",
    )
    parser.add_argument(
        "--photographs",
        metavar="DIR",
        help="photographs that int8 files are calibrated on, with the paintings (default: drawn "
        "pictures)",
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write")


def _share(text):
    try:
        share = float(text)
    except ValueError:
        share = float("nan")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"Expected a share from 0 to 1. Received: {text}.")
    return share


def _run_release(options):
    from tfstyle import release

    if options.mark:
        print(release.update_card(options.output))
        return 0
    paths = release.release(
        options.name,
        options.folder,
        options.output,
        options.notes,
        options.paintings,
        options.photographs,
        {folder: _share(text) for folder, text in options.mix},
    )
    for path in paths:
        print(path)
    return 0


COMMANDS = (_train, _release)
