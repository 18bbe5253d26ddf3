"""Networks as ONNX files: a signature a file, any size, float32."""

from collections.abc import Mapping

import tensorflow as tf

from tfstyle.export import calls, tflite
from tfstyle.networks.endpoint import Endpoint

OPSET = 18  # of December 2022


def to_onnx(endpoint: Endpoint, size: tuple[int, int] | None = None) -> bytes:
    """An ONNX file of a network, with its inputs' and outputs' names, pictures in NHWC.

    Args:
        endpoint: The network.
        size: Height and width of "content"; None takes any.

    Returns:
        The file's bytes; every input has batch 1.

    Raises:
        OSError: tf2onnx is not installed.
        ValueError: The network needs operations that ONNX has not.
    """
    convert = _tf2onnx().convert

    def serve(*tensors):
        return endpoint(**dict(zip(endpoint.inputs, tensors, strict=True)))

    model, _ = convert.from_function(
        tf.function(serve),
        input_signature=tflite.specs(endpoint, size),
        opset=OPSET,
        custom_op_handlers={"FloorMod": (_floor_mod, [])},
    )
    _refuse_foreign_operations(model)
    for node in model.graph.node:
        if node.op_type == "Resize":
            _round_as_specified(node)
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


def _floor_mod(context, node, name, arguments):
    """ONNX' Mod has the divisor's sign; tf2onnx 1.17 rounds negative quotients towards zero."""
    node.type = "Mod"


def _round_as_specified(node):
    """Nearest neighbours of TensorFlow in a mode that opset 13 and later know."""
    values = {each.name: each for each in node.attribute}
    mode = values.get("coordinate_transformation_mode")
    if mode is not None and mode.s == b"tf_half_pixel_for_nn":
        mode.s, values["nearest_mode"].s = b"half_pixel", b"round_prefer_ceil"


def _refuse_foreign_operations(model):
    foreign = sorted(
        {node.op_type for node in model.graph.node if node.domain not in ("", "ai.onnx")}
    )
    if foreign:
        raise ValueError(f"Expected operations of ONNX only. Received: {', '.join(foreign)}.")


def session(content: bytes, threads: int | None = None):
    """An ONNX file as a session of onnxruntime on the processor.

    Args:
        content: The file's bytes.
        threads: Of the processor; None leaves their number to onnxruntime.

    Raises:
        OSError: onnxruntime is not installed, or it is no ONNX file.
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
    """The package of ONNX' files."""
    import onnx

    return onnx


def operations(content: bytes) -> list[str]:
    """Names of an ONNX file's operations."""
    return sorted({node.op_type for node in package().load_from_string(content).graph.node})


def signature(content: bytes) -> dict[str, dict[str, list[int]]]:
    """Inputs' and outputs' shapes by name; -1 is any."""
    found = session(content)
    ends = {"inputs": found.get_inputs(), "outputs": found.get_outputs()}
    return {kind: {each.name: _shape(each) for each in known} for kind, known in ends.items()}


def _shape(end):
    return [extent if isinstance(extent, int) else -1 for extent in end.shape]


def caller(contents: Mapping[str, bytes]) -> calls.Call:
    """Calls files, of which each has one signature, as `calls.chained` does.

    Args:
        contents: Their bytes by signature.
    """
    sessions = {label: session(content) for label, content in contents.items()}

    def call(file, label, **inputs):
        found = sessions[label]
        names = [each.name for each in found.get_outputs()]
        return dict(zip(names, found.run(names, inputs), strict=True))

    return call
