"""What the Hessian of each sample is made of at any depth: the recursions of derivations' chapter on layers.

Layers count from 0. Of the two that an array belongs to, the later comes first, in the key and in the array.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from packing import diagonals, pack, rows


class Pass(NamedTuple):
    """What a forward pass and one back through the layers leave, a row a sample."""

    z: list  # the input of each layer
    phi1: list  # of each hidden layer
    g: list  # the loss's derivative by the preactivations of each layer
    K: dict  # of g^m by the preactivations of layer l, m > l: (N, n_m, n_l)
    square: list  # those with m = l, packed
    trace: list  # their traces


def run(parameters, batch):
    """The pass of all samples."""
    weights = parameters[::2]
    z, p = forward(weights, parameters[1::2], batch.x)
    phi1 = [1 - output**2 for output in z[1:]]
    g, bend = [p - batch.y], []
    for W, output, slope in reversed(list(zip(weights[1:], z[1:], phi1))):
        v = g[0] @ W
        g.insert(0, slope * v)
        bend.insert(0, -2 * output * slope * v)
    return Pass(z, phi1, g, *curvature(weights, phi1, bend, p))


def forward(weights, biases, x):
    """Inputs of all layers, and the softmax."""
    z = [x]
    for W, b in zip(weights[:-1], biases[:-1]):
        z.append(jnp.tanh(z[-1] @ W.T + b))
    return z, jax.nn.softmax(z[-1] @ weights[-1].T + biases[-1])


def curvature(weights, phi1, bend, p):
    """K, packed where it is symmetric, and its traces. That of the first layer, the widest, is never formed in full."""
    K, last = {}, len(phi1)
    whole = diagonals(p, p.shape[1]) - p[:, :, None] * p[:, None, :]
    square, trace = [rows(whole)], [1 - jnp.sum(p**2, axis=1)]
    for l in reversed(range(last)):
        W, slope, width = weights[l + 1], phi1[l], phi1[l].shape[1]
        for m in range(l + 1, last + 1):
            K[m, l] = (whole if m == l + 1 else K[m, l + 1]) @ W * slope[:, None, :]
        coupling = jnp.swapaxes(K[l + 1, l], 1, 2)

        def part(own, above):
            gauss_newton = coupling[:, own] @ W[:, above] * slope[:, None, above]
            return gauss_newton + diagonals(bend[l][:, own], gauss_newton.shape[2])

        trace.insert(0, jnp.sum(slope * jnp.sum(coupling * W.T, axis=2) + bend[l], axis=1))
        if l > 0:
            whole = part(slice(width), slice(width))
            square.insert(0, pack(lambda own, above: whole[:, own, above], width))
        else:
            square.insert(0, pack(part, width))
    return K, square, trace
