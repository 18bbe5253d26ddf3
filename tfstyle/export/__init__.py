"""Networks as files that run without Keras."""

FORMATS = ("tflite", "onnx", "saved_model")
ACCELERATORS = ("gpu", "npu")
TFLITE_PRECISIONS = ("float32", "float16", "dynamic", "int8")
