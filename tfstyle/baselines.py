"""Other people's models with the same `stylize` method, as baselines."""

import os
from pathlib import Path

import numpy as np

from tfstyle import images, messages

PREDICTOR_SIDE = 256  # pixels; Magenta squashes the painting to a square of this side
TRANSFORMER_SIDE = 384  # pixels; its transformer takes no other size


class MagentaTFLite:
    """Magenta's arbitrary stylization as the pair of TFLite files that people deploy.

    Args:
        predictor: File, style image (1, 256, 256, 3) to vector (1, 1, 1, 100).
        transformer: File, content (1, 384, 384, 3) and vector to (1, 384, 384, 3).
        threads: Processor threads.
    """

    def __init__(
        self, predictor: str | os.PathLike, transformer: str | os.PathLike, threads: int = 2
    ):
        from ai_edge_litert.interpreter import Interpreter

        self.predictor, self.transformer = (
            Interpreter(str(Path(path)), num_threads=threads) for path in (predictor, transformer)
        )
        with messages.quiet("LiteRT"):
            self.predictor.allocate_tensors()
            self.transformer.allocate_tensors()

    def encode_style(self, style: np.ndarray) -> np.ndarray:
        """The painting's style vector, shape (1, 1, 1, 100)."""
        square = images.squash(style, PREDICTOR_SIDE)
        return _run(self.predictor, {3: square[None]})

    def paint(self, content: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """The photograph (384, 384, 3) in a vector's style."""
        return np.clip(_run(self.transformer, {3: content[None], 100: vector})[0], 0.0, 1.0)

    def stylize(self, content: np.ndarray, style: np.ndarray) -> np.ndarray:
        """The photograph (384, 384, 3) in the painting's style."""
        return self.paint(content, self.encode_style(style))


def _run(interpreter, by_channels):
    for detail in interpreter.get_input_details():
        value = by_channels[int(detail["shape"][-1])]
        interpreter.set_tensor(detail["index"], value.astype(np.float32))
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


class MagentaGraph:
    """Magenta's network of several styles as the frozen graph that its Android app ran.

    Args:
        file: .pb file with a picture `input:0` and shares of the styles `style_num:0`.

    Raises:
        OSError: There is no such file.
        ValueError: It is another graph.
    """

    INPUTS = ("input:0", "style_num:0")
    OUTPUT = "transformer/expand/conv3/conv/Sigmoid:0"

    def __init__(self, file: str | os.PathLike):
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        graph = tf.compat.v1.GraphDef()
        try:
            graph.ParseFromString(Path(file).read_bytes())
            imported = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
            self._call = imported.prune(self.INPUTS, self.OUTPUT)
        except (DecodeError, KeyError, ValueError) as error:
            raise ValueError(
                f"Expected Magenta's graph of several styles. Received: {file}."
            ) from error
        self.styles = [f"style{i}" for i in range(self._call.inputs[1].shape[0])]

    def stylize(self, content: np.ndarray, style: str) -> np.ndarray:
        """The photograph, of sides that are multiples of 4, in the style of that name.

        Raises:
            ValueError: There is no such style.
        """
        import tensorflow as tf

        shares = np.float32([name == style for name in self.styles])
        if not shares.any():
            raise ValueError(f"Expected one of {', '.join(self.styles)}. Received: {style}.")
        return self._call(*map(tf.constant, (content[None], shares))).numpy()[0]


KINDS = {"f16": "fp16", "quantized_384": "int8", "dynamic": "dynamic"}  # by a part of the name


def magenta(folder: str | os.PathLike, threads: int = 2) -> dict[str, MagentaTFLite]:
    """The transformers in a folder of Magenta's files, each with the predictor, by label.

    Args:
        folder: Folder with `*predict*.tflite` and `*transfer*.tflite`, or one of its transformers'
            files. The result is empty for any other folder.
        threads: Processor threads.
    """
    folder, pattern = Path(folder), "*transfer*.tflite"
    if folder.is_file():
        folder, pattern = folder.parent, folder.name
    predictors = sorted(folder.glob("*predict*.tflite"))
    transformers = sorted(folder.glob(pattern))
    return {
        f"magenta {_kind(path)}": MagentaTFLite(predictors[0], path, threads)
        for path in (transformers if predictors else [])
    }


def _kind(path):
    return next((kind for part, kind in KINDS.items() if part in path.stem), path.stem)
