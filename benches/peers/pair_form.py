"""The closed form over pairs of samples: T of derivations' chapter on the trace, Q of that on the squared trace.

The hidden block of Q is most of the work. ROUTES holds the ways to it; every one of them gives the same number.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from network import ws_upper
from packing import diagonals, pack, rows
from products import symmetric_form, weighted_gram, weighted_sum


class Pass(NamedTuple):
    """What a forward pass leaves, a row a sample."""

    xt: jax.Array  # (x, 1)
    zt: jax.Array  # (z, 1)
    p: jax.Array
    delta: jax.Array
    phi1: jax.Array
    centred: jax.Array  # V_k - sum_l p_l V_l: (N, C, h)
    variance: jax.Array  # of the columns of V under p: (N, h)
    r: jax.Array  # phi2 * u


def forward(parameters, batch):
    W, b, V, c = parameters
    ones = jnp.ones((len(batch.x), 1))
    z = jnp.tanh(batch.x @ W.T + b)
    p = jax.nn.softmax(z @ V.T + c)
    delta = p - batch.y
    phi1 = 1 - z**2
    mean = p @ V
    return Pass(
        xt=jnp.hstack([batch.x, ones]),
        zt=jnp.hstack([z, ones]),
        p=p,
        delta=delta,
        phi1=phi1,
        centred=V - mean[:, None, :],
        variance=p @ V**2 - mean**2,
        r=-2 * z * phi1 * (delta @ V),
    )


def trace(s):
    """T: the output, Gauss-Newton and residual parts."""
    nx, nz = jnp.sum(s.xt**2, axis=1), jnp.sum(s.zt**2, axis=1)
    t_out = (1 - jnp.sum(s.p**2, axis=1)) * nz
    return jnp.mean(t_out + nx * jnp.sum(s.phi1**2 * s.variance + s.r, axis=1))


def output_square(s, zeta):
    """sum_nm <S_n, S_m> zeta^2."""
    covariance = s.p[:, :, None] * (jnp.eye(s.p.shape[1]) - s.p[:, None, :])
    return symmetric_form(zeta**2, rows(covariance))


def cross_square(s, xi, zeta, a):
    """sum_nm q_cross. The terms with delta are sums of xi times a product of rows: xi @ rows, or through the inputs."""
    z = s.zt[:, :-1]
    residual = rows(s.delta[:, :, None] * s.phi1[:, None, :])
    shifted = rows(2 * a * z[:, None, :]) + residual
    spread = weighted_sum(s.xt, xi, residual)
    return symmetric_form(xi * zeta, rows(a)) + jnp.vdot(spread, shifted)


def packed_hidden(V, s, a):
    """M = diag(phi1) V' S V diag(phi1) + diag(r), packed."""

    def part(own, above):
        gauss_newton = jnp.einsum("ki,nkj->nij", V[:, own], a[:, :, above])
        return gauss_newton * s.phi1[:, own, None] + diagonals(s.r[:, own], gauss_newton.shape[2])

    return pack(part, V.shape[1])


def by_hidden(V, s, xi, a):
    """One product of size N x N x h^2/2."""
    return symmetric_form(xi**2, packed_hidden(V, s, a))


def by_inputs(V, s, xi, a):
    """The block H_WW itself: xi^2 is the Gram matrix of the d^2/2 products of two inputs."""
    left, right = np.triu_indices(s.xt.shape[1])
    features = np.where(left == right, 1.0, np.sqrt(2)) * s.xt[:, left] * s.xt[:, right]
    return jnp.sum((features.T @ packed_hidden(V, s, a)) ** 2)


def by_classes(V, s, xi, a):
    """t_kl = sum_i phi1_n phi1_m V_ki V_li for each pair of samples, V by differences: C(C-1)/2 products N x N x h.

    t_kl is symmetric in k and l, and in the two samples, so two of the four terms of <GN_n, GN_m> are one.
    """
    differences = V[1:] - V[0]
    classes = range(len(differences))
    t = {}
    for k in classes:
        for l in classes[k:]:
            t[k, l] = t[l, k] = weighted_gram(differences[k] * differences[l], s.phi1)
    p, q = s.p[:, 1:].T[:, :, None], s.p[:, 1:].T[:, None, :]
    tq = [sum(t[k, l] * q[l] for l in classes) for k in classes]
    squares = sum(p[k] * (sum(t[k, l] ** 2 * q[l] for l in classes) - 2 * tq[k] ** 2) for k in classes)
    gauss_newton = squares + sum(p[k] * tq[k] for k in classes) ** 2
    diagonal = s.phi1**2 * s.variance
    return jnp.vdot(gauss_newton, xi**2) + jnp.vdot(xi**2 @ s.r, 2 * diagonal + s.r)


ROUTES = {"hidden": by_hidden, "inputs": by_inputs, "classes": by_classes}


def bound(parameters, batch, route):
    """WS by one of ROUTES."""
    s = forward(parameters, batch)
    xi, zeta = s.xt @ s.xt.T, s.zt @ s.zt.T
    a = s.p[:, :, None] * s.centred * s.phi1[:, None, :]  # A = S V diag(phi1)
    hidden_square = ROUTES[route](parameters[2], s, xi, a)
    pairs = output_square(s, zeta) + hidden_square + 2 * cross_square(s, xi, zeta, a)
    size = sum(block.size for block in parameters)
    return ws_upper(trace(s), pairs / len(s.xt) ** 2, size)
