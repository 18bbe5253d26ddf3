"""Keras on JAX and on torch paints and trains as it does on TensorFlow."""

import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

OTHERS = ("jax", "torch")


def results(backend, pictures, folder):
    """Pictures and losses by name, computed in a process of its own."""
    program, out = Path(__file__).parent / "on_backend.py", folder / f"{backend}.npz"
    found = subprocess.run(
        [sys.executable, program, pictures, folder / backend, out],
        env=os.environ | {"KERAS_BACKEND": backend},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    with np.load(out) as file:
        return dict(file)


@pytest.mark.slow
@pytest.mark.parametrize("backend", OTHERS)
def test_other_backends_paint_and_train_as_tensorflow(backend, pictures, tmp_path):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"needs {backend}")
    with ThreadPoolExecutor() as pool:
        arrays = pool.map(lambda name: results(name, pictures, tmp_path), ("tensorflow", backend))
        expected, found = arrays
    assert found.pop("backend") == backend and expected.pop("backend") == "tensorflow"
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        if name.startswith("losses"):
            np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=1e-5, err_msg=name)
        else:
            difference = np.abs(found[name] - values)
            assert difference.mean() < 2e-4 and difference.max() < 0.05, name
