"""`tfstyle evaluate`, `evaluate-encoder` and `evaluate-film`."""

import dataclasses
import sys

from tfstyle import extras
from tfstyle.cli.options import ONE_PASS, add_precision, add_teacher, command, positive
from tfstyle.cli.scripts import add_json

PRECISION_USE = "what models on Keras compute in (figures are in float32)" + ONE_PASS


def _evaluate(commands):
    parser = command(
        commands,
        "evaluate",
        _run_evaluate,
        "measure models side by side over pairs of pictures",
        "tfstyle evaluate ghiasi ghiasi-desktop magenta_tflite --content photos --style paintings "
        "--teacher vgg --strengths 0.8 1 --csv all.csv --sheet all.png\n"
        "  tfstyle evaluate johnson magenta_tflite --content photos --style named --teacher vgg "
        "--controls --against 'magenta fp16' --pictures judged\n\n"
        "The first figures say how near a picture is to the painting, lower is nearer: remd\n"
        "(agreed with what viewers chose), remd_squeeze (for networks trained on REMD) and\n"
        "wasserstein. weave is about 0.1 where there is no lattice of eight pixels. style and\n"
        "content are kept for continuity: together they are best where a photograph is seen\n"
        "through a filter. The CSV file has the Wasserstein distance of each layer as well.",
    )
    parser.add_argument(
        "models",
        nargs="+",
        metavar="MODEL",
        help="a name of `tfstyle methods`, where named styles alone are known for paintings' "
        "files of those names; johnson for all of its networks; the folder of a release or a "
        "finished run; a folder of TFLite files in Magenta's layout, or one of its transformers; "
        "the .pb file of its network of 26 styles, style0.jpg to style25.jpg; "
        "or magenta, or the address, .tar.gz file or folder of such a module of TensorFlow Hub",
    )
    _add_pairs(parser)
    _add_measures(parser)
    _add_files(parser)
    parser.add_argument("--speed", action="store_true", help="also time the models")
    add_json(parser)
    add_precision(parser, PRECISION_USE)


def _add_pairs(parser):
    parser.add_argument("--content", metavar="DIR", help="folder of photographs, with --style")
    parser.add_argument(
        "--style", metavar="DIR", help="folder of paintings; photograph i takes painting 7i"
    )
    parser.add_argument(
        "--rounds",
        type=positive,
        default=1,
        metavar="N",
        help="number of paintings for each photograph (default: %(default)s)",
    )
    parser.add_argument(
        "--pairs",
        metavar="CSV",
        help="instead of two folders, a file with a line photograph,painting for each pair",
    )
    parser.add_argument(
        "--first", type=positive, metavar="N", help="measure only the first N pairs (default: all)"
    )
    parser.add_argument(
        "--size",
        type=positive,
        default=384,
        metavar="PIXELS",
        help="side that photographs are squashed to; Magenta's pair takes 384 (default: "
        "%(default)s)",
    )


def _add_measures(parser):
    add_teacher(parser, "network to measure on: ")
    parser.add_argument(
        "--strengths",
        type=float,
        nargs="+",
        default=[1.0],
        metavar="0..1",
        help="strengths that models are measured at, as shares of their default; 1 is always "
        "measured (default: 1)",
    )
    parser.add_argument(
        "--controls",
        action="store_true",
        help="also measure the unchanged photograph, the photograph with the painting's mean "
        "and covariance of colours, the mirrored painting, and every model's pictures after a "
        "Gaussian blur of 2 pixels; adds painterliness, which is 0 for the better of the first "
        "two and 1 for the third",
    )
    parser.add_argument(
        "--against",
        metavar="NAME",
        help="a row of the table; for every other row, count the pairs in which it is nearer to "
        "the painting than this one",
    )


def _add_files(parser):
    parser.add_argument("--csv", metavar="FILE", help="write every pair's figures to this file")
    parser.add_argument(
        "--sheet", metavar="PICTURE", help="write every pair's pictures to this file"
    )
    parser.add_argument(
        "--pictures",
        metavar="DIR",
        help="keep every measured picture: 00_content.png, 00_style.png, 00_MODEL.png and so on, "
        "with one number per pair; characters that file names should not have become -",
    )


def _run_evaluate(options):
    from tfstyle.evaluation import pairs

    if bool(options.pairs) == bool(options.content and options.style):
        raise ValueError("Expected --content and --style, or --pairs. Received: both or neither.")
    if options.pairs:
        selected = pairs.of_file(options.pairs)
    else:
        selected = pairs.of_folders(options.content, options.style, options.rounds)
    selected = [dataclasses.replace(pair, side=options.size) for pair in selected[: options.first]]
    if options.pictures and not extras.has_keras():
        return _write_pictures(options, selected)
    from tfstyle.evaluation import report

    for line in report.report(
        names=options.models,
        pairs=selected,
        teacher=options.teacher,
        strengths=sorted({*options.strengths, 1.0}),
        outputs=report.Outputs(options.csv, options.sheet, options.pictures),
        with_speed=options.speed,
        with_controls=options.controls,
        against=options.against,
        precision=options.precision,
        on_means=lambda means: _add_results(options, selected, means),
    ):
        print(line, flush=True)
    return 0


def _write_pictures(options, pairs):
    """Writes the pictures alone, without Keras to measure them with."""
    from tfstyle.evaluation import gallery, models

    stylizers = {}
    for name in options.models:
        stylizers |= models.stylizers(name)
    painters = models.painters(stylizers, sorted({*options.strengths, 1.0}))
    gallery.paint(painters, pairs, options.pictures)
    options.results.update({"pairs": len(pairs), "pictures": options.pictures, "figures": {}})
    print(
        f"tfstyle: the pictures alone; figures need Keras: {extras.command('keras')}.",
        file=sys.stderr,
    )
    return 1


def _add_results(options, pairs, means):
    """Adds the mean figures to the results for --json."""
    figures = {label: dataclasses.asdict(mean) for label, mean in means.items()}
    files = {name: getattr(options, name) for name in ("csv", "sheet", "pictures")}
    options.results.update({"pairs": len(pairs), **files, "figures": figures})


def _evaluate_encoder(commands):
    parser = command(
        commands,
        "evaluate-encoder",
        _run_evaluate_encoder,
        "measure R2 of the best ridge readout of VGG-19's features, and time beside VGG-19's",
        "tfstyle evaluate-encoder --fit photos --held-out others",
    )
    parser.add_argument(
        "--fit", required=True, nargs="+", metavar="DIR", help="pictures to fit the readouts on"
    )
    parser.add_argument(
        "--held-out", required=True, nargs="+", metavar="DIR", help="pictures to measure R2 on"
    )
    parser.add_argument(
        "--pictures",
        type=positive,
        default=300,
        metavar="N",
        help="number of pictures of --fit that are used (default: %(default)s)",
    )
    parser.add_argument("--encoder", metavar="DIR", help="run folder (default: the released one)")
    add_teacher(parser)


def _run_evaluate_encoder(options):
    from tfstyle.evaluation import encoder

    for line in encoder.report(
        fit=options.fit,
        held_out=options.held_out,
        pictures=options.pictures,
        encoder=options.encoder,
        teacher=options.teacher,
    ):
        print(line, flush=True)
    return 0


def _evaluate_film(commands):
    parser = command(
        commands,
        "evaluate-film",
        _run_evaluate_film,
        "measure the flicker of painted films: warp errors along the flow of the clip; needs "
        "pip install 'tfstyle[film]'",
        "tfstyle evaluate-film clip.mp4 painted.mp4 others/ --slice slice.png\n\n"
        "Short term is from each frame to the one before, long term to the first of its shot, as\n"
        "in Lai et al. 2018; pixels that are not seen in both frames are left out.",
    )
    _add_films(parser)
    parser.add_argument(
        "--teacher",
        metavar="DIR",
        help="folder with SqueezeNet's weights and the heads of LPIPS; also measures LPIPS between "
        "neighbouring frames",
    )


def _add_films(parser):
    parser.add_argument("clip", metavar="CLIP", help="the clip before it was painted")
    parser.add_argument(
        "films",
        nargs="+",
        metavar="FILM",
        help="films painted from the clip: files, or folders of frames",
    )
    parser.add_argument(
        "--size",
        type=positive,
        metavar="N",
        help="longer side in pixels at which the films are measured (default: the clip's own)",
    )
    parser.add_argument(
        "--slice",
        metavar="PICTURE",
        help="write one line of pixels of each film over time, which shows flicker",
    )
    parser.add_argument(
        "--line",
        type=float,
        default=0.5,
        metavar="0..1",
        help="height of this line, from 0 (top) to 1 (bottom) (default: %(default)s)",
    )


def _run_evaluate_film(options):
    from tfstyle.evaluation import films

    for line in films.report(
        options.clip, options.films, options.size, options.line, options.teacher, options.slice
    ):
        print(line, flush=True)
    return 0


COMMANDS = (_evaluate, _evaluate_encoder, _evaluate_film)
