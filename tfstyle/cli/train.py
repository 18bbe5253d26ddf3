"""`tfstyle train` and `release`."""

from pathlib import Path

from tfstyle.cli.options import VGG, add_numbers, add_teacher, command, numbers, positive


def _train(commands):
    parser = commands.add_parser("train", help="train a network; the same command goes on")
    kinds = parser.add_subparsers(metavar="NETWORK", required=True)
    _encoder(kinds)
    _johnson(kinds)
    _cin(kinds)
    _ghiasi(kinds)
    _adain(kinds)
    _wct(kinds)
    _cyclegan(kinds)
    _pix2pix(kinds)


def _encoder(kinds):
    from tfstyle.training.settings import DistillationSettings

    parser = command(
        kinds,
        "encoder",
        _run_encoder,
        "distil our encoder from VGG-19",
        "tfstyle train encoder --pictures photos paintings --run runs/encoder",
    )
    parser.add_argument("--pictures", required=True, nargs="+", metavar="DIR", help="any pictures")
    add_teacher(parser)
    _add_run(parser, DistillationSettings())


def _johnson(kinds):
    from tfstyle.methods.johnson.settings import Settings

    parser = command(
        kinds,
        "johnson",
        _run_johnson,
        "train a network of one painting",
        "tfstyle train johnson --content photos --style wave.jpg --run runs/wave",
    )
    parser.add_argument("--content", required=True, metavar="DIR", help="photographs")
    parser.add_argument("--style", required=True, metavar="PAINTING", help="its file")
    _add_begin(parser)
    _add_loss_network(parser)
    _add_run(parser, Settings())


def _cin(kinds):
    from tfstyle.methods.cin.settings import Settings

    parser = command(
        kinds,
        "cin",
        _run_cin,
        "train one network of many paintings",
        "tfstyle train cin --content photos --style paintings --run runs/cin\n"
        "  tfstyle train cin --content photos --add-style mine.jpg --begin runs/cin --steps 450 "
        "--run runs/cin-mine",
    )
    parser.add_argument("--content", required=True, metavar="DIR", help="photographs")
    styles = parser.add_mutually_exclusive_group(required=True)
    styles.add_argument(
        "--style",
        nargs="+",
        metavar="PAINTING",
        help="files, or folders of them; a file's name is the style's",
    )
    styles.add_argument(
        "--add-style",
        metavar="PAINTING",
        help="file of one more painting for the network of --begin (default: the released one), "
        "whose other styles stay as they are",
    )
    _add_begin(parser)
    _add_loss_network(parser)
    _add_run(parser, Settings())


def _ghiasi(kinds):
    from tfstyle.methods.ghiasi.settings import Settings

    parser = command(
        kinds,
        "ghiasi",
        _run_ghiasi,
        "train a style predictor and a transformer",
        "tfstyle train ghiasi --content photos --style paintings --run runs/ghiasi",
    )
    _add_pictures(parser)
    _add_begin(parser)
    parser.add_argument(
        "--encoder",
        metavar="DIR",
        help="run folder of `train encoder` (default: the released encoder)",
    )
    _add_loss_network(parser)
    _add_run(parser, Settings())


def _adain(kinds):
    from tfstyle.methods.adain.settings import Settings

    parser = command(
        kinds,
        "adain",
        _run_adain,
        "train a decoder of features that have taken a painting's moments",
        "tfstyle train adain --content photos --style paintings --run runs/adain\n"
        "  tfstyle train adain --content photos --style paintings --run runs/adain-vgg "
        "--encoder vgg19 --teacher vgg19 --objective paper --upsampling nearest --padding reflect",
    )
    _add_pictures(parser)
    _add_begin(parser)
    _add_encoder(parser)
    _add_loss_network(parser)
    _add_run(parser, Settings())


def _wct(kinds):
    from tfstyle.methods.wct.settings import Settings

    parser = command(
        kinds,
        "wct",
        _run_wct,
        "train five decoders that give photographs back; no painting is needed",
        "tfstyle train wct --content photos --run runs/wct\n"
        "  tfstyle train wct --content photos --run runs/wct-vgg --encoder vgg19 --padding reflect "
        "--upsampling nearest",
    )
    parser.add_argument("--content", required=True, nargs="+", metavar="DIR", help="any pictures")
    _add_begin(parser)
    _add_encoder(parser)
    _add_run(parser, Settings())


def _add_pictures(parser):
    parser.add_argument("--content", required=True, metavar="DIR", help="photographs")
    parser.add_argument(
        "--style",
        required=True,
        nargs="+",
        metavar="DIR",
        help="paintings; a folder that is named twice is seen twice as often",
    )


def _add_encoder(parser):
    parser.add_argument(
        "--encoder",
        metavar="DIR|VGG",
        help=f"run folder of `train encoder`, or {VGG} (default: the released encoder)",
    )


def _add_loss_network(parser):
    add_teacher(parser, "network to take the losses on: ", "our encoder's own view of VGG-19")
    parser.set_defaults(encoder=None)  # of those that read no other one


def _cyclegan(kinds):
    from tfstyle.methods.cyclegan.settings import Settings

    parser = command(
        kinds,
        "cyclegan",
        _run_cyclegan,
        "train generators both ways between two domains of pictures, or one of one way",
        "tfstyle train cyclegan --a sunny --b rainy --run runs/weather\n"
        "  tfstyle train cyclegan --data horse2zebra --run runs/horse2zebra\n"
        "  tfstyle train cyclegan --a night --b day --objective cut --augment all --pool 0 "
        "--run runs/days",
    )
    parser.add_argument("--a", nargs="+", metavar="DIR", help="pictures of one domain")
    parser.add_argument("--b", nargs="+", metavar="DIR", help="pictures of the other")
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="instead, a folder with trainA and trainB, or a TensorFlow dataset such as "
        "cycle_gan/horse2zebra (downloaded once)",
    )
    _add_begin(parser)
    _add_replicas(parser)
    _add_run(parser, Settings())


def _pix2pix(kinds):
    from tfstyle.data import folders
    from tfstyle.methods.pix2pix.settings import Settings

    parser = command(
        kinds,
        "pix2pix",
        _run_pix2pix,
        "train a generator from pairs of pictures of the same thing",
        "tfstyle train pix2pix --pairs facades/train --direction b-to-a --run runs/facades",
    )
    parser.add_argument(
        "--pairs", metavar="DIR", help="pictures with a in the left half and b in the right one"
    )
    parser.add_argument("--a", metavar="DIR", help="instead, a folder of a")
    parser.add_argument("--b", metavar="DIR", help="and a folder of b with the same names")
    parser.add_argument(
        "--direction",
        choices=folders.DIRECTIONS,
        default=folders.DIRECTIONS[0],
        help="what is learned from what (default: %(default)s)",
    )
    _add_begin(parser)
    _add_replicas(parser)
    _add_run(parser, Settings())


def _add_begin(parser):
    parser.add_argument(
        "--begin", metavar="DIR", help="finished run whose weights to begin with (default: random)"
    )


def _add_replicas(parser):
    parser.add_argument(
        "--replicas",
        type=positive,
        default=0,
        metavar="N",
        help="GPUs, or shares of the processor, that split each batch (default: every GPU); "
        "with TF_CONFIG this is one worker of several",
    )


def _add_run(parser, settings):
    parser.add_argument("--run", required=True, dest="folder", metavar="DIR", help="run folder")
    add_numbers(parser.add_argument_group("numbers"), settings)


def _settings(kind, options):
    return kind(**numbers(kind, options))


def _run_encoder(options):
    from tfstyle.training import encoder
    from tfstyle.training.settings import DistillationSettings

    settings = _settings(DistillationSettings, options)
    done = encoder.train(options.pictures, options.folder, options.teacher, settings)
    return 0 if done else 130


def _run_johnson(options):
    from tfstyle.methods.johnson import training
    from tfstyle.methods.johnson.settings import Settings

    return _run_paintings(training, Settings, options)


def _run_cin(options):
    from tfstyle import registry
    from tfstyle.methods.cin import training
    from tfstyle.methods.cin.settings import Settings

    if not options.add_style:
        return _run_paintings(training, Settings, options)
    done = training.add(
        options.content,
        options.add_style,
        options.folder,
        lambda: _loss_network(options),
        options.begin or registry.RELEASED / "cin",
        _settings(Settings, options),
    )
    return 0 if done else 130


def _run_paintings(training, kind, options):
    done = training.train(
        options.content,
        options.style,
        options.folder,
        lambda: _loss_network(options),
        _settings(kind, options),
        options.begin,
    )
    return 0 if done else 130


def _run_ghiasi(options):
    from tfstyle import loading
    from tfstyle.methods.ghiasi import training
    from tfstyle.methods.ghiasi.settings import Settings

    done = training.train(
        options.content,
        options.style,
        options.folder,
        loading.encoder(options.encoder)[0],
        lambda: _loss_network(options),
        _settings(Settings, options),
        options.begin,
    )
    return 0 if done else 130


def _loss_network(options):
    from tfstyle import loading
    from tfstyle.networks import encoder, teachers

    if options.teacher or not _is_ours(options.encoder):
        return teachers.loss_network(options.teacher or options.encoder)
    feature_extractor, readouts = loading.encoder(options.encoder)
    return encoder.like(feature_extractor), encoder.readout_weights(readouts)


def _frozen_encoder(options):
    from tfstyle import loading
    from tfstyle.networks import encoder, teachers

    if _is_ours(options.encoder):
        return encoder.like(loading.encoder(options.encoder)[0])
    return teachers.from_source(options.encoder)


def _is_ours(source):
    return source is None or Path(source).is_dir()


def _run_adain(options):
    from tfstyle.methods.adain import training
    from tfstyle.methods.adain.settings import Settings

    done = training.train(
        options.content,
        options.style,
        options.folder,
        lambda: _frozen_encoder(options),
        lambda: _loss_network(options),
        _settings(Settings, options),
        options.begin,
    )
    return 0 if done else 130


def _run_wct(options):
    from tfstyle.methods.wct import training
    from tfstyle.methods.wct.settings import Settings

    done = training.train(
        options.content,
        options.folder,
        lambda: _frozen_encoder(options),
        _settings(Settings, options),
        options.begin,
    )
    return 0 if done else 130


def _run_cyclegan(options):
    from tfstyle import loading
    from tfstyle.data import folders
    from tfstyle.methods.cyclegan import training
    from tfstyle.methods.cyclegan.settings import Settings
    from tfstyle.training import devices

    settings = _settings(Settings, options)
    a, b = folders.domains(options.a, options.b, options.data)
    strategy = devices.strategy(options.replicas)
    with strategy.scope():
        feature_extractor = loading.encoder()[0] if settings.projected_filters else None
    done = training.train(
        a, b, options.folder, settings, strategy, feature_extractor, options.begin
    )
    return 0 if done else 130


def _run_pix2pix(options):
    from tfstyle.data import folders
    from tfstyle.methods.pix2pix import training
    from tfstyle.methods.pix2pix.settings import Settings
    from tfstyle.training import devices

    settings = _settings(Settings, options)
    pairs = folders.pairs(options.pairs, options.a, options.b)
    strategy = devices.strategy(options.replicas)
    done = training.train(
        pairs, options.folder, settings, strategy, options.direction, options.begin
    )
    return 0 if done else 130


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
        help="write the SHA-256 of the files that are in -o into the card beside them, no more",
    )
    parser.add_argument(
        "--mix",
        nargs=2,
        metavar=("DIR", "SHARE"),
        action="append",
        default=[],
        help="another finished run, of whose weights so much is taken: 0.4 leaves 0.6",
    )
    parser.add_argument("--notes", metavar="JSON", help="further lines of the card")
    parser.add_argument(
        "--paintings",
        metavar="DIR",
        help="NAME.jpg of every name in tfstyle/released/paintings.json, to ship as named styles",
    )
    parser.add_argument(
        "--photographs",
        metavar="DIR",
        help="with the paintings, what int8 finds its ranges on (default: drawn pictures)",
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR")


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
