"""`tfstyle export`."""

from pathlib import Path

from tfstyle.cli.options import command, size

FORMATS = ("tflite", "onnx", "saved_model")
ACCELERATORS = ("gpu", "npu")
TFLITE_PRECISIONS = ("float32", "float16", "dynamic", "int8")


def _export(commands):
    parser = command(
        commands,
        "export",
        _run_export,
        "write a model's files for phones, ONNX' runtimes or TensorFlow, compared with Keras",
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
        "--all", action="store_true", help="every one, each to a folder of its name"
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default=FORMATS[0],
        help="onnx is a file a signature; saved_model is called as Magenta's Hub module is "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--precision",
        choices=TFLITE_PRECISIONS,
        help="dynamic has int8 weights, int8 (of TFLite files alone) calibrated activations too "
        "(default: of TFLite files the family's own, of ONNX files float32)",
    )
    parser.add_argument(
        "--size",
        type=size,
        metavar="any|HxW",
        help="that a TFLite or ONNX file takes, height before width (default: any)",
    )
    parser.add_argument(
        "--for",
        dest="accelerator",
        choices=ACCELERATORS,
        help="TFLite files of one --size, photographs and paintings, whose operations telephones' "
        "GPUs or NPUs take; in float16 where no --precision is given",
    )
    parser.add_argument(
        "--drop-in",
        action="store_true",
        help="of ghiasi: two files with the tensors of Magenta's, for apps written for these",
    )
    parser.add_argument(
        "--run", dest="source", metavar="DIR", help="finished run (default: the released weights)"
    )
    parser.add_argument(
        "--photographs", metavar="DIR", help="to calibrate and compare on (default: drawn ones)"
    )
    parser.add_argument("--paintings", metavar="DIR", help="the same of paintings")


def _run_export(options):
    from tqdm import tqdm

    from tfstyle import registry
    from tfstyle.export.folder import export

    if bool(options.model) == options.all:
        raise ValueError("Expected a MODEL, or --all. Received: both or neither.")
    output = Path(options.output)
    chosen = {options.model: output}
    if options.all:
        chosen = {name: output / name for name in registry.exported()}
    for name, folder in tqdm(chosen.items(), unit="model", disable=not options.all):
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
