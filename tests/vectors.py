"""Holds test vectors against nothing but the loss: central differences of it at 300 digits, to the last digit of float64.

    python tests/vectors.py NAME ...        needs mpmath
"""

import json
import sys
from pathlib import Path

from mpmath import eigsy, erfc, exp, log, matrix, mp, mpf, nstr, sin, sqrt, tanh

mp.dps = 300
# The truncation errors of a second difference, and of a difference of those, are of the order STEP^2.
STEP = mpf(10) ** -60

ACTIVATIONS = {
    "sigmoid": lambda a: 1 / (1 + exp(-a)),
    "tanh": tanh,
    "softplus": lambda a: log(1 + exp(a)),
    "gelu": lambda a: a * erfc(-a / sqrt(2)) / 2,
    "silu": lambda a: a / (1 + exp(-a)),
    "sin": sin,
    "identity": lambda a: a,
    "gelu-tanh": lambda a: a * (1 + tanh(sqrt(2 / mp.pi) * (a + mpf(44715) / 10**6 * a**3))) / 2,
}


def loss_of(vector):
    """The loss as a function of theta = (W, b, V, c), and theta."""
    d, h, C = (vector["shape"][name] for name in ("inputs", "hidden", "classes"))
    phi, X, Y = ACTIVATIONS[vector["activation"]], vector["X"], vector["Y"]
    rows = [row for name in "WbVc" for row in vector[name] or []]
    theta = [mpf(entry) for row in rows for entry in (row if isinstance(row, list) else [row])]

    def loss(theta):
        entries = iter(theta)
        W = [[next(entries) for _ in range(d)] for _ in range(h)]
        b = [next(entries) for _ in range(h)] if vector["b"] else [0] * h
        V = [[next(entries) for _ in range(h)] for _ in range(C)]
        c = [next(entries) for _ in range(C)] if vector["c"] else [0] * C
        total = mpf(0)
        for x, y in zip(X, Y):
            z = [phi(sum(w * mpf(x) for w, x in zip(row, x)) + bias) for row, bias in zip(W, b)]
            o = [sum(v * z for v, z in zip(row, z)) + bias for row, bias in zip(V, c)]
            partition = log(sum(map(exp, o)))
            total += sum(mpf(y) * (partition - o) for y, o in zip(y, o))
        return total / len(X)

    return loss, theta


def moved(theta, *moves):
    theta = list(theta)
    for index, step in moves:
        theta[index] += step
    return theta


def slopes(function, theta):
    return [
        (function(moved(theta, (i, STEP))) - function(moved(theta, (i, -STEP)))) / (2 * STEP) for i in range(len(theta))
    ]


def hessian(loss, theta):
    def second(i, j):
        corners = [(a, b, loss(moved(theta, (i, a * STEP), (j, b * STEP)))) for a in (1, -1) for b in (1, -1)]
        return sum(a * b * value for a, b, value in corners) / (4 * STEP**2)

    size = range(len(theta))
    upper = {(i, j): second(i, j) for i in size for j in size if i <= j}
    return matrix([[upper[min(i, j), max(i, j)] for j in size] for i in size])


def bound_terms(loss, theta):
    H, D = hessian(loss, theta), len(theta)
    T, Q = sum(H[i, i] for i in range(D)), sum(entry**2 for entry in H)
    return T, Q, T / D + sqrt(Q / D - (T / D) ** 2) * sqrt(D - 1)


def right(vector):
    loss, theta = loss_of(vector)
    H = hessian(loss, theta)
    names = ("trace", "trace_squared", "ws_upper")
    found = dict(zip(names, bound_terms(loss, theta)))
    found |= {"loss": loss(theta), "loss_gradient": slopes(loss, theta), "hessian": H.tolist()}
    found["lambda_max"] = max(eigsy(H, eigvals_only=True))
    for position, name in enumerate(("trace_gradient", "trace_squared_gradient", "gradient")):
        found[name] = slopes(lambda theta: bound_terms(loss, theta)[position], theta)
    return found


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
            assert told == nearest(value), f"{name}: {quantity} is {told!r}, and by differences {nearest(value)!r}"
            count += 1
    print(f"{name}: {count} numbers, every one the float64 nearest to the differences of the loss")
