"""ONNX files with smaller weights, which are float32 again once a runtime has loaded them.

Activations stay in float32: int8 ones (onnxruntime's dynamic quantization) were larger, slower and
farther from Keras.
"""

import numpy as np

from tfstyle.export import onnx as files

PRECISIONS = ("float32", "float16", "dynamic")
LEAST = 256  # numbers of a weight that is worth it
CHANNELS = {"Conv": 0, "ConvTranspose": 1, "MatMul": 1}  # axis of a weight's outputs


def compact(content: bytes, precision: str) -> bytes:
    """A file whose weights are kept in another precision.

    Args:
        content: The file's bytes, in float32.
        precision: Of PRECISIONS; "dynamic" keeps int8 weights, as in TFLite files, with a scale
            for each channel of outputs.

    Returns:
        The file's bytes.
    """
    if precision == "float32":
        return content
    onnx = files.package()
    model = onnx.load_from_string(content)
    axes = {
        node.input[1]: CHANNELS[node.op_type]
        for node in model.graph.node
        if node.op_type in CHANNELS
    }
    restored = []
    for weight in list(model.graph.initializer):
        numbers = onnx.numpy_helper.to_array(weight)
        if numbers.dtype != np.float32 or numbers.size < LEAST:
            continue
        if precision == "float16":
            kept, node = _half(onnx, weight.name, numbers)
        elif weight.name in axes:
            kept, node = _eight_bit(onnx, weight.name, numbers, axes[weight.name])
        else:
            continue
        model.graph.initializer.remove(weight)
        model.graph.initializer.extend(kept)
        restored.append(node)
    nodes = [*restored, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()


def _half(onnx, name, numbers):
    kept = onnx.numpy_helper.from_array(numbers.astype(np.float16), f"{name}_half")
    cast = onnx.helper.make_node("Cast", [kept.name], [name], to=onnx.TensorProto.FLOAT)
    return [kept], cast


def _eight_bit(onnx, name, numbers, axis):
    others = tuple(each for each in range(numbers.ndim) if each != axis)
    scales = np.maximum(np.abs(numbers).max(others, keepdims=True), 1e-12) / np.float32(127)
    kept = {
        f"{name}_int8": np.round(numbers / scales).astype(np.int8),
        f"{name}_scale": scales.reshape(-1).astype(np.float32),
    }
    node = onnx.helper.make_node("DequantizeLinear", [*kept], [name], axis=axis)
    return [onnx.numpy_helper.from_array(array, key) for key, array in kept.items()], node
