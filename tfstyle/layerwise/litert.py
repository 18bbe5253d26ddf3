"""The stages of a TFLite file's signature.

A quantised file's activations have ranges that depend on what an interpreter sees, so that its
tiles differ visibly from the whole. Stages have the file's weights, as they are rounded there, but
compute in float32. Where ranges are calibrated and one layer is normalised, stages compute in int8
like the whole does, in the ranges of the signature that paints it: those of tiles are others.
"""

import dataclasses
import functools
import os
from collections.abc import Mapping

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfstyle import litert
from tfstyle.layerwise.partition import Subgraph, partition
from tfstyle.layerwise.stages import Compute, StagedNetwork
from tfstyle.layerwise.tflite_graph import SignatureGraph
from tfstyle.layerwise.tflite_writer import SIGNATURE, subgraph_file, tensor_name

DELEGATED_TAPS = 225  # XNNPACK keeps pointers to them for every position, 9 GB for 961 at 1,108 px


def staged_network(
    path: str | os.PathLike,
    signature: str,
    inputs: Mapping[str, np.ndarray],
    statistics: str,
    threads: int,
) -> StagedNetwork:
    """A signature that paints tiles of a picture, by stages.

    Args:
        path: The file.
        signature: Its inputs are the content, the statistics, and others; its one output is the
            painted tile.
        inputs: The other inputs, arrays by name; names that the signature does not have are left
            out.
        statistics: The name of the statistics' input; the signature may have none.
        threads: Processor threads.
    """
    with open(path, "rb") as file:
        model = schema.ModelT.InitFromPackedBuf(file.read())
    source = SignatureGraph(model, signature, statistics)
    constants = {
        source.inputs[name]: array for name, array in inputs.items() if name in source.inputs
    }
    subgraphs = partition(source.graph())
    stages = [_Stage(source, subgraph, constants, threads) for subgraph in subgraphs]
    shape = source.shape(source.statistics)[1:] if source.statistics is not None else (0,)
    return StagedNetwork(stages, source.content, source.output, tuple(shape))


@dataclasses.dataclass(frozen=True)
class _Stage:
    """A subgraph of a signature, in a file of its own."""

    source: SignatureGraph
    subgraph: Subgraph
    constants: Mapping[int, np.ndarray]
    threads: int

    def load(self) -> Compute:
        """An interpreter of its own, which is given one size only."""
        content, names = self._file
        interpreter = litert.interpreter(self.threads, self._is_delegated, model_content=content)
        runner = interpreter.get_signature_runner(SIGNATURE)

        def compute(inputs, statistics):
            arrays = {**self.constants, **inputs, self.source.statistics: statistics}
            outputs = runner(**{tensor_name(name): arrays[name] for name in names})
            return {name: outputs[tensor_name(name)] for name in self.subgraph.outputs}

        return compute

    @property
    def _is_delegated(self):
        """Whether XNNPACK computes the stage."""
        operators = [self.source.operators[index] for index in self.subgraph.operations]
        return all(self.source.kernel_taps(operator) <= DELEGATED_TAPS for operator in operators)

    @functools.cached_property
    def _file(self):
        return subgraph_file(self.source, self.subgraph, list(self.constants))
