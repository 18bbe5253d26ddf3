"""`tfstyle batch`."""

import contextlib
import logging
import os
import sys

from tfstyle import extras
from tfstyle.cli import paint
from tfstyle.cli.options import command, percent, positive
from tfstyle.color import KEEP
from tfstyle.methods import DEFAULT

RUNNER = "FnApiRunner"  # Beam's own in this process, which downloads nothing


def _batch(commands):
    parser = command(
        commands,
        "batch",
        _run,
        "paint any number of pictures on Apache Beam, on this machine or on a cluster",
        "tfstyle batch 'photos/**.jpg' --style starry-night -o painted/\n"
        "  tfstyle batch 'photos/**.jpg' --style starry-night -o painted/ "
        "--direct_running_mode multi_processing --direct_num_workers 8\n"
        "  tfstyle batch 'gs://photos/*.jpg' --style mine.jpg -o gs://painted/ "
        "--runner DataflowRunner --project p --region europe-west1 --temp_location gs://tmp\n"
        "  tfstyle batch photos.tfrecord --method johnson --style the-kiss -o painted.tfrecord\n"
        "  tfstyle batch 'paintings/*' --codes -o codes.jsonl\n\n"
        "Flags that are not listed here go to Beam; they come after the inputs. Files that cannot\n"
        "be painted are listed in OUT/failed.csv, and every file in OUT/report.csv. The same\n"
        "command goes on after a stop: what is painted is kept.",
    )
    parser.allow_abbrev = False
    parser.set_defaults(passed_on=[])
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help="patterns, pictures or folders; or .txt files with a path a line; or .tfrecord files "
        "of tf.train.Example with image/encoded and image/filename; of any of Beam's filesystems",
    )
    parser.add_argument(
        "--from",
        dest="form",
        choices=("pictures", "list", "records"),
        help="what INPUT is (default: by its name)",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="folder, where names stay as they are below the inputs' fixed part; or a .tfrecord "
        "file; or, with --codes, a .jsonl file; records and codes are written in several files",
    )
    _add_style(parser)
    parser.add_argument(
        "--codes",
        action="store_true",
        help="instead of painting take each picture's style code, a line of JSON each",
    )
    parser.add_argument(
        "--threads",
        type=positive,
        default=1,
        metavar="N",
        help="processor threads of each worker's process (default: %(default)s)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    parser.add_argument(
        "--runner",
        default=RUNNER,
        help="Beam's: DirectRunner, FlinkRunner, SparkRunner, DataflowRunner, DaskRunner and so on "
        "(default: %(default)s, in this process)",
    )


def _add_style(parser):
    """Of `tfstyle stylize`."""
    paint.add_styles(parser)
    parser.add_argument(
        "--method",
        default=DEFAULT,
        help="a name of `tfstyle methods` that paints in one pass (default: %(default)s)",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="which of the method's models, or a release's folder that every worker sees",
    )
    parser.add_argument(
        "--strength", type=float, default=1.0, metavar="0..1", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--keep-colors", choices=KEEP, help="keep the photograph's colours (default: the style's)"
    )
    parser.add_argument(
        "--size",
        type=positive,
        metavar="N",
        help="longer side of the results in pixels (default: each photograph's own)",
    )
    parser.add_argument(
        "--quality",
        type=percent,
        default=95,
        metavar="1..100",
        help="of JPEG and WebP (default: %(default)s)",
    )


def _run(options):
    with _quiet():
        try:
            from tfstyle.batch.job import Batch
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("apache_beam"):
                raise
            raise OSError(
                f"Expected Apache Beam: {extras.command('beam')}. Received: {error}."
            ) from error
    flags = ["--runner", options.runner, *options.passed_on]
    batch = Batch(
        options.inputs, options.output, _work(options), options.form, options.overwrite, flags
    )
    counts = batch.run()
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    if counts["failed"]:
        print(f"tfstyle: {counts['failed']} of {counts.total()} failed.", file=sys.stderr)
    return 1 if counts["failed"] else 0


@contextlib.contextmanager
def _quiet():
    """Hides Beam's warnings of clients of clouds that are not installed."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _work(options):
    from tfstyle.batch.work import Coding, Painting

    if options.model and os.path.isdir(options.model):
        options.model = os.path.abspath(options.model)  # workers have folders of their own
    if options.codes:
        if options.style or options.weights:
            raise ValueError("Expected --codes or --style. Received: both.")
        if not options.output.endswith(".jsonl"):
            raise ValueError(f"Expected a .jsonl file for codes. Received: {options.output}.")
        return Coding(options.method, options.model, options.threads)
    if options.output.endswith(".jsonl"):
        raise ValueError(f"Expected a folder or a .tfrecord file. Received: {options.output}.")
    paint.name_the_model(options)
    paint.check_style(options)
    painting = Painting(
        options.method,
        options.model,
        (),
        options.weights and tuple(options.weights),
        options.strength,
        options.keep_colors,
        options.size,
        options.quality,
        options.threads,
    )
    return painting.styled(options.style or (), paint.style_of)


COMMANDS = (_batch,)
