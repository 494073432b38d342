"""What several tests need: test vectors, data sets, and the loss written out for JAX."""

import json
from pathlib import Path

import numpy as np
import pytest

import hsr

ROOT = Path(__file__).resolve().parents[2]
VECTORS = sorted(path for path in (ROOT / "tests" / "vectors").glob("*.json") if path.stem != "schema")


@pytest.fixture(scope="session")
def iris():
    """All of Iris, standardised."""
    return hsr.datasets.load("iris", standardised=True)


@pytest.fixture(scope="session")
def few(iris):
    """Every fifth sample of Iris, of all classes."""
    return iris.X[::5], iris.y[::5]


@pytest.fixture
def network():
    """Four inputs, eight hidden units, three classes."""
    return hsr.Network.random((4, 8, 3), seed=1)


def of_vector(path):
    """A test vector: the network, the data, and what is right to the last digit."""
    case = json.loads(path.read_text())
    X = np.array(case["X"], float)
    y = np.array(case["Y"], float) if "Y" in case else np.array(case["y"])
    if "W" in case:
        arrays = {name: np.array(case[name], float) for name in ("W", "V")}
        biases = {name: np.array(case[name], float) for name in ("b", "c") if case.get(name) is not None}
        network = hsr.Network.three_layer(**arrays, **biases, activation=case["activation"])
    else:
        layers = len(case["activations"]) + 1
        given = [[case.get(f"{name}{layer}") for layer in range(1, layers + 1)] for name in "Wb"]
        weights = [np.array(w, float) for w in given[0]]
        biases = [None if b is None else np.array(b, float) for b in given[1]]
        network = hsr.Network(weights, biases, case["activations"], case["loss"])
    return network, X, y, case["expected"]
