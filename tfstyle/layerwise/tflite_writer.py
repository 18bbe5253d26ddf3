"""A subgraph of a TFLite file's signature, as a TFLite file of its own."""

from collections.abc import Sequence

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

from tfstyle.layerwise.partition import Subgraph
from tfstyle.layerwise.tflite_graph import SignatureGraph

SIGNATURE = "stage"


def subgraph_file(
    source: SignatureGraph, subgraph: Subgraph, constants: Sequence[int]
) -> tuple[bytes, list[int]]:
    """A TFLite file of a subgraph, with one signature.

    Args:
        source: What the subgraph is a part of.
        subgraph: Its operations and its tensors.
        constants: Tensors that every stage may take.

    Returns:
        The file, and the tensors that its signature takes: those of the subgraph's inputs, the
        constants and the statistics that its operations use. They are named as by `tensor_name`.
    """
    writer = _Writer(source)
    operators = [source.operators[index] for index in subgraph.operations]
    used = {index for operator in operators for index in source.operation(operator).inputs}
    candidates = (*subgraph.inputs, *constants, source.statistics)
    inputs = [index for index in candidates if index in used]
    return writer.file(inputs, operators, subgraph.outputs), inputs


def tensor_name(index: int) -> str:
    """The name of a tensor of the source in a subgraph's file and signature."""
    return f"t{index}"


class _Writer:
    """Copies operators and the tensors that they name from a source to a model."""

    def __init__(self, source):
        self.source, self.model, self.graph = source, schema.ModelT(), schema.SubGraphT()
        self.model.version, self.model.operatorCodes = 3, source.model.operatorCodes
        self.model.subgraphs, self.model.buffers = [self.graph], [schema.BufferT()]
        self.graph.tensors, self.indices = [], {}

    def file(self, inputs, operators, outputs):
        self.graph.inputs = [self._index(tensor) for tensor in inputs]
        self.graph.operators = [self._operator(operator) for operator in operators]
        self.graph.outputs = [self._index(tensor) for tensor in outputs]
        self.model.signatureDefs = [self._signature(inputs, outputs)]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def _index(self, source_index):
        """The index of a source's tensor in the model, which it is copied to where it is not."""
        if source_index not in self.indices:
            self.indices[source_index] = len(self.graph.tensors)
            self.graph.tensors.append(self._tensor(source_index))
        return self.indices[source_index]

    def _tensor(self, index):
        original, tensor = self.source.subgraph.tensors[index], schema.TensorT()
        tensor.type, tensor.shape = original.type, original.shape
        tensor.hasRank, tensor.shapeSignature = original.hasRank, original.shapeSignature
        tensor.name, tensor.buffer = tensor_name(index), 0
        tensor.quantization = original.quantization
        buffer = self.source.model.buffers[original.buffer]
        if buffer.data is not None and len(buffer.data):
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        return tensor

    def _operator(self, original):
        operator = schema.OperatorT()
        operator.opcodeIndex = original.opcodeIndex
        operator.builtinOptionsType = original.builtinOptionsType
        operator.builtinOptions = original.builtinOptions
        if hasattr(original.builtinOptions, "asymmetricQuantizeInputs"):
            original.builtinOptions.asymmetricQuantizeInputs = False
        operator.inputs = [
            self._index(self.source.uncast(index)) if index >= 0 else -1
            for index in original.inputs
        ]
        operator.outputs = [self._index(int(index)) for index in original.outputs]
        return operator

    def _signature(self, inputs, outputs):
        definition = schema.SignatureDefT()
        definition.signatureKey, definition.subgraphIndex = SIGNATURE, 0
        definition.inputs = [self._entry(index) for index in inputs]
        definition.outputs = [self._entry(index) for index in outputs]
        return definition

    def _entry(self, index):
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = tensor_name(index), self._index(index)
        return entry
