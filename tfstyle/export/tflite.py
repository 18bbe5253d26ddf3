"""Networks as TFLite files: named signatures, builtin operations only, any size."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence

import flatbuffers
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from tfstyle import litert
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.files import saving

TFLITE_PRECISIONS = ("float32", "float16", "dynamic", "int8")
NOMINAL = 64  # pixels a side, before a file is told a size; a single one cannot be mirrored
REFUSED = ("Flex", "READ_VARIABLE", "VAR_HANDLE", "CALL_ONCE")
FLOAT = (  # what int8 would ruin: statistics, and what features are brought to
    *("ADD", "BATCH_MATMUL", "CONCATENATION", "DIV", "FULLY_CONNECTED", "LOGISTIC", "MEAN", "MUL"),
    *("RESHAPE", "RSQRT", "SLICE", "SPLIT", "SPLIT_V", "SQRT", "SQUARED_DIFFERENCE"),
    *("STRIDED_SLICE", "SUB", "SUM", "TANH"),
)
ACTIVATIONS = ("LEAKY_RELU", "RELU", "RESIZE_NEAREST_NEIGHBOR")  # float in careful files
FEW = 16  # channels; careful files convolve so few in floats
CONVOLUTIONS = {
    False: "those that make pictures",
    True: f"those that make pictures or see at most {FEW} channels",
}

RUNTIMES = {  # of TFLite files, by whether they take any size
    True: "LiteRT's Interpreter; its CompiledModel runs files of one size alone",
    False: "LiteRT's Interpreter and its CompiledModel",
}

Samples = Mapping[str, Iterable[Mapping[str, np.ndarray]]]


def to_tflite(
    endpoints: Mapping[str, Endpoint],
    precision: str = "dynamic",
    samples: Samples | None = None,
    size: tuple[int, int] | None = None,
    order: Sequence[str] | None = None,
    careful: bool = False,
    styles: tuple[int, int] | None = None,
) -> bytes:
    """A TFLite file.

    Args:
        endpoints: Networks by signature name; those that share layers share their weights.
        precision: "float32"; "float16" weights; "dynamic", int8 weights with activations
            quantised on the fly; or "int8", whose activations have the ranges that `samples`
            show, but for the operations of `FLOAT` and the convolution that makes the picture.
        samples: Arrays by input name, for every signature; "int8" needs them.
        size: Height and width of every "content"; None takes any.
        order: Names of a single signature's inputs, as apps that know no names are to number them.
        careful: Whether "int8" also leaves `ACTIVATIONS` in floats and the convolutions of at most
            `FEW` channels, for networks with a norm over few features, which multiplies errors.
        styles: Height and width of every painting; None takes any.

    Returns:
        The file's bytes; every input has batch 1, and but for `size` takes any height and width.

    Raises:
        ValueError: The precision is unknown, or the file would need more than the builtin
            operations.
    """
    if precision not in TFLITE_PRECISIONS:
        raise ValueError(f"Expected a precision of {TFLITE_PRECISIONS}. Received: {precision!r}.")
    with tempfile.TemporaryDirectory() as folder:
        archive = keras.export.ExportArchive()
        for name, endpoint in endpoints.items():
            _add(archive, name, endpoint, size, styles)
        with saving(folder):
            archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(endpoints))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        int8 = precision == "int8"
        content = _int8(converter, samples, careful) if int8 else converter.convert()
    _refuse_foreign_operations(content)
    content = _edited(content, _forget_inner_names, _begin_at_nominal_size)
    return _numbered(content, order) if order else content


def _numbered(content, order):
    (signature,) = schema.ModelT.InitFromPackedBuf(content).signatureDefs
    indices = {each.name.decode(): each.tensorIndex for each in signature.inputs}

    def edit(graph):
        graph.inputs = [indices[name] for name in order]

    return _edited(content, edit)


def _int8(converter, samples, careful):
    def pairs():
        return ((name, dict(inputs)) for name, each in samples.items() for inputs in each)

    converter.representative_dataset = pairs
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=floats(careful))
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=pairs, debug_options=options
    )
    options.denylisted_nodes = _float_convolutions(debugger.calibrated_model, careful)
    return debugger.get_nondebug_quantized_model()


def floats(careful: bool) -> list[str]:
    """Operations that int8 leaves in floats."""
    return sorted((*FLOAT, *ACTIVATIONS) if careful else FLOAT)


def _float_convolutions(content, careful):
    """Names of those that make pictures, whose eight bits would show as steps of colour, and of
    careful ones.
    """
    model = schema.ModelT.InitFromPackedBuf(content)
    ends = [ends for graph in model.subgraphs for ends in _convolved(model, graph)]
    few = FEW if careful else 0
    return [
        made.name.decode() for seen, made in ends if made.shape[-1] == 3 or seen.shape[-1] <= few
    ]


def _convolved(model, graph):
    """What convolutions see and make."""
    for each in graph.operators:
        if model.operatorCodes[each.opcodeIndex].builtinCode == schema.BuiltinOperator.CONV_2D:
            yield graph.tensors[each.inputs[0]], graph.tensors[each.outputs[0]]


def _edited(content, *edits):
    model = schema.ModelT.InitFromPackedBuf(content)
    for graph in model.subgraphs:
        for edit in edits:
            edit(graph)
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _forget_inner_names(graph):
    """A twentieth of a small file is the names of tensors that nobody calls."""
    outside = {*graph.inputs, *graph.outputs}
    for index, tensor in enumerate(graph.tensors):
        if index not in outside:
            tensor.name = None


def _begin_at_nominal_size(graph):
    for tensor in (graph.tensors[index] for index in graph.inputs):
        if tensor.shapeSignature is not None:
            tensor.shape = [NOMINAL if n < 0 else int(n) for n in tensor.shapeSignature]


def _add(archive, name, endpoint, size, styles):
    def serve(*tensors):
        return endpoint(**dict(zip(endpoint.inputs, tensors, strict=True)))

    archive.track(endpoint.network)
    archive.add_endpoint(name, serve, specs(endpoint, size, styles))


def specs(
    endpoint: Endpoint,
    size: tuple[int, int] | None = None,
    styles: tuple[int, int] | None = None,
) -> list[tf.TensorSpec]:
    """What a network is called with in a file, in order; batch 1, sizes as of `to_tflite`."""
    shapes = {name: (1, *tensor.shape[1:]) for name, tensor in endpoint.inputs.items()}
    for name, extent in (("content", size), ("style", styles)):
        if extent is not None and len(shapes.get(name, ())) == 4:
            shapes[name] = (1, *extent, 3)
    return [tf.TensorSpec(shape, tf.float32, name=name) for name, shape in shapes.items()]


def operations(content: bytes) -> list[str]:
    """Names of the builtin operations in a TFLite file; custom ones by their own name."""
    model = schema.Model.GetRootAs(content)
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    custom = [code.CustomCode().decode() for code in codes if code.CustomCode()]
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    builtin = [names[max(c.BuiltinCode(), c.DeprecatedBuiltinCode())] for c in codes]
    return sorted({*custom, *builtin} - {"CUSTOM"})


def _refuse_foreign_operations(content):
    foreign = [op for op in operations(content) if op.startswith(REFUSED)]
    if foreign:
        raise ValueError(f"Expected builtin TFLite operations only. Received: {foreign}.")


def difference(content: bytes, name: str, endpoint: Endpoint, inputs: dict) -> float:
    """Mean absolute difference between a signature's outputs and Keras', the worst output's.

    Each output is first divided by its own standard deviation.

    Args:
        content: The file's bytes.
        name: The signature.
        endpoint: The network that it came from.
        inputs: Arrays by input name.
    """
    found = run(content, name, inputs)
    expected = endpoint.arrays(**inputs)
    return max(float(np.abs(found[k] - v).mean() / (v.std() + 1e-9)) for k, v in expected.items())


def run(content: bytes, name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What a signature makes of arrays by input name."""
    return litert.opened(model_content=content).get_signature_runner(name)(**inputs)


def signatures(content: bytes) -> dict[str, dict]:
    """Inputs' and outputs' shapes by signature and name; -1 is any."""
    interpreter = litert.opened(model_content=content)
    return {
        name: {kind: _shapes(getattr(runner, f"get_{kind[:-1]}_details")()) for kind in KINDS}
        for name in interpreter.get_signature_list()
        for runner in [interpreter.get_signature_runner(name)]
    }


KINDS = ("inputs", "outputs")


def _shapes(details):
    return {name: detail["shape_signature"].tolist() for name, detail in details.items()}
