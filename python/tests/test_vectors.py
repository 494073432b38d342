"""The test vectors of the repository, which are right to the last digit: found from nothing but the loss, at 300 digits."""

import numpy as np
import pytest

import hsr
from conftest import VECTORS, of_vector

# Names in the vectors and what gives them here.
GRADIENTS = {
    "gradient": "ws_upper",
    "loss_gradient": "loss",
    "trace_gradient": "trace",
    "trace_squared_gradient": "trace_squared",
    "ws_units_gradient": "ws_units",
    "ws_layers_gradient": "ws_layers",
}
SCALARS = ("loss", "trace", "trace_squared", "ws_upper", "ws_reduced", "ws_layers", "ws_units", "layer_traces")


def off(found, right):
    """The largest error, relative to the largest entry."""
    found, right = np.atleast_1d(np.asarray(found, float)).ravel(), np.atleast_1d(np.asarray(right, float)).ravel()
    assert found.shape == right.shape
    scale = np.max(np.abs(right))
    return np.max(np.abs(found - right)) / scale if scale else np.max(np.abs(found))


def test_there_are_vectors():
    assert len(VECTORS) >= 20


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_every_number_of_a_vector(path):
    network, X, y, expected = of_vector(path)
    wanted = [ours for name, ours in GRADIENTS.items() if expected.get(name) is not None]
    answer = hsr.bound(network, X, y, gradients=wanted, units=True)
    counted = hsr.oracle(network, X, y, hessian=len(network) <= 200, digits=True)
    errors = {}
    for name, right in expected.items():
        if right is None:
            continue
        if name in SCALARS:
            errors[name] = off(getattr(answer, name), right)
        elif name in GRADIENTS:
            errors[name] = off(answer.gradient_of(GRADIENTS[name]).flat, right)
        elif name == "hessian":
            errors[name] = off(hsr.hessian(network, X, y), right)
        elif name == "lambda_max":
            errors[name] = off(hsr.spectrum(network, X, y).largest.value, right)
        elif name in counted:
            errors[name] = off(counted[name], right)
    print(path.stem, errors)
    assert "loss" in errors and len(errors) >= 5
    # Sums of some hundred products of rounded numbers; where terms cancel, the oracle says how many digits that costs.
    for name, error in errors.items():
        digits = min(counted.digits.get(name, 15.0), 15.0)
        assert error <= 10 ** (2 - digits), (name, digits)
