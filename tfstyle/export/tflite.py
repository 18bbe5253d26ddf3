"""Networks as TFLite files: named signatures, builtin operations only, any size."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import flatbuffers
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from tfstyle import litert
from tfstyle.export import TFLITE_PRECISIONS
from tfstyle.networks.endpoint import Endpoint
from tfstyle.networks.files import saving

NOMINAL_SIDE = 64  # pixels, until an app sets a size; one pixel could not be mirrored
REFUSED = ("Flex", "READ_VARIABLE", "VAR_HANDLE", "CALL_ONCE")
FLOAT_OPERATIONS = (  # of statistics, of normalisation with them and of places' noise
    *("ADD", "BATCH_MATMUL", "CONCATENATION", "DIV", "FULLY_CONNECTED", "GREATER", "LOGISTIC"),
    *("MEAN", "MUL", "RESHAPE", "RSQRT", "SLICE", "SPLIT", "SPLIT_V", "SQRT", "SQUARED_DIFFERENCE"),
    *("STRIDED_SLICE", "SUB", "SUM", "TANH"),
)
CAREFUL_FLOAT_OPERATIONS = ("LEAKY_RELU", "RELU", "RESIZE_NEAREST_NEIGHBOR")
FEW_CHANNELS = 16
FLOAT_CONVOLUTIONS = {  # by `careful`, for cards
    False: "those that make pictures",
    True: f"those that make pictures or see at most {FEW_CHANNELS} channels",
}

RUNTIMES = {  # by whether a file takes any size
    True: "LiteRT's Interpreter; its CompiledModel runs files of one size alone",
    False: "LiteRT's Interpreter and its CompiledModel",
}

Arrays = Mapping[str, np.ndarray]
Samples = Mapping[str, Iterable[Arrays]]
Size = tuple[int, int] | None


def to_tflite(
    endpoints: Mapping[str, Endpoint],
    precision: str = "dynamic",
    samples: Samples | None = None,
    size: Size = None,
    order: Sequence[str] | None = None,
    careful: bool = False,
    style_size: Size = None,
) -> bytes:
    """A TFLite file.

    Args:
        endpoints: Networks by signature; those that share layers share their weights.
        precision: "float32"; "float16" weights; "dynamic", int8 weights with activations
            quantised on the fly; or "int8", with activations calibrated on `samples`.
            `FLOAT_OPERATIONS` and the convolution that makes the picture stay in float32 then.
        samples: Inputs by signature; "int8" needs them.
        size: Height and width of every "content"; None takes any.
        order: Names of a single signature's inputs, in the order in which apps number them.
        careful: Whether "int8" also leaves `CAREFUL_FLOAT_OPERATIONS` and convolutions of at most
            `FEW_CHANNELS` channels in float32. Networks that normalise few features need it,
            since that multiplies errors.
        style_size: Height and width of every painting; None takes any.

    Returns:
        The file's bytes. Every input has batch 1.

    Raises:
        ValueError: The precision is unknown, or the file would need other operations than the
            builtin ones.
    """
    if precision not in TFLITE_PRECISIONS:
        raise ValueError(f"Expected a precision of {TFLITE_PRECISIONS}. Received: {precision!r}.")
    with tempfile.TemporaryDirectory() as folder:
        archive = keras.export.ExportArchive()
        for signature, endpoint in endpoints.items():
            archive.track(endpoint.network)
            specs = input_specs(endpoint, size, style_size)
            archive.add_endpoint(signature, positional(endpoint), specs)
        with saving(folder):
            archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(endpoints))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        int8 = precision == "int8"
        content = _to_int8(converter, samples, careful) if int8 else converter.convert()
    _check_operations(content)
    model = schema.ModelT.InitFromPackedBuf(content)
    for graph in model.subgraphs:
        _remove_inner_names(graph)
        _set_nominal_size(graph)
    if order:
        _number_inputs(model, order)
    return serialized(model)


def serialized(model: schema.ModelT) -> bytes:
    """The bytes of a TFLite file."""
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _number_inputs(model, order):
    (signature,) = model.signatureDefs
    indices = {tensor.name.decode(): tensor.tensorIndex for tensor in signature.inputs}
    model.subgraphs[signature.subgraphIndex].inputs = [indices[name] for name in order]


def _to_int8(converter, samples, careful):
    def dataset():
        for signature, calls in samples.items():
            yield from ((signature, dict(inputs)) for inputs in calls)

    converter.representative_dataset = dataset
    options = tf.lite.experimental.QuantizationDebugOptions(
        denylisted_ops=float_operations(careful)
    )
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=dataset, debug_options=options
    )
    options.denylisted_nodes = _float_convolutions(debugger.calibrated_model, careful)
    return debugger.get_nondebug_quantized_model()


def float_operations(careful: bool) -> list[str]:
    """Names of the operations that "int8" leaves in float32; see `to_tflite`."""
    return sorted((*FLOAT_OPERATIONS, *CAREFUL_FLOAT_OPERATIONS) if careful else FLOAT_OPERATIONS)


def _float_convolutions(content, careful):
    """Outputs' names of the convolutions that stay in float32: those that make pictures, since
    eight bits show as steps of colour, and where `careful` those of few channels.
    """
    model = schema.ModelT.InitFromPackedBuf(content)
    few = FEW_CHANNELS if careful else 0
    return [
        output.name.decode()
        for graph in model.subgraphs
        for input, output in _convolutions(model, graph)
        if output.shape[-1] == 3 or input.shape[-1] <= few
    ]


def _convolutions(model, graph):
    """Input and output tensor of every convolution."""
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.CONV_2D:
            yield graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]


def _remove_inner_names(graph):
    """They take a twentieth of a small file, and nobody reads them."""
    outer = {*graph.inputs, *graph.outputs}
    for index, tensor in enumerate(graph.tensors):
        if index not in outer:
            tensor.name = None


def _set_nominal_size(graph):
    for tensor in (graph.tensors[index] for index in graph.inputs):
        if tensor.shapeSignature is not None:
            tensor.shape = [NOMINAL_SIDE if n < 0 else int(n) for n in tensor.shapeSignature]


def positional(endpoint: Endpoint) -> Callable[..., dict[str, tf.Tensor]]:
    """A function that calls an endpoint with tensors in the order of its inputs."""

    def serve(*tensors):
        return endpoint(**dict(zip(endpoint.inputs, tensors, strict=True)))

    return serve


def input_specs(
    endpoint: Endpoint, size: Size = None, style_size: Size = None
) -> list[tf.TensorSpec]:
    """Name and shape of every input of a file's signature, in order, with batch 1.

    Args:
        endpoint: The network.
        size: See `to_tflite`.
        style_size: See `to_tflite`.
    """
    shapes = {name: (1, *tensor.shape[1:]) for name, tensor in endpoint.inputs.items()}
    for name, extent in (("content", size), ("style", style_size)):
        if extent is not None and len(shapes.get(name, ())) == 4:
            shapes[name] = (1, *extent, 3)
    return [tf.TensorSpec(shape, tf.float32, name=name) for name, shape in shapes.items()]


def operations(content: bytes) -> list[str]:
    """Names of the builtin operations in a TFLite file, and of custom ones."""
    model = schema.Model.GetRootAs(content)
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    custom = [code.CustomCode().decode() for code in codes if code.CustomCode()]
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    builtin = [names[max(c.BuiltinCode(), c.DeprecatedBuiltinCode())] for c in codes]
    return sorted({*custom, *builtin} - {"CUSTOM"})


def _check_operations(content):
    foreign = [op for op in operations(content) if op.startswith(REFUSED)]
    if foreign:
        raise ValueError(f"Expected builtin TFLite operations only. Received: {foreign}.")


def relative_error(content: bytes, signature: str, endpoint: Endpoint, inputs: Arrays) -> float:
    """Mean absolute difference between the outputs of a file and of Keras, of the worst output.

    Each output is first divided by its standard deviation.

    Args:
        content: The file's bytes.
        signature: The signature that is run.
        endpoint: The network that it was made of.
        inputs: Arrays by name.
    """
    runner = litert.interpreter(model_content=content).get_signature_runner(signature)
    actual, expected = runner(**inputs), endpoint.arrays(**inputs)
    return max(float(np.abs(actual[k] - v).mean() / (v.std() + 1e-9)) for k, v in expected.items())


def signatures(content: bytes) -> dict[str, dict]:
    """Shapes by signature, "inputs" or "outputs", and name; -1 is any extent."""
    interpreter = litert.interpreter(model_content=content)
    return {
        signature: {
            "inputs": _shapes(runner.get_input_details()),
            "outputs": _shapes(runner.get_output_details()),
        }
        for signature in interpreter.get_signature_list()
        for runner in [interpreter.get_signature_runner(signature)]
    }


def _shapes(details):
    return {name: detail["shape_signature"].tolist() for name, detail in details.items()}
