"""TFLite files of one size for GPUs and NPUs: what operations they take, and how ours become so.

What GPUs take is TensorFlow's `lite/tools/versioning/gpu_compatibility.cc`, which the GPU delegate
asks of every operation; what NPUs take is in the lists of LiteRT's compilers for Qualcomm's and
MediaTek's, `litert/vendors/*/compiler`, of 2026. What one of them refuses, the processor computes,
and pictures are copied there and back.
"""

from collections.abc import Mapping

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfstyle.export import tflite
from tfstyle.layers.static_shapes import static_shapes
from tfstyle.networks.endpoint import Endpoint

DELEGATE_PRECISIONS = (
    "float16",
    "float32",
    "int8",
)  # GPUs and NPUs know no activations quantised on the fly
PROCESSORS = ("gpu", "npu")
_BOTH = (
    *("ADD", "AVERAGE_POOL_2D", "BATCH_MATMUL", "CAST", "CONCATENATION", "CONV_2D"),
    *("DEPTHWISE_CONV_2D", "DEQUANTIZE", "DIV", "FULLY_CONNECTED", "GREATER", "LEAKY_RELU"),
    *("LOGISTIC", "MAX_POOL_2D", "MAXIMUM", "MEAN", "MINIMUM", "MUL", "PAD", "PRELU", "QUANTIZE"),
    *("RELU", "RESHAPE", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "RSQRT", "SLICE"),
    *("SOFTMAX", "SPLIT", "SQRT", "SQUARED_DIFFERENCE", "STRIDED_SLICE", "SUB", "SUM", "TANH"),
    *("TRANSPOSE", "TRANSPOSE_CONV"),
)
TAKEN = {  # those that our networks could need
    "gpu": {
        *_BOTH,
        *("ABS", "CUMSUM", "EXP", "FLOOR_MOD", "GATHER", "LESS", "LOG", "MIRROR_PAD", "NEG"),
        *("PACK", "REDUCE_PROD", "SELECT_V2", "SPLIT_V", "SQUARE", "TILE"),
    },
    "npu": {*_BOTH, "ABS", "HARD_SWISH"},
}
LEFT = {"gpu": set(), "npu": {"LOG"}}  # of a painting's statistics: some hundred numbers, once
CODES = {name: code for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
NAMES = {code: name for name, code in CODES.items()}


def to_tflite(
    endpoints: Mapping[str, Endpoint],
    precision: str,
    size: tuple[int, int],
    processor: str,
    samples: tflite.Samples | None = None,
    careful: bool = False,
) -> bytes:
    """A TFLite file that a GPU or an NPU takes whole.

    Args:
        endpoints: As of `tflite.to_tflite`.
        precision: One of `DELEGATE_PRECISIONS`.
        size: Height and width of every photograph and painting.
        processor: One of `PROCESSORS`.
        samples: As of `tflite.to_tflite`.
        careful: As of `tflite.to_tflite`.

    Raises:
        ValueError: The file would need an operation that the processor refuses.
    """
    with static_shapes():
        content = tflite.to_tflite(
            endpoints, precision, samples, size, careful=careful, styles=size
        )
    content = _rewritten(content)
    _check(content, processor)
    return content


def left(content: bytes, processor: str) -> list[str]:
    """Operations of a file that the processor itself computes beside a GPU or an NPU."""
    return sorted({*tflite.operations(content)} - TAKEN[processor])


def _check(content, processor):
    refused = {*left(content, processor)} - LEFT[processor]
    model = schema.ModelT.InitFromPackedBuf(content)
    odd = {each for graph in model.subgraphs for each in _odd(model, graph)}
    if refused or odd:
        raise ValueError(
            f"Expected operations that {processor.upper()}s take. "
            f"Received: {', '.join(sorted(refused | odd))}."
        )


def _odd(model, graph):
    """Operations that a GPU refuses for what they are given."""
    for each in graph.operators:
        name, tensors = _name(model, each), [graph.tensors[i] for i in each.inputs if i >= 0]
        ranks = [0 if tensor.shape is None else len(tensor.shape) for tensor in tensors]
        if name == "STRIDED_SLICE":
            how = each.builtinOptions
            masked = how.newAxisMask or how.shrinkAxisMask or how.ellipsisMask
            if masked or ranks[0] < 3:
                yield "STRIDED_SLICE of other dimensions"
        if name == "SLICE" and ranks[0] < 3:
            yield "SLICE of a vector"
        if max(ranks, default=0) > 4:
            yield f"{name} of five dimensions"
        yield from (f"{name} to integers" for i in each.outputs if _integers(graph.tensors[i]))


def _integers(tensor):
    return tensor.type in (
        schema.TensorType.INT32,
        schema.TensorType.INT64,
        schema.TensorType.BOOL,
    )


def _name(model, operator):
    code = model.operatorCodes[operator.opcodeIndex]
    return NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]


def _rewritten(content):
    model = schema.ModelT.InitFromPackedBuf(content)
    for graph in model.subgraphs:
        editor = _Editor(model, graph)
        graph.operators = [new for each in graph.operators for new in editor.instead(each)]
    _forget_unused(model)
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _forget_unused(model):
    """A file lists its operations apart; those that nothing calls any more go."""
    called = [each for graph in model.subgraphs for each in graph.operators]
    used = sorted({each.opcodeIndex for each in called})
    model.operatorCodes = [model.operatorCodes[index] for index in used]
    for each in called:
        each.opcodeIndex = used.index(each.opcodeIndex)


class _Editor:
    """Operations of a graph as ones that do the same and are taken everywhere."""

    def __init__(self, model, graph):
        self.model, self.graph = model, graph

    def instead(self, operator):
        """Operators that stand for this one."""
        name = _name(self.model, operator)
        if name == "SQUARE":
            operator.opcodeIndex = self._code("MUL")
            operator.inputs = [operator.inputs[0]] * 2
            operator.builtinOptionsType = schema.BuiltinOptions.MulOptions
            operator.builtinOptions = schema.MulOptionsT()
        if name in ("ADD", "DIV", "MUL", "SUB", "SQUARED_DIFFERENCE", "MINIMUM", "MAXIMUM"):
            self._raise_constants(operator)
        if name == "STRIDED_SLICE" and _rank(self.graph.tensors[operator.inputs[0]]) == 2:
            return self._cut(operator)
        return [operator]

    def _raise_constants(self, operator):
        """Constants get as many dimensions as what they are computed with."""
        tensors = [self.graph.tensors[index] for index in operator.inputs]
        most = max(_rank(tensor) for tensor in tensors)
        for tensor in tensors:
            if self.model.buffers[tensor.buffer].data is not None and 1 < _rank(tensor) < most:
                tensor.shape = [*[1] * (most - _rank(tensor)), *tensor.shape]

    def _cut(self, operator):
        """A part of a vector, in four dimensions."""
        source, begin, _, strides = operator.inputs
        rows, length = self.graph.tensors[source].shape
        (target,) = operator.outputs
        count = self.graph.tensors[target].shape[-1]
        start = self._constants(begin)[-1]
        if rows != 1 or {*self._constants(strides)} != {1}:
            return [operator]
        kind = self.graph.tensors[source].type
        whole, part = (self._tensor((1, 1, 1, n), kind) for n in (length, count))
        slicing = self._operator("SLICE", [whole, *map(self._numbers, _cuts(start, count))], part)
        slicing.builtinOptionsType = schema.BuiltinOptions.SliceOptions
        slicing.builtinOptions = schema.SliceOptionsT()
        return [
            self._reshape(source, whole, (1, 1, 1, length)),
            slicing,
            self._reshape(part, target, (1, count)),
        ]

    def _constants(self, index):
        return np.frombuffer(
            bytes(self.model.buffers[self.graph.tensors[index].buffer].data), np.int32
        )

    def _reshape(self, source, target, shape):
        made = self._operator("RESHAPE", [source, self._numbers(shape)], target)
        made.builtinOptionsType = schema.BuiltinOptions.ReshapeOptions
        made.builtinOptions = schema.ReshapeOptionsT()
        made.builtinOptions.newShape = list(shape)
        return made

    def _operator(self, name, inputs, output):
        made = schema.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = self._code(name), inputs, [output]
        return made

    def _code(self, name):
        for index, code in enumerate(self.model.operatorCodes):
            if max(code.builtinCode, code.deprecatedBuiltinCode) == CODES[name]:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = CODES[name]
        code.version = 1
        self.model.operatorCodes.append(code)
        return len(self.model.operatorCodes) - 1

    def _numbers(self, values):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.int32(values).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        return self._tensor((len(values),), schema.TensorType.INT32, len(self.model.buffers) - 1)

    def _tensor(self, shape, kind, buffer=0):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), kind, buffer
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1


def _rank(tensor):
    return 0 if tensor.shape is None else len(tensor.shape)


def _cuts(start, count):
    return (0, 0, 0, start), (1, 1, 1, count)
