"""The losses of one output in NumPy, each with three derivatives by the outputs o. The first axis runs over the samples.

A loss is (value, delta, S, third): ell, its gradient, its Hessian, and R[F]_j = sum_kl F_kl d^3 ell / (do_k do_l do_j).
"""

import numpy as np

from closed_forms import covariance, log_softmax, sigmoid


def diagonal(entries):
    return np.einsum("nk,kl->nkl", entries, np.eye(entries.shape[1]))


def outputwise(value, first, second, third):
    """A loss that is a sum over outputs, from its derivatives at each of them."""
    return (
        lambda o, y: value(o, y).sum(axis=1),
        first,
        lambda o, y: diagonal(second(o, y)),
        lambda o, y, F: third(o, y) * np.einsum("nkk->nk", F),
    )


def softmax_third(o, y, F):
    p = np.exp(log_softmax(o))
    inner = np.einsum("nkk->nk", F) - np.einsum("nkl,nl->nk", F + F.transpose(0, 2, 1), p)
    return np.einsum("nkl,nl->nk", covariance(p), inner)


def root(o, y):
    return np.sqrt(1 + (o - y) ** 2)


LOSSES = {
    "softmax": (
        lambda o, y: -(y * log_softmax(o)).sum(axis=1),
        lambda o, y: np.exp(log_softmax(o)) - y,
        lambda o, y: covariance(np.exp(log_softmax(o))),
        softmax_third,
    ),
    "squared": outputwise(
        lambda o, y: (o - y) ** 2 / 2,
        lambda o, y: o - y,
        lambda o, y: np.ones_like(o),
        lambda o, y: np.zeros_like(o),
    ),
    "multi-label": outputwise(
        lambda o, y: np.logaddexp(0, o) - y * o,
        lambda o, y: sigmoid(o) - y,
        lambda o, y: sigmoid(o) * sigmoid(-o),
        lambda o, y: sigmoid(o) * sigmoid(-o) * (sigmoid(-o) - sigmoid(o)),
    ),
    "poisson": outputwise(
        lambda o, y: np.exp(o) - y * o,
        lambda o, y: np.exp(o) - y,
        lambda o, y: np.exp(o),
        lambda o, y: np.exp(o),
    ),
    "pseudo-huber": outputwise(
        lambda o, y: root(o, y) - 1,
        lambda o, y: (o - y) / root(o, y),
        lambda o, y: root(o, y) ** -3.0,
        lambda o, y: -3 * (o - y) * root(o, y) ** -5.0,
    ),
}
