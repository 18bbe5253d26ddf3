"""ONNX files with smaller weights, which a runtime converts back to float32 when it loads them.

Activations stay in float32: int8 ones (onnxruntime's dynamic quantization) were larger, slower and
farther from Keras.
"""

import numpy as np

from tfstyle.export import onnx as onnx_files

PRECISIONS = ("float32", "float16", "dynamic")
LEAST_NUMBERS = 256  # smaller weights stay in float32
OUTPUT_AXIS = {"Conv": 0, "ConvTranspose": 1, "MatMul": 1}  # of a weight


def compact(content: bytes, precision: str) -> bytes:
    """A file whose weights are stored in another precision.

    Args:
        content: The file's bytes, in float32.
        precision: One of PRECISIONS; "dynamic" stores int8 weights with a scale per output
            channel, as TFLite files do.

    Returns:
        The file's bytes.
    """
    if precision == "float32":
        return content
    onnx = onnx_files.package()
    model = onnx.load_from_string(content)
    axes = {
        node.input[1]: OUTPUT_AXIS[node.op_type]
        for node in model.graph.node
        if node.op_type in OUTPUT_AXIS
    }
    nodes = []
    for weight in list(model.graph.initializer):
        numbers = onnx.numpy_helper.to_array(weight)
        if numbers.dtype != np.float32 or numbers.size < LEAST_NUMBERS:
            continue
        if precision == "float16":
            stored, node = _float16_weight(onnx, weight.name, numbers)
        elif weight.name in axes:
            stored, node = _int8_weight(onnx, weight.name, numbers, axes[weight.name])
        else:
            continue
        model.graph.initializer.remove(weight)
        model.graph.initializer.extend(stored)
        nodes.append(node)
    nodes += model.graph.node
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()


def _float16_weight(onnx, name, numbers):
    stored = onnx.numpy_helper.from_array(numbers.astype(np.float16), f"{name}_half")
    cast = onnx.helper.make_node("Cast", [stored.name], [name], to=onnx.TensorProto.FLOAT)
    return [stored], cast


def _int8_weight(onnx, name, numbers, axis):
    other_axes = tuple(other for other in range(numbers.ndim) if other != axis)
    scales = np.maximum(np.abs(numbers).max(other_axes, keepdims=True), 1e-12) / np.float32(127)
    stored = {
        f"{name}_int8": np.round(numbers / scales).astype(np.int8),
        f"{name}_scale": scales.reshape(-1).astype(np.float32),
    }
    node = onnx.helper.make_node("DequantizeLinear", [*stored], [name], axis=axis)
    return [onnx.numpy_helper.from_array(array, key) for key, array in stored.items()], node
