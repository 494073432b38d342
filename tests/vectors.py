"""Holds test vectors against nothing but the loss, at 300 digits, to the last digit of float64.

    python tests/vectors.py NAME ...        needs mpmath

The loss is written out, and run on numbers that carry up to three nilpotent parts: the coefficient of E1 E2 E3 is a third derivative,
exactly. Activations and losses are the functions of mpmath, with the Taylor coefficients that it finds for them. A scalar of the
Hessian, such as a bound, is differentiated by a central difference along the derivative of the Hessian.
"""

import json
import sys
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

from mpmath import eigsy, erfc, exp, factorial, log, matrix, mp, mpf, nstr, sin, sqrt, tanh
from mpmath import diffs as derivatives

mp.dps = 300
# The error of a central difference is of the order STEP^2.
STEP = mpf(10) ** -100

ACTIVATIONS = {
    "sigmoid": lambda a: 1 / (1 + exp(-a)),
    "tanh": tanh,
    "softplus": lambda a: log(1 + exp(a)),
    "gelu": lambda a: a * erfc(-a / sqrt(2)) / 2,
    "silu": lambda a: a / (1 + exp(-a)),
    "sin": sin,
    "identity": lambda a: a,
    "gelu-tanh": lambda a: a * (1 + tanh(sqrt(2 / mp.pi) * (a + mpf(44715) / 10**6 * a**3))) / 2,
    # The side of a kink on which the point is.
    "relu": lambda a: a if a > 0 else a * 0,
    "leaky-relu": lambda a: a if a > 0 else a / 100,
}


class Jet:
    """A number with nilpotent parts E1, E2, E3: coefficients by the set of parts, as the bits of an integer."""

    def __init__(self, parts):
        self.parts = parts

    def __add__(self, other):
        parts = dict(self.parts)
        for which, value in lifted(other).parts.items():
            parts[which] = parts.get(which, 0) + value
        return Jet(parts)

    def __mul__(self, other):
        parts = {}
        for one, a in self.parts.items():
            for two, b in lifted(other).parts.items():
                if not one & two:
                    parts[one | two] = parts.get(one | two, 0) + a * b
        return Jet(parts)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -lifted(other)

    def through(self, name, function):
        """A function of it, from Taylor coefficients at its value."""
        rest = Jet({which: value for which, value in self.parts.items() if which})
        series = taylor(name, function, self.parts.get(0, mpf(0)))
        square = rest * rest
        return lifted(series[0]) + rest * series[1] + square * series[2] + square * rest * series[3]


def lifted(value):
    return value if isinstance(value, Jet) else Jet({0: mpf(value)})


@cache
def taylor(name, function, at):
    """Taylor coefficients, by mpmath's own differences: far more digits than are asked for."""
    if name in ("relu", "leaky-relu", "identity"):
        return function(at), function(at) / at if at else mpf(1), 0, 0
    with mp.workdps(2 * mp.dps):
        return tuple(value / factorial(order) for order, value in enumerate(derivatives(function, at, 3)))


def softmax(o, y):
    # Any reference does: the partition sum is taken relative to the first output.
    partition = sum((o_k - o[0]).through("exp", exp) for o_k in o).through("log", log)
    return sum((partition + o[0] - o_k) * y_k for o_k, y_k in zip(o, y))


def outputwise(term):
    return lambda o, y: sum(term(o_k, y_k) for o_k, y_k in zip(o, y))


LOSSES = {
    "softmax": softmax,
    "squared": outputwise(lambda o, y: (o - y) * (o - y) * mpf("0.5")),
    "multi-label": outputwise(lambda o, y: o.through("softplus", ACTIVATIONS["softplus"]) - o * y),
    "poisson": outputwise(lambda o, y: o.through("exp", exp) - o * y),
    "pseudo-huber": outputwise(lambda o, y: (1 + (o - y) * (o - y)).through("sqrt", sqrt) - 1),
}


class Problem:
    """The loss of a vector as a function of its flat parameters, W1, b1, W2, b2, .. or W, b, V, c, each row-major."""

    def __init__(self, vector):
        names = [("W", "b"), ("V", "c")] if "W" in vector else [
            (f"W{l}", f"b{l}") for l in range(1, len(vector["shape"]["widths"]) + 1)
        ]
        self.weights, self.biases = [vector[w] for w, _ in names], [vector[b] for _, b in names]
        hidden = len(names) - 1
        self.activations = vector.get("activations", [vector.get("activation")] * hidden)
        self.loss_name = vector.get("loss", "softmax")
        self.X, self.Y = ([[mpf(entry) for entry in row] for row in vector[name]] for name in "XY")
        self.theta, self.layer_of, self.unit_of, first = [], [], [], 0
        for l, (W, b) in enumerate(zip(self.weights, self.biases)):
            for i, row in enumerate(W):
                self.append(row, l, first + i)
            for i, bias in enumerate(b or []):
                self.append([bias], l, first + i)
            first += len(W)
        self.D = len(self.theta)
        # Directions that leave the softmax as it is.
        last_inputs = len(self.weights[-1][0]) + (self.biases[-1] is not None)
        self.shifts = last_inputs if self.loss_name == "softmax" else 0

    def append(self, entries, layer, unit):
        self.theta += [mpf(entry) for entry in entries]
        self.layer_of += [layer] * len(entries)
        self.unit_of += [unit] * len(entries)

    def loss(self, theta):
        total = Jet({})
        for x, y in zip(self.X, self.Y):
            entries, z = iter(theta), [lifted(entry) for entry in x]
            for W, b, phi in zip(self.weights, self.biases, [*self.activations, None]):
                rows = [[next(entries) for _ in row] for row in W]
                shifts = [next(entries) for _ in W] if b else [0] * len(W)
                z = [sum((w * entry for w, entry in zip(row, z)), Jet({})) + shift for row, shift in zip(rows, shifts)]
                if phi:
                    z = [a.through(phi, ACTIVATIONS[phi]) for a in z]
            total = total + LOSSES[self.loss_name](z, y)
        return total * (mpf(1) / len(self.X))

    def derivative(self, *indices):
        """The mixed derivative by these parameters."""
        parts = [{0: value} for value in self.theta]
        for part, index in enumerate(indices):
            parts[index][1 << part] = mpf(1)
        return self.loss([Jet(part) for part in parts]).parts.get((1 << len(indices)) - 1, mpf(0))


def symmetric(problem, order):
    """All derivatives of this order, by the sorted tuple of their indices."""
    indices = combinations_with_replacement(range(problem.D), order)
    return {index: problem.derivative(*index) for index in indices}


def upper(T, Q, D):
    return T / D + sqrt(max(Q / D - (T / D) ** 2, mpf(0))) * sqrt(D - 1)


def by_groups(H, groups, left_out):
    """The largest eigenvalue of the matrix of the groups' bounds and of the norms between them."""
    count, D = max(groups) + 1, len(groups)
    T, Q, sizes = [mpf(0)] * count, [[mpf(0)] * count for _ in range(count)], [groups.count(g) for g in range(count)]
    for i in range(D):
        T[groups[i]] += H[i][i]
        for j in range(D):
            Q[groups[i]][groups[j]] += H[i][j] ** 2
    C = matrix(count)
    for g in range(count):
        for h in range(count):
            C[g, h] = sqrt(Q[g][h]) if g != h else upper(T[g], Q[g][g], sizes[g] - left_out[g])
        if left_out[g]:
            C[g, g] = max(C[g, g], mpf(0))
    return max(eigsy(C, eigvals_only=True))


def scalars(problem):
    """Functions of the Hessian, by name."""
    D, shifts = problem.D, problem.shifts
    trace = lambda H: sum(H[i][i] for i in range(D))
    squared = lambda H: sum(entry**2 for row in H for entry in row)
    layers, units = problem.layer_of, problem.unit_of
    reduced = lambda H: upper(trace(H), squared(H), D - shifts)
    return {
        "trace": trace,
        "trace_squared": squared,
        "ws_upper": lambda H: upper(trace(H), squared(H), D),
        "ws_reduced": lambda H: max(reduced(H), mpf(0)) if shifts else reduced(H),
        "ws_layers": lambda H: by_groups(H, layers, [0] * max(layers) + [shifts]),
        "ws_units": lambda H: by_groups(H, units, [0] * (max(units) + 1)),
    }


GRADIENTS = {
    "trace": "trace_gradient",
    "trace_squared": "trace_squared_gradient",
    "ws_upper": "gradient",
    "ws_layers": "ws_layers_gradient",
    "ws_units": "ws_units_gradient",
}


def right(vector):
    problem = Problem(vector)
    size = range(problem.D)
    second, third = symmetric(problem, 2), symmetric(problem, 3)
    H = [[second[tuple(sorted((i, j)))] for j in size] for i in size]
    found = {
        "loss": problem.derivative(),
        "loss_gradient": [problem.derivative(i) for i in size],
        "hessian": H,
        "lambda_max": max(eigsy(matrix(H), eigvals_only=True)),
        "layer_traces": [sum(H[i][i] for i in size if problem.layer_of[i] == l) for l in range(len(problem.weights))],
    }
    names = vector["expected"]
    for name, scalar in scalars(problem).items():
        if name in names:
            found[name] = scalar(H)
        if GRADIENTS.get(name) in names:
            found[GRADIENTS[name]] = [
                (scalar(moved(H, third, k, STEP)) - scalar(moved(H, third, k, -STEP))) / (2 * STEP) for k in size
            ]
    return found


def moved(H, third, k, step):
    """The Hessian a step along a parameter, to first order."""
    return [[entry + step * third[tuple(sorted((i, j, k)))] for j, entry in enumerate(row)] for i, row in enumerate(H)]


def nearest(value):
    # By way of decimals: float() of mpmath cuts off.
    return float(nstr(value, 50))


def entries(value):
    return [entry for part in value for entry in entries(part)] if isinstance(value, list) else [value]


for name in sys.argv[1:]:
    vector = json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text())
    truth, count = right(vector), 0
    for quantity, expected in vector["expected"].items():
        for told, value in zip(entries(expected), entries(truth[quantity]), strict=True):
            assert told == nearest(value), f"{name}: {quantity} is {told!r}, and by the loss {nearest(value)!r}"
            count += 1
    print(f"{name}: {count} numbers, every one the float64 nearest to the derivatives of the loss", flush=True)
