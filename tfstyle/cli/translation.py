"""`tfstyle evaluate-translation` and `tone`."""

from tfstyle.cli.evaluate import PRECISION_USE
from tfstyle.cli.options import add_precision, add_teacher, command
from tfstyle.methods import METHODS, Kind


def _evaluate_translation(commands):
    parser = command(
        commands,
        "evaluate-translation",
        _run_evaluate_translation,
        "measure the kernel distance (KID) of translated pictures to the other domain, and their "
        "content distance",
        "tfstyle evaluate-translation cyclegan --model sunny2rainy --back rainy2sunny "
        "--source shine/test --target rain/test --fit-source shine/train --fit-target rain/train "
        "--teacher vgg --sheet sheet.png\n"
        "  tfstyle evaluate-translation pix2pix --model facades --pairs facades/test "
        "--direction b-to-a --teacher vgg",
    )
    methods = [m.name for m in METHODS.values() if m.kind is Kind.TRANSLATION]
    parser.add_argument("method", metavar="METHOD", help=" or ".join(methods))
    parser.add_argument(
        "--model",
        required=True,
        metavar="NAME",
        help="which of the method's models, as `tfstyle stylize` takes it",
    )
    parser.add_argument(
        "--back", metavar="NAME", help="model of the opposite direction, for the cycle error"
    )
    parser.add_argument(
        "--another", metavar="NAME", help="model of the same direction that is measured beside it"
    )
    _add_domains(parser, "pictures to translate")
    _add_fit(parser)
    _add_pairs(parser)
    add_teacher(parser, "network to measure on: ")
    parser.add_argument("--csv", metavar="FILE", help="write every picture's figures to this file")
    parser.add_argument("--sheet", metavar="PICTURE", help="write forty translations to this file")
    parser.add_argument(
        "--pictures",
        metavar="DIR",
        help="keep every measured picture of two domains: 00_content.png, 00_translated.png, "
        "00_best-grade.png and so on, and as 00_style.png one of the other domain",
    )
    add_precision(parser, PRECISION_USE)


def _add_domains(parser, source, required=False):
    """Adds the flags of both domains' folders, with the help of the first."""
    folders = {"required": required, "nargs": "+", "metavar": "DIR"}
    parser.add_argument("--source", help=source, **folders)
    parser.add_argument("--target", help="pictures of the other domain", **folders)


def _add_fit(parser):
    parser.add_argument(
        "--fit-source",
        nargs="+",
        default=(),
        metavar="DIR",
        help="training pictures to translate; also measures the best colour grade",
    )
    parser.add_argument(
        "--fit-target",
        nargs="+",
        default=(),
        metavar="DIR",
        help="training pictures of the other domain",
    )


def _add_pairs(parser):
    from tfstyle.data import folders

    parser.add_argument(
        "--pairs",
        metavar="DIR",
        help="instead of two domains, pictures that hold a pair side by side",
    )
    parser.add_argument(
        "--direction",
        choices=folders.DIRECTIONS,
        default=folders.DIRECTIONS[0],
        help="direction of the pairs (default: %(default)s)",
    )


def _run_evaluate_translation(options):
    from tfstyle.data import folders
    from tfstyle.evaluation import translation

    if bool(options.pairs) == bool(options.source and options.target):
        raise ValueError("Expected --source and --target, or --pairs. Received: both or neither.")
    if options.pairs and (options.back or options.csv or options.pictures or options.another):
        raise ValueError(
            "Expected --another, --back, --csv and --pictures with --source and --target. "
            "Received: --pairs."
        )
    translate = _translator(options, options.model)
    if options.pairs:
        lines = translation.report_paired(
            translate,
            folders.pairs(options.pairs),
            options.direction,
            options.teacher,
            options.sheet,
        )
    else:
        back, another = (
            _translator(options, name) if name else None for name in (options.back, options.another)
        )
        lines = translation.report_unpaired(
            translate,
            translation.Domains(
                options.source, options.target, options.fit_source, options.fit_target
            ),
            back,
            options.teacher,
            options.csv,
            options.sheet,
            options.pictures,
            another,
        )
    for line in lines:
        print(line, flush=True)
    return 0


def _translator(options, model):
    from tfstyle import loading

    return loading.load_model(options.method, model, precision=options.precision).stylize


def _tone(commands):
    parser = command(
        commands,
        "tone",
        _run_tone,
        "fit the strength of a finished generator's translation, and a colour grade behind it",
        "tfstyle tone --run runs/weather/a_to_b --source shine/train --target rain/train "
        "-o runs/weather-toned",
    )
    parser.add_argument("--run", required=True, dest="folder", metavar="DIR", help="finished run")
    _add_domains(parser, "training pictures to translate", required=True)
    parser.add_argument(
        "--content",
        type=float,
        default=0.3,
        metavar="DISTANCE",
        help="largest allowed content distance (default: %(default)s)",
    )
    add_teacher(parser, "folder with SqueezeNet's weights to measure on: ", "our encoder")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write")


def _run_tone(options):
    from tfstyle.evaluation import color_calibration

    for line in color_calibration.calibrate(
        options.folder,
        options.source,
        options.target,
        options.output,
        options.content,
        options.teacher,
    ):
        print(line, flush=True)
    return 0


COMMANDS = (_evaluate_translation, _tone)
