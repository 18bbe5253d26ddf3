"""`tfstyle export`."""

from pathlib import Path

from tfstyle.cli.options import command, size
from tfstyle.export import ACCELERATORS, FORMATS, TFLITE_PRECISIONS


def _export(commands):
    parser = command(
        commands,
        "export",
        _run_export,
        "write a model's files for phones, ONNX runtimes or TensorFlow, and compare with Keras",
        "tfstyle export ghiasi -o phone\n"
        "  tfstyle export adain -o phone --photographs photos --paintings paintings\n"
        "  tfstyle export ghiasi -o app --drop-in     # instead of Magenta's two files\n"
        "  tfstyle export ghiasi -o gpu --for gpu --size 384x384     # for LiteRT's CompiledModel\n"
        "  tfstyle export ghiasi -o onnx --format onnx --precision dynamic\n"
        "  tfstyle export ghiasi -o hub --format saved_model\n"
        "  tfstyle export --all -o everything",
    )
    parser.add_argument("model", nargs="?", metavar="MODEL", help="a name of `tfstyle methods`")
    parser.add_argument(
        "--all", action="store_true", help="export every model, each to a folder of its name"
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write")
    _add_form(parser)
    _add_sources(parser)


def _add_form(parser):
    """Adds the flags of the files' form."""
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default=FORMATS[0],
        help="onnx writes one file per signature; saved_model has the interface of Magenta's Hub "
        "module (default: %(default)s)",
    )
    parser.add_argument(
        "--precision",
        choices=TFLITE_PRECISIONS,
        help="dynamic has int8 weights; int8, of TFLite files only, has calibrated activations "
        "too (default: the method's own for TFLite files, float32 for ONNX files)",
    )
    parser.add_argument(
        "--size",
        type=size,
        metavar="any|HxW",
        help="size of photographs for a TFLite or ONNX file, height first (default: any)",
    )
    parser.add_argument(
        "--for",
        dest="accelerator",
        choices=ACCELERATORS,
        help="write TFLite files of one --size, for photographs and paintings, whose operations "
        "phones' GPUs or NPUs support; in float16 unless --precision is given",
    )
    parser.add_argument(
        "--drop-in",
        action="store_true",
        help="for ghiasi: write two files that replace Magenta's in apps written for these",
    )


def _add_sources(parser):
    """Adds the flags of what the files are made from."""
    parser.add_argument(
        "--run",
        dest="source",
        metavar="DIR",
        help="finished run to export (default: the released weights)",
    )
    parser.add_argument(
        "--photographs",
        metavar="DIR",
        help="photographs to calibrate and compare on (default: drawn ones)",
    )
    parser.add_argument(
        "--paintings",
        metavar="DIR",
        help="paintings to calibrate and compare on (default: drawn ones)",
    )


def _run_export(options):
    from tqdm import tqdm

    from tfstyle import registry
    from tfstyle.export.folder import export

    if bool(options.model) == options.all:
        raise ValueError("Expected a MODEL, or --all. Received: both or neither.")
    output = Path(options.output)
    folders = {options.model: output}
    if options.all:
        folders = {name: output / name for name in registry.exported()}
    for name, folder in tqdm(folders.items(), unit="model", disable=not options.all):
        paths = export(
            name,
            folder,
            options.format,
            options.precision,
            options.size,
            options.source,
            options.photographs,
            options.paintings,
            options.drop_in,
            options.accelerator,
        )
        for path in paths:
            tqdm.write(str(path))
    return 0


COMMANDS = (_export,)
