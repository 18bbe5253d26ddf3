"""TFLite files of one size for GPUs and NPUs, rewritten to operations that these support.

What GPUs support is in TensorFlow's `lite/tools/versioning/gpu_compatibility.cc`, which the GPU
delegate asks of every operation; what NPUs support is in the lists of LiteRT's compilers for
Qualcomm's and MediaTek's, `litert/vendors/*/compiler`, of 2026. The processor computes the others,
for which tensors are copied there and back.
"""

from collections.abc import Mapping

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfstyle.export import tflite
from tfstyle.layers.static_shapes import static_shapes
from tfstyle.networks.endpoint import Endpoint

DELEGATE_PRECISIONS = ("float16", "float32", "int8")  # delegates quantise nothing on the fly
_BOTH = (
    *("ADD", "AVERAGE_POOL_2D", "BATCH_MATMUL", "CAST", "CONCATENATION", "CONV_2D"),
    *("DEPTHWISE_CONV_2D", "DEQUANTIZE", "DIV", "FULLY_CONNECTED", "GREATER", "LEAKY_RELU"),
    *("LOGISTIC", "MAX_POOL_2D", "MAXIMUM", "MEAN", "MINIMUM", "MUL", "PAD", "PRELU", "QUANTIZE"),
    *("RELU", "RESHAPE", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "RSQRT", "SLICE"),
    *("SOFTMAX", "SPLIT", "SQRT", "SQUARED_DIFFERENCE", "STRIDED_SLICE", "SUB", "SUM", "TANH"),
    *("TRANSPOSE", "TRANSPOSE_CONV"),
)
SUPPORTED = {  # of the operations that our networks could need
    "gpu": {
        *_BOTH,
        *("ABS", "CUMSUM", "EXP", "FLOOR_MOD", "GATHER", "LESS", "LOG", "MIRROR_PAD", "NEG"),
        *("PACK", "REDUCE_PROD", "SELECT_V2", "SPLIT_V", "SQUARE", "TILE"),
    },
    "npu": {*_BOTH, "ABS", "HARD_SWISH"},
}
ALLOWED_UNSUPPORTED = {"gpu": set(), "npu": {"LOG"}}  # LOG is of some hundred numbers, once
CODES = {name: code for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
NAMES = {code: name for name, code in CODES.items()}


def to_tflite(
    endpoints: Mapping[str, Endpoint],
    precision: str,
    size: tuple[int, int],
    accelerator: str,
    samples: tflite.Samples | None = None,
    careful: bool = False,
) -> bytes:
    """A TFLite file that runs on a GPU or an NPU as a whole.

    Args:
        endpoints: Networks by signature.
        precision: One of `DELEGATE_PRECISIONS`.
        size: Height and width of every photograph and painting.
        accelerator: One of `export.ACCELERATORS`.
        samples: See `tflite.to_tflite`.
        careful: See `tflite.to_tflite`.

    Raises:
        ValueError: The file would need an operation that the accelerator does not support.
    """
    with static_shapes():
        content = tflite.to_tflite(
            endpoints, precision, samples, size, careful=careful, style_size=size
        )
    model = schema.ModelT.InitFromPackedBuf(content)
    for graph in model.subgraphs:
        _GraphRewriter(model, graph).rewrite()
    _remove_unused_codes(model)
    content = tflite.serialized(model)
    _check_supported(content, model, accelerator)
    return content


def unsupported_operations(content: bytes, accelerator: str) -> list[str]:
    """Operations of a file that the processor computes beside a GPU or an NPU."""
    return sorted({*tflite.operations(content)} - SUPPORTED[accelerator])


def _check_supported(content, model, accelerator):
    refused = {*unsupported_operations(content, accelerator)} - ALLOWED_UNSUPPORTED[accelerator]
    refused |= {use for graph in model.subgraphs for use in _unsupported_uses(model, graph)}
    if refused:
        raise ValueError(
            f"Expected operations that {accelerator.upper()}s take. "
            f"Received: {', '.join(sorted(refused))}."
        )


def _unsupported_uses(model, graph):
    """Supported operations whose tensors or options a GPU does not support."""
    for operator in graph.operators:
        name = _name(model, operator)
        ranks = [_rank(graph.tensors[index]) for index in operator.inputs if index >= 0]
        if name == "STRIDED_SLICE":
            options = operator.builtinOptions
            masked = options.newAxisMask or options.shrinkAxisMask or options.ellipsisMask
            if masked or ranks[0] < 3:
                yield "STRIDED_SLICE of other dimensions"
        if name == "SLICE" and ranks[0] < 3:
            yield "SLICE of a vector"
        if max(ranks, default=0) > 4:
            yield f"{name} of five dimensions"
        if any(_is_integer(graph.tensors[index]) for index in operator.outputs):
            yield f"{name} to integers"


def _is_integer(tensor):
    return tensor.type in (
        schema.TensorType.INT32,
        schema.TensorType.INT64,
        schema.TensorType.BOOL,
    )


def _rank(tensor):
    return 0 if tensor.shape is None else len(tensor.shape)


def _name(model, operator):
    return NAMES[_code(model.operatorCodes[operator.opcodeIndex])]


def _code(operator_code):
    return max(operator_code.builtinCode, operator_code.deprecatedBuiltinCode)


def _remove_unused_codes(model):
    """Removes the operations that no operator has any more from the file's list of them."""
    operators = [operator for graph in model.subgraphs for operator in graph.operators]
    used = sorted({operator.opcodeIndex for operator in operators})
    model.operatorCodes = [model.operatorCodes[index] for index in used]
    for operator in operators:
        operator.opcodeIndex = used.index(operator.opcodeIndex)


class _GraphRewriter:
    """Replaces operations of a graph by equivalent ones that GPUs and NPUs support."""

    def __init__(self, model, graph):
        self.model, self.graph = model, graph

    def rewrite(self):
        """Replaces the graph's operators."""
        self.graph.operators = [
            replacement
            for operator in self.graph.operators
            for replacement in self._replacements(operator)
        ]

    def _replacements(self, operator):
        name = _name(self.model, operator)
        if name == "SQUARE":
            operator.opcodeIndex = self._code_index("MUL")
            operator.inputs = [operator.inputs[0]] * 2
            operator.builtinOptionsType = schema.BuiltinOptions.MulOptions
            operator.builtinOptions = schema.MulOptionsT()
        if name in ("ADD", "DIV", "MUL", "SUB", "SQUARED_DIFFERENCE", "MINIMUM", "MAXIMUM"):
            self._expand_constants(operator)
        if name == "STRIDED_SLICE" and _rank(self.graph.tensors[operator.inputs[0]]) == 2:
            return self._sliced_in_four_dimensions(operator)
        return [operator]

    def _expand_constants(self, operator):
        """Gives constants the rank of the tensors that they are computed with."""
        tensors = [self.graph.tensors[index] for index in operator.inputs]
        rank = max(map(_rank, tensors))
        for tensor in tensors:
            if self.model.buffers[tensor.buffer].data is not None and 1 < _rank(tensor) < rank:
                tensor.shape = [*[1] * (rank - _rank(tensor)), *tensor.shape]

    def _sliced_in_four_dimensions(self, operator):
        """A slice of shape (1, length), from a tensor that is reshaped to (1, 1, 1, length)."""
        source, begin, _, strides = operator.inputs
        rows, source_length = self.graph.tensors[source].shape
        (target,) = operator.outputs
        length = self.graph.tensors[target].shape[-1]
        start = self._numbers(begin)[-1]
        if rows != 1 or {*self._numbers(strides)} != {1}:
            return [operator]
        dtype = self.graph.tensors[source].type
        source_4d, target_4d = (
            self._add_tensor((1, 1, 1, n), dtype) for n in (source_length, length)
        )
        bounds = [self._add_constant(numbers) for numbers in ((0, 0, 0, start), (1, 1, 1, length))]
        slicing = self._operator("SLICE", [source_4d, *bounds], target_4d)
        slicing.builtinOptionsType = schema.BuiltinOptions.SliceOptions
        slicing.builtinOptions = schema.SliceOptionsT()
        return [
            self._reshape(source, source_4d, (1, 1, 1, source_length)),
            slicing,
            self._reshape(target_4d, target, (1, length)),
        ]

    def _numbers(self, index):
        """Values of a constant of integers."""
        buffer = self.model.buffers[self.graph.tensors[index].buffer]
        return np.frombuffer(bytes(buffer.data), np.int32)

    def _reshape(self, source, target, shape):
        operator = self._operator("RESHAPE", [source, self._add_constant(shape)], target)
        operator.builtinOptionsType = schema.BuiltinOptions.ReshapeOptions
        operator.builtinOptions = schema.ReshapeOptionsT()
        operator.builtinOptions.newShape = list(shape)
        return operator

    def _operator(self, name, inputs, output):
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code_index(name)
        operator.inputs, operator.outputs = inputs, [output]
        return operator

    def _code_index(self, name):
        """Index of an operation in the file's list, to which it is added where it is missing."""
        codes = [_code(code) for code in self.model.operatorCodes]
        if CODES[name] in codes:
            return codes.index(CODES[name])
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = CODES[name]
        code.version = 1
        self.model.operatorCodes.append(code)
        return len(codes)

    def _add_constant(self, values):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.int32(values).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        index = len(self.model.buffers) - 1
        return self._add_tensor((len(values),), schema.TensorType.INT32, index)

    def _add_tensor(self, shape, dtype, buffer=0):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), dtype, buffer
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1
