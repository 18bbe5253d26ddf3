"""The `tfstyle` command. It alone prints and exits."""

import argparse
import dataclasses
import os
import sys
from pathlib import Path

import tfstyle
from tfstyle.methods import METHODS


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and returns its exit code: 0 done, 1 partly, 2 refused, 130 stopped."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, TypeError, OSError) as error:
        message = " ".join(str(error).split())
        print(f"tfstyle: {message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tfstyle: stopped.", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="tfstyle",
        description="Image style transfer: every family behind one verb.",
        epilog="`tfstyle COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"tfstyle {tfstyle.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_stylize, _methods, _example, _train, _evaluate, _release):
        add(commands)
    return parser


def _command(commands, name, run, help, example):
    parser = commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _stylize(commands):
    parser = _command(
        commands,
        "stylize",
        _run_stylize,
        "paint a photograph, or a folder of them, in a painting's style",
        "tfstyle stylize dog.jpg --style starry_night.jpg -o painted.jpg --strength 0.8",
    )
    parser.add_argument("photo", metavar="PHOTO", help="picture, or folder of pictures")
    parser.add_argument("--style", required=True, metavar="PAINTING", help="picture of the style")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="picture, or folder for a folder"
    )
    parser.add_argument(
        "--method", default="ghiasi", help=f"one of {', '.join(METHODS)} (default: %(default)s)"
    )
    parser.add_argument(
        "--strength",
        type=float,
        default=1.0,
        metavar="0..1",
        help="0 is the photograph, 1 the full style (default: %(default)s)",
    )
    parser.add_argument(
        "--size",
        type=_positive,
        metavar="N",
        help="longer side of the result in pixels (default: the photograph's own)",
    )
    parser.add_argument(
        "--threads", type=_positive, metavar="N", help="processor threads (default: all cores)"
    )
    parser.add_argument(
        "--quality",
        type=_percent,
        default=95,
        metavar="1..100",
        help="of JPEG and WebP (default: %(default)s)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, received {text}")
    return number


def _percent(text):
    number = int(text)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 100, received {text}")
    return number


def _run_stylize(options):
    from tfstyle import images, weights
    from tfstyle.methods.stylizer import checked_strength

    checked_strength(options.strength)
    inputs, outputs = _ways(Path(options.photo), Path(options.output), options.overwrite)
    stylizer = weights.load_lite(options.method, options.threads)
    style = images.read(options.style, stylizer.style_side)

    def paint(source, target):
        content = images.read(source, options.size)
        if options.size:
            content = images.resize(content, *images.fitted(content.shape[:2], options.size))
        painted = stylizer.stylize(content, style, options.strength)
        images.write(painted, target, options.quality)

    if Path(options.photo).is_dir():
        return _paint_folder(paint, inputs, outputs, options.overwrite)
    paint(inputs[0], outputs[0])
    return 0


def _ways(photo, output, overwrite):
    from tfstyle import images
    from tfstyle.data import folders

    if photo.is_dir():
        inputs = folders.pictures(photo)
        if output.exists() and not output.is_dir():
            raise NotADirectoryError(f"Expected a folder for the results. Received: {output}.")
        return inputs, [output / path.relative_to(photo) for path in inputs]
    target = output / photo.name if output.is_dir() else output
    images.check_writable(target, overwrite)
    return [photo], [target]


def _paint_folder(paint, inputs, outputs, overwrite):
    from tqdm import tqdm

    from tfstyle import images

    failures = []
    for source, target in tqdm(list(zip(inputs, outputs, strict=True)), unit="picture"):
        try:
            images.check_writable(target, overwrite)
            paint(source, target)
        except (ValueError, OSError) as error:
            failures.append(" ".join(str(error).split()))
    for failure in failures:
        print(f"tfstyle: {failure}", file=sys.stderr)
    if failures:
        print(f"tfstyle: {len(failures)} of {len(inputs)} not painted.", file=sys.stderr)
    return 1 if failures else 0


def _methods(commands):
    _command(
        commands,
        "methods",
        _run_methods,
        "list the methods whose weights are in the package",
        "tfstyle methods",
    )


def _run_methods(options):
    from tfstyle import weights

    for name in weights.released():
        row, card = METHODS[name], weights.card(name)
        print(f"{name}: {row.title}")
        print(f"  style    {row.takes.value}")
        print(f"  weights  {card['tflite_bytes'] / 1e6:.2f} MB (TFLite, int8 weights)")
        print(f"  learned  {card['steps']} steps of {card['batch']} pictures of {card['size']} px")
        print(f"  paper    {row.paper}")
    return 0


def _example(commands):
    parser = _command(
        commands,
        "example",
        _run_example,
        "write an example photograph and paintings that the project drew itself",
        "tfstyle example pictures",
    )
    parser.add_argument("folder", metavar="FOLDER", help="made where it is missing")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _run_example(options):
    from tfstyle import examples, images

    for name, draw in examples.PICTURES.items():
        target = Path(options.folder) / name
        images.check_writable(target, options.overwrite)
        images.write(draw(), target)
        print(target)
    return 0


def _train(commands):
    parser = commands.add_parser("train", help="train a network; the same command goes on")
    kinds = parser.add_subparsers(metavar="NETWORK", required=True)
    _train_encoder(kinds)
    _train_ghiasi(kinds)


def _train_encoder(kinds):
    from tfstyle.training.settings import Distillation

    parser = _command(
        kinds,
        "encoder",
        _run_train_encoder,
        "distil our encoder from VGG-19",
        "tfstyle train encoder --pictures photos paintings --run runs/encoder",
    )
    parser.add_argument("--pictures", required=True, nargs="+", metavar="DIR", help="any pictures")
    _add_teacher(parser)
    _add_run(parser, Distillation())


def _train_ghiasi(kinds):
    from tfstyle.methods.ghiasi.settings import Settings

    parser = _command(
        kinds,
        "ghiasi",
        _run_train_ghiasi,
        "train a style predictor and a transformer",
        "tfstyle train ghiasi --content photos --style paintings --run runs/ghiasi",
    )
    parser.add_argument("--content", required=True, metavar="DIR", help="photographs")
    parser.add_argument("--style", required=True, metavar="DIR", help="paintings")
    parser.add_argument(
        "--encoder",
        metavar="DIR",
        help="run folder of `train encoder` (default: the released encoder)",
    )
    parser.add_argument(
        "--teacher",
        metavar="DIR",
        help="folder with a distilled VGG-19 as .npz, to take the losses on "
        "(default: the encoder's own view of VGG-19)",
    )
    _add_run(parser, Settings())


def _add_teacher(parser):
    parser.add_argument(
        "--teacher",
        metavar="DIR",
        help="folder with VGG-19's weights as .npz (default: download keras.applications' VGG-19)",
    )


def _add_run(parser, settings):
    parser.add_argument("--run", required=True, dest="folder", metavar="DIR", help="run folder")
    numbers = parser.add_argument_group("numbers")
    for field in dataclasses.fields(settings):
        default = getattr(settings, field.name)
        numbers.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(default),
            default=default,
            metavar=type(default).__name__,
            help=f"{field.metadata['help']} (default: {default})",
        )


def _settings(kind, options):
    return kind(**{field.name: getattr(options, field.name) for field in dataclasses.fields(kind)})


def _run_train_encoder(options):
    from tfstyle.training import encoder
    from tfstyle.training.settings import Distillation

    settings = _settings(Distillation, options)
    done = encoder.train(options.pictures, options.folder, options.teacher, settings)
    return 0 if done else 130


def _run_train_ghiasi(options):
    from tfstyle import weights
    from tfstyle.methods.ghiasi import training
    from tfstyle.methods.ghiasi.settings import Settings
    from tfstyle.networks import encoder, vgg

    eyes, readouts = weights.encoder(options.encoder)

    def loss_network():
        if options.teacher:
            return vgg.narrow(options.teacher)
        return encoder.like(eyes), encoder.views(readouts)

    settings = _settings(Settings, options)
    done = training.train(
        options.content, options.style, options.folder, eyes, loss_network, settings
    )
    return 0 if done else 130


def _evaluate(commands):
    parser = commands.add_parser("evaluate", help="measure quality and speed beside a peer's")
    kinds = parser.add_subparsers(metavar="WHAT", required=True)
    _evaluate_ghiasi(kinds)
    _evaluate_encoder(kinds)


def _evaluate_ghiasi(kinds):
    parser = _command(
        kinds,
        "ghiasi",
        _run_evaluate_ghiasi,
        "style and content distance, time and size over pairs of pictures",
        "tfstyle evaluate ghiasi --content photos --style paintings --magenta magenta_tflite",
    )
    parser.add_argument("--content", required=True, metavar="DIR", help="photographs")
    parser.add_argument("--style", required=True, metavar="DIR", help="paintings")
    _add_teacher(parser)
    parser.add_argument(
        "--model", metavar="DIR", help="folder of `release` (default: the released model)"
    )
    parser.add_argument(
        "--magenta", metavar="DIR", help="Magenta's TFLite files, measured in the same run"
    )
    parser.add_argument("--strengths", type=float, nargs="+", default=[1.0], metavar="0..1")
    parser.add_argument(
        "--rounds", type=_positive, default=1, metavar="N", help="pairings (default: 1)"
    )
    parser.add_argument("--sheet", metavar="PICTURE", help="write every pair's pictures here")


def _run_evaluate_ghiasi(options):
    from tfstyle import evaluation

    for line in evaluation.report(
        content=options.content,
        style=options.style,
        teacher=options.teacher,
        model=options.model,
        magenta=options.magenta,
        strengths=options.strengths,
        rounds=options.rounds,
        sheet=options.sheet,
    ):
        print(line, flush=True)
    return 0


def _evaluate_encoder(kinds):
    parser = _command(
        kinds,
        "encoder",
        _run_evaluate_encoder,
        "R2 of the best ridge read-out of VGG-19's features, and time beside VGG-19's",
        "tfstyle evaluate encoder --fit photos --held-out others",
    )
    parser.add_argument("--fit", required=True, nargs="+", metavar="DIR", help="for the read-outs")
    parser.add_argument("--held-out", required=True, nargs="+", metavar="DIR", help="for R2")
    parser.add_argument("--pictures", type=_positive, default=300, metavar="N", help="of --fit")
    parser.add_argument("--encoder", metavar="DIR", help="run folder (default: the released one)")
    _add_teacher(parser)


def _run_evaluate_encoder(options):
    from tfstyle import evaluation

    for line in evaluation.encoder_report(
        fit=options.fit,
        held_out=options.held_out,
        pictures=options.pictures,
        encoder=options.encoder,
        teacher=options.teacher,
    ):
        print(line, flush=True)
    return 0


def _release(commands):
    parser = _command(
        commands,
        "release",
        _run_release,
        "export a finished run to a folder of .keras and .tflite files with a card",
        "tfstyle release ghiasi --run runs/ghiasi --notes notes.json -o tfstyle/released/ghiasi",
    )
    parser.add_argument("name", choices=["encoder", *METHODS], metavar="NAME")
    parser.add_argument("--run", required=True, dest="folder", metavar="DIR", help="finished run")
    parser.add_argument("--notes", metavar="JSON", help="further lines of the card")
    parser.add_argument("-o", "--output", required=True, metavar="DIR")


def _run_release(options):
    from tfstyle import release

    for path in release.release(options.name, options.folder, options.output, options.notes):
        print(path)
    return 0
