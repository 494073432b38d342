"""The closed form over pairs of samples at any depth: T and Q of derivations' chapter on the trace by layers.

ROUTES holds two ways to the terms of neighbouring layers with J; both give the same number.
"""

import jax.numpy as jnp

import layers_pass
from network import ws_upper
from packing import rows
from products import symmetric_form, weighted_sum


def with_ones(z):
    return jnp.hstack([z, jnp.ones((len(z), 1))])


def by_rows(s, m, zt, zeta):
    """What J gives to q_ml with l = m - 1: there it is the diagonal of phi1, and g times it a row a sample."""
    phi1 = s.phi1[m - 1]
    residual = rows(s.g[m][:, :, None] * phi1[:, None, :])
    shifted = rows(2 * s.K[m, m - 1] * s.z[m][:, None, :]) + residual
    return jnp.vdot(weighted_sum(zt[m - 1], zeta[m - 1], residual), shifted)


def by_pairs(s, m, zt, zeta):
    """Same as by_rows, but K diag(z) phi1' for each pair: (N, n_m, N)."""
    g, phi1, gram = s.g[m], s.phi1[m - 1], zeta[m - 1]
    through_k = jnp.einsum("nip,mp->nim", s.K[m, m - 1] * s.z[m][:, None, :], phi1)
    return 2 * jnp.sum(gram[:, None, :] * g.T * through_k) + jnp.sum(gram * (g @ g.T) * (phi1 @ phi1.T))


ROUTES = {"rows": by_rows, "pairs": by_pairs}


def apart(s, m, l, J, zeta):
    """What J, a matrix, gives to q_ml with l < m - 1. The two terms with K are the same once summed."""
    through_j = jnp.einsum("mpq,nq->nmp", J, s.z[m])
    shares = zeta[l][:, :, None] * s.g[m]
    both = 2 * jnp.vdot(jnp.einsum("nmi,nmp->nip", shares, through_j), s.K[m, l])
    return both + symmetric_form(zeta[l] * (s.g[m] @ s.g[m].T), rows(J))


def jacobians(weights, phi1):
    """J^{kl} transposed, hidden layers k > l: (N, n_l, n_k), so that every product is one of rows by a matrix."""
    J = {}
    for l, slope in enumerate(phi1):
        for k in range(l + 1, len(phi1)):
            product = slope[:, :, None] * weights[k].T if k == l + 1 else J[k - 1, l] @ weights[k].T
            J[k, l] = product * phi1[k][:, None, :]
    return J


def squared_trace(weights, s, zt, route):
    """The sum over pairs of samples, N^2 Q."""
    zeta = [inputs @ inputs.T for inputs in zt]
    J = jacobians(weights, s.phi1)
    total = sum(symmetric_form(gram**2, square) for gram, square in zip(zeta, s.square))
    for (m, l), K in s.K.items():
        others = ROUTES[route](s, m, zt, zeta) if m == l + 1 else apart(s, m, l, J[m - 1, l], zeta)
        total += 2 * (symmetric_form(zeta[m] * zeta[l], rows(K)) + others)
    return total


def bound(parameters, batch, route):
    """WS of a network of any depth, by one of ROUTES."""
    s = layers_pass.run(parameters, batch)
    zt = [with_ones(z) for z in s.z]
    trace = sum(jnp.mean(trace * jnp.sum(inputs**2, axis=1)) for trace, inputs in zip(s.trace, zt))
    size = sum(block.size for block in parameters)
    return ws_upper(trace, squared_trace(parameters[::2], s, zt, route) / len(batch.x) ** 2, size)
