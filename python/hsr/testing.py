"""A function of your own against the reference at 106 bits, in this process.

>>> import numpy as np
>>> from hsr.testing import assert_conforms
>>> def loss(case):
...     o = np.tanh(case.X @ case.W.T + case.b) @ case.V.T + case.c
...     o -= o.max(axis=1, keepdims=True)
...     return -np.mean(np.sum(case.Y * (o - np.log(np.exp(o).sum(axis=1, keepdims=True))), axis=1))
>>> assert_conforms(loss, "loss", cases=30, biases=True)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from . import _hsr
from ._convert import FloatArray, names, numbers, whole
from ._network import Network

T = TypeVar("T")

__all__ = ["Case", "DoesNotConform", "assert_conforms"]

QUANTITIES = (
    "loss",
    "loss_gradient",
    "hessian",
    "trace",
    "trace_squared",
    "ws_upper",
    "trace_gradient",
    "trace_squared_gradient",
    "gradient",
    "lambda_max",
    "layer_traces",
    "ws_reduced",
    "ws_layers",
    "ws_units",
    "ws_layers_gradient",
    "ws_units_gradient",
)
"""What a function may be asked for. Gradients are of shape (D,), or by the names of the arrays."""


@dataclass(frozen=True, eq=False)
class Case:
    """A network with data, which a function is asked about."""

    weights: tuple[FloatArray, ...]
    """The weights of each layer, of shape (outputs, inputs)."""
    biases: tuple[FloatArray | None, ...]
    """The bias of each layer, or `None`."""
    activations: tuple[str, ...]
    """The activation of each hidden layer."""
    loss: str
    """The name of the loss."""
    X: FloatArray
    """Samples, of shape (N, d)."""
    Y: FloatArray
    """Targets, of shape (N, C)."""
    quantities: tuple[str, ...]
    """What is asked for."""

    @property
    def W(self) -> FloatArray:
        """The weights of the hidden layer of a network that has one."""
        return self._of_two(self.weights, 0)

    @property
    def V(self) -> FloatArray:
        """The weights of its output layer."""
        return self._of_two(self.weights, 1)

    @property
    def b(self) -> FloatArray | None:
        """The biases of its hidden layer."""
        return self._of_two(self.biases, 0)

    @property
    def c(self) -> FloatArray | None:
        """The biases of its output layer."""
        return self._of_two(self.biases, 1)

    def _of_two(self, arrays: tuple[T, ...], at: int) -> T:
        if len(self.weights) != 2:
            raise AttributeError(f"W, b, V and c are the arrays of two layers, and this case has {len(self.weights)}: see weights and biases")
        return arrays[at]

    @property
    def network(self) -> Network:
        """The network."""
        return Network(self.weights, self.biases, self.activations, self.loss)

    @property
    def flat(self) -> FloatArray:
        """All parameters, in the order `W1, b1, W2, ..`, each row-major."""
        return self.network.flat


class DoesNotConform(AssertionError):
    """A function gives wrong values; the message is the report of `hsr conform`.

    Attributes
    ----------
    cases : dict of str to Case
        For each wrong quantity the smallest case at which it is wrong.
    """

    def __init__(self, words: str, cases: Mapping[str, Case]) -> None:
        super().__init__(words)
        self.cases = dict(cases)

    def __reduce__(self) -> tuple[Any, ...]:
        return (DoesNotConform, (str(self), self.cases))


def assert_conforms(
    function: Callable[[Case], Any],
    quantities: str | Sequence[str],
    *,
    activations: str | Sequence[str] = "tanh",
    losses: str | Sequence[str] = "softmax",
    layers: int | Sequence[int] = 2,
    biases: bool | None = None,
    cases: int = 200,
    seed: int = 0,
    max_size: int = 5,
    precision: str = "float64",
    replay: str | None = None,
) -> None:
    """Asks a function about drawn networks, and raises `DoesNotConform`, an `AssertionError`, where an answer is wrong.

    An answer is wrong if it is further off than an ordinary program in this precision would be: the tolerance of each number comes from
    bounds on rounding errors of the same equations. The first wrong answer of each quantity is made smaller as long as it stays wrong,
    and the message says what it looks like.

    A function that JAX compiles is compiled once for each shape: small `max_size` and few `layers` have few of them.

    Parameters
    ----------
    function : callable
        Called with a `Case`. With one quantity it returns that, with several a mapping from their names; what it has no value for it
        leaves out. A gradient is an array of shape (D,) in the order `W1, b1, W2, ..`, a mapping from the names of the arrays, or a
        sequence of arrays in that order.
    quantities : str or sequence of str
        One or more of `hsr.testing.QUANTITIES`.
    activations, losses, layers
        Those that occur; `layers` counts layers of weights, from 1 to 5.
    biases : bool, optional
        Whether all networks have biases or none; left out, there are both.
    cases : int
        How many networks.
    seed : int
        The same seed draws the same ones.
    max_size : int
        The most samples, inputs, units and outputs.
    precision : str
        `float64` or `float32`: what the function computes in.
    replay : str, optional
        What the message says to do for the same cases again.

    Raises
    ------
    DoesNotConform
        If an answer is wrong, or no answer says anything.
    ValueError, TypeError
        If an argument is wrong. What the function itself raises is not caught.
    """
    asked = _known(names(quantities, "quantities"), "quantity", QUANTITIES)
    # Names are known to the library, which refuses those of networks that it does not have.
    phis, ells = names(activations, "activations"), names(losses, "losses")
    for phi in phis:
        _hsr.Network.random(1, [1, 2], False, [phi], "softmax", 0)
    for ell in ells:
        _hsr.Network.random(1, [2], False, [], ell, 0)
    hello = {
        "id": 0,
        "name": _name(function),
        "quantities": asked,
        "activations": phis,
        "losses": ells,
        "layers": _depths(layers),
        "biases": [True, False] if biases is None else [bool(biases)],
        "precision": _known([precision], "precision", ("float64", "float32"))[0],
    }
    single = isinstance(quantities, str)

    def answer(line: str) -> str:
        question = json.loads(line)
        if "hello" in question:
            return json.dumps(hello)
        case = _case(question)
        found = function(case)
        if single:
            found = {case.quantities[0]: found}
        elif not isinstance(found, Mapping):
            raise TypeError(f"{hello['name']} returned a {type(found).__name__}: a mapping from the names of quantities is needed")
        given = {name: _plain(value, name) for name, value in found.items() if value is not None}
        return json.dumps({"id": question["id"], **given})

    limits = (whole(cases, "cases", 1), whole(seed, "seed", 0, 2**64 - 1), whole(max_size, "max_size", 1, 100))
    again = replay or f"assert_conforms({hello['name']}, {quantities!r}, cases={cases}, seed={seed}, max_size={max_size})"
    holds, table, _, wrong = _hsr.conform(str(hello["name"]), answer, *limits, None, again)
    if not holds:
        smallest = {name: _case({**json.loads(text), "quantities": [name]}) for name, text in wrong}
        raise DoesNotConform("\n" + table, smallest)


def _name(function: Any) -> str:
    return getattr(function, "__qualname__", None) or repr(function)


def _known(given: list[str], kind: str, known: Sequence[str]) -> list[str]:
    for name in given:
        if name not in known:
            raise ValueError(f"unknown {kind} {name!r}: choose {', '.join(known)}")
    if not given:
        raise ValueError(f"no {kind}: choose {', '.join(known)}")
    return given


def _depths(layers: Any) -> list[int]:
    given = [layers] if isinstance(layers, (int, np.integer)) else list(layers)
    return [whole(count, "layers", 1, 5) for count in given]


def _case(question: Mapping[str, Any]) -> Case:
    """The case of a question."""
    activations = tuple(question["activations"])
    at = range(1, len(activations) + 2)
    biases = (question.get(f"b{layer}") for layer in at)
    return Case(
        tuple(np.array(question[f"W{layer}"], float) for layer in at),
        tuple(None if b is None else np.array(b, float) for b in biases),
        activations,
        question["loss"],
        np.array(question["X"], float),
        np.array(question["Y"], float),
        tuple(question["quantities"]),
    )


def _plain(value: Any, name: str) -> Any:
    """Numbers as lists; arrays of several layers one after the other, or by their names."""
    if isinstance(value, Mapping):
        return {key: _plain(part, f"{name}[{key!r}]") for key, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)) and any(np.ndim(part) for part in value if part is not None):
        parts = [part for part in value if part is not None]
        if name != "hessian":
            return np.concatenate([numbers(part, name).ravel() for part in parts]).tolist()
    return numbers(value, name).tolist()
