"""Networks from the models of other libraries, none of which is imported here, and from files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from . import _hsr

T = TypeVar("T")


@dataclass
class Found:
    """What a model has."""

    weights: list[Any]
    biases: list[Any]
    activation: list[str]
    loss: str
    classes: Sequence[Any] | None


# The losses of scikit-learn's networks by what they do to the last layer.
_SKLEARN_LOSSES = {"softmax": "softmax", "logistic": "multi-label", "identity": "squared", "exp": "poisson"}


def of_sklearn(model: Any) -> Found:
    """The weights of an `MLPClassifier` or `MLPRegressor`, transposed."""
    kinds = {kind.__name__ for kind in type(model).__mro__}
    if not kinds & {"MLPClassifier", "MLPRegressor"}:
        raise TypeError(f"{type(model).__name__} is no MLPClassifier or MLPRegressor of scikit-learn, the two that have such a network")
    if not hasattr(model, "coefs_"):
        raise ValueError(f"this {type(model).__name__} is not fitted: call fit first")
    weights = [np.asarray(coefficients).T for coefficients in model.coefs_]
    hidden = [model.activation] * (len(weights) - 1)
    loss = _SKLEARN_LOSSES.get(model.out_activation_)
    if loss is None:
        raise ValueError(f"the outputs of this {type(model).__name__} go through {model.out_activation_!r}, which no loss here has")
    outputs = weights[-1].shape[0]
    # Of several labels at once the classes are numbers of columns.
    has_classes = loss == "softmax" or (loss == "multi-label" and outputs == 1)
    classes = np.asarray(model.classes_).tolist() if has_classes else None
    return Found(weights, list(model.intercepts_), hidden, loss, classes)


def of_torch(module: Any) -> Found:
    """The weights and activations of a `torch.nn.Sequential`."""
    weights: list[Any] = []
    biases: list[Any] = []
    between: list[str] = []
    activation: list[str] = []
    for layer in _leaves(module):
        kind = type(layer).__name__
        if kind in ("Flatten", "Dropout", "AlphaDropout"):
            continue
        if kind == "Linear":
            if weights:
                activation.append(between.pop() if between else "identity")
            weights.append(_numpy(layer.weight))
            biases.append(None if layer.bias is None else _numpy(layer.bias))
            continue
        name = _torch_activation(layer, kind)
        if not weights or between:
            raise TypeError(f"{kind} does not stand between two Linear layers, with no other activation there")
        between.append(name)
    if not weights:
        raise TypeError(f"{type(module).__name__} has no Linear layer")
    if between and between != ["identity"]:
        raise TypeError("an activation stands after the last Linear layer, whose outputs the loss takes: leave it out")
    return Found(weights, biases, activation, "", None)


def _leaves(module: Any) -> list[Any]:
    kind = type(module).__name__
    if kind == "Sequential":
        return [leaf for child in module for leaf in _leaves(child)]
    return [module]


def _torch_activation(layer: Any, kind: str) -> str:
    names = {"Tanh": "tanh", "Sigmoid": "sigmoid", "SiLU": "silu", "ReLU": "relu", "Identity": "identity"}
    if kind in names:
        return names[kind]
    if kind == "GELU":
        return "gelu-tanh" if layer.approximate == "tanh" else "gelu"
    if kind == "LeakyReLU" and layer.negative_slope == 0.01:
        return "leaky-relu"
    if kind == "Softplus" and layer.beta == 1:
        return "softplus"
    if kind in ("Softmax", "LogSoftmax"):
        raise TypeError(f"{kind} is part of the loss softmax, which takes logits: leave it out")
    raise TypeError(f"{layer!r} is none of the layers and activations that a network here has")


def _numpy(tensor: Any) -> Any:
    """The numbers of a tensor that may need a gradient, be on another device, or have a type that NumPy has not."""
    return tensor.detach().cpu().double().numpy()


def of_file(
    make: Callable[[_hsr.Network, Sequence[Any] | None], T],
    path: str | os.PathLike[str],
    activations: list[str],
    loss: str,
    names: dict[str, str] | None,
    transposed: bool | None,
    classes: Sequence[Any] | None,
) -> T:
    """The network of a file."""
    # Before the library says it in its words: Python has exceptions of its own for a file that is missing or must not be read.
    with open(path, "rb"):
        pass
    said = None if names is None else ",".join(f"{parameter}={name}" for parameter, name in names.items())
    core, aside = _hsr.Network.from_file(os.fspath(path), activations, loss, said, transposed)
    if aside:
        warnings.warn(f"{path} holds arrays that were not read: {', '.join(aside)}", UserWarning, stacklevel=4)
    return make(core, classes)
