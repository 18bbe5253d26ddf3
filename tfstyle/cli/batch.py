"""`tfstyle batch`."""

import contextlib
import logging
import os
import sys

from tfstyle import extras
from tfstyle.cli import style_options
from tfstyle.cli.options import (
    add_longer_side,
    add_overwrite,
    add_quality,
    command,
    positive,
)

RUNNER = "FnApiRunner"  # Beam's own in this process, which downloads nothing


def _batch(commands):
    parser = command(
        commands,
        "batch",
        _run_batch,
        "paint any number of pictures on Apache Beam, on this machine or on a cluster",
        "tfstyle batch 'photos/**.jpg' --style starry-night -o painted/\n"
        "  tfstyle batch 'photos/**.jpg' --style starry-night -o painted/ "
        "--direct_running_mode multi_processing --direct_num_workers 8\n"
        "  tfstyle batch 'gs://photos/*.jpg' --style mine.jpg -o gs://painted/ "
        "--runner DataflowRunner --project p --region europe-west1 --temp_location gs://tmp\n"
        "  tfstyle batch photos.tfrecord --method johnson --style the-kiss -o painted.tfrecord\n"
        "  tfstyle batch 'paintings/*' --codes -o codes.jsonl\n\n"
        "Flags that are not listed here go to Beam; they come after the inputs. Files that cannot\n"
        "be painted are listed in OUT/failed.csv, and every file in OUT/report.csv. After a stop\n"
        "the same command continues: painted pictures are kept.",
    )
    parser.allow_abbrev = False
    parser.set_defaults(passed_on=[])
    _add_input(parser)
    _add_output(parser)
    _add_style(parser)
    parser.add_argument(
        "--codes",
        action="store_true",
        help="instead of painting, write each picture's style code as a line of JSON",
    )
    _add_execution(parser)


def _add_input(parser):
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help="patterns, pictures or folders; or .txt files with one path per line; or .tfrecord "
        "files of tf.train.Example with image/encoded and image/filename; on any of Beam's "
        "filesystems",
    )
    parser.add_argument(
        "--from",
        dest="input_kind",
        choices=("pictures", "list", "records"),
        help="kind of INPUT (default: by its name)",
    )


def _add_output(parser):
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="folder, in which pictures keep their paths below the fixed part of INPUT; or a "
        ".tfrecord file; or, with --codes, a .jsonl file; records and codes are written to several "
        "files",
    )


def _add_execution(parser):
    """Adds the flags of how Beam runs."""
    parser.add_argument(
        "--threads",
        type=positive,
        default=1,
        metavar="N",
        help="processor threads of each worker process (default: %(default)s)",
    )
    add_overwrite(parser)
    parser.add_argument(
        "--runner",
        default=RUNNER,
        help="runner of Beam: DirectRunner, FlinkRunner, SparkRunner, DataflowRunner, DaskRunner "
        "and so on (default: %(default)s, in this process)",
    )


def _add_style(parser):
    """Adds the flags of a style, as `tfstyle stylize` has them."""
    style_options.add_styles(parser)
    style_options.add_method(parser, " that paints in one pass")
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="which of the method's models, or a release's folder that every worker sees",
    )
    style_options.add_strength(parser)
    style_options.add_keep_colors(parser)
    add_longer_side(parser, "the results", own="each photograph's own")
    add_quality(parser)


def _run_batch(options):
    with _beams_warnings_hidden():
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
        options.inputs, options.output, _work(options), options.input_kind, options.overwrite, flags
    )
    counts = batch.run()
    print(", ".join(f"{count} {result}" for result, count in sorted(counts.items())))
    if counts["failed"]:
        print(f"tfstyle: {counts['failed']} of {counts.total()} failed.", file=sys.stderr)
    return 1 if counts["failed"] else 0


@contextlib.contextmanager
def _beams_warnings_hidden():
    """Hides Beam's warnings that clients of clouds are not installed."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _work(options):
    from tfstyle.batch.transforms import Painting, StyleEncoding

    if options.model and os.path.isdir(options.model):
        options.model = os.path.abspath(options.model)  # workers have folders of their own
    if options.codes:
        if options.style or options.weights:
            raise ValueError("Expected --codes or --style. Received: both.")
        if not options.output.endswith(".jsonl"):
            raise ValueError(f"Expected a .jsonl file for codes. Received: {options.output}.")
        return StyleEncoding(options.method, options.model, options.threads)
    if options.output.endswith(".jsonl"):
        raise ValueError(f"Expected a folder or a .tfrecord file. Received: {options.output}.")
    style_options.set_model_by_style(options)
    style_options.check_styles(options)
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
    return painting.with_styles(options.style or (), style_options.read_style)


COMMANDS = (_batch,)
