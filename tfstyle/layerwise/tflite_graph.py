"""The graph of a TFLite file's signature, in float32 but for what is calibrated in int8."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfstyle.layerwise.partition import Graph, Operation

DTYPES = {
    schema.TensorType.INT8: np.int8,
    schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT32: np.int32,
}
SIZES = (schema.TensorType.INT32, schema.TensorType.INT64, schema.TensorType.BOOL)
CASTS = (schema.BuiltinOperator.QUANTIZE, schema.BuiltinOperator.DEQUANTIZE)
SHAPES = (schema.BuiltinOperator.RESHAPE, schema.BuiltinOperator.STRIDED_SLICE)
SLICES = (schema.BuiltinOperator.STRIDED_SLICE, schema.BuiltinOperator.SLICE)
CONVOLUTIONS = (
    schema.BuiltinOperator.CONV_2D,
    schema.BuiltinOperator.DEPTHWISE_CONV_2D,
    schema.BuiltinOperator.TRANSPOSE_CONV,
)
SPLITS = (schema.BuiltinOperator.SPLIT, schema.BuiltinOperator.SPLIT_V)


class SignatureGraph:
    """A signature's operators and tensors, without quantisation.

    Where activations have calibrated ranges and one layer is normalised, int8 stays, in the ranges
    of the signature that paints whole pictures.

    Args:
        model: The file, unpacked; its tensors are changed.
        signature: Its inputs are the content, the statistics, and others; it has one output.
        statistics: The name of the statistics' input; the signature may have none.

    Attributes:
        operators: Of the schema, without those that only cast to or from what is now float32.
        inputs: Indices of the signature's input tensors, by name.
        content: Index of the content's tensor.
        statistics: Index of the statistics' tensor, or None.
        output: Index of the output's tensor.
    """

    def __init__(self, model: schema.ModelT, signature: str, statistics: str):
        signatures = {known.signatureKey.decode(): known for known in model.signatureDefs}
        definition = signatures[signature]
        self.model, self.subgraph = model, model.subgraphs[definition.subgraphIndex]
        self.codes = [
            max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes
        ]
        self.inputs = {entry.name.decode(): entry.tensorIndex for entry in definition.inputs}
        self.content, self.statistics = self.inputs["content"], self.inputs.get(statistics)
        self.cast_inputs, self.operators = {}, list(self.subgraph.operators)
        self.calibrated = self._calibrated(_measuring(model.signatureDefs, statistics))
        self.cast_inputs = {
            operator.outputs[0]: operator.inputs[0]
            for operator in self.subgraph.operators
            if self._is_cast(operator)
        }
        self.operators = [op for op in self.subgraph.operators if not self._is_cast(op)]
        for index, tensor in enumerate(self.subgraph.tensors):
            if index not in self.calibrated:
                self._to_float(tensor)
        self.output = self.uncast(definition.outputs[0].tensorIndex)

    def _calibrated(self, whole):
        """The tensors that stay in int8; none without a signature of whole pictures."""
        if whole is None or len(self._statistics_slices()) != 1:
            return set()
        other_subgraph = self.model.subgraphs[whole.subgraphIndex]
        operators, others = map(self._int8_operators, (self.subgraph, other_subgraph))
        if list(map(self._code, operators)) != list(map(self._code, others)):
            return set()
        pairs = zip(operators, others, strict=True)
        return set().union(*(self._take_ranges(*pair, other_subgraph) for pair in pairs))

    def _int8_operators(self, subgraph):
        """Operators that compute int8, but for those behind a last convolution in float32."""

        def is_int8(operator):
            return subgraph.tensors[operator.outputs[0]].type == schema.TensorType.INT8

        operators = subgraph.operators
        places = [i for i, op in enumerate(operators) if self._code(op) in CONVOLUTIONS]
        if places and not is_int8(operators[places[-1]]):
            operators = operators[: places[-1]]
        return [operator for operator in operators if is_int8(operator)]

    def _take_ranges(self, operator, other, other_subgraph):
        """An operator's quantised tensors, which take the ranges and numbers of another's."""
        indices = (*operator.inputs, *operator.outputs)
        quantised = set()
        for index, other_index in zip(indices, (*other.inputs, *other.outputs), strict=True):
            tensor, known = self.subgraph.tensors[index], other_subgraph.tensors[other_index]
            if index >= 0 and _is_quantised(known):
                tensor.quantization, tensor.buffer = known.quantization, known.buffer
                quantised.add(int(index))
        return quantised

    def _is_cast(self, operator):
        """Whether an operator casts from or to what is computed in float32 here."""
        ends = {operator.inputs[0], operator.outputs[0]}
        return self._code(operator) in CASTS and not ends & self.calibrated

    def uncast(self, index: int) -> int:
        """The tensor that a tensor was cast from, or the tensor itself."""
        while index in self.cast_inputs:
            index = self.cast_inputs[index]
        return int(index)

    def _to_float(self, tensor):
        quantised = _is_quantised(tensor)
        if tensor.type != schema.TensorType.FLOAT16 and not quantised:
            return
        data = self.model.buffers[tensor.buffer].data
        if data is not None and len(data):
            values = np.frombuffer(bytes(data), DTYPES[tensor.type]).reshape(tensor.shape)
            if quantised:
                values = _dequantised(values, tensor.quantization)
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.float32(values).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        tensor.type, tensor.quantization = schema.TensorType.FLOAT32, None

    def shape(self, index: int) -> tuple[int, ...]:
        """A tensor's shape; sides of any size are -1."""
        tensor = self.subgraph.tensors[index]
        shape = tensor.shape if tensor.shapeSignature is None else tensor.shapeSignature
        return () if shape is None else tuple(map(int, shape))

    def operation(self, operator: schema.OperatorT) -> Operation:
        """The tensors that an operator takes and computes."""
        inputs = (self.uncast(index) for index in operator.inputs if index >= 0)
        return Operation(tuple(inputs), tuple(map(int, operator.outputs)))

    def kernel_taps(self, operator: schema.OperatorT) -> int:
        """Positions that a depthwise convolution's kernel covers; 0 of other operators."""
        if self._code(operator) != schema.BuiltinOperator.DEPTHWISE_CONV_2D:
            return 0
        return int(np.prod(self.shape(operator.inputs[1])[1:3]))

    def graph(self) -> Graph:
        """The signature as operations between tensors, which are named by their indices."""

        def tensor_type(index):
            return self.subgraph.tensors[index].type

        return Graph(
            [self.operation(operator) for operator in self.operators],
            self.content,
            self.output,
            self._statistics_slices(),
            lambda n: tensor_type(n) == schema.TensorType.FLOAT32 and len(self.shape(n)) == 4,
            lambda n: tensor_type(n) in SIZES and len(self.shape(n)) == 1,
        )

    def _statistics_slices(self):
        """Where the statistics of each normalised layer begin, by tensor.

        A network with one such layer does not split its statistics, but its means from its
        deviations.
        """
        consumers = self._consumers(self.statistics)
        if len(consumers) > 1 and all(self._code(consumer) in SLICES for consumer in consumers):
            return {int(consumer.outputs[0]): self._begin(consumer) for consumer in consumers}
        splits = filter(self._is_split, consumers)
        slices = [int(index) for split in splits for index in split.outputs]
        if len(consumers) != 1 or not any(map(self._is_split_again, slices)):
            return {} if self.statistics is None else {self.statistics: 0}
        ends = np.cumsum([0, *(self.shape(index)[-1] for index in slices)])
        return {index: int(begin) for index, begin in zip(slices, ends, strict=False)}

    def _consumers(self, index):
        return [op for op in self.operators if index in self.operation(op).inputs]

    def _begin(self, operator):
        """Where a slice of the last axis begins."""
        buffer = self.model.buffers[self.subgraph.tensors[operator.inputs[1]].buffer]
        return int(np.frombuffer(bytes(buffer.data), np.int32)[-1])

    def _is_split_again(self, index):
        """Whether a slice of the statistics is split into means and deviations."""
        return any(
            self._is_split(consumer)
            or (self._code(consumer) in SHAPES and self._is_split_again(int(consumer.outputs[0])))
            for consumer in self._consumers(index)
        )

    def _is_split(self, operator):
        return self._code(operator) in SPLITS

    def _code(self, operator):
        return self.codes[operator.opcodeIndex]


def _measuring(definitions, statistics):
    """The signature that has statistics as an output, or None."""
    for definition in definitions:
        if any(entry.name.decode() == statistics for entry in definition.outputs):
            return definition
    return None


def _is_quantised(tensor):
    return tensor.quantization is not None and tensor.quantization.scale is not None


def _dequantised(values, quantization):
    scale, zero_point = np.float32(quantization.scale), np.float32(quantization.zeroPoint)
    if len(scale) > 1:
        shape = [1] * values.ndim
        shape[quantization.quantizedDimension] = -1
        scale, zero_point = scale.reshape(shape), zero_point.reshape(shape)
    return (np.float32(values) - zero_point) * scale
