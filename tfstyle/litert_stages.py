"""The stages of a TFLite file's signature, computed in floats.

A quantised file's activations have ranges that depend on what an interpreter sees, or that differ
between its signatures, so that its tiles differ visibly from the whole. Stages have the file's
weights, as they are rounded there, but compute in float32.
"""

import dataclasses
import functools
import os
from collections.abc import Callable, Mapping

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfstyle import litert
from tfstyle.stages import Graph, Operation, Part, Stages, parts

NUMBERS = {
    schema.TensorType.INT8: np.int8,
    schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT32: np.int32,
}
SIZES = (schema.TensorType.INT32, schema.TensorType.INT64, schema.TensorType.BOOL)
RECASTS = (schema.BuiltinOperator.QUANTIZE, schema.BuiltinOperator.DEQUANTIZE)
SHAPES = (schema.BuiltinOperator.RESHAPE, schema.BuiltinOperator.STRIDED_SLICE)
SLICES = (schema.BuiltinOperator.STRIDED_SLICE, schema.BuiltinOperator.SLICE)
DELEGATED_TAPS = 225  # XNNPACK keeps pointers to them for every position, 9 GB for 961 at 1,108 px
SPLITS = (schema.BuiltinOperator.SPLIT, schema.BuiltinOperator.SPLIT_V)


def stages(
    path: str | os.PathLike,
    signature: str,
    given: Mapping[str, np.ndarray],
    statistics: str,
    threads: int,
) -> Stages:
    """A signature that paints tiles of a picture, by stages.

    Args:
        path: The file.
        signature: Its inputs are the content, the statistics, and what is given; its one output
            is the painted tile.
        given: Arrays by input name.
        statistics: The name of the input that they are given by, where the signature has it.
        threads: Processor threads.
    """
    with open(path, "rb") as file:
        model = schema.ModelT.InitFromPackedBuf(file.read())
    source = _Source(model, signature, statistics)
    fixed = {source.inputs[name]: array for name, array in given.items() if name in source.inputs}
    found = [_Stage(source, part, fixed, threads) for part in parts(source.graph())]
    shape = source.shape(source.statistics)[1:] if source.statistics is not None else (0,)
    return Stages(found, source.content, source.output, tuple(shape))


class _Source:
    """A signature's operations, in floats."""

    def __init__(self, model, signature, statistics):
        known = {each.signatureKey.decode(): each for each in model.signatureDefs}[signature]
        self.model, self.subgraph = model, model.subgraphs[known.subgraphIndex]
        self.codes = [
            max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes
        ]
        self.inputs = {each.name.decode(): each.tensorIndex for each in known.inputs}
        self.content, self.statistics = self.inputs["content"], self.inputs.get(statistics)
        self.same = {}
        self.operators = [each for each in self.subgraph.operators if not self._recast(each)]
        for tensor in self.subgraph.tensors:
            self._to_floats(tensor)
        self.output = self.named(known.outputs[0].tensorIndex)

    def _recast(self, operator):
        """Whether an operation only changes the type, and what it makes is what it takes."""
        if self._code(operator) not in RECASTS:
            return False
        self.same[operator.outputs[0]] = operator.inputs[0]
        return True

    def named(self, index):
        """The tensor that another one is the same as, in floats."""
        while index in self.same:
            index = self.same[index]
        return int(index)

    def _to_floats(self, tensor):
        scaled = tensor.quantization is not None and tensor.quantization.scale is not None
        if tensor.type != schema.TensorType.FLOAT16 and not scaled:
            return
        data = self.model.buffers[tensor.buffer].data
        if data is not None and len(data):
            buffer = schema.BufferT()
            values = np.frombuffer(bytes(data), NUMBERS[tensor.type]).reshape(tensor.shape)
            values = _dequantised(values, tensor.quantization) if scaled else np.float32(values)
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        tensor.type, tensor.quantization = schema.TensorType.FLOAT32, None

    def shape(self, index):
        tensor = self.subgraph.tensors[index]
        found = tensor.shape if tensor.shapeSignature is None else tensor.shapeSignature
        return () if found is None else tuple(map(int, found))

    def ends(self, operator):
        """The tensors that an operation takes and makes."""
        taken = (self.named(each) for each in operator.inputs if each >= 0)
        return Operation(tuple(taken), tuple(map(int, operator.outputs)))

    def taps(self, operator):
        """Positions that a depthwise convolution's kernel covers; 0 of other operations."""
        if self._code(operator) != schema.BuiltinOperator.DEPTHWISE_CONV_2D:
            return 0
        return int(np.prod(self.shape(operator.inputs[1])[1:3]))

    def graph(self):
        def kind(index):
            return self.subgraph.tensors[index].type

        return Graph(
            [self.ends(each) for each in self.operators],
            self.content,
            self.output,
            self._shares(),
            lambda n: kind(n) == schema.TensorType.FLOAT32 and len(self.shape(n)) == 4,
            lambda n: kind(n) in SIZES and len(self.shape(n)) == 1,
        )

    def _shares(self):
        """Parts of the statistics, one a normalised layer, by where each begins.

        A network with one layer splits none off, but its means from its deviations.
        """
        takers = [each for each in self.operators if self.statistics in self.ends(each).inputs]
        if len(takers) > 1 and all(self._code(each) in SLICES for each in takers):
            return {int(each.outputs[0]): self._begin(each) for each in takers}
        parts = [int(part) for each in takers if self._splits(each) for part in each.outputs]
        if len(takers) != 1 or not any(self._halved(part) for part in parts):
            return {} if self.statistics is None else {self.statistics: 0}
        ends = np.cumsum([0, *(self.shape(part)[-1] for part in parts)])
        return {part: int(begin) for part, begin in zip(parts, ends, strict=False)}

    def _begin(self, operator):
        """Where a slice of the last axis begins."""
        buffer = self.model.buffers[self.subgraph.tensors[operator.inputs[1]].buffer]
        return int(np.frombuffer(bytes(buffer.data), np.int32)[-1])

    def _halved(self, part):
        """Whether a part is split again, into means and deviations."""
        takers = [each for each in self.operators if part in self.ends(each).inputs]
        return any(
            self._splits(each)
            or (self._code(each) in SHAPES and self._halved(int(each.outputs[0])))
            for each in takers
        )

    def _splits(self, operator):
        return self._code(operator) in SPLITS

    def _code(self, operator):
        return self.codes[operator.opcodeIndex]


def _dequantised(values, quantization):
    scale, zero = np.float32(quantization.scale), np.float32(quantization.zeroPoint)
    if len(scale) > 1:
        shape = [1] * values.ndim
        shape[quantization.quantizedDimension] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return (np.float32(values) - zero) * scale


@dataclasses.dataclass(frozen=True)
class _Stage:
    """One part of a signature, a file of its own."""

    source: _Source
    part: Part
    fixed: Mapping[int, np.ndarray]
    threads: int

    def opened(self) -> Callable[[Mapping[int, np.ndarray], np.ndarray], dict]:
        """An interpreter of its own, which is given one size only."""
        content, taken = self._made
        interpreter = litert.interpreter(self.threads, self._delegated, model_content=content)
        runner = interpreter.get_signature_runner("stage")

        def compute(inputs, statistics):
            given = {**self.fixed, **inputs, self.source.statistics: statistics}
            found = runner(**{f"t{name}": given[name] for name in taken})
            return {name: found[f"t{name}"] for name in self.part.outputs}

        return compute

    @property
    def _delegated(self):
        operators = [self.source.operators[index] for index in self.part.operations]
        return all(self.source.taps(operator) <= DELEGATED_TAPS for operator in operators)

    @functools.cached_property
    def _made(self):
        return _file(self.source, self.part, self.fixed)


def _file(source, part, fixed):
    """A TFLite file of a part's operations, and the tensors that it is given."""
    operators = [source.operators[index] for index in part.operations]
    used = {n for each in operators for ends in [source.ends(each)] for n in (*ends.inputs,)}
    taken = [name for name in (*part.inputs, *fixed, source.statistics) if name in used]
    graph, model = schema.SubGraphT(), schema.ModelT()
    model.version, model.operatorCodes = 3, source.model.operatorCodes
    model.subgraphs, model.buffers = [graph], [schema.BufferT()]
    graph.tensors, places = [], {}

    def place(name):
        if name not in places:
            places[name] = len(graph.tensors)
            graph.tensors.append(_tensor(source, model, name))
        return places[name]

    graph.inputs = [place(name) for name in taken]
    graph.operators = [_operator(source, each, place) for each in operators]
    graph.outputs = [place(name) for name in part.outputs]
    model.signatureDefs = [_signature(taken, part.outputs, place)]
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output()), taken


def _tensor(source, model, name):
    known = source.subgraph.tensors[name]
    tensor = schema.TensorT()
    tensor.type, tensor.shape, tensor.hasRank = known.type, known.shape, known.hasRank
    tensor.shapeSignature, tensor.name, tensor.buffer = known.shapeSignature, f"t{name}", 0
    data = source.model.buffers[known.buffer].data
    if data is not None and len(data):
        tensor.buffer = len(model.buffers)
        model.buffers.append(source.model.buffers[known.buffer])
    return tensor


def _operator(source, known, place):
    operator = schema.OperatorT()
    operator.opcodeIndex = known.opcodeIndex
    operator.builtinOptionsType, operator.builtinOptions = (
        known.builtinOptionsType,
        known.builtinOptions,
    )
    if hasattr(known.builtinOptions, "asymmetricQuantizeInputs"):
        known.builtinOptions.asymmetricQuantizeInputs = False
    operator.inputs = [place(source.named(each)) if each >= 0 else -1 for each in known.inputs]
    operator.outputs = [place(int(each)) for each in known.outputs]
    return operator


def _signature(inputs, outputs, place):
    found = schema.SignatureDefT()
    found.signatureKey, found.subgraphIndex = "stage", 0
    found.inputs, found.outputs = ([_named(n, place) for n in names] for names in (inputs, outputs))
    return found


def _named(name, place):
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = f"t{name}", place(name)
    return entry
