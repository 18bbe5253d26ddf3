"""ONNX files in onnxruntime beside the same signature in LiteRT, in float32 and as released.

    python benchmarks/onnx_speed.py

Each is "stylize", from a photograph (and a painting, where the method takes one) to the picture,
as `tfstyle export` writes it. Prints medians over interleaved rounds.
"""

import argparse
import functools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tfstyle import device, examples, images, litert, loading, registry
from tfstyle.evaluation.speed import milliseconds
from tfstyle.export import folder, onnx, tflite
from tfstyle.export.signature_runner import first_inputs, run_signatures
from tfstyle.methods import METHODS, method

LABEL = "stylize"


def default_models():
    """A released model of every method."""
    models = {method(model).name: model for model in reversed(registry.exported())}
    return [models[name] for name in METHODS if name in models]


def lite_runner(endpoint, arguments, precision, threads):
    samples = {LABEL: [arguments]} if precision == "int8" else {}
    content = tflite.to_tflite({LABEL: endpoint}, precision, samples)
    runner = litert.interpreter(threads, model_content=content).get_signature_runner(LABEL)
    return functools.partial(runner, **arguments)


def runners(name, size, threads):
    """Functions without arguments by label: one signature in onnxruntime and in LiteRT."""
    table = folder.endpoints(name, loading.load_networks(name))
    pair = images.resize(examples.lake(384, 512), size, size), examples.swirls()
    *_, (file, label, arguments, _) = run_signatures(table, first_inputs(pair))
    endpoint = table[file][label]
    session = onnx.session(onnx.to_onnx(endpoint), threads)
    functions = {"onnxruntime, float32": functools.partial(session.run, None, arguments)}
    for precision in dict.fromkeys(("float32", method(name).precision)):
        functions[f"LiteRT, {precision}"] = lite_runner(endpoint, arguments, precision, threads)
    return functions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="released models (default: one of each method)")
    parser.add_argument("--size", type=int, default=384, metavar="PIXELS")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    print(device.processor())
    for name in options.models or default_models():
        times = milliseconds(runners(name, options.size, options.threads), options.rounds)
        first, *_ = times.values()
        print(f"{name}, {options.size} px")
        for label, ms in times.items():
            print(f"  {label:24s} {ms:8.1f} ms, onnxruntime takes {first / ms:.2f} times as long")


if __name__ == "__main__":
    main()
