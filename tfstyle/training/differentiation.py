"""Gradients and compiled functions on each of Keras' backends."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

Structure = Any  # a tensor, or tuples, lists and mappings of them


def gradient(
    function: Callable[[Structure], tuple[Any, Structure]], x: Structure
) -> tuple[Structure, Structure]:
    """A function's further outputs, and the gradient of its first one.

    Args:
        function: From `x` to a number and to further outputs.
        x: What the gradient is taken over.

    Returns:
        The further outputs, and the gradient, of the structure of `x`; 0 where it has none.
    """
    return _backend().gradient(function, x)


def pull_back(
    function: Callable[[Structure], Structure], x: Structure, upstream: Structure
) -> Structure:
    """The gradient over `x` of a function's outputs, weighted.

    Args:
        function: From `x` to the outputs.
        x: What the gradient is taken over.
        upstream: The weights, of the structure of the outputs.
    """
    return _backend().pull_back(function, x, upstream)


def compiled(function: Callable, static: Sequence[int] = ()) -> Callable:
    """A function of tensors that is compiled.

    TensorFlow compiles it once for pictures and features of all sizes, JAX for each size, and
    torch runs it as it is.

    Args:
        function: The function; an argument may be None.
        static: Positions of arguments that are numbers, of which JAX needs to know the values.
    """
    return _backend().compiled(function, static)


class _TensorFlow:
    @staticmethod
    def gradient(function, x):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            total, outputs = function(x)
        return outputs, tape.gradient(total, x, unconnected_gradients="zero")

    @staticmethod
    def pull_back(function, x, upstream):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = function(x)
        return tape.gradient(outputs, x, output_gradients=upstream)

    @staticmethod
    def compiled(function, static):
        import tensorflow as tf

        functions = {}

        def called(*arguments):
            arguments = tf.nest.map_structure(
                lambda x: None if x is None else tf.convert_to_tensor(x), arguments
            )
            specs = tf.nest.map_structure(_any_size, arguments)
            key = str(specs)
            if key not in functions:
                functions[key] = tf.function(function).get_concrete_function(*specs)
            return functions[key](*arguments)

        return called


def _any_size(tensor):
    import tensorflow as tf

    if tensor is None:
        return None
    shape = list(tensor.shape)
    if len(shape) == 4:
        shape[1:3] = None, None
    return tf.TensorSpec(shape, tensor.dtype)


class _JAX:
    @staticmethod
    def gradient(function, x):
        import jax

        (_, outputs), gradient = jax.value_and_grad(function, has_aux=True)(x)
        return outputs, gradient

    @staticmethod
    def pull_back(function, x, upstream):
        import jax

        _, pull = jax.vjp(function, x)
        return pull(upstream)[0]

    @staticmethod
    def compiled(function, static):
        import jax

        return jax.jit(function, static_argnums=tuple(static))


class _Torch:
    @staticmethod
    def gradient(function, x):
        x = keras.tree.map_structure(_leaf, x)
        total, outputs = function(x)
        return outputs, _torch_gradient([total], None, x)

    @staticmethod
    def pull_back(function, x, upstream):
        x = keras.tree.map_structure(_leaf, x)
        outputs, weights = (keras.tree.flatten(y) for y in (function(x), upstream))
        pairs = [pair for pair in zip(outputs, weights, strict=True) if pair[0].requires_grad]
        return _torch_gradient(*map(list, zip(*pairs, strict=True)), x)

    @staticmethod
    def compiled(function, static):
        def called(*arguments):
            return keras.tree.map_structure(lambda x: x.detach(), function(*arguments))

        return called


def _leaf(tensor):
    return tensor.detach().requires_grad_()


def _torch_gradient(outputs, weights, x):
    import torch

    return keras.tree.pack_sequence_as(
        x,
        torch.autograd.grad(
            outputs, keras.tree.flatten(x), weights, allow_unused=True, materialize_grads=True
        ),
    )


BACKENDS = {"tensorflow": _TensorFlow, "jax": _JAX, "torch": _Torch}


def _backend():
    return BACKENDS[keras.backend.backend()]
