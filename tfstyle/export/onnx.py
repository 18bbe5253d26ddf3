"""Networks as ONNX files in float32, one signature per file."""

from collections.abc import Mapping

import tensorflow as tf

from tfstyle.export import tflite
from tfstyle.export.signature_runner import Runner
from tfstyle.networks.endpoint import Endpoint

OPSET = 18  # of December 2022


def to_onnx(endpoint: Endpoint, size: tflite.Size = None) -> bytes:
    """An ONNX file of a network; inputs and outputs keep their names, and pictures are NHWC.

    Args:
        endpoint: The network.
        size: Height and width of "content"; None takes any.

    Returns:
        The file's bytes; every input has batch 1.

    Raises:
        OSError: tf2onnx is not installed.
        ValueError: The network needs operations that are not in ONNX.
    """
    model, _ = _tf2onnx().convert.from_function(
        tf.function(tflite.positional(endpoint)),
        input_signature=tflite.input_specs(endpoint, size),
        opset=OPSET,
        custom_op_handlers={"FloorMod": (_convert_floor_mod, [])},
    )
    _check_operations(model)
    for node in model.graph.node:
        if node.op_type == "Resize":
            _set_resize_mode(node)
    model.producer_name, model.graph.name = "tfstyle", "tfstyle"
    return model.SerializeToString()


def _tf2onnx():
    try:
        import tf2onnx
    except ImportError as error:
        raise OSError(
            f"Expected tf2onnx for ONNX files: pip install 'tfstyle[onnx]'. Received: {error}."
        ) from error
    tf2onnx.logging.set_level(tf2onnx.logging.ERROR)
    return tf2onnx


def _convert_floor_mod(context, node, name, arguments):
    """ONNX' Mod has the divisor's sign; tf2onnx 1.17 rounds negative quotients towards zero."""
    node.type = "Mod"


def _set_resize_mode(node):
    """Replaces TensorFlow's nearest neighbours by a mode that opset 13 and later have."""
    attributes = {attribute.name: attribute for attribute in node.attribute}
    mode = attributes.get("coordinate_transformation_mode")
    if mode is not None and mode.s == b"tf_half_pixel_for_nn":
        mode.s, attributes["nearest_mode"].s = b"half_pixel", b"round_prefer_ceil"


def _check_operations(model):
    foreign = sorted(
        {node.op_type for node in model.graph.node if node.domain not in ("", "ai.onnx")}
    )
    if foreign:
        raise ValueError(f"Expected operations of ONNX only. Received: {', '.join(foreign)}.")


def session(content: bytes, threads: int | None = None):
    """An onnxruntime session of an ONNX file, on the processor.

    Args:
        content: The file's bytes.
        threads: Processor threads; None leaves their number to onnxruntime.

    Raises:
        OSError: onnxruntime is not installed, or the file is no ONNX file.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise OSError(
            f"Expected onnxruntime: pip install 'tfstyle[onnx]'. Received: {error}."
        ) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    except Exception as error:
        raise OSError(f"Expected an ONNX file. Received: {str(error).splitlines()[0]}") from error


def package():
    """The `onnx` package, which is imported only here."""
    import onnx

    return onnx


def operations(content: bytes) -> list[str]:
    """Names of an ONNX file's operations."""
    return sorted({node.op_type for node in package().load_from_string(content).graph.node})


def signature(content: bytes) -> dict[str, dict[str, list[int]]]:
    """Shapes by "inputs" or "outputs" and name; -1 is any extent."""
    model = session(content)
    return {"inputs": _shapes(model.get_inputs()), "outputs": _shapes(model.get_outputs())}


def _shapes(tensors):
    return {
        tensor.name: [extent if isinstance(extent, int) else -1 for extent in tensor.shape]
        for tensor in tensors
    }


def runner(contents: Mapping[str, bytes]) -> Runner:
    """A runner of ONNX files, for `run_signatures`.

    Args:
        contents: The files' bytes by signature.
    """
    sessions = {name: session(content) for name, content in contents.items()}

    def run(file, signature, **inputs):
        names = [output.name for output in sessions[signature].get_outputs()]
        return dict(zip(names, sessions[signature].run(names, inputs), strict=True))

    return run
